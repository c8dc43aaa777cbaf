// Elements of a memoryview: formats, copies in another order, lists, comparison.
#include "types/memoryview_items.h"

#include <math.h>

#include <type_traits>

#include "base/half_float.h"

namespace kaa {

char native_format(const char* format) {
  if (format[0] == '@') format++;
  return format[0] && !format[1] && native_format_size(format[0]) ? format[0] : 0;
}

int native_format_size(char f) {
  switch (f) {
    case 'c': case 'b': case 'B': case '?': return 1;
    case 'h': case 'H': case 'e': return 2;
    case 'i': case 'I': case 'f': return 4;
    case 'l': case 'L': case 'q': case 'Q': case 'n': case 'N': case 'd': case 'P': return 8;
    default: return 0;
  }
}

template <class T> static T load(const void* p) {
  T v;
  memcpy(&v, p, sizeof v);
  return v;
}
template <class T> static void store(void* p, T v) { memcpy(p, &v, sizeof v); }

Result<Value> unpack_native(Thread& t, char f, const void* p) {
  switch (f) {
    case 'c': return TRY(new_bytes(t, p, 1));
    case 'b': return small_int(load<int8_t>(p));
    case 'B': return small_int(load<uint8_t>(p));
    case '?': return Value::from_bool(load<uint8_t>(p) != 0);
    case 'h': return small_int(load<int16_t>(p));
    case 'H': return small_int(load<uint16_t>(p));
    case 'i': return small_int(load<int32_t>(p));
    case 'I': return small_int(load<uint32_t>(p));
    case 'l': case 'q': case 'n': return make_int(t, load<int64_t>(p));
    case 'L': case 'Q': case 'N': case 'P': return make_uint(t, load<uint64_t>(p));
    case 'e': return make_float(t, half_to_double(load<uint16_t>(p)));
    case 'f': return make_float(t, load<float>(p));
    case 'd': return make_float(t, load<double>(p));
  }
  return RAISE(NotImplementedError, "memoryview: format %c not supported", f);
}

Error unsupported_format(Thread& t, const char* format) { return RAISE(NotImplementedError, "memoryview: unsupported format %s", format); }

static Error pack_error(Thread& t, Type* type, const char* what, const char* format) {
  clear_exc(t);
  return raise(t, type, "memoryview: invalid %s for format '%s'", what, format);
}

template <class T>
static Status pack_int(Thread& t, const char* format, void* p, Value v) {
  Result<Value> i = to_index(t, v);
  if (!i.ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    return pack_error(t, KAA_TYPE(TypeError), "type", format);
  }
  if constexpr (std::is_signed_v<T>) {
    Result<int64_t> n = to_int64(t, i.value());
    if (!n.ok() || n.value() != static_cast<T>(n.value())) return pack_error(t, KAA_TYPE(ValueError), "value", format);
    store(p, static_cast<T>(n.value()));
  } else {
    Result<uint64_t> n = to_uint64(t, i.value());
    if (!n.ok() || n.value() != static_cast<T>(n.value())) return pack_error(t, KAA_TYPE(ValueError), "value", format);
    store(p, static_cast<T>(n.value()));
  }
  return {};
}

Status pack_native(Thread& t, char f, const char* format, void* p, Value v) {
  switch (f) {
    case 'b': return pack_int<int8_t>(t, format, p, v);
    case 'B': return pack_int<uint8_t>(t, format, p, v);
    case 'h': return pack_int<int16_t>(t, format, p, v);
    case 'H': return pack_int<uint16_t>(t, format, p, v);
    case 'i': return pack_int<int32_t>(t, format, p, v);
    case 'I': return pack_int<uint32_t>(t, format, p, v);
    case 'l': case 'q': case 'n': return pack_int<int64_t>(t, format, p, v);
    case 'L': case 'Q': case 'N': case 'P': return pack_int<uint64_t>(t, format, p, v);
    case '?': {
      bool b = TRY(truth(t, v));
      store<uint8_t>(p, b);
      return {};
    }
    case 'c':
      if (!is_bytes(v)) return pack_error(t, KAA_TYPE(TypeError), "type", format);
      if (v.as<Bytes>()->size != 1) return pack_error(t, KAA_TYPE(ValueError), "value", format);
      store<char>(p, v.as<Bytes>()->data()[0]);
      return {};
    case 'e': case 'f': case 'd': {
      Result<double> d = to_double(t, v);
      if (!d.ok()) {
        if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
        return pack_error(t, KAA_TYPE(TypeError), "type", format);
      }
      if (f == 'd') store(p, d.value());
      else if (f == 'f') store(p, static_cast<float>(d.value()));
      else {
        uint16_t h;
        if (!double_to_half(d.value(), &h)) return RAISE(OverflowError, "float too large to pack with e format");
        store(p, h);
      }
      return {};
    }
  }
  return unsupported_format(t, format);
}

Result<Value> view_get(Thread& t, MemoryView* m, char* p) {
  char f = native_format(m->format);
  if (!f) return unsupported_format(t, m->format);
  return unpack_native(t, f, p);
}

// ---- order
bool view_c_contiguous(const MemoryView* m) {
  if (m->indirect) return false;
  int64_t step = m->itemsize;
  if (m->size == 0) return true;
  for (int i = m->ndim - 1; i >= 0; i--) {
    if (m->shape()[i] > 1 && m->strides()[i] != step) return false;
    step *= m->shape()[i];
  }
  return true;
}
bool view_f_contiguous(const MemoryView* m) {
  if (m->indirect) return false;
  int64_t step = m->itemsize;
  if (m->size == 0) return true;
  for (int i = 0; i < m->ndim; i++) {
    if (m->shape()[i] > 1 && m->strides()[i] != step) return false;
    step *= m->shape()[i];
  }
  return true;
}

static void copy_out(const MemoryView* m, char* p, int d, char* out, const int64_t* out_strides) {
  if (d == m->ndim) {
    memcpy(out, p, static_cast<size_t>(m->itemsize));
    return;
  }
  for (int64_t i = 0; i < m->shape()[d]; i++) copy_out(m, view_item(m, p, d, i), d + 1, out + i * out_strides[d], out_strides);
}

void view_copy_out(const MemoryView* m, char* out, char order) {
  if (order == 'F' ? view_f_contiguous(m) : view_c_contiguous(m)) {
    if (m->size) memcpy(out, m->data, static_cast<size_t>(m->size));
    return;
  }
  int64_t strides[kMaxBufferDims], step = m->itemsize;
  for (int i = 0; i < m->ndim; i++) {
    int d = order == 'F' ? i : m->ndim - 1 - i;
    strides[d] = step;
    step *= m->shape()[d];
  }
  copy_out(m, m->data, 0, out, strides);
}

static Result<Value> list_dimension(Thread& t, MemoryView* m, char f, char* p, int d) {
  if (d == m->ndim) return unpack_native(t, f, p);
  int64_t n = m->shape()[d];
  List* l = TRY(new_list(t, static_cast<size_t>(n)));
  for (int64_t i = 0; i < n; i++) {
    char* item = view_item(m, p, d, i);
    Value v = d + 1 == m->ndim && f == 'B' ? Value(small_int(static_cast<uint8_t>(*item))) : TRY(list_dimension(t, m, f, item, d + 1));
    TRY(list_append(t, l, v));
  }
  return l;
}
Result<Value> view_tolist(Thread& t, MemoryView* m) {
  char f = native_format(m->format);
  if (!f) return unsupported_format(t, m->format);
  return list_dimension(t, m, f, m->data, 0);
}

// ---- comparison
namespace {

// Reads items of one side: natively, or for other formats with the struct module.
class Reader {
 public:
  // False: the format cannot be read at all, so nothing is equal.
  Result<bool> start(Thread& t, MemoryView* m) {
    view_ = m;
    native_ = native_format(m->format);
    if (native_) return true;
    Value cls = TRY(import_attr(t, "_struct", "Struct"));
    Result<Value> s = call(t, cls, TRY(new_str(t, m->format)));
    if (!s.ok()) {
      Value error = TRY(import_attr(t, "_struct", "error"));
      if (!is_type(error) || !exc_matches(t, error.as<Type>())) return Error{};
      clear_exc(t);
      return false;
    }
    unpack_ = TRY(get_attr(t, s.value(), NAME("unpack")));
    return true;
  }
  Result<Value> read(Thread& t, const char* p) {
    if (native_) return unpack_native(t, native_, p);
    Value b = TRY(new_bytes(t, p, static_cast<size_t>(view_->itemsize)));
    Value v = TRY(call(t, unpack_, b));
    if (is_tuple(v) && v.as<Tuple>()->size == 1) return v.as<Tuple>()->items[0];
    return v;
  }
  char native() const { return native_; }

