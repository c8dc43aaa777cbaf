// The unpickling loop: input, stack, memo, and the instructions that make values of their argument.
#include <bit>
#include <stdlib.h>

#include "base/codecs.h"
#include "base/float_text.h"
#include "base/utf8.h"
#include "modules/pickle/pickle.h"
#include "runtime/codecs_api.h"
#include "types/buffer.h"
#include "types/bytes.h"
#include "types/int.h"
#include "types/list.h"
#include "types/set.h"
#include "types/str.h"

namespace kaa::pickle {

namespace {
constexpr uint64_t kPrefetch = 128 << 10, kWholeLine = ~uint64_t{0};

template <class T>
bool reserve_raw(T*& p, uint64_t& cap, uint64_t n, uint64_t least) {
  if (n <= cap) return true;
  uint64_t want = cap ? cap : least;
  while (want < n) {
    if (want > uint64_t{1} << 56) return false;
    want += want / 2 + 8;
  }
  void* q = heap().reallocate_raw(p, cap * sizeof(T), want * sizeof(T));
  if (!q) return false;
  p = static_cast<T*>(q);
  memset(static_cast<void*>(p + cap), 0, (want - cap) * sizeof(T));
  cap = want;
  return true;
}
}  // namespace

// ---- stack, marks, memo

Status Loader::grow() {
  if (!reserve_raw(u->stack, u->cap, u->size + 1, 64)) return raise_memory(t);
  return {};
}
Error Loader::underflow() {
  return u->nmarks ? UNPICKLING_ERROR("unexpected MARK found") : UNPICKLING_ERROR("unpickling stack underflow");
}
Status Loader::mark() {
  if (!reserve_raw(u->marks, u->marks_cap, u->nmarks + 1, 20)) return raise_memory(t);
  u->marks[u->nmarks++] = u->size;
  return {};
}
Result<uint64_t> Loader::marker() {
  if (!u->nmarks) return UNPICKLING_ERROR("could not find MARK");
  return u->marks[--u->nmarks];
}

void unpickler_clear(Unpickler* u) {
  while (u->size) {
    Value v = u->stack[--u->size];
    dec(v);
  }
  u->nmarks = 0;
}
Status unpickler_memo_reserve(Thread& t, Unpickler* u, uint64_t n) {
  if (n > uint64_t{1} << 40 || !reserve_raw(u->memo, u->memo_cap, n, 32)) return raise_memory(t);
  return {};
}
void unpickler_memo_clear(Unpickler* u) {
  Value* memo = u->memo;
  uint64_t cap = u->memo_cap;
  u->memo = nullptr;
  u->memo_cap = u->memo_used = 0;
  for (uint64_t i = 0; i < cap; i++)
    if (memo[i]) dec(memo[i]);
  heap().free_raw(memo, cap * sizeof(Value));
}
Status Loader::put(uint64_t i) {
  TRY(need(1));
  if (UNLIKELY(i >= u->memo_cap)) TRY(unpickler_memo_reserve(t, u, i + 1));
  Value v = top(), old = u->memo[i];
  inc(v);
  u->memo[i] = v;
  if (old) dec(old);
  else u->memo_used++;
  return {};
}
Status Loader::get(uint64_t i) {
  if (UNLIKELY(i >= u->memo_cap || !u->memo[i])) return UNPICKLING_ERROR("Memo value not found at index %lu", i);
  return push(u->memo[i]);
}

// ---- input
//
// What was read but not consumed stays in the Unpickler: another load() goes on there. Of what peek() showed, the file does not know yet; `taken` is how
// far its position is within the chunk.

Error Loader::truncated() { return UNPICKLING_ERROR("pickle data was truncated"); }

Status Loader::set_chunk(Value data, uint64_t taken) {
  if (!is_bytes(data)) {
    // Any bytes-like object.
    BufferHold hold;
    TRY(hold.get(t, data));
    data = TRY(new_bytes(t, hold.data(), hold.size()));
  }
  u->chunk.set(data);
  u->in = data.as<Bytes>()->data();
  u->pos = 0;
  u->len = u->limit = data.as<Bytes>()->size;
  u->taken = taken == kWholeLine ? u->len : taken;
  return {};
}
Status Loader::skip_consumed() {
  if (!u->read || u->pos <= u->taken) return {};
  uint64_t n = u->pos - u->taken;
  u->taken = u->pos;
  TRY(call(t, u->read.value(), small_int(static_cast<int64_t>(n))));
  return {};
}
// Reads at least something of n bytes into a new chunk; gives how much there is.
Result<uint64_t> Loader::fill(uint64_t n) {
  TRY(skip_consumed());
  if (n == kWholeLine) {
    TRY(set_chunk(TRY(call(t, u->readline.value())), kWholeLine));
    return u->len;
  }
  if (u->peek && n < kPrefetch) {
    Result<Value> seen = call(t, u->peek.value(), small_int(kPrefetch));
    if (seen.ok()) {
      TRY(set_chunk(seen.value(), 0));
      if (n <= u->len) return n;
    } else if (exc_matches(t, KAA_TYPE(NotImplementedError))) {
      clear_exc(t);
      u->peek.clear();
    } else {
      return Error{};
    }
  }
  TRY(set_chunk(TRY(call(t, u->read.value(), small_int(static_cast<int64_t>(n)))), kWholeLine));
  return u->len;
}
// At the end of what may be read at once. A frame ends where it said, and nothing lies across its end.
Status Loader::leave_frame() {
  if (u->pos != u->limit) return UNPICKLING_ERROR("pickle exhausted before end of frame");
  u->framed = false;
  u->limit = u->len;
  return {};
}
Result<const uint8_t*> Loader::bytes_from_file(uint64_t n) {
  if (u->framed) {
    TRY(leave_frame());
    return bytes(n);
  }
  if (!u->read) return truncated();
  if (n > INT64_MAX) return UNPICKLING_ERROR("read would overflow (invalid bytecode)");
  uint64_t have = TRY(fill(n));
  if (have < n) return truncated();
  u->pos = n;
  return reinterpret_cast<const uint8_t*>(u->in);
}
Result<std::string_view> Loader::some_line() {
  std::string_view text = TRY(line());
  if (text.empty()) return truncated();
  return text;
}
Result<std::string_view> Loader::line() {
  const void* end = u->limit > u->pos ? memchr(u->in + u->pos, '\n', u->limit - u->pos) : nullptr;
  if (!end) {
    if (u->limit < u->len || u->framed) {
      TRY(leave_frame());
      return line();
    }
    if (!u->read) return truncated();
    uint64_t n = TRY(fill(kWholeLine));
    if (!n || u->in[n - 1] != '\n') return truncated();
    u->pos = n;
    return std::string_view(u->in, n - 1);
  }
  std::string_view text(u->in + u->pos, static_cast<size_t>(static_cast<const char*>(end) - u->in) - u->pos);
  u->pos += text.size() + 1;
  return text;
}
// To memory that stays where it is while Python runs.
Status Loader::read_into(char* to, uint64_t n) {
  if (u->framed && n > u->limit - u->pos) TRY(leave_frame());
  uint64_t have = u->len - u->pos;
  if (have > n) have = n;
  if (have) {
    memcpy(to, u->in + u->pos, have);
    u->pos += have;
    to += have;
    n -= have;
  }
  if (!n) return {};
  if (!u->read) return truncated();
  TRY(skip_consumed());
  if (!u->readinto) {
    Value data = TRY(call(t, u->read.value(), small_int(static_cast<int64_t>(n))));
    BufferHold hold;
    TRY(hold.get(t, data));
    if (hold.size() < n) return truncated();
    memcpy(to, hold.data(), n);
    return {};
  }
  MemoryView* view = TRY(new_memoryview_of(t, kNone, to, n, false));
  Result<Value> got = call(t, u->readinto.value(), Value(view));
  Value e = got.ok() ? Value() : take_exc(t);
  if (!memoryview_release(t, view).ok()) clear_exc(t);
  if (e) restore_exc(t, e);
  if (!got.ok()) return Error{};
  int64_t count = TRY(to_ssize(t, got.value()));
  if (count < 0 || static_cast<uint64_t>(count) < n) return truncated();
  return {};
}

Result<uint64_t> Loader::count(int size, const char* what) {
  const uint8_t* p = TRY(bytes(static_cast<uint64_t>(size)));
  uint64_t n = 0;
  memcpy(&n, p, static_cast<size_t>(size));
  if (n > INT64_MAX) return RAISE(OverflowError, "%s exceeds system's maximum size of %ld bytes", what, int64_t{INT64_MAX});
  return n;
}

// ---- values

namespace {
// A line as the text of a number; false when it has bytes that no number has.
std::string_view trimmed(std::string_view s) {
  while (!s.empty() && strchr(" \t\r\n\v\f", s.back())) s.remove_suffix(1);
  while (!s.empty() && strchr(" \t\r\n\v\f", s.front())) s.remove_prefix(1);
  return s;
}
}  // namespace

Status Loader::load_int() {
  std::string_view text = TRY(some_line());
  if (text == "00") return push(kFalse);
  if (text == "01") return push(kTrue);
  Result<Value> v = int_from_text(t, trimmed(text), 10);
  if (!v.ok()) {
    if (!exc_matches(t, KAA_TYPE(ValueError))) return Error{};
    clear_exc(t);
    return RAISE(ValueError, "could not convert string to int");
  }
  return push(v.value());
}
Status Loader::load_long() {
  std::string_view text = TRY(some_line());
  if (!text.empty() && text.back() == 'L') text.remove_suffix(1);
  return push(TRY(int_from_text(t, trimmed(text), 10)));
}
Status Loader::load_counted_long(int size) {
  uint64_t n = TRY(count(size, "LONG"));
  if (size == 4 && static_cast<int32_t>(n) < 0) return UNPICKLING_ERROR("LONG pickle has negative byte count");
  const uint8_t* p = TRY(bytes(n));
  if (n <= 8) {
    if (!n) return push(small_int(0));
    uint64_t bits = p[n - 1] & 0x80 ? ~uint64_t{0} : 0;
    memcpy(&bits, p, n);
    return push(TRY(make_int(t, static_cast<int64_t>(bits))));
  }
  Value v = TRY(int_build(t, big_from_bytes_size(static_cast<int64_t>(n)), [&](mp_limb_t* out, int64_t* limbs, Poll) {
    *limbs = big_from_bytes(out, p, static_cast<int64_t>(n), true, true);
    return BigStatus::kOk;
  }));
  return push(v);
}
Status Loader::load_float() {
  std::string_view text = TRY(some_line());
  double d;
  const char* end = read_double(text.data(), text.data() + text.size(), &d);
  if (!end || end != text.data() + text.size()) return RAISE(ValueError, "could not convert string to float: %s", std::string(text).c_str());
  if (d - d != 0 && text.find_first_of("nN") == std::string_view::npos) return RAISE(OverflowError, "value too large to convert to float: '%s'", std::string(text).c_str());
  return push(TRY(make_float(t, d)));
}
Status Loader::load_binfloat() {
  const uint8_t* p = TRY(bytes(8));
  uint64_t bits;
  memcpy(&bits, p, 8);
  return push(TRY(make_float(t, std::bit_cast<double>(__builtin_bswap64(bits)))));
}

// A string of Python 2.
Status Loader::decode(std::string_view data, Value owner) {
  Keep keep(owner);
  Utf8 encoding, errors;
  TRY(str_utf8(t, u->encoding, encoding));
  if (encoding.view() == "bytes") return push(TRY(new_bytes(t, data.data(), data.size())));
  TRY(str_utf8(t, u->errors, errors));
  return push(TRY(decode_bytes(t, data, encoding.data, errors.data)));
}
Status Loader::load_string() {
  std::string_view text = TRY(line());
  if (text.size() < 2 || text[0] != text.back() || (text[0] != '"' && text[0] != '\'')) return UNPICKLING_ERROR("the STRING opcode argument must be quoted");
  Bytes* quoted = TRY(new_bytes(t, text.data() + 1, text.size() - 2));
  Value decoder = TRY(import_attr(t, "_codecs", "escape_decode"));
  Value pair = TRY(call(t, decoder, Value(quoted)));
  Value data = pair.as<Tuple>()->items[0];
  return decode(data.as<Bytes>()->view(), data);
}
Status Loader::load_counted_string(int size) {
  uint64_t n = TRY(count(size, "BINSTRING"));
  if (size == 4 && static_cast<int32_t>(n) < 0) return UNPICKLING_ERROR("BINSTRING pickle has negative byte count");
  const uint8_t* p = TRY(bytes(n));
  return decode({reinterpret_cast<const char*>(p), n}, u->chunk.value() ? u->chunk.value() : kNone);
}
Status Loader::load_unicode() {
  std::string_view text = TRY(line());
  TextBuilder out;
  CodecError error;
  raw_unicode_escape_decode(reinterpret_cast<const uint8_t*>(text.data()), text.size(), 0, true, out, error);
  if (error.reason) {
    Keep keep(u->chunk.value() ? u->chunk.value() : kNone);
    return push(TRY(decode_bytes(t, text, "raw-unicode-escape", nullptr)));  // which raises
  }
  return push(TRY(str_from_text(t, out)));
}
Status Loader::load_counted_unicode(int size) {
  uint64_t n = TRY(count(size, "BINUNICODE"));
  const uint8_t* p = TRY(bytes(n));
  const char* text = reinterpret_cast<const char*>(p);
  if (is_ascii(p, n)) return push(TRY(new_str_ascii(t, text, n)));
  if (LIKELY(utf8_valid(p, n, Surrogates::kAllow))) return push(TRY(new_str(t, {text, n})));
  Keep keep(u->chunk.value() ? u->chunk.value() : kNone);
  return push(TRY(decode_bytes(t, {text, n}, "utf-8", "surrogatepass")));
}
Status Loader::load_counted_bytes(int size) { return push_bytes(TRY(count(size, "BINBYTES"))); }
Status Loader::push_bytes(uint64_t n) {
  if (LIKELY(n <= u->limit - u->pos)) {
    const char* p = u->in + u->pos;
    u->pos += n;
    return push(TRY(new_bytes(t, p, n)));
  }
  if (u->framed) {
    TRY(leave_frame());
    return push_bytes(n);
  }
  if (!u->read) return truncated();
  Bytes* b = TRY(new_bytes(t, nullptr, n));
  Keep keep(b);
  TRY(read_into(b->data(), n));
  return push(b);
}
Status Loader::load_bytearray() {
  uint64_t n = TRY(count(8, "BYTEARRAY8"));
  if (n > u->limit - u->pos && !u->read) {
    if (u->framed) TRY(leave_frame());
    if (n > u->len - u->pos) return truncated();
  }
  ByteArray* b = TRY(new_bytearray(t, nullptr, n));
  Keep keep(b);
  if (n) {
    b->exports++;
    Status s = read_into(b->data, n);
    b->exports--;
    TRY(s);
  }
  return push(b);
}
Status Loader::load_next_buffer() {
  if (!u->buffers) return UNPICKLING_ERROR("pickle stream refers to out-of-band data but no *buffers* argument was given");
  Opt v = TRY(iter_next(t, u->buffers));
  if (!v) return UNPICKLING_ERROR("not enough out-of-band buffers");
  return push(v.v);
}
Status Loader::load_readonly_buffer() {
  TRY(need(1));
  MemoryView* m = TRY(new_memoryview(t, top()));
  if (m->readonly) return memoryview_release(t, m);
  replace_top(TRY(call_method(t, m, NAME("toreadonly"))));
  return {};
}

// ---- containers

namespace {
// Values that have moved from the stack into a container with their counts: what is eager among them makes it eager, as a store would.
void adopt(Object* owner, const Value* values, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) {
    if (!values[i].is_reference() || LIKELY(!values[i].object()->flag(kEager))) continue;
    inc_into(values[i], owner);
    dec(values[i]);
  }
}
}  // namespace

