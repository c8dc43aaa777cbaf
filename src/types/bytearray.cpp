// bytearray: a sequence of bytes that can change.
//
// The contents are `size` bytes at `data`, within a raw buffer of `cap` bytes at `alloc`. Deleting at the front moves `data` alone, so that a
// bytearray serves as a queue. A NUL follows the contents wherever there is a buffer. While exports > 0 the buffer does not move and the size does
// not change; an export that only garbage holds is looked for by a reconcile before a resize is refused.
#include "types/bytes.h"

#include "runtime/codecs_api.h"

namespace kaa {

namespace {

ByteArray* self_of(Args a) { return a.as<ByteArray>(0); }

Status check_resizable(Thread& t, ByteArray* b) {
  if (LIKELY(b->exports == 0)) return {};
  TRY(drop_dead_exports(t, b, b->exports));
  if (b->exports == 0) return {};
  return RAISE(BufferError, "Existing exports of data: object cannot be re-sized");
}

// Sets the size; new bytes are not initialised. The exports have been checked.
Status set_size(Thread& t, ByteArray* b, size_t n) {
  if (n > INT64_MAX - 64) return raise_memory(t);
  size_t offset = static_cast<size_t>(b->data - b->alloc);
  if (n + offset + 1 <= b->cap && n >= b->cap / 2) {
    b->size = n;
    b->data[n] = 0;
    return {};
  }
  if (n + 1 <= b->cap && n >= b->cap / 2) {  // room enough once it begins at the front
    memmove(b->alloc, b->data, b->size < n ? b->size : n);
    b->data = b->alloc;
    b->size = n;
    b->data[n] = 0;
    return {};
  }
  // Grows by an eighth, or shrinks to what is needed.
  size_t cap = n + 1 <= b->cap || b->size == 0 ? n + 1 : n + (n >> 3) + (n < 9 ? 3 : 6) + 1;
  if (n == 0 && b->alloc) {
    heap().free_raw(b->alloc, b->cap);
    b->alloc = b->data = nullptr;
    b->size = b->cap = 0;
    return {};
  }
  if (n == 0) return {};
  char* p = static_cast<char*>(heap().allocate_raw(cap));
  if (!p) return raise_memory(t);
  size_t keep = b->size < n ? b->size : n;
  if (keep) memcpy(p, b->data, keep);
  if (b->alloc) heap().free_raw(b->alloc, b->cap);
  b->alloc = b->data = p;
  b->cap = cap;
  b->size = n;
  p[n] = 0;
  return {};
}
Status resize(Thread& t, ByteArray* b, size_t n) {
  if (n == b->size) return {};
  TRY(check_resizable(t, b));
  return set_size(t, b, n);
}

// Puts `with` in place of [from, to). The source must not lie in b.
Status replace_range(Thread& t, ByteArray* b, size_t from, size_t to, std::string_view with) {
  size_t old = to - from;
  if (with.size() < old) {
    TRY(check_resizable(t, b));
    size_t gone = old - with.size();
    if (from == 0) {  // the front goes
      b->data += gone;
      b->size -= gone;
    } else {
      memmove(b->data + from + with.size(), b->data + to, b->size - to);
      TRY(set_size(t, b, b->size - gone));
    }
    if (from == 0) TRY(set_size(t, b, b->size));
  } else if (with.size() > old) {
    TRY(check_resizable(t, b));
    size_t size = b->size, more = with.size() - old;
    if (more > INT64_MAX - size) return raise_memory(t);
    TRY(set_size(t, b, size + more));
    memmove(b->data + to + more, b->data + to, size - to);
  }
  if (!with.empty()) memcpy(b->data + from, with.data(), with.size());
  return {};
}

Status bytearray_get_buffer(Thread&, Object* self, Buffer& out, bool) {
  ByteArray* b = static_cast<ByteArray*>(self);
  out.data = b->data ? b->data : const_cast<char*>("");
  out.size = static_cast<int64_t>(b->size);
  out.itemsize = 1;
  out.format = "B";
  out.readonly = false;
  b->exports++;
  return {};
}
void bytearray_release_buffer(Object* self, Buffer&) { static_cast<ByteArray*>(self)->exports--; }
constexpr BufferProcs k_buffer = {bytearray_get_buffer, bytearray_release_buffer};

// The bytes of any source for extend and slice assignment, as a bytes object of their own where the source is self or no buffer.
class Source {
 public:
  Status get(Thread& t, ByteArray* self, Value v, const char* what) {
    if (v == Value(self)) {
      copy_ = TRY(new_bytes(t, self->data ? self->data : "", self->size));
    } else if (has_buffer(v)) {
      TRY(hold_.get(t, v));
      // A view of self would keep it from being resized.
      if (IS_EXACT(v, memoryview) && v.as<MemoryView>()->managed && v.as<MemoryView>()->managed->owner.get() == Value(self)) return {};
      return {};
    } else {
      copy_ = TRY(bytes_from_object(t, v, what)).as<Bytes>();
    }
    return {};
  }
  std::string_view view() const { return copy_ ? copy_->view() : hold_.view(); }