 private:
  MemoryView* view_ = nullptr;
  char native_ = 0;
  Value unpack_;
};

Result<bool> equal_dimension(Thread& t, MemoryView* a, MemoryView* b, Reader& ra, Reader& rb, bool raw, char* p, char* q, int d) {
  if (d == a->ndim) {
    if (raw) return memcmp(p, q, static_cast<size_t>(a->itemsize)) == 0;
    Value x = TRY(ra.read(t, p)), y = TRY(rb.read(t, q));
    return compare_bool(t, CompareOp::EQ, x, y);
  }
  int64_t n = a->shape()[d];
  if (raw && d == a->ndim - 1 && !a->indirect && !b->indirect && a->strides()[d] == a->itemsize && b->strides()[d] == b->itemsize)
    return n == 0 || memcmp(p, q, static_cast<size_t>(n * a->itemsize)) == 0;
  for (int64_t i = 0; i < n; i++) {
    bool same = TRY(equal_dimension(t, a, b, ra, rb, raw, view_item(a, p, d, i), view_item(b, q, d, i), d + 1));
    if (!same) return false;
  }
  return true;
}

}  // namespace

Result<bool> view_equal(Thread& t, MemoryView* a, MemoryView* b) {
  if (a->ndim != b->ndim) return false;
  for (int i = 0; i < a->ndim; i++) {
    if (a->shape()[i] != b->shape()[i]) return false;
    if (a->shape()[i] == 0) break;
  }
  Reader ra, rb;
  if (!TRY(ra.start(t, a)) || !TRY(rb.start(t, b))) return false;
  bool raw = ra.native() && ra.native() == rb.native() && !strchr("efd?", ra.native());
  return equal_dimension(t, a, b, ra, rb, raw, a->data, b->data, 0);
}

}  // namespace kaa
