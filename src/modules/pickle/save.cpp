// Pickling of the builtin types, and the output: frames and the memo.
#include <bit>

#include "base/float_text.h"
#include "base/codecs.h"
#include "base/utf8.h"
#include "modules/pickle/pickle.h"
#include "types/buffer.h"
#include "types/bytes.h"
#include "types/dict.h"
#include "types/int.h"
#include "types/objmodel.h"
#include "types/set.h"
#include "types/str.h"

namespace kaa::pickle {

// ---- memo

namespace {
uint64_t slot_of(const Pickler* p, Value v) { return (v.bits() >> 3) * 0x9E3779B97F4A7C15ull >> 20 & (p->memo_cap - 1); }

void insert(MemoEntry* table, uint64_t cap, MemoEntry e, Pickler* p) {
  uint64_t i = slot_of(p, e.key);
  while (table[i].key) i = (i + 1) & (cap - 1);
  table[i] = e;
}

bool grow_memo(Pickler* p) {
  uint64_t old = p->memo_cap, cap = old ? old * 2 : 64;
  MemoEntry* table = static_cast<MemoEntry*>(heap().allocate_raw(cap * sizeof(MemoEntry)));
  if (!table) return false;
  memset(static_cast<void*>(table), 0, cap * sizeof(MemoEntry));
  p->memo_cap = cap;
  for (uint64_t i = 0; i < old; i++)
    if (p->memo[i].key) insert(table, cap, p->memo[i], p);
  heap().free_raw(p->memo, old * sizeof(MemoEntry));
  p->memo = table;
  return true;
}
}  // namespace

uint64_t memo_find(const Pickler* p, Value v) {
  if (!p->memo_cap) return 0;
  for (uint64_t i = slot_of(p, v);; i = (i + 1) & (p->memo_cap - 1)) {
    Value k = p->memo[i].key;
    if (k == v) return p->memo[i].index + 1;
    if (!k) return 0;
  }
}
Status memo_add(Thread& t, Pickler* p, Value v, uint64_t index) {
  if (UNLIKELY((p->memo_used + 1) * 3 > p->memo_cap * 2) && !grow_memo(p)) return raise_memory(t);
  insert(p->memo, p->memo_cap, {v, index}, p);
  inc_into(v, p);
  p->memo_used++;
  if (index >= p->memo_next) p->memo_next = index + 1;
  return {};
}
void memo_clear(Pickler* p) {
  MemoEntry* table = p->memo;
  uint64_t cap = p->memo_cap;
  p->memo = nullptr;
  p->memo_cap = p->memo_used = p->memo_next = 0;
  for (uint64_t i = 0; i < cap; i++)
    if (table[i].key) dec(table[i].key);
  heap().free_raw(table, cap * sizeof(MemoEntry));
}

void Saver::put_index(uint64_t i) {
  if (p->protocol >= 4) op(kMemoize);
  else if (!p->bin) {
    char b[24];
    op_text(kPut, {b, static_cast<size_t>(std::to_chars(b, b + sizeof b, i).ptr - b)});
  } else if (i < 256) {
    op_le(kBinPut, static_cast<uint8_t>(i));
  } else {
    op_le(kLongBinPut, static_cast<uint32_t>(i));
  }
}
void Saver::get_index(uint64_t i) {
  if (!p->bin) {
    char b[24];
    op_text(kGet, {b, static_cast<size_t>(std::to_chars(b, b + sizeof b, i).ptr - b)});
  } else if (i < 256) {
    op_le(kBinGet, static_cast<uint8_t>(i));
  } else {
    op_le(kLongBinGet, static_cast<uint32_t>(i));
  }
}
Status Saver::memoize(Value v) {
  if (p->fast) return {};
  uint64_t i = p->memo_next;
  TRY(memo_add(t, p, v, i));
  put_index(i);
  return {};
}

// ---- output

void Saver::op_text(uint8_t b, std::string_view text) {
  op(b);
  out_.append(text.data(), text.size());
  out_.push('\n');
}
void Saver::open_frame() {
  frame_start_ = static_cast<int64_t>(out_.size());
  static const uint8_t k_room[kFrameHeader] = {};
  out_.append(k_room, kFrameHeader);
}
void Saver::commit_frame() {
  if (!framing_ || frame_start_ < 0 || out_.failed()) return;
  size_t start = static_cast<size_t>(frame_start_), n = out_.size() - start - kFrameHeader;
  uint8_t* at = const_cast<uint8_t*>(out_.data()) + start;
  if (n >= kFrameMin) {
    at[0] = kFrame;
    uint64_t size = n;
    memcpy(at + 1, &size, sizeof size);
  } else {
    memmove(at, at + kFrameHeader, n);
    out_.truncate(start + n);
  }
  frame_start_ = -1;
}
// Gives what is written to the file.
Status Saver::flush() {
  if (out_.failed()) return raise_memory(t);
  Bytes* data = TRY(new_bytes(t, out_.data(), out_.size()));
  out_.truncate(0);
  TRY(call(t, p->write.value(), Value(data)));
  return {};
}
// Between two instructions: a frame that is long enough ends.
Status Saver::boundary() {
  if (!framing_ || frame_start_ < 0) return {};
  if (out_.size() - static_cast<size_t>(frame_start_) - kFrameHeader < kFrameTarget) return {};
  commit_frame();
  if (p->write) return flush();
  return {};
}
// Data of some size. What would fill a frame goes outside of frames, and to the file as it is. `owner`: an exact bytes that is the data, or empty.
Status Saver::write_large(const void* header, size_t header_size, std::string_view data, Value owner) {
  bool large = data.size() >= kFrameTarget, framing = framing_;
  if (large) {
    commit_frame();
    framing_ = false;
  }
  write(header, header_size);
  if (large && p->write) {
    Value payload = owner;
    if (!payload) payload = TRY(new_bytes(t, data.data(), data.size()));
    TRY(flush());
    TRY(call(t, p->write.value(), payload));
  } else {
    write(data.data(), data.size());
  }
  framing_ = framing;
  return {};
}

Status Saver::dump(Value v) {
  if (p->protocol >= 2) op_le(kProto, static_cast<uint8_t>(p->protocol));
  framing_ = p->protocol >= 4;
  TRY(save(v));
  op(kStop);
  commit_frame();
  framing_ = false;
  return {};
}
Status Saver::finish(Bytes** result) {
  if (!result) return flush();
  if (out_.failed()) return raise_memory(t);
  *result = TRY(new_bytes(t, out_.data(), out_.size()));
  return {};
}

// ---- notes

Result<Str*> shown_type(Thread& t, Value v) {
  Type* ty = type_of(v);
  Opt module{};
  if (ty->has(kTypeHeap)) {
    Result<Value> m = type_module(t, ty);
    if (m.ok()) module.v = m.value();
    else clear_exc(t);
    if (module && is_str(module.v) && str_equal_ascii(module.v.as<Str>(), "__main__")) return ty->qualname.get();
  }
  return type_full_name(t, ty);
}

namespace {
Error add_note(Thread& t, Value exception, Result<Str*> text) {
  if (!text.ok()) return Error{};
  // As exception.add_note() does it, without a call: at the end of the native stack there is no room for one.
  auto add = [&]() -> Status {
    Opt notes = TRY(generic_lookup_attr(t, exception, NAME("__notes__")));
    if (!notes) {
      notes.v = TRY(new_list(t));
      TRY(generic_set_attr(t, exception, NAME("__notes__"), notes.v));
    }
    if (is_list(notes.v)) TRY(list_append(t, notes.v.as<List>(), text.value()));
    return {};
  };
  if (!add().ok()) return Error{};
  restore_exc(t, exception);
  return Error{};
}
}  // namespace

Error Saver::note(Value v, const char* what) {
  Value e = take_exc(t);
  Result<Str*> name = shown_type(t, v);
  if (!name.ok()) return Error{};
  return add_note(t, e, str_format(t, "when serializing %U %s", name.value(), what));
}
Error Saver::note_item(Value v, int64_t index) {
  Value e = take_exc(t);
  Result<Str*> name = shown_type(t, v);
  if (!name.ok()) return Error{};
  return add_note(t, e, str_format(t, "when serializing %U item %ld", name.value(), index));
}
Error Saver::note_key(Value v, Value key) {
  Value e = take_exc(t);
  Result<Str*> name = shown_type(t, v);
  if (!name.ok()) return Error{};
  return add_note(t, e, str_format(t, "when serializing %U item %R", name.value(), key));
}

// ---- dispatch

Status Saver::save(Value v, bool pers_save) {
  TRY(boundary());
  if (UNLIKELY(!pers_save && p->persistent_id)) {
    Value pid = TRY(call(t, p->persistent_id.value(), v));
    if (!pid.is_none()) return save_pers(pid);
  }
  if (v.is_int()) {
    save_int(v.as_int());
    return {};
  }
  if (v.is_none()) {
    op(kNoneOp);
    return {};
  }
  if (v.is_bool()) {
    bool b = v == kTrue;
    if (p->protocol >= 2) op(b ? kNewTrue : kNewFalse);
    else write(b ? "I01\n" : "I00\n", 4);
    return {};
  }
  if (is_exact_float(v)) return save_float(v);
  if (v.is_object() && v.object()->shape == KAA_SHAPE(int)) return save_big(v);
  if (uint64_t i = memo_find(p, v)) {
    get_index(i - 1);
    return {};
  }
  if (is_exact_str(v)) return save_str(v);
  if (IS_EXACT(v, bytes)) return save_bytes(v);
  TRY(native_enter(t, " while pickling an object"));
  if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) TRY(safepoint(t));
  return save_container(v);
}