// The n topmost values become a tuple: their counts go with them.
Status Loader::load_tuple(uint64_t n) {
  TRY(need(n));
  Tuple* v = TRY(new_tuple(t, n));
  if (n) memcpy(static_cast<void*>(v->items), u->stack + u->size - n, n * sizeof(Value));
  u->size -= n;
  adopt(v, v->items, n);
  return push(v);
}
Status Loader::load_list(uint64_t from) {
  uint64_t n = u->size - from;
  List* l = TRY(new_list(t, n));
  if (n) memcpy(static_cast<void*>(l->items), u->stack + from, n * sizeof(Value));
  l->size = n;
  u->size = from;
  adopt(l, l->items, n);
  return push(l);
}
Status Loader::load_dict(uint64_t from) {
  uint64_t n = u->size - from;
  if (n % 2) return UNPICKLING_ERROR("odd number of items for DICT");
  Dict* d = TRY(new_dict(t));
  Keep keep(d);
  for (uint64_t i = from; i < from + n; i += 2) TRY(dict_set(t, d, u->stack[i], u->stack[i + 1]));
  drop_to(from);
  return push(d);
}
Status Loader::load_frozenset(uint64_t from) {
  List* items = TRY(list_of(t, u->stack + from, u->size - from));
  Set* s = TRY(set_from(t, true, items));
  drop_to(from);
  return push(s);
}