 private:
  BufferHold hold_;
  Bytes* copy_ = nullptr;
};

// ---- making
Result<Value> bytearray_new(Thread& t, Args a, Tuple*) {
  if (a.n == 0 || !is_type(a[0])) return RAISE(TypeError, "bytearray.__new__(X): X is not a type object");
  return TRY(alloc_as<ByteArray>(t, a.as<Type>(0)));
}

Status extend_iterable(Thread& t, ByteArray* b, Value iterable) {
  return iterate(t, iterable, [&](Value v) -> Status {
    int c = TRY(byte_value(t, v, "byte must be in range(0, 256)"));
    TRY(resize(t, b, b->size + 1));
    b->data[b->size - 1] = static_cast<char>(c);
    return {};
  });
}

Result<Value> bytearray_init(Thread& t, Args a) {
  ByteArray* b = self_of(a);
  Value source = a[1], encoding = a[2], errors = a[3];
  if (encoding && !is_str(encoding)) return RAISE(TypeError, "bytearray() argument 'encoding' must be str, not %T", encoding);
  if (errors && !is_str(errors)) return RAISE(TypeError, "bytearray() argument 'errors' must be str, not %T", errors);
  if (b->size) TRY(resize(t, b, 0));
  if (!source) {
    if (encoding || errors) return RAISE(TypeError, encoding ? "encoding without a string argument" : "errors without a string argument");
    return kNone;
  }
  if (is_str(source)) {
    if (!encoding) return RAISE(TypeError, "string argument without an encoding");
    Utf8 e, r;
    TRY(codec_name_argument(t, encoding, "bytearray", "encoding", e));
    TRY(codec_name_argument(t, errors, "bytearray", "errors", r));
    Value v = TRY(encode_str(t, source.as<Str>(), e.data, r.data));
    Keep keep(v);
    TRY(replace_range(t, b, 0, b->size, v.as<Bytes>()->view()));
    return kNone;
  }
  if (encoding || errors) return RAISE(TypeError, encoding ? "encoding without a string argument" : "errors without a string argument");
  if (is_int(source) || type_of(source)->dunder(D_index)) {
    Result<int64_t> n = to_ssize(t, source);
    if (n.ok()) {
      if (n.value() < 0) return RAISE(ValueError, "negative count");
      if (n.value()) {
        TRY(resize(t, b, static_cast<size_t>(n.value())));
        memset(b->data, 0, b->size);
      }
      return kNone;
    }
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
  }
  if (has_buffer(source)) {
    Buffer full;
    TRY(get_buffer_full(t, source, full, false));
    bool simple = buffer_contiguous(full);
    Status s = simple ? replace_range(t, b, 0, b->size, {static_cast<char*>(full.data), static_cast<size_t>(full.size)}) : Status();
    release_buffer(full);
    if (!s.ok()) return Error{};
    if (simple) return kNone;
    Value copy = TRY(bytes_from_object(t, source, "bytearray"));
    Keep keep(copy);
    TRY(replace_range(t, b, 0, b->size, copy.as<Bytes>()->view()));
    return kNone;
  }
  if (is_str(source)) return RAISE(TypeError, "string argument without an encoding");
  Result<Value> it = IS_EXACT(source, list) || IS_EXACT(source, tuple) ? Result<Value>(source) : get_iter(t, source);
  if (!it.ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return RAISE(TypeError, "cannot convert '%T' object to bytearray", source);
  }
  if (!extend_iterable(t, b, it.value()).ok()) {  // nothing stays of what came before the error
    if (!b->exports) TRY(set_size(t, b, 0));
    return Error{};
  }
  return kNone;
}

// ---- text and comparing
Result<Value> bytearray_repr(Thread& t, Args a) {
  ByteArray* b = self_of(a);
  Str* name = b->type()->name;
  Str* inner = TRY(bytes_repr_text(t, bytes_view(b), true));
  return TRY(str_format(t, "%U(%U)", name, inner));
}
Result<Value> bytearray_str(Thread& t, Args a) {
  if (interp().bytes_warning) TRY(warn(t, KAA_TYPE(BytesWarning), 1, "str() on a bytearray instance"));
  return bytearray_repr(t, a);
}

template <CompareOp op>
Result<Value> bytearray_compare(Thread& t, Args a) {
  if (is_str(a[1]) || !has_buffer(a[1])) {
    if (interp().bytes_warning && is_str(a[1]) && (op == CompareOp::EQ || op == CompareOp::NE)) TRY(warn(t, KAA_TYPE(BytesWarning), 1, "Comparison between bytearray and string"));
    return kNotImplemented;
  }
  BufferHold h;
  Status got = h.get(t, a[1]);
  if (!got.ok()) {
    clear_exc(t);
    return kNotImplemented;
  }
  std::string_view x = bytes_view(a[0]), y = h.view();
  if constexpr (op == CompareOp::EQ) return Value::from_bool(x == y);
  if constexpr (op == CompareOp::NE) return Value::from_bool(x != y);
  int c = x.compare(y);
  return Value::from_bool(op == CompareOp::LT ? c < 0 : op == CompareOp::LE ? c <= 0 : op == CompareOp::GT ? c > 0 : c >= 0);
}

// ---- changing
Result<Value> bytearray_set_or_delete(Thread& t, Args a, Value v) {
  ByteArray* b = self_of(a);
  if (is_int(a[1]) || type_of(a[1])->dunder(D_index)) {
    Value key = TRY(to_index(t, a[1]));
    int64_t i = TRY(checked_index(t, key, static_cast<int64_t>(b->size), "bytearray index out of range"));
    if (!v) {
      TRY(replace_range(t, b, static_cast<size_t>(i), static_cast<size_t>(i) + 1, {}));
      return kNone;
    }
    int c = TRY(byte_value(t, v, "byte must be in range(0, 256)"));
    // v's __index__ may have resized it
    i = TRY(checked_index(t, key, static_cast<int64_t>(b->size), "bytearray index out of range"));
    b->data[i] = static_cast<char>(c);
    return kNone;
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "bytearray indices must be integers or slices, not %T", a[1]);
  Value with = v;
  if (v && (v == a[0] || !is_bytearray(v))) {
    if (is_int(v)) return RAISE(TypeError, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
    if (is_str(v)) return RAISE(TypeError, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
    with = TRY(v == a[0] ? Result<Value>(new_bytes(t, b->data ? b->data : "", b->size)) : bytes_from_object(t, v, "bytearray"));
  }
  SliceObject* s = a.as<SliceObject>(1);
  SliceParts parts = TRY(slice_parts(t, s));
  IndexRange r = fit_slice(parts, static_cast<int64_t>(b->size));
  std::string_view in = with ? bytes_view(with) : std::string_view();
  Keep keep(with);
  if (r.step == 1) {
    if (r.stop < r.start) r.stop = r.start;
    TRY(replace_range(t, b, static_cast<size_t>(r.start), static_cast<size_t>(r.stop), in));
    return kNone;
  }
  if (with && !in.empty()) {
    if (static_cast<int64_t>(in.size()) != r.count)
      return RAISE(ValueError, "attempt to assign bytes of size %ld to extended slice of size %ld", static_cast<int64_t>(in.size()), r.count);
    for (int64_t i = 0, k = r.start; i < r.count; i++, k += r.step) b->data[k] = in[static_cast<size_t>(i)];
    return kNone;
  }
  if (r.count == 0) return kNone;
  if (with && r.step == -1 && r.count == 0) return kNone;
  TRY(check_resizable(t, b));
  int64_t start = r.start, step = r.step;
  if (step < 0) {
    start = r.start + (r.count - 1) * step;
    step = -step;
  }
  int64_t q = start, next = start, left = r.count, n = static_cast<int64_t>(b->size);
  for (int64_t i = start; i < n; i++) {
    if (left && i == next) {
      next += step;
      left--;
    } else {
      b->data[q++] = b->data[i];
    }
  }
  TRY(set_size(t, b, static_cast<size_t>(q)));
  return kNone;
}
Result<Value> bytearray_setitem(Thread& t, Args a) { return bytearray_set_or_delete(t, a, a[2]); }
Result<Value> bytearray_delitem(Thread& t, Args a) { return bytearray_set_or_delete(t, a, Value()); }

Result<Value> bytearray_append(Thread& t, Args a) {
  int c = TRY(byte_value(t, a[1], "byte must be in range(0, 256)"));
  ByteArray* b = self_of(a);
  TRY(resize(t, b, b->size + 1));
  b->data[b->size - 1] = static_cast<char>(c);
  return kNone;
}

Result<Value> bytearray_extend(Thread& t, Args a) {
  ByteArray* b = self_of(a);
  if (a[1] == a[0] || has_buffer(a[1])) {
    Source s;
    size_t end = b->size;  // a __buffer__ may resize it; the data goes to where the end was
    TRY(s.get(t, b, a[1], "bytearray"));
    if (end > b->size) end = b->size;
    TRY(replace_range(t, b, end, end, s.view()));
    return kNone;
  }
  if (is_str(a[1])) return RAISE(TypeError, "expected iterable of integers; got: 'str'");
  Result<Value> it = get_iter(t, a[1]);
  if (!it.ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return RAISE(TypeError, "can't extend bytearray with %T", a[1]);
  }
  TRY(length_hint(t, a[1], 32));
  ByteBuilder out;  // nothing changes when an item is wrong
  Status s = iterate(t, it.value(), [&](Value v) -> Status {
    int c = TRY(byte_value(t, v, "byte must be in range(0, 256)"));
    out.push(static_cast<uint8_t>(c));
    return {};
  });
  if (!s.ok()) return Error{};
  if (out.failed()) return raise_memory(t);
  TRY(replace_range(t, b, b->size, b->size, {reinterpret_cast<const char*>(out.data()), out.size()}));
  return kNone;
}

Result<Value> bytearray_insert(Thread& t, Args a) {
  int64_t i = TRY(to_ssize(t, a[1]));
  char c = static_cast<char>(TRY(byte_value(t, a[2], "byte must be in range(0, 256)")));
  ByteArray* b = self_of(a);
  int64_t n = static_cast<int64_t>(b->size);
  if (i < 0) i = i + n < 0 ? 0 : i + n;
  if (i > n) i = n;
  TRY(replace_range(t, b, static_cast<size_t>(i), static_cast<size_t>(i), {&c, 1}));
  return kNone;
}

Result<Value> bytearray_pop(Thread& t, Args a) {
  int64_t i = a[1] ? TRY(to_ssize(t, a[1])) : -1;
  ByteArray* b = self_of(a);
  int64_t n = static_cast<int64_t>(b->size);
  if (n == 0) return RAISE(IndexError, "pop from empty bytearray");
  if (i < 0) i += n;
  if (i < 0 || i >= n) return RAISE(IndexError, "pop index out of range");
  TRY(check_resizable(t, b));
  int c = static_cast<uint8_t>(b->data[i]);
  TRY(replace_range(t, b, static_cast<size_t>(i), static_cast<size_t>(i) + 1, {}));
  return small_int(c);
}

Result<Value> bytearray_remove(Thread& t, Args a) {
  int c = TRY(byte_value(t, a[1], "byte must be in range(0, 256)"));
  ByteArray* b = self_of(a);
  const void* p = b->size ? memchr(b->data, c, b->size) : nullptr;
  if (!p) return RAISE(ValueError, "value not found in bytearray");
  size_t i = static_cast<size_t>(static_cast<const char*>(p) - b->data);
  TRY(replace_range(t, b, i, i + 1, {}));
  return kNone;
}

Result<Value> bytearray_reverse(Thread&, Args a) {
  ByteArray* b = self_of(a);
  for (size_t i = 0, j = b->size; i + 1 < j; i++) {
    j--;
    char c = b->data[i];
    b->data[i] = b->data[j];
    b->data[j] = c;
  }
  return kNone;
}

Result<Value> bytearray_clear(Thread& t, Args a) {
  TRY(resize(t, self_of(a), 0));
  return kNone;
}
Result<Value> bytearray_copy(Thread& t, Args a) { return TRY(new_bytearray(t, self_of(a)->data ? self_of(a)->data : "", self_of(a)->size)); }

Result<Value> bytearray_resize(Thread& t, Args a) {
  int64_t n = TRY(to_ssize(t, a[1]));
  if (n < 0) return RAISE(ValueError, "Can only resize to positive sizes, got %ld", n);
  ByteArray* b = self_of(a);
  size_t old = b->size;
  TRY(resize(t, b, static_cast<size_t>(n)));
  if (b->size > old) memset(b->data + old, 0, b->size - old);
  return kNone;
}

Result<Value> bytearray_iadd(Thread& t, Args a) {
  if (!has_buffer(a[1])) return RAISE(TypeError, "can't concat %T to %T", a[1], a[0]);
  ByteArray* b = self_of(a);
  Source s;
  TRY(s.get(t, b, a[1], "bytearray"));
  TRY(replace_range(t, b, b->size, b->size, s.view()));
  return a[0];
}
Result<Value> bytearray_imul(Thread& t, Args a) {
  if (!is_int(a[1]) && !type_of(a[1])->dunder(D_index)) return kNotImplemented;
  int64_t n = TRY(to_ssize(t, a[1])), total;
  if (n < 0) n = 0;
  ByteArray* b = self_of(a);
  size_t m = b->size;
  if (__builtin_mul_overflow(static_cast<int64_t>(m), n, &total)) return raise_memory(t);
  TRY(resize(t, b, static_cast<size_t>(total)));
  for (int64_t i = 1; i < n; i++) memcpy(b->data + static_cast<size_t>(i) * m, b->data, m);
  return a[0];
}

// ---- the rest
Result<Value> bytearray_alloc(Thread& t, Args a) { return make_uint(t, self_of(a)->cap); }
Result<Value> bytearray_sizeof(Thread& t, Args a) { return make_uint(t, self_of(a)->type()->basicsize + self_of(a)->cap); }

Result<Value> reduce(Thread& t, Args a, int64_t protocol) {
  ByteArray* b = self_of(a);
  Value state = TRY(call_method(t, a[0], NAME("__getstate__")));
  std::string_view s = bytes_view(b);
  Tuple* args;
  if (protocol < 3) {
    Str* text = s.empty() ? nullptr : TRY(str_from_ucs(t, 1, s.data(), s.size()));
    args = text ? TRY(make_tuple(t, text, TRY(new_str(t, "latin-1")))) : TRY(new_tuple(t, 0));
  } else {
    args = s.empty() ? TRY(new_tuple(t, 0)) : TRY(make_tuple(t, TRY(new_bytes(t, s.data(), s.size()))));
  }
  return TRY(make_tuple(t, b->type(), args, state));
}
Result<Value> bytearray_reduce(Thread& t, Args a) { return reduce(t, a, 2); }
Result<Value> bytearray_reduce_ex(Thread& t, Args a) { return reduce(t, a, a[1] ? TRY(to_cint(t, a[1])) : 0); }

constexpr MethodDef k_methods[] = {
    {"__new__", bytearray_new, nullptr, "Makes an empty bytearray; __init__ fills it.", MethodKind::kNew},
    {"__init__", bytearray_init, "($self, /, source=b'', encoding='utf-8', errors='strict')", "Fills the bytearray."},
    {"__repr__", bytearray_repr, "($self, /)", "Text that makes an equal bytearray."},
    {"__str__", bytearray_str, "($self, /)", "As repr(); a warning under -b."},
    {"__eq__", bytearray_compare<CompareOp::EQ>, "($self, value, /)", "Whether both have the same bytes."},
    {"__ne__", bytearray_compare<CompareOp::NE>, "($self, value, /)", "Whether the bytes differ."},
    {"__lt__", bytearray_compare<CompareOp::LT>, "($self, value, /)", "Lexicographic order."},
    {"__le__", bytearray_compare<CompareOp::LE>, "($self, value, /)", "Lexicographic order."},
    {"__gt__", bytearray_compare<CompareOp::GT>, "($self, value, /)", "Lexicographic order."},
    {"__ge__", bytearray_compare<CompareOp::GE>, "($self, value, /)", "Lexicographic order."},
    {"__setitem__", bytearray_setitem, "($self, key, value, /)", "Sets a byte, or replaces a part."},
    {"__delitem__", bytearray_delitem, "($self, key, /)", "Deletes a byte or a part."},
    {"__iadd__", bytearray_iadd, "($self, value, /)", "Appends the bytes of a buffer."},
    {"__imul__", bytearray_imul, "($self, value, /)", "Repeats the contents."},
    {"__release_buffer__", release_buffer_dunder, "($self, buffer, /)", "Releases a memoryview that __buffer__ made."},
    {"__alloc__", bytearray_alloc, "($self, /)", "How many bytes are allocated."},
    {"__sizeof__", bytearray_sizeof, "($self, /)", "Bytes of the object and its buffer."},
    {"__reduce__", bytearray_reduce, "($self, /)", "For pickling."},
    {"__reduce_ex__", bytearray_reduce_ex, "($self, proto=0, /)", "For pickling."},
    {"append", bytearray_append, "($self, item, /)", "Adds a byte at the end."},
    {"extend", bytearray_extend, "($self, iterable_of_ints, /)", "Adds the bytes of a buffer or of an iterable at the end."},
    {"insert", bytearray_insert, "($self, index, item, /)", "Puts a byte before the index."},
    {"pop", bytearray_pop, "($self, index=-1, /)", "Removes a byte and returns it."},
    {"remove", bytearray_remove, "($self, value, /)", "Removes the first occurrence of a byte."},
    {"reverse", bytearray_reverse, "($self, /)", "Reverses the order in place."},
    {"clear", bytearray_clear, "($self, /)", "Removes everything."},
    {"copy", bytearray_copy, "($self, /)", "A copy."},
    {"resize", bytearray_resize, "($self, size, /)", "Sets the size; new bytes are zero."},
    SHARED_BYTES_ROWS,
};

}  // namespace

Result<ByteArray*> new_bytearray(Thread& t, const void* p, size_t n) {
  ByteArray* b = TRY(alloc<ByteArray>(t, KAA_SHAPE(bytearray)));
  TRY(set_size(t, b, n));
  if (p && n) memcpy(b->data, p, n);
  return b;
}

extern const TypeSpec bytearray_spec = {
    .doc = "bytearray(), bytearray(size), bytearray(iterable of ints), bytearray(buffer), bytearray(text, encoding[, errors]): a mutable sequence of bytes.",
    .methods = k_methods,
    .buffer = &k_buffer,
    .unhashable = "bytearray",
};

}  // namespace kaa