Status Saver::save_container(Value v) {
  if (v.is_object()) {
    Shape* s = v.object()->shape;
    if (s == KAA_SHAPE(dict)) return save_dict(v);
    if (s == KAA_SHAPE(list)) return save_list(v);
    if (s == KAA_SHAPE(tuple)) return save_tuple(v);
    if (s == KAA_SHAPE(set)) return save_set(v);
    if (s == KAA_SHAPE(frozenset)) return save_frozenset(v);
    if (s == KAA_SHAPE(bytearray)) return save_bytearray(v);
    if (v.object()->type() == state().buffer) return save_pickle_buffer(v);
  }
  return save_other(v);
}

// ---- atoms

void Saver::save_int(int64_t n) {
  bool fits32 = n >= INT32_MIN && n <= INT32_MAX;
  if (p->bin && fits32) {
    if (n >= 0 && n < 256) op_le(kBinInt1, static_cast<uint8_t>(n));
    else if (n >= 0 && n < 65536) op_le(kBinInt2, static_cast<uint16_t>(n));
    else op_le(kBinInt, static_cast<int32_t>(n));
    return;
  }
  if (p->protocol >= 2) {
    // The fewest bytes of two's complement.
    uint8_t b[2 + 8];
    uint64_t bits = static_cast<uint64_t>(n);
    memcpy(b + 2, &bits, 8);
    uint8_t size = 8;
    while (size > 1 && ((b[1 + size] == 0 && !(b[size] & 0x80)) || (b[1 + size] == 0xFF && (b[size] & 0x80)))) size--;
    b[0] = kLong1;
    b[1] = size;
    write(b, 2 + size);
    return;
  }
  char b[24];
  char* end = std::to_chars(b, b + sizeof b, n).ptr;
  if (!fits32) *end++ = 'L';
  op_text(fits32 ? kInt : kLong, {b, static_cast<size_t>(end - b)});
}
Status Saver::save_big(Value v) {
  int64_t small;
  if (int_fits64(v, &small)) {
    save_int(small);
    return {};
  }
  if (p->protocol < 2) {
    Str* text = TRY(int_to_str(t, v));
    op(kLong);
    out_.append(text->data(), text->length);
    out_.append("L\n", 2);
    return {};
  }
  Keep keep(v);
  BigView view{v.as<IntObject>()->limbs, v.as<IntObject>()->size};
  int64_t limbs = view.size < 0 ? -view.size : view.size;
  size_t room = static_cast<size_t>(limbs) * 8 + 1;
  ByteBuilder bytes;
  uint8_t* b = bytes.grow(room);
  if (!b) return raise_memory(t);
  if (big_to_bytes(view, b, static_cast<int64_t>(room), true, true) != BigStatus::kOk) return raise_memory(t);
  size_t n = room;
  while (n > 1 && ((b[n - 1] == 0 && !(b[n - 2] & 0x80)) || (b[n - 1] == 0xFF && (b[n - 2] & 0x80)))) n--;
  if (n > INT32_MAX) return RAISE(OverflowError, "int too large to pickle");
  if (n < 256) op_le(kLong1, static_cast<uint8_t>(n));
  else op_le(kLong4, static_cast<int32_t>(n));
  write(b, n);
  return {};
}
Status Saver::save_float(Value v) {
  double d = float_value(v);
  if (p->bin) {
    uint8_t b[9];
    b[0] = kBinFloat;
    uint64_t bits = __builtin_bswap64(std::bit_cast<uint64_t>(d));
    memcpy(b + 1, &bits, 8);
    write(b, 9);
    return {};
  }
  char text[kDoubleReprSize];
  op_text(kFloat, {text, static_cast<size_t>(double_repr(text, d))});
  return {};
}

