// Arithmetic and comparison. Small ints and floats in the word are handled in the handlers; everything else out of line.
#include <math.h>

#include "interp/interp.h"

namespace kaa {

namespace {
// a and b as doubles when one is a float and the other a float or small int.
inline bool both_double(Value a, Value b, double& x, double& y) {
  auto get = [](Value v, double& d) {
    if (v.is_float_word()) { d = v.float_word(); return 1; }
    if (v.is_int()) { d = static_cast<double>(v.as_int()); int64_t i = v.as_int(); return i >= -(int64_t{1} << 53) && i <= (int64_t{1} << 53) ? 2 : 0; }
    if (v == kPosZero) { d = 0.0; return 1; }
    if (v == kNegZero) { d = -0.0; return 1; }
    if (IS_EXACT(v, float)) { d = v.as<FloatObject>()->value; return 1; }
    return 0;
  };
  int p = get(a, x), q = get(b, y);
  return p && q && (p == 1 || q == 1);
}
}  // namespace

Result<Value> arith_slow(Thread& t, BinaryOp op, Value a, Value b) {
  double x, y;
  if (op <= BinaryOp::DIV && both_double(a, b, x, y)) {
    switch (op) {
      case BinaryOp::ADD: return make_float(t, x + y);
      case BinaryOp::SUB: return make_float(t, x - y);
      case BinaryOp::MUL: return make_float(t, x * y);
      default:
        if (y != 0) return make_float(t, x / y);
    }
  }
  if (op == BinaryOp::ADD && IS_EXACT(a, str) && IS_EXACT(b, str)) return TRY(str_concat(t, a.as<Str>(), b.as<Str>()));
  return binary_op(t, op, a, b);
}

#define INT_ADD(x, y, out) !__builtin_add_overflow(static_cast<int64_t>((x).bits()), static_cast<int64_t>((y).bits() - 1), &(out))
#define INT_SUB(x, y, out) !__builtin_sub_overflow(static_cast<int64_t>((x).bits()), static_cast<int64_t>((y).bits() - 1), &(out))
#define INT_MUL(x, y, out) (!__builtin_mul_overflow(static_cast<int64_t>((x).bits() - 1), (y).as_int(), &(out)) && ((out) |= 1, true))

#define ARITH(NAME, INT, FLOATOP)                                                   \
  HANDLER(NAME) {                                                                   \
    Value x = r[pc->b], y = r[pc->c];                                               \
    if (LIKELY(x.is_int() && y.is_int())) {                                         \
      int64_t out;                                                                  \
      if (LIKELY(INT(x, y, out))) { r[pc->a] = Value::from_bits(static_cast<uint64_t>(out)); NEXT(1); } \
    } else if (x.is_float_word() && y.is_float_word()) {                            \
      Value v = Value::try_float(x.float_word() FLOATOP y.float_word());            \
      if (LIKELY(!v.is_empty())) { r[pc->a] = v; NEXT(1); }                         \
    }                                                                               \
    SAVE();                                                                         \
    STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::NAME, r[pc->b], r[pc->c]), 1);     \
  }
ARITH(ADD, INT_ADD, +)
ARITH(SUB, INT_SUB, -)
ARITH(MUL, INT_MUL, *)