Status Loader::append_items(uint64_t from) {
  if (from > u->size || from <= fence()) return underflow();
  uint64_t n = u->size - from;
  if (!n) return {};
  Value list = u->stack[from - 1];
  if (IS_EXACT(list, list)) {
    List* l = list.as<List>();
    TRY(list_reserve(t, l, l->size + n));
    memcpy(static_cast<void*>(l->items + l->size), u->stack + from, n * sizeof(Value));
    l->size += n;
    u->size = from;
    adopt(l, l->items + l->size - n, n);
    return {};
  }
  Opt extend = TRY(lookup_attr(t, list, NAME("extend")));
  if (extend) {
    List* items = TRY(list_of(t, u->stack + from, n));
    TRY(call(t, extend.v, Value(items)));
  } else {
    Value append = TRY(get_attr(t, list, NAME("append")));
    for (uint64_t i = from; i < from + n; i++) TRY(call(t, append, u->stack[i]));
  }
  drop_to(from);
  return {};
}
Status Loader::set_items(uint64_t from) {
  if (from > u->size || from <= fence()) return underflow();
  uint64_t n = u->size - from;
  if (!n) return {};
  if (n % 2) return UNPICKLING_ERROR("odd number of items for SETITEMS");
  Value dict = u->stack[from - 1];
  if (IS_EXACT(dict, dict)) {
    Dict* d = dict.as<Dict>();
    for (uint64_t i = from; i < from + n; i += 2) TRY(dict_set(t, d, u->stack[i], u->stack[i + 1]));
  } else {
    for (uint64_t i = from; i < from + n; i += 2) TRY(set_item(t, dict, u->stack[i], u->stack[i + 1]));
  }
  drop_to(from);
  return {};
}
Status Loader::add_items(uint64_t from) {
  if (from > u->size || from <= fence()) return underflow();
  uint64_t n = u->size - from;
  if (!n) return {};
  Value set = u->stack[from - 1];
  if (is_instance(set, KAA_TYPE(set))) {
    for (uint64_t i = from; i < from + n; i++) TRY(set_add(t, set.as<Set>(), u->stack[i]));
  } else {
    Value add = TRY(get_attr(t, set, NAME("add")));
    for (uint64_t i = from; i < from + n; i++) TRY(call(t, add, u->stack[i]));
  }
  drop_to(from);
  return {};
}