Status Saver::save_str(Value v) {
  Str* s = v.as<Str>();
  TextView view = view_of(s);
  if (!p->bin) {
    // What the reader would take for an escape or the end of the line is escaped, too.
    op(kUnicode);
    ByteBuilder plain;
    size_t from = 0;
    for (size_t i = 0; i <= view.length; i++) {
      uint32_t c = i < view.length ? view[i] : '\\';
      if (c != '\\' && c != 0 && c != '\n' && c != '\r' && c != 0x1A) continue;
      raw_unicode_escape_encode(view.slice(from, i), out_);
      if (i == view.length) break;
      char escape[8];
      snprintf(escape, sizeof escape, "\\u%04x", c);
      out_.append(escape, 6);
      from = i + 1;
    }
    out_.push('\n');
    return memoize(v);
  }
  bool ascii = s->is_ascii();
  size_t n = ascii ? s->length : utf8_size(view);
  uint8_t header[9];
  size_t header_size;
  if (n < 256 && p->protocol >= 4) {
    header[0] = kShortBinUnicode;
    header[1] = static_cast<uint8_t>(n);
    header_size = 2;
  } else if (n <= UINT32_MAX) {
    uint32_t size = static_cast<uint32_t>(n);
    header[0] = kBinUnicode;
    memcpy(header + 1, &size, 4);
    header_size = 5;
  } else if (p->protocol >= 4) {
    uint64_t size = n;
    header[0] = kBinUnicode8;
    memcpy(header + 1, &size, 8);
    header_size = 9;
  } else {
    return RAISE(OverflowError, "serializing a string larger than 4 GiB requires pickle protocol 4 or higher");
  }
  if (LIKELY(n < kFrameTarget)) {
    write(header, header_size);
    if (ascii) {
      out_.append(s->data(), n);
    } else if (uint8_t* to = out_.grow(n)) {
      utf8_write(view, to);
    }
  } else if (ascii) {
    TRY(write_large(header, header_size, s->ascii(), Value()));
  } else {
    Bytes* data = TRY(new_bytes(t, nullptr, n));
    utf8_write(view_of(s), reinterpret_cast<uint8_t*>(data->data()));
    TRY(write_large(header, header_size, data->view(), data));
  }
  return memoize(v);
}

