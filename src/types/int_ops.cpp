// Operators of int. Each answers NotImplemented for operands that are no ints; numbers of one and two limbs take short paths.
#include <math.h>

#include "types/int.h"

namespace kaa {

using i128 = __int128;

static Result<Value> from_i128(Thread& t, i128 v) {
  if (v >= Value::kMinInt && v <= Value::kMaxInt) return Value::from_int(static_cast<int64_t>(v));
  unsigned __int128 m = v < 0 ? -static_cast<unsigned __int128>(v) : static_cast<unsigned __int128>(v);
  mp_limb_t l[2] = {static_cast<mp_limb_t>(m), static_cast<mp_limb_t>(m >> 64)};
  int64_t n = l[1] ? 2 : 1;
  IntObject* o = TRY(int_alloc(t, n));
  o->limbs[0] = l[0];
  if (n == 2) o->limbs[1] = l[1];
  o->size = v < 0 ? -n : n;
  return o;
}
// i // j, and what is left, by one division.
static inline i128 floor_div128(i128 i, i128 j, i128* rest) {
  i128 q = i / j, m = i - q * j;
  bool down = m != 0 && (m < 0) != (j < 0);
  *rest = down ? m + j : m;
  return q - down;
}

// Numbers below 2^126 in magnitude, so that sums of two stay within 128 bits.
static inline bool as_i128(Value v, i128* out) {
  if (v.is_int()) { *out = v.as_int(); return true; }
  if (!v.is_object()) { *out = v == kTrue; return true; }
  const IntObject* o = v.as<IntObject>();
  if (o->size < -2 || o->size > 2) return false;
  uint64_t high = o->size == 2 || o->size == -2 ? o->limbs[1] : 0, low = o->size ? o->limbs[0] : 0;
  if (high >> 62) return false;
  i128 m = static_cast<i128>(static_cast<unsigned __int128>(high) << 64 | low);
  *out = o->size < 0 ? -m : m;
  return true;
}

// ---- arithmetic
Result<Value> int_add(Thread& t, Value a, Value b) {
  i128 i, j;
  if (as_i128(a, &i) && as_i128(b, &j)) return from_i128(t, i + j);
  AnyInt x(a), y(b);
  return int_build(t, big_add_size(x, y), [&](mp_limb_t* out, int64_t* n, Poll) { *n = big_add(out, x, y); return BigStatus::kOk; });
}
Result<Value> int_sub(Thread& t, Value a, Value b) {
  i128 i, j;
  if (as_i128(a, &i) && as_i128(b, &j)) return from_i128(t, i - j);
  AnyInt x(a), y(b);
  return int_build(t, big_add_size(x, y), [&](mp_limb_t* out, int64_t* n, Poll) { *n = big_sub(out, x, y); return BigStatus::kOk; });
}
Result<Value> int_mul(Thread& t, Value a, Value b) {
  int64_t i, j;
  if (int_fits64(a, &i) && int_fits64(b, &j)) return from_i128(t, static_cast<i128>(i) * j);
  AnyInt x(a), y(b);
  return int_build(t, big_mul_size(x, y), [&](mp_limb_t* out, int64_t* n, Poll p) { return big_mul(out, n, x, y, p); });
}
Result<Value> int_neg(Thread& t, Value a) {
  if (a.is_int()) return make_int(t, -a.as_int());
  AnyInt x(a);
  return int_from_big(t, x.view().negated());
}
Result<Value> int_abs(Thread& t, Value a) { return int_is_negative(a) ? int_neg(t, a) : int_exact(t, a); }

static inline int64_t floor_div64(int64_t i, int64_t j) { int64_t q = i / j; return q - ((i % j != 0) & ((i < 0) != (j < 0))); }
static inline int64_t floor_mod64(int64_t i, int64_t j) { int64_t m = i % j; return m != 0 && (m < 0) != (j < 0) ? m + j : m; }

Result<Value> int_floor_div(Thread& t, Value a, Value b) {
  if (a.is_int() && b.is_int() && b.as_int() != 0) return make_int(t, floor_div64(a.as_int(), b.as_int()));
  i128 i, j, rest;
  if (as_i128(a, &i) && as_i128(b, &j) && j != 0) return from_i128(t, floor_div128(i, j, &rest));
  AnyInt x(a), y(b);
  return int_build(t, big_quotient_size(x, y), [&](mp_limb_t* out, int64_t* n, Poll) { return big_floor_div(out, n, x, y); });
}
Result<Value> int_mod(Thread& t, Value a, Value b) {
  if (a.is_int() && b.is_int() && b.as_int() != 0) return Value::from_int(floor_mod64(a.as_int(), b.as_int()));
  i128 i, j, rest;
  if (as_i128(a, &i) && as_i128(b, &j) && j != 0) {
    floor_div128(i, j, &rest);
    return from_i128(t, rest);
  }
  AnyInt x(a), y(b);
  return int_build(t, big_remainder_size(x, y), [&](mp_limb_t* out, int64_t* n, Poll) { return big_mod(out, n, x, y); });
}
Status int_divmod(Thread& t, Value a, Value b, Value* q, Value* r) {
  if (a.is_int() && b.is_int() && b.as_int() != 0) {
    *r = Value::from_int(floor_mod64(a.as_int(), b.as_int()));
    *q = TRY(make_int(t, floor_div64(a.as_int(), b.as_int())));
    return {};
  }
  i128 i, j, rest;
  if (as_i128(a, &i) && as_i128(b, &j) && j != 0) {
    *q = TRY(from_i128(t, floor_div128(i, j, &rest)));
    *r = TRY(from_i128(t, rest));
    return {};
  }
  AnyInt x(a), y(b);
  int64_t qn = big_quotient_size(x, y), rn = big_remainder_size(x, y), qs, rs;
  IntObject* qo = TRY(int_alloc(t, qn));
  IntObject* ro = TRY(int_alloc(t, rn));
  BigStatus s = big_divmod(qo->limbs, &qs, ro->limbs, &rs, x, y);
  if (s != BigStatus::kOk) return raise_big_status(t, s);
  *q = TRY(int_finish(t, qo, qs));
  *r = TRY(int_finish(t, ro, rs));
  return {};
}

static Result<Value> int_true_div(Thread& t, Value a, Value b) {
  int64_t i, j;
  constexpr int64_t kExact = int64_t{1} << 53;
  if (int_fits64(a, &i) && int_fits64(b, &j) && j != 0 && i >= -kExact && i <= kExact && j >= -kExact && j <= kExact)
    return make_float(t, static_cast<double>(i) / static_cast<double>(j));
  AnyInt x(a), y(b);
  double d;
  switch (BigStatus s = big_true_divide(x, y, &d)) {
    case BigStatus::kOk: return make_float(t, d);
    case BigStatus::kOverflow: return RAISE(OverflowError, "integer division result too large for a float");
    default: return raise_big_status(t, s);
  }
}

// ---- powers
Result<Value> int_pow(Thread& t, Value a, Value b) {
  int64_t e;
  if (a.is_int() && int_fits64(b, &e)) {
    // By squaring while everything stays below 2^62.
    int64_t base = a.as_int(), r = 1;
    for (int64_t k = e;;) {
      if ((k & 1) && __builtin_mul_overflow(r, base, &r)) break;
      k >>= 1;
      if (k == 0) return make_int(t, r);
      if (__builtin_mul_overflow(base, base, &base)) break;
    }
  }
  AnyInt x(a), y(b);
  return int_build(t, big_pow_size(x, y), [&](mp_limb_t* out, int64_t* n, Poll p) { return big_pow(out, n, x, y, p); });
}

static Result<Value> int_power(Thread& t, Value a, Value b, Value m) {
  if (!is_int(a) || !is_int(b)) return kNotImplemented;
  if (m && !m.is_none()) {
    if (!is_int(m)) return kNotImplemented;
    if (int_is_zero(m)) return RAISE(ValueError, "pow() 3rd argument cannot be 0");
    int64_t i, e, n;
    if (int_fits64(a, &i) && int_fits64(b, &e) && int_fits64(m, &n) && e >= 0 && n > 0 && n < (int64_t{1} << 62)) {
      uint64_t base = static_cast<uint64_t>(floor_mod64(i, n)), r = n == 1 ? 0 : 1, mod = static_cast<uint64_t>(n);
      for (; e; e >>= 1) {
        if (e & 1) r = static_cast<uint64_t>(static_cast<unsigned __int128>(r) * base % mod);
        if (e > 1) base = static_cast<uint64_t>(static_cast<unsigned __int128>(base) * base % mod);
      }
      return make_int(t, static_cast<int64_t>(r));
    }
    AnyInt x(a), y(b), z(m);
    return int_build(t, big_pow_mod_size(z), [&](mp_limb_t* out, int64_t* size, Poll p) { return big_pow_mod(out, size, x, y, z, p); });
  }
  if (int_is_negative(b)) {
    double x = TRY(int_to_double(t, a)), y = TRY(int_to_double(t, b));
    return float_pow(t, x, y);
  }
  return int_pow(t, a, b);
}

// ---- shifts and bits
Result<Value> int_shift_left(Thread& t, Value a, uint64_t bits) {
  if (a.is_int() && bits < 62) return from_i128(t, static_cast<i128>(a.as_int()) << bits);
  if (int_is_zero(a)) return Value::from_int(0);
  AnyInt x(a);
  return int_build(t, big_shift_left_size(x, bits), [&](mp_limb_t* out, int64_t* n, Poll) { *n = big_shift_left(out, x, bits); return BigStatus::kOk; });
}
Result<Value> int_shift_right(Thread& t, Value a, uint64_t bits) {
  if (a.is_int()) return Value::from_int(a.as_int() >> (bits > 63 ? 63 : bits));
  AnyInt x(a);
  return int_build(t, big_shift_right_size(x, bits), [&](mp_limb_t* out, int64_t* n, Poll) { *n = big_shift_right(out, x, bits); return BigStatus::kOk; });
}
static Result<Value> int_lshift(Thread& t, Value a, Value b) {
  if (int_is_negative(b)) return RAISE(ValueError, "negative shift count");
  if (int_is_zero(a)) return Value::from_int(0);
  int64_t n;
  if (!int_fits64(b, &n)) return RAISE(OverflowError, "too many digits in integer");
  return int_shift_left(t, a, static_cast<uint64_t>(n));
}
static Result<Value> int_rshift(Thread& t, Value a, Value b) {
  if (int_is_negative(b)) return RAISE(ValueError, "negative shift count");
  int64_t n;
  if (!int_fits64(b, &n)) return Value::from_int(int_is_negative(a) ? -1 : 0);
  return int_shift_right(t, a, static_cast<uint64_t>(n));
}

#define BITWISE(NAME, OPER)                                                                                                  \
  static Result<Value> int_##NAME(Thread& t, Value a, Value b) {                                                             \
    i128 i, j;                                                                                                               \
    if (as_i128(a, &i) && as_i128(b, &j)) return from_i128(t, i OPER j);                                                     \
    AnyInt x(a), y(b);                                                                                                       \
    return int_build(t, big_bitwise_size(x, y), [&](mp_limb_t* out, int64_t* n, Poll) { *n = big_##NAME(out, x, y); return BigStatus::kOk; }); \
  }
BITWISE(and, &)
BITWISE(or, |)
BITWISE(xor, ^)

static Result<Value> int_invert(Thread& t, Value a) {
  int64_t i;
  if (int_fits64(a, &i)) return make_int(t, ~i);
  AnyInt x(a);
  return int_build(t, big_invert_size(x), [&](mp_limb_t* out, int64_t* n, Poll) { *n = big_invert(out, x); return BigStatus::kOk; });
}

Result<Value> int_gcd(Thread& t, Value a, Value b) {
  int64_t i, j;
  if (int_fits64(a, &i) && int_fits64(b, &j)) {
    uint64_t x = i < 0 ? 0 - static_cast<uint64_t>(i) : static_cast<uint64_t>(i), y = j < 0 ? 0 - static_cast<uint64_t>(j) : static_cast<uint64_t>(j);
    while (y) { uint64_t r = x % y; x = y; y = r; }
    return make_uint(t, x);
  }
  AnyInt x(a), y(b);
  return int_build(t, big_gcd_size(x, y), [&](mp_limb_t* out, int64_t* n, Poll) { return big_gcd(out, n, x, y); });
}

static Result<Value> int_divmod_pair(Thread& t, Value a, Value b) {
  Value q, r;
  TRY(int_divmod(t, a, b, &q, &r));
  return Value(TRY(make_tuple(t, q, r)));
}

// Any operator but matmul on two ints, without a look at their types' special methods.
Result<Value> int_binary(Thread& t, BinaryOp op, Value a, Value b) {
  switch (op) {
    case BinaryOp::ADD: return int_add(t, a, b);
    case BinaryOp::SUB: return int_sub(t, a, b);
    case BinaryOp::MUL: return int_mul(t, a, b);
    case BinaryOp::DIV: return int_true_div(t, a, b);
    case BinaryOp::FLOORDIV: return int_floor_div(t, a, b);
    case BinaryOp::MOD: return int_mod(t, a, b);
    case BinaryOp::POW: return int_power(t, a, b, Value());
    case BinaryOp::LSHIFT: return int_lshift(t, a, b);
    case BinaryOp::RSHIFT: return int_rshift(t, a, b);
    case BinaryOp::AND: return int_and(t, a, b);
    case BinaryOp::OR: return int_or(t, a, b);
    case BinaryOp::XOR: return int_xor(t, a, b);
    default: return kNotImplemented;
  }
}

// ---- the rows' functions: op(self, other) and op(other, self)
#define BINARY(NAME, FN)                                                                                                     \
  Result<Value> int_m_##NAME(Thread& t, Args a) { return LIKELY(is_int(a[1])) ? FN(t, a[0], a[1]) : Result<Value>(kNotImplemented); }   \
  Result<Value> int_r_##NAME(Thread& t, Args a) { return LIKELY(is_int(a[1])) ? FN(t, a[1], a[0]) : Result<Value>(kNotImplemented); }
BINARY(add, int_add)
BINARY(sub, int_sub)
BINARY(mul, int_mul)
BINARY(floordiv, int_floor_div)
BINARY(mod, int_mod)
BINARY(divmod, int_divmod_pair)
BINARY(truediv, int_true_div)
BINARY(lshift, int_lshift)
BINARY(rshift, int_rshift)
BINARY(and, int_and)
BINARY(or, int_or)
BINARY(xor, int_xor)
#undef BINARY
Result<Value> int_m_pow(Thread& t, Args a) { return int_power(t, a[0], a[1], a[2]); }
Result<Value> int_r_pow(Thread& t, Args a) { return int_power(t, a[1], a[0], a[2]); }
Result<Value> int_m_neg(Thread& t, Args a) {
  Value v = a[0];
  return v.is_bool() ? Value::from_int(v == kTrue ? -1 : 0) : int_neg(t, v);
}
Result<Value> int_m_pos(Thread& t, Args a) { return int_exact(t, a[0]); }
Result<Value> int_m_abs(Thread& t, Args a) { return int_abs(t, a[0]); }
Result<Value> int_m_invert(Thread& t, Args a) { return int_invert(t, a[0]); }
Result<Value> int_m_bool(Thread&, Args a) { return Value::from_bool(!int_is_zero(a[0])); }

#define COMPARE(NAME, OPER)                                      \
  Result<Value> int_m_##NAME(Thread&, Args a) {                  \
    if (!is_int(a[1])) return kNotImplemented;                   \
    return Value::from_bool(int_compare(a[0], a[1]) OPER 0);     \
  }
COMPARE(lt, <)
COMPARE(le, <=)
COMPARE(eq, ==)
COMPARE(ne, !=)
COMPARE(gt, >)
COMPARE(ge, >=)

// bool: and, or, xor of two bools are bools
#define BOOL_OP(NAME, OPER)                                                                                          \
  Result<Value> bool_m_##NAME(Thread& t, Args a) {                                                                   \
    if (a[0].is_bool() && a[1].is_bool()) return Value::from_bool((a[0] == kTrue) OPER (a[1] == kTrue));              \
    return int_m_##NAME(t, a);                                                                                       \
  }                                                                                                                  \
  Result<Value> bool_r_##NAME(Thread& t, Args a) { return bool_m_##NAME(t, a); }
BOOL_OP(and, &)
BOOL_OP(or, |)
BOOL_OP(xor, ^)

}  // namespace kaa