HANDLER(ADD_I) {
  Value x = r[pc->b];
  int64_t i = static_cast<int16_t>(pc->c), out;
  if (LIKELY(x.is_int() && !__builtin_add_overflow(static_cast<int64_t>(x.bits()), i * 4, &out))) { r[pc->a] = Value::from_bits(static_cast<uint64_t>(out)); NEXT(1); }
  SAVE();
  STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::ADD, x, Value::from_int(i)), 1);
}
HANDLER(SUB_I) {
  Value x = r[pc->b];
  int64_t i = static_cast<int16_t>(pc->c), out;
  if (LIKELY(x.is_int() && !__builtin_sub_overflow(static_cast<int64_t>(x.bits()), i * 4, &out))) { r[pc->a] = Value::from_bits(static_cast<uint64_t>(out)); NEXT(1); }
  SAVE();
  STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::SUB, x, Value::from_int(i)), 1);
}
HANDLER(DIV) {
  Value x = r[pc->b], y = r[pc->c];
  if (x.is_float_word() && y.is_float_word()) {
    Value v = Value::try_float(x.float_word() / y.float_word());
    if (LIKELY(!v.is_empty())) { r[pc->a] = v; NEXT(1); }
  } else if (x.is_int() && y.is_int()) {
    int64_t i = x.as_int(), j = y.as_int();
    constexpr int64_t kExact = int64_t{1} << 53;
    if (j != 0 && i >= -kExact && i <= kExact && j >= -kExact && j <= kExact) {
      Value v = Value::try_float(static_cast<double>(i) / static_cast<double>(j));
      if (LIKELY(!v.is_empty())) { r[pc->a] = v; NEXT(1); }
    }
  }
  SAVE();
  STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::DIV, x, y), 1);
}
// Small-int forms of // and %: y != 0, floor semantics.
static inline int64_t floor_div(int64_t i, int64_t j) { int64_t q = i / j; return q - ((i % j != 0) & ((i < 0) != (j < 0))); }
static inline int64_t floor_mod(int64_t i, int64_t j) { int64_t m = i % j; return m + (m != 0 && (m < 0) != (j < 0) ? j : 0); }
HANDLER(FLOORDIV) {
  Value x = r[pc->b], y = r[pc->c];
  if (LIKELY(x.is_int() && y.is_int() && y != Value::from_int(0) && y != Value::from_int(-1))) { r[pc->a] = Value::from_int(floor_div(x.as_int(), y.as_int())); NEXT(1); }
  SAVE();
  STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::FLOORDIV, x, y), 1);
}
HANDLER(MOD) {
  Value x = r[pc->b], y = r[pc->c];
  if (LIKELY(x.is_int() && y.is_int() && y != Value::from_int(0))) { r[pc->a] = Value::from_int(y == Value::from_int(-1) ? 0 : floor_mod(x.as_int(), y.as_int())); NEXT(1); }
  SAVE();
  STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::MOD, x, y), 1);
}
#define GENERIC(NAME) \
  HANDLER(NAME) { SAVE(); STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::NAME, r[pc->b], r[pc->c]), 1); }
GENERIC(POW)
GENERIC(MATMUL)
HANDLER(LSHIFT) {
  Value x = r[pc->b], y = r[pc->c];
  if (x.is_int() && y.is_int() && y.as_int() >= 0 && y.as_int() < 60) {
    int64_t s = x.as_int() << y.as_int();
    if (s >> y.as_int() == x.as_int() && Value::fits_int(s)) { r[pc->a] = Value::from_int(s); NEXT(1); }
  }
  SAVE();
  STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::LSHIFT, x, y), 1);
}
HANDLER(RSHIFT) {
  Value x = r[pc->b], y = r[pc->c];
  if (LIKELY(x.is_int() && y.is_int() && y.as_int() >= 0)) { r[pc->a] = Value::from_int(x.as_int() >> (y.as_int() > 63 ? 63 : y.as_int())); NEXT(1); }
  SAVE();
  STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::RSHIFT, x, y), 1);
}
#define BITWISE(NAME, OPER) \
  HANDLER(NAME) { \
    Value x = r[pc->b], y = r[pc->c]; \
    if (LIKELY(x.is_int() && y.is_int())) { r[pc->a] = Value::from_int(x.as_int() OPER y.as_int()); NEXT(1); } \
    SAVE(); \
    STORE_RESULT(pc->a, arith_slow(*t, BinaryOp::NAME, x, y), 1); \
  }
BITWISE(AND, &)
BITWISE(OR, |)
BITWISE(XOR, ^)