Status Saver::save_bytes_data(Value v, std::string_view data) {
  size_t n = data.size();
  uint8_t header[9];
  size_t header_size;
  if (n < 256) {
    header[0] = kShortBinBytes;
    header[1] = static_cast<uint8_t>(n);
    header_size = 2;
  } else if (n <= UINT32_MAX) {
    uint32_t size = static_cast<uint32_t>(n);
    header[0] = kBinBytes;
    memcpy(header + 1, &size, 4);
    header_size = 5;
  } else if (p->protocol >= 4) {
    uint64_t size = n;
    header[0] = kBinBytes8;
    memcpy(header + 1, &size, 8);
    header_size = 9;
  } else {
    return RAISE(OverflowError, "serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher");
  }
  TRY(write_large(header, header_size, data, IS_EXACT(v, bytes) ? v : Value()));
  return memoize(v);
}
Status Saver::save_bytes(Value v) {
  if (p->protocol >= 3) return save_bytes_data(v, v.as<Bytes>()->view());
  // As a call: of bytes(), or of codecs.encode() with the bytes as latin-1 text.
  std::string_view data = v.as<Bytes>()->view();
  if (data.empty()) return save_reduce(TRY(make_tuple(t, Value(KAA_TYPE(bytes)), Value(TRY(new_tuple(t, 0))))), v);
  Str* text = TRY(str_from_ucs(t, 1, data.data(), data.size()));
  Tuple* args = TRY(make_tuple(t, Value(text), Value(NAME("latin1"))));
  return save_reduce(TRY(make_tuple(t, state().library.encode.get(), Value(args))), v);
}
Status Saver::save_bytearray_data(Value v, std::string_view data) {
  uint8_t header[9];
  uint64_t size = data.size();
  header[0] = kByteArray8;
  memcpy(header + 1, &size, 8);
  TRY(write_large(header, 9, data, Value()));
  return memoize(v);
}
Status Saver::save_bytearray(Value v) {
  if (p->protocol >= 5) {
    BufferHold hold;  // it keeps its size meanwhile
    TRY(hold.get(t, v));
    return save_bytearray_data(v, hold.view());
  }
  ByteArray* b = v.as<ByteArray>();
  Tuple* args = b->size ? TRY(make_tuple(t, Value(TRY(new_bytes(t, b->data, b->size))))) : TRY(new_tuple(t, 0));
  return save_reduce(TRY(make_tuple(t, Value(KAA_TYPE(bytearray)), Value(args))), v);
}
Status Saver::save_pickle_buffer(Value v) {
  if (p->protocol < 5) return PICKLING_ERROR("PickleBuffer can only be pickled with protocol >= 5");
  PickleBuffer* b = v.as<PickleBuffer>();
  if (!b->view) return RAISE(ValueError, "operation forbidden on released PickleBuffer object");
  if (!contiguous(b->view)) return PICKLING_ERROR("PickleBuffer can not be pickled when pointing to a non-contiguous buffer");
  // A view of our own: the callback may release the buffer.
  MemoryView* m = TRY(new_memoryview(t, b->view.get()));
  Keep keep(m);
  auto save = [&]() -> Status {
    bool in_band = true;
    if (p->buffer_callback) in_band = TRY(truth(t, TRY(call(t, p->buffer_callback.value(), v))));
    std::string_view data{m->data, static_cast<size_t>(m->size)};
    if (in_band) return m->readonly ? save_bytes_data(v, data) : save_bytearray_data(v, data);
    op(kNextBuffer);
    if (m->readonly) op(kReadonlyBuffer);
    return {};
  };
  Status s = save();
  if (!s.ok()) return s;
  return memoryview_release(t, m);
}

