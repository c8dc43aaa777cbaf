// bytes: making, text, comparing, hashing; and the sequence operations that it shares with bytearray.
#include "types/bytes.h"

#include "base/siphash.h"
#include "runtime/codecs_api.h"
#include "runtime/call.h"
#include "runtime/plain.h"

namespace kaa {

// ---- helpers for both types
Result<Value> bytes_like(Thread& t, Value self, const void* p, size_t n) {
  if (is_bytes(self)) return TRY(new_bytes(t, p, n));
  return TRY(new_bytearray(t, p, n));
}
Result<Value> bytes_unchanged(Thread& t, Value self) {
  if (IS_EXACT(self, bytes)) return self;
  return bytes_like(t, self, bytes_view(self));
}

static Result<int64_t> slice_index(Thread& t, Value v, int64_t missing) {
  if (v.is_int()) return v.as_int();
  if (!v || v.is_none()) return missing;
  if (!is_int(v) && !type_of(v)->dunder(D_index)) return RAISE(TypeError, "slice indices must be integers or None or have an __index__ method");
  return to_ssize_clamped(t, v);
}
Result<SliceParts> slice_parts(Thread& t, SliceObject* s) {
  int64_t step = TRY(slice_index(t, s->step, 1));
  if (step == 0) return RAISE(ValueError, "slice step cannot be zero");
  if (step < -INT64_MAX) step = -INT64_MAX;
  int64_t start = TRY(slice_index(t, s->start, step < 0 ? INT64_MAX : 0));
  int64_t stop = TRY(slice_index(t, s->stop, step < 0 ? INT64_MIN : INT64_MAX));
  return SliceParts{start, stop, step};
}

IndexRange fit_slice(const SliceParts& s, int64_t length) {
  bool back = s.step < 0;
  int64_t lo = back ? -1 : 0, hi = back ? length - 1 : length;
  auto clamp = [&](int64_t i) {
    if (i < 0) i += length;
    return i < lo ? lo : i > hi ? hi : i;
  };
  int64_t start = clamp(s.start), stop = clamp(s.stop), step = s.step;
  if (LIKELY(step == 1)) return {start, stop, 1, start < stop ? stop - start : 0};  // a division takes longer than all else
  int64_t count = back ? (stop < start ? (start - stop - 1) / -step + 1 : 0) : start < stop ? (stop - start - 1) / step + 1 : 0;
  return {start, stop, step, count};
}

Result<FindRange> find_range(Thread& t, Value start, Value end, int64_t length) {
  int64_t s = TRY(slice_index(t, start, 0)), e = TRY(slice_index(t, end, INT64_MAX));
  if (e > length) e = length;
  else if (e < 0) e = e + length < 0 ? 0 : e + length;
  if (s < 0) s = s + length < 0 ? 0 : s + length;
  return FindRange{s, e};
}

Result<int64_t> checked_index(Thread& t, Value key, int64_t length, const char* message) {
  Result<int64_t> r = to_ssize(t, key);
  if (!r.ok()) {
    if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
    clear_exc(t);
    return RAISE(IndexError, "cannot fit '%T' into an index-sized integer", key);
  }
  int64_t i = r.value();
  if (i < 0) i += length;
  if (i < 0 || i >= length) return RAISE(IndexError, "%s", message);
  return i;
}

Result<int> byte_value(Thread& t, Value v, const char* message) {
  if (LIKELY(v.is_int())) {
    if (LIKELY(static_cast<uint64_t>(v.as_int()) < 256)) return static_cast<int>(v.as_int());
    return RAISE(ValueError, "%s", message);
  }
  Value i = TRY(to_index(t, v));
  if (!i.is_int() || i.as_int() < 0 || i.as_int() > 255) return RAISE(ValueError, "%s", message);
  return static_cast<int>(i.as_int());
}

Result<Value> bytes_from_object(Thread& t, Value source, const char* what) {
  if (IS_EXACT(source, bytes)) return source;
  if (has_buffer(source)) {
    Buffer b;
    TRY(get_buffer_full(t, source, b, false));
    if (!buffer_contiguous(b)) {
      release_buffer(b);
      Value m = TRY(new_memoryview(t, source));
      return call_method(t, m, NAME("tobytes"));
    }
    Result<Bytes*> r = new_bytes(t, b.data ? b.data : "", static_cast<size_t>(b.size));
    release_buffer(b);
    return r;
  }
  if (is_str(source) || (!IS_EXACT(source, list) && !IS_EXACT(source, tuple) && !type_of(source)->dunder(D_iter) && !type_of(source)->dunder(D_getitem)))
    return RAISE(TypeError, "cannot convert '%T' object to %s", source, what);
  if (!IS_EXACT(source, list) && !IS_EXACT(source, tuple)) {
    Result<Value> it = get_iter(t, source);
    if (!it.ok()) {
      if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
      clear_exc(t);
      return RAISE(TypeError, "cannot convert '%T' object to %s", source, what);
    }
    source = it.value();
  }
  ByteBuilder out;
  Status s = iterate(t, source, [&](Value v) -> Status {
    int b = TRY(byte_value(t, v, "bytes must be in range(0, 256)"));
    out.push(static_cast<uint8_t>(b));
    return {};
  });
  if (!s.ok()) return Error{};
  if (out.failed()) return raise_memory(t);
  return TRY(new_bytes(t, out.data() ? out.data() : reinterpret_cast<const uint8_t*>(""), out.size()));
}

Result<Str*> bytes_repr_text(Thread& t, std::string_view s, bool of_bytearray) {
  char quote = s.find('\'') != s.npos && s.find('"') == s.npos ? '"' : '\'';
  ByteBuilder out;
  out.reserve(s.size() + 16);
  out.push('b');
  out.push(static_cast<uint8_t>(quote));
  for (char ch : s) {
    uint8_t c = static_cast<uint8_t>(ch);
    if (c >= 0x20 && c < 0x7F) {
      if (ch == quote || ch == '\\' || (of_bytearray && ch == '\'')) out.push('\\');
      out.push(c);
      continue;
    }
    out.push('\\');
    if (c == '\n') out.push('n');
    else if (c == '\t') out.push('t');
    else if (c == '\r') out.push('r');
    else {
      out.push('x');
      out.push(static_cast<uint8_t>("0123456789abcdef"[c >> 4]));
      out.push(static_cast<uint8_t>("0123456789abcdef"[c & 15]));
    }
  }
  out.push(static_cast<uint8_t>(quote));
  if (out.failed()) return raise_memory(t);
  return new_str_ascii(t, reinterpret_cast<const char*>(out.data()), out.size());
}

// ---- sequence operations
Result<Value> bytes_len(Thread&, Args a) { return small_int(static_cast<int64_t>(bytes_view(a[0]).size())); }

Result<Value> bytes_getitem(Thread& t, Args a) {
  bool array = !is_bytes(a[0]);
  if (!IS_EXACT(a[1], slice) && (a[1].is_int() || is_int(a[1]) || type_of(a[1])->dunder(D_index))) {
    // The length must be that after __index__ ran.
    Value key = a[1].is_int() ? a[1] : TRY(to_index(t, a[1]));
    int64_t i = TRY(checked_index(t, key, static_cast<int64_t>(bytes_view(a[0]).size()), array ? "bytearray index out of range" : "index out of range"));
    return small_int(static_cast<uint8_t>(bytes_view(a[0])[static_cast<size_t>(i)]));
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "%s indices must be integers or slices, not %T", array ? "bytearray" : "byte", a[1]);
  SliceObject* s = a.as<SliceObject>(1);
  SliceParts parts = TRY(slice_parts(t, s));
  IndexRange r = fit_slice(parts, static_cast<int64_t>(bytes_view(a[0]).size()));
  std::string_view v = bytes_view(a[0]);
  if (r.count <= 0) return bytes_like(t, a[0], "", 0);
  if (r.step == 1) {
    if (r.count == static_cast<int64_t>(v.size()) && !array) return bytes_unchanged(t, a[0]);
    return bytes_like(t, a[0], v.data() + r.start, static_cast<size_t>(r.count));
  }
  Value out = TRY(bytes_like(t, a[0], nullptr, static_cast<size_t>(r.count)));
  char* q = bytes_room(out);
  for (int64_t i = 0, k = r.start; i < r.count; i++, k += r.step) q[i] = v[static_cast<size_t>(k)];
  return out;
}

Result<Value> bytes_add(Thread& t, Args a) {
  if (!has_buffer(a[1])) return kNotImplemented;
  if (IS_EXACT(a[0], bytes) && IS_EXACT(a[1], bytes)) {
    if (a.as<Bytes>(1)->size == 0) return a[0];
    if (a.as<Bytes>(0)->size == 0) return a[1];
  }
  BufferHold h;
  TRY(h.get(t, a[1]));
  std::string_view s = bytes_view(a[0]);
  uint64_t n = s.size() + h.size();
  if (n > INT64_MAX) return raise_memory(t);
  Value r = TRY(bytes_like(t, a[0], nullptr, n));
  s = bytes_view(a[0]);
  char* q = bytes_room(r);
  if (!s.empty()) memcpy(q, s.data(), s.size());
  if (h.size()) memcpy(q + s.size(), h.data(), h.size());
  return r;
}

Result<Value> bytes_mul(Thread& t, Args a) {
  if (!is_int(a[1]) && !type_of(a[1])->dunder(D_index)) return kNotImplemented;
  int64_t n = TRY(to_ssize(t, a[1]));
  if (n < 0) n = 0;
  size_t m = bytes_view(a[0]).size();
  int64_t total;
  if (__builtin_mul_overflow(static_cast<int64_t>(m), n, &total)) {
    if (is_bytes(a[0])) return RAISE(OverflowError, "repeated bytes are too long");
    return raise_memory(t);
  }
  if (n == 1 || (m == 0 && is_bytes(a[0]))) return bytes_unchanged(t, a[0]);
  Value r = TRY(bytes_like(t, a[0], nullptr, static_cast<size_t>(total)));
  char* q = bytes_room(r);
  const char* p = bytes_view(a[0]).data();
  if (m == 1) {
    memset(q, *p, static_cast<size_t>(total));
  } else if (total) {
    memcpy(q, p, m);
    for (size_t done = m; done < static_cast<size_t>(total);) {  // doubles what is there
      size_t k = done < static_cast<size_t>(total) - done ? done : static_cast<size_t>(total) - done;
      memcpy(q + done, q, k);
      done += k;
    }
  }
  return r;
}

Result<Value> bytes_mod(Thread& t, Args a) {
  BufferHold h;  // a bytearray must not be resized by what formats its arguments
  TRY(h.get(t, a[0]));
  return percent_format_bytes(t, h.view(), a[1], !is_bytes(a[0]));
}
Result<Value> bytes_rmod(Thread& t, Args a) {
  if (is_bytes(a[0]) ? !is_bytes(a[1]) : !is_bytearray(a[1])) return kNotImplemented;
  BufferHold h;
  TRY(h.get(t, a[1]));
  return percent_format_bytes(t, h.view(), a[0], !is_bytes(a[1]));
}

// ---- iterators of bytes and bytearray: index and sequence
Result<Value> bytes_iter(Thread& t, Args a) {
  SeqIter* it = TRY(alloc<SeqIter>(t, is_bytes(a[0]) ? KAA_SHAPE(bytes_iterator) : KAA_SHAPE(bytearray_iterator)));
  it->seq.init(a[0]);
  return it;
}
static Result<Value> iter_step(Thread&, Object* o) {
  SeqIter* it = static_cast<SeqIter*>(o);
  if (!it->seq) return Value();
  std::string_view s = IS_EXACT(it->seq.value(), bytes) ? it->seq.value().as<Bytes>()->view() : bytes_view(it->seq);
  if (it->index < s.size()) return small_int(static_cast<uint8_t>(s[it->index++]));
  it->seq.clear();
  return Value();
}
static Result<Value> iter_length_hint(Thread&, Args a) {
  SeqIter* it = a.as<SeqIter>(0);
  size_t n = it->seq ? bytes_view(it->seq).size() : 0;
  return small_int(it->index < n ? static_cast<int64_t>(n - it->index) : 0);
}
static Result<Value> iter_reduce(Thread& t, Args a) {
  SeqIter* it = a.as<SeqIter>(0);
  Value f = TRY(frame_builtin(t, NAME("iter")));
  it = a.as<SeqIter>(0);
  if (!it->seq) {
    Value none = interp().empty_tuple;
    return TRY(make_tuple(t, f, TRY(make_tuple(t, none))));
  }
  return TRY(make_tuple(t, f, TRY(make_tuple(t, it->seq.get())), small_int(static_cast<int64_t>(it->index))));
}
static Result<Value> iter_setstate(Thread& t, Args a) {
  int64_t i = TRY(to_ssize(t, a[1]));
  SeqIter* it = a.as<SeqIter>(0);
  if (it->seq) {
    int64_t n = static_cast<int64_t>(bytes_view(it->seq).size());
    it->index = static_cast<uint64_t>(i < 0 ? 0 : i > n ? n : i);
  }
  return kNone;
}
static constexpr MethodDef k_iter_methods[] = {
    {"__length_hint__", iter_length_hint, "($self, /)", "How many bytes should still come."},
    {"__reduce__", iter_reduce, "($self, /)", "For copying and pickling."},
    {"__setstate__", iter_setstate, "($self, state, /)", "Sets the index."},
};
extern const TypeSpec bytes_iterator_spec = {.doc = "Iterator over a bytes.", .methods = k_iter_methods, .iternext = iter_step};
extern const TypeSpec bytearray_iterator_spec = {.doc = "Iterator over a bytearray.", .methods = k_iter_methods, .iternext = iter_step};

namespace {

// ---- bytes alone
Status bytes_get_buffer(Thread& t, Object* self, Buffer& out, bool writable) {
  if (writable) return RAISE(BufferError, "Object is not writable.");
  Bytes* b = static_cast<Bytes*>(self);
  out.data = b->data();
  out.size = static_cast<int64_t>(b->size);
  out.itemsize = 1;
  out.format = "B";
  out.readonly = true;
  return {};
}
constexpr BufferProcs k_buffer = {bytes_get_buffer, nullptr};

Result<Value> make_bytes(Thread& t, Value source, Value encoding, Value errors) {
  if (encoding && !is_str(encoding)) return RAISE(TypeError, "bytes() argument 'encoding' must be str, not %T", encoding);
  if (errors && !is_str(errors)) return RAISE(TypeError, "bytes() argument 'errors' must be str, not %T", errors);
  if (source && !encoding && !errors && is_str(source) && !IS_EXACT(source, str)) {  // a subclass of str may say what its bytes are
    if (Opt f = TRY(lookup_special(t, source, NAME("__bytes__")))) {
      Value b = TRY(call(t, f.v));
      if (!is_bytes(b)) return RAISE(TypeError, "__bytes__ returned non-bytes (type %T)", b);
      return b;
    }
  }
  if (!source || !is_str(source)) {
    if (encoding) return RAISE(TypeError, "encoding without a string argument");
    if (errors) return RAISE(TypeError, "errors without a string argument");
  } else {
    if (!encoding) return RAISE(TypeError, "string argument without an encoding");
    Utf8 e, r;
    TRY(codec_name_argument(t, encoding, "bytes", "encoding", e));
    TRY(codec_name_argument(t, errors, "bytes", "errors", r));
    return encode_str(t, source.as<Str>(), e.data, r.data);
  }
  if (!source) return interp().empty_bytes;
  if (IS_EXACT(source, bytes)) return source;
  if (Opt f = TRY(lookup_special(t, source, NAME("__bytes__")))) {
    Value b = TRY(call(t, f.v));
    if (!is_bytes(b)) return RAISE(TypeError, "__bytes__ returned non-bytes (type %T)", b);
    return b;
  }
  if (is_int(source) || type_of(source)->dunder(D_index)) {
    Result<int64_t> n = to_ssize(t, source);
    if (n.ok()) {
      if (n.value() < 0) return RAISE(ValueError, "negative count");
      if (n.value() == 0) return interp().empty_bytes;
      Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(n.value())));
      memset(b->data(), 0, b->size);
      return b;
    }
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
  }
  return bytes_from_object(t, source, "bytes");
}

