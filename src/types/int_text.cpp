// int to and from text: int(text, base), repr, and int(x) of other objects.
#include <stdlib.h>

#include <string>

#include "base/unicode_props.h"
#include "types/int.h"
#include "types/number_util.h"

namespace kaa {

// ---- from text
std::string text_to_ascii(Str* s) {
  std::string out;
  if (s->is_ascii()) return std::string(s->ascii());
  out.reserve(s->length);
  for (uint64_t i = 0; i < s->length; i++) {
    uint32_t c = s->at(i);
    if (c < 127) { out += static_cast<char>(unicode::is_space(c) ? ' ' : c); continue; }
    if (unicode::is_space(c)) { out += ' '; continue; }
    int d = unicode::to_decimal(c);
    out += d >= 0 ? static_cast<char>('0' + d) : '?';
  }
  return out;
}

static Error invalid_literal(Thread& t, int base, Value shown) {
  Result<Str*> r = repr(t, shown);
  if (!r.ok()) return {};
  Str* s = r.value();
  if (s->length > 200) {
    r = str_substr(t, s, 0, 200);
    if (!r.ok()) return {};
    s = r.value();
  }
  return RAISE(ValueError, "invalid literal for int() with base %d: %U", base, s);
}

static Result<Value> int_of_scan(Thread& t, const IntScan& scan, std::string_view text) {
  if (scan.is_small) return make_int(t, scan.small);
  return int_build(t, scan.limbs, [&](mp_limb_t* out, int64_t* n, Poll p) { return big_from_scan(out, n, scan, text.data(), p); });
}

// Constants of the compiler: it has seen to the limit of digits itself (and may have folded longer ones).
Result<Value> int_from_literal(Thread& t, std::string_view text) {
  IntScan scan = scan_int(text.data(), static_cast<int64_t>(text.size()), 0, 0);
  if (scan.status != IntText::kOk) return RAISE(SystemError, "malformed int constant");
  return int_of_scan(t, scan, text);
}

Result<Value> int_from_text(Thread& t, std::string_view text, int base, Value shown) {
  IntScan scan = scan_int(text.data(), static_cast<int64_t>(text.size()), base, interp().int_max_str_digits);
  switch (scan.status) {
    case IntText::kOk: break;
    case IntText::kTooManyDigits:
      return RAISE(ValueError, "Exceeds the limit (%ld digits) for integer string conversion: value has %ld digits; use sys.set_int_max_str_digits() to increase the limit",
                   interp().int_max_str_digits, scan.digits);
    case IntText::kInvalid: {
      if (!shown) shown = Value(TRY(new_str(t, text)));
      return invalid_literal(t, base, shown);
    }
  }
  return int_of_scan(t, scan, text);
}

Result<Value> int_from_str(Thread& t, Str* s, int base) {
  Keep k(s);
  if (s->is_ascii()) return int_from_text(t, s->ascii(), base, s);
  std::string text = text_to_ascii(s);
  return int_from_text(t, text, base, s);
}

static Result<Value> int_from_bytes_text(Thread& t, std::string_view text, int base) {
  // The buffer may belong to an object that others can change meanwhile: read a copy, which the message can also show.
  Bytes* b = TRY(new_bytes(t, text.data(), text.size()));
  Keep k(b);
  return int_from_text(t, b->view(), base, b);
}

// ---- to text
static Error too_many_digits(Thread& t) {
  return RAISE(ValueError, "Exceeds the limit (%ld digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit",
               interp().int_max_str_digits);
}

// Writes the decimal digits of u before `end`, two at a time, and returns where they begin.
static char* put_decimal(char* end, uint64_t u) {
  static constexpr struct Pairs {
    char of[200];
    constexpr Pairs() : of{} { for (int i = 0; i < 200; i++) of[i] = static_cast<char>('0' + (i % 2 ? i / 2 % 10 : i / 20)); }
  } k_pairs;
  for (; u >= 100; u /= 100) memcpy(end -= 2, k_pairs.of + 2 * (u % 100), 2);
  if (u < 10) *--end = static_cast<char>('0' + u);
  else memcpy(end -= 2, k_pairs.of + 2 * u, 2);
  return end;
}

Result<Str*> int_to_str(Thread& t, Value v, int base) {
  char digits[48], *end = digits + sizeof digits, *p;
  if (base == 10 && v.is_int()) {
    int64_t i = v.as_int();
    p = put_decimal(end, i < 0 ? 0 - static_cast<uint64_t>(i) : static_cast<uint64_t>(i));
    if (i < 0) *--p = '-';
    return new_str_ascii(t, p, static_cast<size_t>(end - p));
  }
  AnyInt a(v);
  if (base == 10 && a.view().length() == 2) {
    constexpr uint64_t kPart = 10'000'000'000'000'000'000u;  // 19 digits
    unsigned __int128 m = static_cast<unsigned __int128>(a.view().limbs[1]) << 64 | a.view().limbs[0];
    char* to = end;
    for (; m >> 64; to -= 19) {
      unsigned __int128 rest = m / kPart;
      p = put_decimal(to, static_cast<uint64_t>(m - rest * kPart));
      while (p > to - 19) *--p = '0';
      m = rest;
    }
    p = put_decimal(to, static_cast<uint64_t>(m));
    if (a.view().size < 0) *--p = '-';
    return new_str_ascii(t, p, static_cast<size_t>(end - p));
  }
  int64_t limit = interp().int_max_str_digits;
  if ((base & (base - 1)) && limit && a.view().length() * 64 > limit * 3 && big_exceeds_digits(a, limit)) return too_many_digits(t);
  int64_t room = big_text_size(a, base), length = 0;
  char small[256];
  MallocBuffer heap_text;
  char* text = small;
  if (room > static_cast<int64_t>(sizeof small)) {
    text = static_cast<char*>(heap_text.allocate(static_cast<size_t>(room)));
    if (!text) return raise_memory(t);
  }
  BigStatus s = TRY(interruptible(t, [&](Poll p) { return big_to_text(text, &length, a, base, p); }));
  if (s != BigStatus::kOk) return raise_big_status(t, s);
  return new_str_ascii(t, text, static_cast<size_t>(length));
}

// ---- int(x), int(x, base)
Result<Value> check_int_result(Thread& t, Value r, const char* method);

Result<Value> number_to_int(Thread& t, Value v) {
  if (is_exact_int(v)) return v;
  Type* ty = type_of(v);
  if (ty->dunder(D_int)) {
    Value r = TRY(call_dunder(t, D_int, v));
    return check_int_result(t, r, "__int__");
  }
  if (ty->dunder(D_index)) {
    Value r = TRY(call_dunder(t, D_index, v));
    return check_int_result(t, r, "__index__");
  }
  if (is_str(v)) return int_from_str(t, v.as<Str>(), 10);
  if (is_bytes(v)) return int_from_bytes_text(t, v.as<Bytes>()->view(), 10);
  if (has_buffer(v)) {
    BufferHold b;
    TRY(b.get(t, v));
    return int_from_bytes_text(t, b.view(), 10);
  }
  return RAISE(TypeError, "int() argument must be a string, a bytes-like object or a real number, not '%.200T'", v);
}

static Result<Value> int_value(Thread& t, Value x, Value base) {
  if (!base) {
    if (!x) return Value::from_int(0);
    return number_to_int(t, x);
  }
  if (!x) return RAISE(TypeError, "int() missing string argument");
  Value bi = TRY(to_index(t, base));
  int64_t b;
  if (!int_fits64(bi, &b) || (b != 0 && b < 2) || b > 36) return RAISE(ValueError, "int() base must be >= 2 and <= 36, or 0");
  if (is_str(x)) return int_from_str(t, x.as<Str>(), static_cast<int>(b));
  if (is_bytes(x)) return int_from_bytes_text(t, x.as<Bytes>()->view(), static_cast<int>(b));
  if (is_instance(x, KAA_TYPE(bytearray))) {
    ByteArray* y = x.as<ByteArray>();
    return int_from_bytes_text(t, {y->data, y->size}, static_cast<int>(b));
  }
  return RAISE(TypeError, "int() can't convert non-string with explicit base");
}

Result<Value> int_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, npos = a.n - nkw - 1;
  if (a.n - 1 > 2) return RAISE(TypeError, "int expected at most 2 arguments, got %u", a.n - 1);
  Value x = npos > 0 ? a[1] : Value(), base = npos > 1 ? a[2] : Value();
  for (uint32_t k = 0; k < nkw; k++) {
    Str* name = kwnames->items[k].as<Str>();
    if (!str_equal_ascii(name, "base")) return RAISE(TypeError, "int() got an unexpected keyword argument '%U'", name);
    if (base) return RAISE(TypeError, "argument for int() given by name ('base') and position (2)");
    base = a[1 + npos + k];
  }
  Type* cls = a.as<Type>(0);
  Value v = TRY(int_value(t, x, base));
  if (cls == KAA_TYPE(int)) return v;
  AnyInt n(v);
  int64_t length = n.view().length();
  IntObject* o = TRY(alloc_as<IntObject>(t, cls, static_cast<size_t>(length) * 8));
  o->size = n.view().size;
  memcpy(o->limbs, n.view().limbs, static_cast<size_t>(length) * 8);
  return o;
}

}  // namespace kaa