// ---- containers

Status Saver::fast_enter(Value v) {
  constexpr int64_t kNestingLimit = 50;
  if (++p->fast_nesting < kNestingLimit) return {};
  if (!p->fast_memo) p->fast_memo.set(TRY(new_dict(t)));
  Value id = TRY(id_value(t, v));
  if (TRY(dict_get(t, p->fast_memo.value().as<Dict>(), id))) {
    Str* name = TRY(shown_type(t, v));
    p->fast_nesting = -1;
    return RAISE(ValueError, "fast mode: can't pickle cyclic objects including object type %U at %S", name, id);
  }
  return dict_set(t, p->fast_memo.value().as<Dict>(), id, kNone);
}
void Saver::fast_leave(Value v) {
  constexpr int64_t kNestingLimit = 50;
  if (p->fast_nesting-- < kNestingLimit || !p->fast_memo) return;
  Result<Value> id = id_value(t, v);
  if (!id.ok() || !dict_pop(t, p->fast_memo.value().as<Dict>(), id.value()).ok()) clear_exc(t);
}

Status Saver::save_tuple(Value v) {
  Tuple* u = v.as<Tuple>();
  uint64_t n = u->size;
  if (n == 0) {
    if (p->protocol >= 1) op(kEmptyTuple);
    else { op(kMark); op(kTuple); }
    return {};
  }
  bool small = n <= 3 && p->protocol >= 2;
  if (!small) op(kMark);
  for (uint64_t i = 0; i < n; i++)
    if (!save(u->items[i]).ok()) return note_item(v, static_cast<int64_t>(i));
  if (uint64_t known = memo_find(p, v)) {
    // The items led back to the tuple, so that it exists already: what is on the stack is dropped for it.
    if (small || !p->bin) {
      for (uint64_t i = 0; i < n + !small; i++) op(kPop);
    } else {
      op(kPopMark);
    }
    get_index(known - 1);
    return {};
  }
  op(small ? static_cast<uint8_t>(kTuple1 + n - 1) : static_cast<uint8_t>(kTuple));
  return memoize(v);
}