Result<Value> bytes_new(Thread& t, Args a) {
  Value v = TRY(make_bytes(t, a[1], a[2], a[3]));
  Type* cls = a.as<Type>(0);
  if (cls == KAA_TYPE(bytes)) return v;
  Keep keep(v);
  size_t n = v.as<Bytes>()->size;
  Bytes* b = TRY(alloc_as<Bytes>(t, cls, n + 1));
  b->size = n;
  memcpy(b->data(), v.as<Bytes>()->data(), n + 1);
  return b;
}

Result<Value> bytes_repr(Thread& t, Args a) { return TRY(bytes_repr_text(t, bytes_view(a[0]), false)); }
Result<Value> bytes_str(Thread& t, Args a) {
  if (interp().bytes_warning) TRY(warn(t, KAA_TYPE(BytesWarning), 1, "str() on a bytes instance"));
  return bytes_repr(t, a);
}

Result<Value> bytes_hash(Thread& t, Args a) { return make_int(t, hash_of_bytes(a.as<Bytes>(0))); }

template <CompareOp op>
Result<Value> bytes_compare(Thread& t, Args a) {
  if (!is_bytes(a[1])) {
    if (interp().bytes_warning && (op == CompareOp::EQ || op == CompareOp::NE)) {
      if (is_str(a[1])) TRY(warn(t, KAA_TYPE(BytesWarning), 1, "Comparison between bytes and string"));
      else if (is_int(a[1])) TRY(warn(t, KAA_TYPE(BytesWarning), 1, "Comparison between bytes and int"));
    }
    return kNotImplemented;
  }
  std::string_view x = a.as<Bytes>(0)->view(), y = a.as<Bytes>(1)->view();
  if constexpr (op == CompareOp::EQ) return Value::from_bool(x == y);
  if constexpr (op == CompareOp::NE) return Value::from_bool(x != y);
  int c = x.compare(y);
  return Value::from_bool(op == CompareOp::LT ? c < 0 : op == CompareOp::LE ? c <= 0 : op == CompareOp::GT ? c > 0 : c >= 0);
}

