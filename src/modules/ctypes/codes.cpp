// The type codes of simple types: how each is read, written and passed.
#include <wchar.h>

#include "modules/ctypes/ctypes.h"
#include "types/complex.h"

namespace kaa::ctypes {

namespace {

template <class T> T swap_bytes(T v) {
  unsigned char b[sizeof(T)];
  memcpy(b, &v, sizeof v);
  for (size_t i = 0; i < sizeof(T) / 2; i++) { unsigned char x = b[i]; b[i] = b[sizeof(T) - 1 - i]; b[sizeof(T) - 1 - i] = x; }
  memcpy(&v, b, sizeof v);
  return v;
}
template <class T, bool kSwap> T load(const char* p) {
  T v;
  memcpy(&v, p, sizeof v);
  return kSwap ? swap_bytes(v) : v;
}
template <class T, bool kSwap> void store(char* p, T v) {
  if (kSwap) v = swap_bytes(v);
  memcpy(p, &v, sizeof v);
}

// ---- integers, or some bits of one
template <class T, bool kSwap> Result<Value> get_int(Thread& t, const char* p, Extent e) {
  constexpr bool kSigned = T(-1) < T(0);
  uint64_t bits = static_cast<uint64_t>(load<T, kSwap>(p));
  int width = e.bit_size ? e.bit_size : static_cast<int>(sizeof(T) * 8);
  bits = bits >> e.bit_offset << (64 - width);
  if (kSigned) return make_int(t, static_cast<int64_t>(bits) >> (64 - width));
  return make_uint(t, bits >> (64 - width));
}
template <class T, bool kSwap> void store_bits(char* p, uint64_t v, Extent e) {
  if (e.bit_size) {
    uint64_t mask = (e.bit_size >= 64 ? ~uint64_t{0} : (uint64_t{1} << e.bit_size) - 1) << e.bit_offset;
    v = (static_cast<uint64_t>(load<T, kSwap>(p)) & ~mask) | (v << e.bit_offset & mask);
  }
  store<T, kSwap>(p, static_cast<T>(v));
}
template <class T, bool kSwap> Result<Value> set_int(Thread& t, char* p, Value v, Extent e) {
  uint64_t n = v.is_int() ? static_cast<uint64_t>(v.as_int()) : TRY(to_uint64_mask(t, v));
  store_bits<T, kSwap>(p, n, e);
  return kNone;
}
Result<Value> get_bool(Thread&, const char* p, Extent e) {
  uint8_t b = load<uint8_t, false>(p);
  return Value::from_bool(e.bit_size ? (b >> e.bit_offset & ((1u << e.bit_size) - 1)) : b);
}
Result<Value> set_bool(Thread& t, char* p, Value v, Extent e) {
  bool b = TRY(truth(t, v));
  store_bits<uint8_t, false>(p, b, e);
  return kNone;
}

// VARIANT_BOOL: true is -1.
Result<Value> get_variant_bool(Thread&, const char* p, Extent) { return Value::from_bool(load<int16_t, false>(p)); }
Result<Value> set_variant_bool(Thread& t, char* p, Value v, Extent) {
  bool b = TRY(truth(t, v));
  store<int16_t, false>(p, b ? -1 : 0);
  return kNone;
}

// ---- floating point. long double has no more digits in Python than a double.
template <class T, bool kSwap> Result<Value> get_float(Thread& t, const char* p, Extent) { return make_float(t, static_cast<double>(load<T, kSwap>(p))); }
template <class T, bool kSwap> Result<Value> set_float(Thread& t, char* p, Value v, Extent) {
  double d = TRY(to_double(t, v));
  store<T, kSwap>(p, static_cast<T>(d));
  return kNone;
}
template <class T, bool kSwap> Result<Value> get_complex(Thread& t, const char* p, Extent) {
  return make_complex(t, static_cast<double>(load<T, kSwap>(p)), static_cast<double>(load<T, kSwap>(p + sizeof(T))));
}
template <class T, bool kSwap> Result<Value> set_complex(Thread& t, char* p, Value v, Extent) {
  Complex c = TRY(to_complex(t, v));
  store<T, kSwap>(p, static_cast<T>(c.re));
  store<T, kSwap>(p + sizeof(T), static_cast<T>(c.im));
  return kNone;
}

// ---- characters
Result<Value> get_char(Thread& t, const char* p, Extent) { return TRY(new_bytes(t, p, 1)); }
Result<Value> set_char(Thread& t, char* p, Value v, Extent) {
  if (is_bytes(v)) {
    if (v.as<Bytes>()->size != 1)
      return RAISE(TypeError, "one character bytes, bytearray, or an integer in range(256) expected, not bytes of length %lu", v.as<Bytes>()->size);
    *p = *v.as<Bytes>()->data();
    return kNone;
  }
  if (is_instance(v, KAA_TYPE(bytearray))) {
    if (v.as<ByteArray>()->size != 1)
      return RAISE(TypeError, "one character bytes, bytearray, or an integer in range(256) expected, not bytearray of length %lu", v.as<ByteArray>()->size);
    *p = *v.as<ByteArray>()->data;
    return kNone;
  }
  if (is_int(v)) {
    Result<int64_t> n = to_int64(t, v);
    if (!n.ok()) clear_exc(t);
    if (!n.ok() || n.value() < 0 || n.value() > 255) return RAISE(TypeError, "integer not in range(256)");
    *p = static_cast<char>(n.value());
    return kNone;
  }
  return RAISE(TypeError, "one character bytes, bytearray, or an integer in range(256) expected, not %T", v);
}
Status check_char(Thread& t, uint32_t c) {
  if (c <= 0x10FFFF) return {};
  return RAISE(ValueError, "character U+%x is not in range [U+0000; U+10ffff]", c);
}
Result<Value> get_wchar(Thread& t, const char* p, Extent) {
  uint32_t c = load<uint32_t, false>(p);
  TRY(check_char(t, c));
  return TRY(str_char(t, c));
}
Result<Value> set_wchar(Thread& t, char* p, Value v, Extent) {
  if (!is_str(v)) return RAISE(TypeError, "a unicode character expected, not instance of %T", v);
  if (v.as<Str>()->length != 1) return RAISE(TypeError, "a unicode character expected, not a string of length %lu", v.as<Str>()->length);
  store<uint32_t, false>(p, v.as<Str>()->at(0));
  return kNone;
}

// ---- pointers
Result<Value> get_char_pointer(Thread& t, const char* p, Extent) {
  const char* s = static_cast<const char*>(pointer_at(p));
  if (!s) return kNone;
  return TRY(new_bytes(t, s, strlen(s)));
}
Result<Value> set_char_pointer(Thread& t, char* p, Value v, Extent) {
  if (v.is_none()) {
    set_pointer_at(p, nullptr);
  } else if (is_bytes(v)) {
    set_pointer_at(p, v.as<Bytes>()->data());
    return v;
  } else if (is_int(v)) {
    store<uint64_t, false>(p, TRY(to_uint64_mask(t, v)));
  } else {
    return RAISE(TypeError, "bytes or integer address expected instead of %T instance", v);
  }
  return kNone;
}
Result<Value> get_wchar_pointer(Thread& t, const char* p, Extent) {
  const wchar_t* s = static_cast<const wchar_t*>(pointer_at(p));
  if (!s) return kNone;
  size_t n = wcslen(s);
  for (size_t i = 0; i < n; i++) TRY(check_char(t, static_cast<uint32_t>(s[i])));
  return TRY(str_from_ucs4(t, reinterpret_cast<const uint32_t*>(s), n));
}
// The characters as C wants them lie in a bytes object, which is kept.
Result<Value> set_wchar_pointer(Thread& t, char* p, Value v, Extent) {
  if (v.is_none()) {
    set_pointer_at(p, nullptr);
    return kNone;
  }
  if (is_int(v)) {
    store<uint64_t, false>(p, TRY(to_uint64_mask(t, v)));
    return kNone;
  }
  if (!is_str(v)) return RAISE(TypeError, "unicode string or integer address expected instead of %T instance", v);
  Str* s = v.as<Str>();
  Bytes* b = TRY(new_bytes(t, nullptr, (s->length + 1) * sizeof(wchar_t)));
  for (uint64_t i = 0; i < s->length; i++) store<uint32_t, false>(b->data() + i * 4, s->at(i));
  store<uint32_t, false>(b->data() + s->length * 4, 0);
  set_pointer_at(p, b->data());
  return b;
}
Result<Value> get_pointer(Thread& t, const char* p, Extent) {
  uint64_t a = load<uint64_t, false>(p);
  if (!a) return kNone;
  return make_uint(t, a);
}
Result<Value> set_pointer(Thread& t, char* p, Value v, Extent) {
  if (v.is_none()) set_pointer_at(p, nullptr);
  else if (is_int(v)) store<uint64_t, false>(p, TRY(to_uint64_mask(t, v)));
  else return RAISE(TypeError, "cannot be converted to pointer");
  return kNone;
}
// An object is one word, as in a register; an empty word is NULL.
Result<Value> set_object(Thread&, char* p, Value v, Extent) {
  store<uint64_t, false>(p, v.bits());
  return v;
}

#define INTEGER(code, format, type, ffi) {code, format, &ffi, get_int<type, false>, get_int<type, true>, set_int<type, false>, set_int<type, true>}
#define FLOAT(code, type, ffi, kind, get_sw, set_sw) {code, code, &ffi, get_##kind<type, false>, get_sw, set_##kind<type, false>, set_sw}
const TypeCode k_codes[] = {
    {'c', 'c', &ffi_type_schar, get_char, get_char, set_char, set_char},
    INTEGER('b', 'b', int8_t, ffi_type_sint8),
    INTEGER('B', 'B', uint8_t, ffi_type_uint8),
    INTEGER('h', 'h', int16_t, ffi_type_sint16),
    INTEGER('H', 'H', uint16_t, ffi_type_uint16),
    INTEGER('i', 'i', int32_t, ffi_type_sint32),
    INTEGER('I', 'I', uint32_t, ffi_type_uint32),
    INTEGER('l', 'q', int64_t, ffi_type_sint64),
    INTEGER('L', 'Q', uint64_t, ffi_type_uint64),
    FLOAT('d', double, ffi_type_double, float, (get_float<double, true>), (set_float<double, true>)),
    FLOAT('D', double, ffi_type_complex_double, complex, (get_complex<double, true>), (set_complex<double, true>)),
    FLOAT('F', float, ffi_type_complex_float, complex, (get_complex<float, true>), (set_complex<float, true>)),
    FLOAT('G', long double, ffi_type_complex_longdouble, complex, nullptr, nullptr),
    FLOAT('f', float, ffi_type_float, float, (get_float<float, true>), (set_float<float, true>)),
    {'u', 'u', &ffi_type_sint32, get_wchar, nullptr, set_wchar, nullptr},
    {'z', 'z', &ffi_type_pointer, get_char_pointer, nullptr, set_char_pointer, nullptr},
    {'Z', 'Z', &ffi_type_pointer, get_wchar_pointer, nullptr, set_wchar_pointer, nullptr},
    INTEGER('q', 'q', int64_t, ffi_type_sint64),
    INTEGER('Q', 'Q', uint64_t, ffi_type_uint64),
    {'P', 'P', &ffi_type_pointer, get_pointer, nullptr, set_pointer, nullptr},
    {'O', 'O', &ffi_type_pointer, get_object, nullptr, set_object, nullptr},
    {'v', 'v', &ffi_type_sint16, get_variant_bool, nullptr, set_variant_bool, nullptr},
    {'?', '?', &ffi_type_uint8, get_bool, get_bool, set_bool, set_bool},
    FLOAT('g', long double, ffi_type_longdouble, float, nullptr, nullptr),
};
#undef INTEGER
#undef FLOAT

}  // namespace

const char* const kCodes = "cbBhHiIlLdDFGfuzZqQPOv?g";

const TypeCode* find_code(uint32_t c) {
  for (const TypeCode& row : k_codes)
    if (static_cast<uint32_t>(row.code) == c) return &row;
  return nullptr;
}

Result<Value> get_object(Thread& t, const char* p, Extent) {
  Value v = Value::from_bits(load<uint64_t, false>(p));
  if (!v) return RAISE(ValueError, "PyObject is NULL");
  return v;
}

Result<Value> get_char_field(Thread& t, const char* p, Extent e) { return TRY(new_bytes(t, p, strnlen(p, static_cast<size_t>(e.size)))); }
Result<Value> set_char_field(Thread& t, char* p, Value v, Extent e) {
  if (!is_bytes(v)) return RAISE(TypeError, "expected bytes, %T found", v);
  Bytes* b = v.as<Bytes>();
  size_t n = strlen(b->data());  // what follows a NUL is not copied
  if (n > static_cast<size_t>(e.size)) return RAISE(ValueError, "bytes too long (%lu, maximum length %ld)", static_cast<uint64_t>(n), e.size);
  memcpy(p, b->data(), n < static_cast<size_t>(e.size) ? n + 1 : n);
  return kNone;
}
Result<Value> get_wchar_field(Thread& t, const char* p, Extent e) {
  size_t n = 0, max = static_cast<size_t>(e.size) / 4;
  while (n < max && load<uint32_t, false>(p + n * 4)) { TRY(check_char(t, load<uint32_t, false>(p + n * 4))); n++; }
  return TRY(str_from_ucs4(t, reinterpret_cast<const uint32_t*>(p), n));
}
Result<Value> set_wchar_field(Thread& t, char* p, Value v, Extent e) {
  if (!is_str(v)) return RAISE(TypeError, "unicode string expected instead of %T instance", v);
  Str* s = v.as<Str>();
  uint64_t max = static_cast<uint64_t>(e.size) / 4;
  if (s->length > max) return RAISE(ValueError, "string too long (%lu, maximum length %lu)", s->length, max);
  for (uint64_t i = 0; i < s->length; i++) store<uint32_t, false>(p + i * 4, s->at(i));
  if (s->length < max) store<uint32_t, false>(p + s->length * 4, 0);
  return kNone;
}

}  // namespace kaa::ctypes