Status Saver::save_list(Value v) {
  if (p->fast) TRY(fast_enter(v));
  if (p->bin) op(kEmptyList);
  else { op(kMark); op(kList); }
  TRY(memoize(v));
  if (v.as<List>()->size) TRY(batch_list(v));
  if (p->fast) fast_leave(v);
  return {};
}
Status Saver::batch_list(Value v) {
  List* l = v.as<List>();
  if (!p->protocol) {
    for (uint64_t i = 0; i < l->size; i++) {
      if (!save(l->items[i]).ok()) return note_item(v, static_cast<int64_t>(i));
      op(kAppend);
    }
    return {};
  }
  if (l->size == 1) {
    if (!save(l->items[0]).ok()) return note_item(v, 0);
    op(kAppend);
    return {};
  }
  for (uint64_t i = 0; i < l->size;) {
    op(kMark);
    for (int64_t k = 0; k < kBatchSize && i < l->size; k++, i++)
      if (!save(l->items[i]).ok()) return note_item(v, static_cast<int64_t>(i));
    op(kAppends);
  }
  return {};
}
// The items of an iterator, for the object `owner`.
Status Saver::batch_items(Value it, Value owner) {
  int64_t index = 0;
  if (!p->protocol) {
    for (;; index++) {
      Opt v = TRY(iter_next(t, it));
      if (!v) return {};
      if (!save(v.v).ok()) return note_item(owner, index);
      op(kAppend);
    }
  }
  for (Opt first = TRY(iter_next(t, it)); first;) {
    Opt next = TRY(iter_next(t, it));
    if (!next) {
      if (!save(first.v).ok()) return note_item(owner, index);
      op(kAppend);
      return {};
    }
    op(kMark);
    if (!save(first.v).ok()) return note_item(owner, index);
    index++;
    for (int64_t k = 1; next;) {
      if (!save(next.v).ok()) return note_item(owner, index);
      index++;
      if (++k == kBatchSize) break;
      next = TRY(iter_next(t, it));
    }
    op(kAppends);
    if (!next) return {};
    first = TRY(iter_next(t, it));
  }
  return {};
}