// ---- the loop

Status Loader::load_proto() {
  const uint8_t* p = TRY(bytes(1));
  if (*p > kHighestProtocol) return RAISE(ValueError, "unsupported pickle protocol: %d", static_cast<int>(*p));
  u->protocol = *p;
  return {};
}
Status Loader::load_frame() {
  const uint8_t* p = TRY(bytes(8));
  uint64_t n;
  memcpy(&n, p, 8);
  if (n > INT64_MAX) return RAISE(OverflowError, "FRAME length exceeds system's maximum of %ld bytes", int64_t{INT64_MAX});
  if (u->framed && u->pos != u->limit) return UNPICKLING_ERROR("beginning of a new frame before end of current frame");
  u->framed = false;
  u->limit = u->len;
  TRY(bytes(n));  // in memory, to be read from its start
  u->pos -= n;
  u->framed = true;
  u->limit = u->pos + n;
  return {};
}
Status Loader::load_get_text() {
  std::string_view text = TRY(some_line());
  Value key = TRY(int_from_text(t, trimmed(text), 10));
  int64_t i = TRY(to_ssize(t, key));
  if (i < 0 || static_cast<uint64_t>(i) >= u->memo_cap || !u->memo[i]) return UNPICKLING_ERROR("Memo value not found at index %ld", i);
  return push(u->memo[i]);
}
Status Loader::load_put_text() {
  std::string_view text = TRY(some_line());
  TRY(need(1));
  Value key = TRY(int_from_text(t, trimmed(text), 10));
  int64_t i = TRY(to_ssize(t, key));
  if (i < 0) return RAISE(ValueError, "negative PUT argument");
  return put(static_cast<uint64_t>(i));
}