Result<Value> bytes_bytes(Thread& t, Args a) { return bytes_unchanged(t, a[0]); }
Result<Value> bytes_getnewargs(Thread& t, Args a) {
  Value b = TRY(new_bytes(t, a.as<Bytes>(0)->data(), a.as<Bytes>(0)->size));
  return TRY(make_tuple(t, b));
}

constexpr MethodDef k_methods[] = {
    {"__new__", bytes_new, "($cls, source=b'', encoding='utf-8', errors='strict')", "Makes a bytes.", MethodKind::kNew},
    {"__repr__", bytes_repr, "($self, /)", "The text of a bytes literal."},
    {"__str__", bytes_str, "($self, /)", "As repr(); a warning under -b."},
    {"__hash__", bytes_hash, "($self, /)", "The hash of the bytes."},
    {"__eq__", bytes_compare<CompareOp::EQ>, "($self, value, /)", "Whether both have the same bytes."},
    {"__ne__", bytes_compare<CompareOp::NE>, "($self, value, /)", "Whether the bytes differ."},
    {"__lt__", bytes_compare<CompareOp::LT>, "($self, value, /)", "Lexicographic order."},
    {"__le__", bytes_compare<CompareOp::LE>, "($self, value, /)", "Lexicographic order."},
    {"__gt__", bytes_compare<CompareOp::GT>, "($self, value, /)", "Lexicographic order."},
    {"__ge__", bytes_compare<CompareOp::GE>, "($self, value, /)", "Lexicographic order."},
    {"__bytes__", bytes_bytes, "($self, /)", "An exact bytes."},
    {"__getnewargs__", bytes_getnewargs, "($self, /)", "For pickling."},
    SHARED_BYTES_ROWS,
};

}  // namespace

int64_t hash_of_bytes(Bytes* b) {
  if (!b->hash) b->hash = hash_bytes(HashSecret{interp().hash_key0, interp().hash_key1}, b->data(), static_cast<int64_t>(b->size));
  return b->hash;
}

extern const TypeSpec bytes_spec = {
    .doc = "bytes(), bytes(size), bytes(iterable of ints), bytes(buffer), bytes(text, encoding[, errors]): an immutable sequence of bytes.",
    .methods = k_methods,
    .buffer = &k_buffer,
};

}  // namespace kaa