Status Saver::save_dict(Value v) {
  if (p->fast) TRY(fast_enter(v));
  if (p->bin) op(kEmptyDict);
  else { op(kMark); op(kDict); }
  TRY(memoize(v));
  Dict* d = v.as<Dict>();
  if (d->used) {
    if (p->protocol) TRY(batch_dict(d));
    else TRY(batch_pairs(TRY(get_iter(t, TRY(call_method(t, v, NAME("items"))))), v));
  }
  if (p->fast) fast_leave(v);
  return {};
}
Status Saver::save_pair(Value key, Value value, Value owner) {
  Keep k(key), v(value);
  TRY(save(key));
  if (!save(value).ok()) return note_key(owner, key);
  return {};
}
Status Saver::batch_dict(Dict* d) {
  uint32_t pos = 0, used = d->used;
  if (used == 1) {
    DictEntry* e = dict_next(d, &pos);
    TRY(save_pair(e->key, e->value, d));
    op(kSetItem);
    return {};
  }
  int64_t k;
  do {  // a full batch is followed by another one, be it empty
    op(kMark);
    for (k = 0; k < kBatchSize; k++) {
      DictEntry* e = dict_next(d, &pos);
      if (!e) break;
      TRY(save_pair(e->key, e->value, d));
    }
    op(kSetItems);
    if (UNLIKELY(d->used != used)) return RAISE(RuntimeError, "dictionary changed size during iteration");
  } while (k == kBatchSize);
  return {};
}
// Pairs that an iterator gives.
Status Saver::batch_pairs(Value it, Value owner) {
  auto pair = [&](Value v) -> Status {
    if (!is_tuple(v) || v.as<Tuple>()->size != 2) return RAISE(TypeError, "dict items iterator must return 2-tuples");
    return save_pair(v.as<Tuple>()->items[0], v.as<Tuple>()->items[1], owner);
  };
  if (!p->protocol) {
    for (;;) {
      Opt v = TRY(iter_next(t, it));
      if (!v) return {};
      TRY(pair(v.v));
      op(kSetItem);
    }
  }
  for (Opt first = TRY(iter_next(t, it)); first;) {
    Opt next = TRY(iter_next(t, it));
    if (!next) {
      TRY(pair(first.v));
      op(kSetItem);
      return {};
    }
    op(kMark);
    TRY(pair(first.v));
    for (int64_t k = 1; next;) {
      TRY(pair(next.v));
      if (++k == kBatchSize) break;
      next = TRY(iter_next(t, it));
    }
    op(kSetItems);
    if (!next) return {};
    first = TRY(iter_next(t, it));
  }
  return {};
}

Status Saver::save_set(Value v) {
  if (p->protocol < 4) {
    List* items = TRY(list_from(t, v));
    return save_reduce(TRY(make_tuple(t, Value(KAA_TYPE(set)), Value(TRY(make_tuple(t, Value(items)))))), v);
  }
  op(kEmptySet);
  TRY(memoize(v));
  Set* s = v.as<Set>();
  uint64_t used = s->used, pos = 0;
  if (!used) return {};
  int64_t k;
  do {
    op(kMark);
    for (k = 0; k < kBatchSize; k++) {
      SetEntry* e = set_next(s, &pos);
      if (!e) break;
      if (!save(e->key).ok()) return note(v, "element");
    }
    op(kAddItems);
    if (s->used != used) return RAISE(RuntimeError, "set changed size during iteration");
  } while (k == kBatchSize);
  return {};
}
Status Saver::save_frozenset(Value v) {
  if (p->protocol < 4) {
    List* items = TRY(list_from(t, v));
    return save_reduce(TRY(make_tuple(t, Value(KAA_TYPE(frozenset)), Value(TRY(make_tuple(t, Value(items)))))), v);
  }
  if (p->fast) TRY(fast_enter(v));
  op(kMark);
  Set* s = v.as<Set>();
  uint64_t pos = 0;
  while (SetEntry* e = set_next(s, &pos))
    if (!save(e->key).ok()) return note(v, "element");
  if (p->fast) fast_leave(v);
  if (uint64_t known = memo_find(p, v)) {
    op(kPopMark);
    get_index(known - 1);
    return {};
  }
  op(kFrozenSet);
  return memoize(v);
}

Status Saver::save_pers(Value pid) {
  if (p->bin) {
    TRY(save(pid, true));
    op(kBinPersId);
    return {};
  }
  Str* text = TRY(str(t, pid));
  if (!text->is_ascii()) return PICKLING_ERROR("persistent IDs in protocol 0 must be ASCII strings");
  op_text(kPersId, text->ascii());
  return {};
}

}  // namespace kaa::pickle