// One operation on any two values, small ints and floats first; for the forms with an operator word.
static Result<Value> any_op(Thread& t, BinaryOp op, Value x, Value y) {
  if (x.is_int() && y.is_int()) {
    int64_t i = x.as_int(), j = y.as_int(), out;
    switch (op) {
      case BinaryOp::ADD: if (INT_ADD(x, y, out)) return Value::from_bits(static_cast<uint64_t>(out)); break;
      case BinaryOp::SUB: if (INT_SUB(x, y, out)) return Value::from_bits(static_cast<uint64_t>(out)); break;
      case BinaryOp::MUL: if (INT_MUL(x, y, out)) return Value::from_bits(static_cast<uint64_t>(out)); break;
      case BinaryOp::FLOORDIV: if (j > 0) return Value::from_int(floor_div(i, j)); break;
      case BinaryOp::MOD: if (j > 0) return Value::from_int(floor_mod(i, j)); break;
      case BinaryOp::AND: return Value::from_int(i & j);
      case BinaryOp::OR: return Value::from_int(i | j);
      case BinaryOp::XOR: return Value::from_int(i ^ j);
      case BinaryOp::RSHIFT: if (j >= 0) return Value::from_int(i >> (j > 63 ? 63 : j)); break;
      default: break;
    }
  }
  return arith_slow(t, op, x, y);
}
HANDLER(BINARY_K) {
  Value x = r[pc->b], y = k[pc->c];
  if (x.is_float_word() && y.is_float_word()) {
    double a = x.float_word(), b = y.float_word(), d;
    switch (static_cast<BinaryOp>(pc[1].index)) {
      case BinaryOp::ADD: d = a + b; break;
      case BinaryOp::SUB: d = a - b; break;
      case BinaryOp::MUL: d = a * b; break;
      case BinaryOp::DIV: d = a / b; break;
      default: goto general;
    }
    Value v = Value::try_float(d);
    if (LIKELY(!v.is_empty())) { r[pc->a] = v; NEXT(2); }
  }
general:
  SAVE();
  STORE_RESULT(pc->a, any_op(*t, static_cast<BinaryOp>(pc[1].index), x, y), 2);
}
static Result<Value> inplace_slow(Thread& t, BinaryOp op, Value x, Value y) {
  if (x.is_object() && !IS_EXACT(x, str)) return inplace_op(t, op, x, y);
  if (IS_EXACT(x, str)) return op == BinaryOp::ADD && IS_EXACT(y, str) ? Result<Value>(str_append_inplace(t, x.as<Str>(), y.as<Str>())) : inplace_op(t, op, x, y);
  double p, q;
  if (op <= BinaryOp::DIV && both_double(x, y, p, q)) return arith_slow(t, op, x, y);
  return inplace_op(t, op, x, y);
}
#define INPLACE_BODY(RIGHT)                                                              \
  Value x = r[pc->b], y = (RIGHT);                                                       \
  BinaryOp op = static_cast<BinaryOp>(pc[1].index);                                      \
  if (x.is_int() && y.is_int()) {                                                        \
    SAVE();                                                                              \
    STORE_RESULT(pc->a, any_op(*t, op, x, y), 2);                                        \
  }                                                                                      \
  if (x.is_float_word() && y.is_float_word()) {                                          \
    double a = x.float_word(), b = y.float_word(), d = 0;                                \
    bool known = true;                                                                   \
    switch (op) {                                                                        \
      case BinaryOp::ADD: d = a + b; break;                                              \
      case BinaryOp::SUB: d = a - b; break;                                              \
      case BinaryOp::MUL: d = a * b; break;                                              \
      case BinaryOp::DIV: d = a / b; break;                                              \
      default: known = false;                                                            \
    }                                                                                    \
    Value v = known ? Value::try_float(d) : Value();                                     \
    if (LIKELY(!v.is_empty())) { r[pc->a] = v; NEXT(2); }                                \
  }                                                                                      \
  SAVE();                                                                                \
  STORE_RESULT(pc->a, inplace_slow(*t, op, x, y), 2);
HANDLER(INPLACE) { INPLACE_BODY(r[pc->c]) }
HANDLER(INPLACE_K) { INPLACE_BODY(k[pc->c]) }

#define INPLACE_I(NAME, BUILTIN)                                                                     \
  HANDLER(INPLACE_##NAME##_I) {                                                                       \
    Value x = r[pc->b];                                                                               \
    int64_t i = static_cast<int16_t>(pc->c), out;                                                     \
    if (LIKELY(x.is_int() && !BUILTIN(static_cast<int64_t>(x.bits()), i * 4, &out))) {                \
      r[pc->a] = Value::from_bits(static_cast<uint64_t>(out));                                        \
      NEXT(1);                                                                                        \
    }                                                                                                 \
    SAVE();                                                                                           \
    STORE_RESULT(pc->a, inplace_slow(*t, BinaryOp::NAME, x, Value::from_int(i)), 1);                  \
  }
INPLACE_I(ADD, __builtin_add_overflow)
INPLACE_I(SUB, __builtin_sub_overflow)

HANDLER(NEG) {
  Value x = r[pc->b];
  if (LIKELY(x.is_int() && x.as_int() != Value::kMinInt)) { r[pc->a] = Value::from_int(-x.as_int()); NEXT(1); }
  if (x.is_float_word()) { Value v = Value::try_float(-x.float_word()); if (v) { r[pc->a] = v; NEXT(1); } }
  SAVE();
  STORE_RESULT(pc->a, unary_neg(*t, x), 1);
}
HANDLER(POS) { SAVE(); STORE_RESULT(pc->a, r[pc->b].is_int() ? Result<Value>(r[pc->b]) : unary_pos(*t, r[pc->b]), 1); }
HANDLER(INVERT) {
  Value x = r[pc->b];
  if (LIKELY(x.is_int())) { r[pc->a] = Value::from_int(~x.as_int()); NEXT(1); }
  SAVE();
  STORE_RESULT(pc->a, unary_invert(*t, x), 1);
}
HANDLER(NOT) {
  Value v = r[pc->b];
  if (v.is_bool()) { r[pc->a] = v == kTrue ? kFalse : kTrue; NEXT(1); }
  SAVE();
  Result<bool> b = truth(*t, v);
  if (!b.ok()) FAIL();
  r[pc->a] = Value::from_bool(!b.value());
  NEXT(1);
}
HANDLER(TO_BOOL) {
  Value v = r[pc->b];
  if (v.is_bool()) { r[pc->a] = v; NEXT(1); }
  SAVE();
  Result<bool> b = truth(*t, v);
  if (!b.ok()) FAIL();
  r[pc->a] = Value::from_bool(b.value());
  NEXT(1);
}