#define FROM_MARK(name) { uint64_t from = TRY(marker()); TRY(name(from)); break; }
Result<Value> Loader::run() {
  for (;;) {
    Result<const uint8_t*> next = bytes(1);
    if (UNLIKELY(!next.ok())) {
      if (!exc_matches(t, state().unpickling_error)) return Error{};
      clear_exc(t);
      return RAISE(EOFError, "Ran out of input");
    }
    if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) {
      uint8_t code = *next.value();
      TRY(safepoint(t));
      next = Result<const uint8_t*>(reinterpret_cast<const uint8_t*>(u->in + u->pos - 1));
      (void)code;
    }
    switch (*next.value()) {
      case kNoneOp: TRY(push(kNone)); break;
      case kNewTrue: TRY(push(kTrue)); break;
      case kNewFalse: TRY(push(kFalse)); break;
      case kBinInt1: { const uint8_t* p = TRY(bytes(1)); TRY(push(small_int(*p))); break; }
      case kBinInt2: { const uint8_t* p = TRY(bytes(2)); TRY(push(small_int(p[0] | p[1] << 8))); break; }
      case kBinInt: {
        const uint8_t* p = TRY(bytes(4));
        int32_t n;
        memcpy(&n, p, 4);
        TRY(push(small_int(n)));
        break;
      }
      case kInt: TRY(load_int()); break;
      case kLong: TRY(load_long()); break;
      case kLong1: TRY(load_counted_long(1)); break;
      case kLong4: TRY(load_counted_long(4)); break;
      case kFloat: TRY(load_float()); break;
      case kBinFloat: TRY(load_binfloat()); break;
      case kString: TRY(load_string()); break;
      case kShortBinString: TRY(load_counted_string(1)); break;
      case kBinString: TRY(load_counted_string(4)); break;
      case kUnicode: TRY(load_unicode()); break;
      case kShortBinUnicode: TRY(load_counted_unicode(1)); break;
      case kBinUnicode: TRY(load_counted_unicode(4)); break;
      case kBinUnicode8: TRY(load_counted_unicode(8)); break;
      case kShortBinBytes: TRY(load_counted_bytes(1)); break;
      case kBinBytes: TRY(load_counted_bytes(4)); break;
      case kBinBytes8: TRY(load_counted_bytes(8)); break;
      case kByteArray8: TRY(load_bytearray()); break;
      case kNextBuffer: TRY(load_next_buffer()); break;
      case kReadonlyBuffer: TRY(load_readonly_buffer()); break;
      case kEmptyTuple: TRY(load_tuple(0)); break;
      case kTuple1: TRY(load_tuple(1)); break;
      case kTuple2: TRY(load_tuple(2)); break;
      case kTuple3: TRY(load_tuple(3)); break;
      case kTuple: { uint64_t from = TRY(marker()); if (u->size < from) return underflow(); TRY(load_tuple(u->size - from)); break; }
      case kEmptyList: TRY(push(TRY(new_list(t)))); break;
      case kEmptyDict: TRY(push(TRY(new_dict(t)))); break;
      case kEmptySet: TRY(push(TRY(new_set(t)))); break;
      case kList: FROM_MARK(load_list)
      case kDict: FROM_MARK(load_dict)
      case kFrozenSet: FROM_MARK(load_frozenset)
      case kAppends: FROM_MARK(append_items)
      case kSetItems: FROM_MARK(set_items)
      case kAddItems: FROM_MARK(add_items)
      case kAppend: {
        if (!u->size) return underflow();
        TRY(append_items(u->size - 1));
        break;
      }
      case kSetItem: {
        if (u->size < 2) return underflow();
        TRY(set_items(u->size - 2));
        break;
      }
      case kMark: TRY(mark()); break;
      case kPop:
        // A mark on the top is what is popped.
        if (u->nmarks && u->marks[u->nmarks - 1] == u->size) u->nmarks--;
        else if (!u->size) return underflow();
        else pop();
        break;
      case kPopMark: { uint64_t from = TRY(marker()); drop_to(from); break; }
      case kDup: TRY(need(1)); TRY(push(top())); break;
      case kMemoize: TRY(put(u->memo_used)); break;
      case kBinPut: { const uint8_t* p = TRY(bytes(1)); TRY(put(*p)); break; }
      case kLongBinPut: { const uint8_t* p = TRY(bytes(4)); uint32_t i; memcpy(&i, p, 4); TRY(put(i)); break; }
      case kPut: TRY(load_put_text()); break;
      case kBinGet: { const uint8_t* p = TRY(bytes(1)); TRY(get(*p)); break; }
      case kLongBinGet: { const uint8_t* p = TRY(bytes(4)); uint32_t i; memcpy(&i, p, 4); TRY(get(i)); break; }
      case kGet: TRY(load_get_text()); break;
      case kGlobal: TRY(load_global()); break;
      case kStackGlobal: TRY(load_stack_global()); break;
      case kReduce: TRY(load_reduce()); break;
      case kNewObj: TRY(load_newobj(false)); break;
      case kNewObjEx: TRY(load_newobj(true)); break;
      case kBuild: TRY(load_build()); break;
      case kInst: TRY(load_inst()); break;
      case kObj: TRY(load_obj()); break;
      case kExt1: TRY(load_ext(1)); break;
      case kExt2: TRY(load_ext(2)); break;
      case kExt4: TRY(load_ext(4)); break;
      case kPersId: TRY(load_persid(false)); break;
      case kBinPersId: TRY(load_persid(true)); break;
      case kProto: TRY(load_proto()); break;
      case kFrame: TRY(load_frame()); break;
      case kStop:
        TRY(skip_consumed());
        TRY(need(1));
        return pop();
      default: {
        int c = *next.value();
        if (c >= 0x20 && c <= 0x7E && c != '\'' && c != '\\') return UNPICKLING_ERROR("invalid load key, '%c'.", static_cast<uint32_t>(c));
        static const char digits[] = "0123456789abcdef";
        char hex[3] = {digits[c >> 4], digits[c & 15], 0};
        return UNPICKLING_ERROR("invalid load key, '\\x%s'.", hex);
      }
    }
  }
}

Result<Value> unpickler_load(Thread& t, Unpickler* u) {
  Keep keep(u);
  u->running = true;
  unpickler_clear(u);
  u->protocol = 0;
  u->framed = false;
  u->limit = u->len;
  // persistent_load() is looked up once; the default one is not called.
  Result<Value> pers = get_attr(t, u, NAME("persistent_load"));
  Result<Value> r = Error{};
  if (pers.ok()) {
    Value f = pers.value();
    bool standard = IS_EXACT(f, builtin_function) && f.as<NativeFunction>()->self.get() == Value(u) && f.as<NativeFunction>()->owner == state().unpickler;
    if (standard) u->persistent_load.clear();
    else u->persistent_load.set(f);
    r = Loader(t, u).run();
  }
  u->persistent_load.clear();
  unpickler_clear(u);
  u->running = false;
  return r;
}

}  // namespace kaa::pickle