// ---- comparison
static Result<Value> compare_slow(Thread& t, CompareOp op, Value a, Value b) {
  double x, y;
  if (both_double(a, b, x, y)) {
    switch (op) {
      case CompareOp::LT: return Value::from_bool(x < y);
      case CompareOp::LE: return Value::from_bool(x <= y);
      case CompareOp::EQ: return Value::from_bool(x == y);
      case CompareOp::NE: return Value::from_bool(x != y);
      case CompareOp::GT: return Value::from_bool(x > y);
      case CompareOp::GE: return Value::from_bool(x >= y);
    }
  }
  if (IS_EXACT(a, str) && IS_EXACT(b, str)) {
    if (op == CompareOp::EQ) return Value::from_bool(str_equal(a.as<Str>(), b.as<Str>()));
    if (op == CompareOp::NE) return Value::from_bool(!str_equal(a.as<Str>(), b.as<Str>()));
  }
  return compare(t, op, a, b);
}
#define COMPARE(NAME, OPER)                                                                            \
  HANDLER(NAME) {                                                                                      \
    Value x = r[pc->b], y = r[pc->c];                                                                  \
    if (LIKELY(x.is_int() && y.is_int())) { r[pc->a] = Value::from_bool(x.as_int() OPER y.as_int()); NEXT(1); }    \
    if (x.is_float_word() && y.is_float_word()) { r[pc->a] = Value::from_bool(x.float_word() OPER y.float_word()); NEXT(1); } \
    SAVE();                                                                                            \
    STORE_RESULT(pc->a, compare_slow(*t, CompareOp::NAME, x, y), 1);                                   \
  }
COMPARE(LT, <)
COMPARE(LE, <=)
COMPARE(EQ, ==)
COMPARE(NE, !=)
COMPARE(GT, >)
COMPARE(GE, >=)

static Result<bool> compare_truth(Thread& t, CompareOp op, Value a, Value b) {
  Value v = TRY(compare_slow(t, op, a, b));
  if (v == kTrue) return true;
  if (v == kFalse) return false;
  return truth(t, v);
}
#define COMPARE_JUMP_BODY(NAME, OPER, X, Y)                                                            \
    bool b;                                                                                            \
    if (LIKELY(X.is_int() && Y.is_int())) b = X.as_int() OPER Y.as_int();                              \
    else if (X.is_float_word() && Y.is_float_word()) b = X.float_word() OPER Y.float_word();           \
    else {                                                                                             \
      SAVE();                                                                                          \
      Result<bool> res = compare_truth(*t, CompareOp::NAME, X, Y);                                     \
      if (UNLIKELY(!res.ok())) FAIL();                                                                 \
      b = res.value();                                                                                 \
    }                                                                                                  \
    if (b == (pc->c != 0)) NEXT(2 + pc[1].offset);                                                     \
    NEXT(2);
#define COMPARE_JUMP(NAME, OPER)                                                                       \
  HANDLER(JUMP_##NAME) { Value x = r[pc->a], y = r[pc->b]; COMPARE_JUMP_BODY(NAME, OPER, x, y) }       \
  HANDLER(JUMP_##NAME##_I) { Value x = r[pc->a], y = Value::from_int(static_cast<int16_t>(pc->b)); COMPARE_JUMP_BODY(NAME, OPER, x, y) }
COMPARE_JUMP(LT, <)
COMPARE_JUMP(LE, <=)
COMPARE_JUMP(EQ, ==)
COMPARE_JUMP(NE, !=)
COMPARE_JUMP(GT, >)
COMPARE_JUMP(GE, >=)

HANDLER(IS) { r[pc->a] = Value::from_bool(r[pc->b] == r[pc->c]); NEXT(1); }
HANDLER(IS_NOT) { r[pc->a] = Value::from_bool(!(r[pc->b] == r[pc->c])); NEXT(1); }
HANDLER(IN) {
  SAVE();
  Result<bool> b = contains(*t, r[pc->c], r[pc->b]);
  if (!b.ok()) FAIL();
  r[pc->a] = Value::from_bool(b.value());
  NEXT(1);
}
HANDLER(NOT_IN) {
  SAVE();
  Result<bool> b = contains(*t, r[pc->c], r[pc->b]);
  if (!b.ok()) FAIL();
  r[pc->a] = Value::from_bool(!b.value());
  NEXT(1);
}

}  // namespace kaa
