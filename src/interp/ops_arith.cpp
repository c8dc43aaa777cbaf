// Arithmetic and comparison. Small ints and floats in the word are handled in the handlers; everything else out of line.
#include <math.h>

#include "interp/interp.h"
#include "runtime/plain.h"

namespace kaa {

Result<Value> append_bytes(Thread& t, Bytes* b, Bytes* c);  // append_bytes.cpp

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
  if (op <= BinaryOp::POW && both_double(a, b, x, y)) {
    switch (op) {
      case BinaryOp::ADD: return make_float(t, x + y);
      case BinaryOp::SUB: return make_float(t, x - y);
      case BinaryOp::MUL: return make_float(t, x * y);
      case BinaryOp::DIV:
        if (y != 0) return make_float(t, x / y);
        break;
      case BinaryOp::POW:
        if (x > 0)
          if (double d = pow(x, y); isfinite(d)) return make_float(t, d);
        break;
      default: break;
    }
  }
  if (op == BinaryOp::ADD && IS_EXACT(a, str) && IS_EXACT(b, str)) return TRY(str_concat(t, a.as<Str>(), b.as<Str>()));
  if (op == BinaryOp::ADD && IS_EXACT(a, bytes) && IS_EXACT(b, bytes)) {
    uint64_t m = a.as<Bytes>()->size, n = b.as<Bytes>()->size;
    if (!m || !n) return m ? a : b;
    Keep keep_a(a), keep_b(b);
    Bytes* sum = TRY(new_bytes(t, nullptr, m + n));
    memcpy(sum->data(), a.as<Bytes>()->data(), m);
    memcpy(sum->data() + m, b.as<Bytes>()->data(), n);
    return sum;
  }
  return binary_op(t, op, a, b);
}

namespace {

// ---- fast paths: true and *out when both are small ints, or both floats in the word, and the result is one.
constexpr int64_t kExactDouble = int64_t{1} << 53;  // ints up to here are doubles without rounding

inline bool int_result(int64_t i, Value* out) { *out = Value::from_int(i); return Value::fits_int(i); }
inline bool float_result(double d, Value* out) { *out = Value::try_float(d); return LIKELY(!out->is_empty()); }
inline int64_t floor_div(int64_t i, int64_t j) { int64_t q = i / j; return q - ((i % j != 0) & ((i < 0) != (j < 0))); }
inline int64_t floor_mod(int64_t i, int64_t j) { int64_t m = i % j; return m + (m != 0 && (m < 0) != (j < 0) ? j : 0); }

// Tagged sums and products stay tagged: the tag of one operand is taken off first.
inline bool int_ADD(Value x, Value y, Value* out) {
  int64_t v;
  if (UNLIKELY(__builtin_add_overflow(static_cast<int64_t>(x.bits()), static_cast<int64_t>(y.bits() - 1), &v))) return false;
  *out = Value::from_bits(static_cast<uint64_t>(v));
  return true;
}
inline bool int_SUB(Value x, Value y, Value* out) {
  int64_t v;
  if (UNLIKELY(__builtin_sub_overflow(static_cast<int64_t>(x.bits()), static_cast<int64_t>(y.bits() - 1), &v))) return false;
  *out = Value::from_bits(static_cast<uint64_t>(v));
  return true;
}
inline bool int_MUL(Value x, Value y, Value* out) {
  int64_t v;
  if (UNLIKELY(__builtin_mul_overflow(static_cast<int64_t>(x.bits() - 1), y.as_int(), &v))) return false;
  *out = Value::from_bits(static_cast<uint64_t>(v) | 1);
  return true;
}
inline bool int_DIV(Value x, Value y, Value* out) {
  int64_t i = x.as_int(), j = y.as_int();
  if (j == 0 || i < -kExactDouble || i > kExactDouble || j < -kExactDouble || j > kExactDouble) return false;
  return float_result(static_cast<double>(i) / static_cast<double>(j), out);
}
inline bool int_FLOORDIV(Value x, Value y, Value* out) {
  int64_t i = x.as_int(), j = y.as_int();
  if (UNLIKELY(j <= 0)) {
    if (j >= -1) return false;  // 0 and the one quotient that may not fit
    *out = Value::from_int(floor_div(i, j));
    return true;
  }
  // A division of 32 bits takes a fraction of the time of one of 64.
  *out = Value::from_int(LIKELY((static_cast<uint64_t>(i) | static_cast<uint64_t>(j)) >> 32 == 0) ? static_cast<int64_t>(static_cast<uint32_t>(i) / static_cast<uint32_t>(j)) : floor_div(i, j));
  return true;
}
inline bool int_MOD(Value x, Value y, Value* out) {
  int64_t i = x.as_int(), j = y.as_int();
  if (UNLIKELY(j <= 0)) {
    if (j >= -1) return false;
    *out = Value::from_int(floor_mod(i, j));
    return true;
  }
  *out = Value::from_int(LIKELY((static_cast<uint64_t>(i) | static_cast<uint64_t>(j)) >> 32 == 0) ? static_cast<int64_t>(static_cast<uint32_t>(i) % static_cast<uint32_t>(j)) : floor_mod(i, j));
  return true;
}
inline bool int_POW(Value x, Value y, Value* out) { return y == Value::from_int(2) && int_MUL(x, x, out); }
inline bool int_MATMUL(Value, Value, Value*) { return false; }
inline bool int_LSHIFT(Value x, Value y, Value* out) {
  int64_t i = x.as_int(), n = y.as_int();
  if (static_cast<uint64_t>(n) >= 60) return false;
  int64_t v = i << n;
  return v >> n == i && int_result(v, out);
}
inline bool int_RSHIFT(Value x, Value y, Value* out) {
  int64_t n = y.as_int();
  if (UNLIKELY(n < 0)) return false;
  *out = Value::from_int(x.as_int() >> (n > 63 ? 63 : n));
  return true;
}
inline bool int_AND(Value x, Value y, Value* out) { *out = Value::from_bits(x.bits() & y.bits()); return true; }
inline bool int_OR(Value x, Value y, Value* out) { *out = Value::from_bits(x.bits() | y.bits()); return true; }
inline bool int_XOR(Value x, Value y, Value* out) { *out = Value::from_bits((x.bits() ^ y.bits()) | 1); return true; }

constexpr bool kFloat_ADD = true, kFloat_SUB = true, kFloat_MUL = true, kFloat_DIV = true, kFloat_FLOORDIV = false, kFloat_MOD = false, kFloat_POW = false,
               kFloat_MATMUL = false, kFloat_LSHIFT = false, kFloat_RSHIFT = false, kFloat_AND = false, kFloat_OR = false, kFloat_XOR = false;
template <BinaryOp op>
inline bool float_op(double x, double y, Value* out) {
  if constexpr (op == BinaryOp::ADD) return float_result(x + y, out);
  if constexpr (op == BinaryOp::SUB) return float_result(x - y, out);
  if constexpr (op == BinaryOp::MUL) return float_result(x * y, out);
  if constexpr (op == BinaryOp::DIV) return float_result(x / y, out);  // no float in a word is zero
  return false;
}

// Between a handler and its slow path, likewise without a stack frame: a float with a small int, and the zeros, which are constants.
// a and b as doubles when each is a float in the word, a zero or an int that is a double exactly, and one of them no int.
inline bool mixed_doubles(Value a, Value b, double& x, double& y) {
  auto get = [](Value v, double& d) {
    if (v.is_float_word()) { d = v.float_word(); return true; }
    if (v.is_int()) {
      int64_t i = v.as_int();
      d = static_cast<double>(i);
      return i >= -kExactDouble && i <= kExactDouble;
    }
    d = v == kNegZero ? -0.0 : 0.0;
    return v == kPosZero || v == kNegZero;
  };
  if (UNLIKELY(a.is_int() && b.is_int())) return false;
  return get(a, x) && get(b, y);
}
#define MIXED(name) static KAA_PRESERVE_NONE __attribute__((noinline)) Value mixed_##name(HANDLER_ARGS)
#define GO_MIXED(name) do { MUSTTAIL return mixed_##name(HANDLER_PASS); } while (0)

// a op= b where a is no small int and no float.
Result<Value> inplace_slow(Thread& t, BinaryOp op, Value x, Value y) {
  if (op == BinaryOp::ADD && IS_EXACT(x, str)) return IS_EXACT(y, str) ? Result<Value>(str_append_inplace(t, x.as<Str>(), y.as<Str>())) : inplace_op(t, op, x, y);
  if (op == BinaryOp::ADD && IS_EXACT(x, bytes) && IS_EXACT(y, bytes)) return append_bytes(t, x.as<Bytes>(), y.as<Bytes>());
  if (x.is_object()) return inplace_op(t, op, x, y);
  double p, q;
  if (op <= BinaryOp::DIV && both_double(x, y, p, q)) return arith_slow(t, op, x, y);
  return inplace_op(t, op, x, y);
}

}  // namespace

// A method written in Python runs in the loop.
#define ARITH_SLOW(HANDLER_NAME, NAME, RIGHT, SLOWLY)                                                  \
  SLOW(HANDLER_NAME) {                                                                                 \
    SAVE();                                                                                            \
    Value x = r[pc->b], y = RIGHT;                                                                     \
    if (Value m = python_operator(BinaryOp::NAME, x, y, SLOWLY == inplace_slow)) {                     \
      Frame* nf = call_special(*t, f, m, x, y, Value(), pc->a, pc + 1, kReturnBinary);                 \
      if (UNLIKELY(!nf)) FAIL();                                                                       \
      ENTER(nf);                                                                                       \
    }                                                                                                  \
    STORE_RESULT(pc->a, SLOWLY(*t, BinaryOp::NAME, x, y), 1);                                          \
  }
#define ARITH_MIXED(HANDLER_NAME, NAME, RIGHT)                                                         \
  MIXED(HANDLER_NAME) {                                                                                \
    double x, y;                                                                                       \
    Value v;                                                                                           \
    if (kFloat_##NAME && mixed_doubles(r[pc->b], RIGHT, x, y) && (BinaryOp::NAME != BinaryOp::DIV || y != 0)) { \
      if (LIKELY(float_op<BinaryOp::NAME>(x, y, &v))) { r[pc->a] = v; NEXT(1); }                       \
    }                                                                                                  \
    GO_SLOW(HANDLER_NAME);                                                                             \
  }
#define ARITH(HANDLER_NAME, NAME, RIGHT, SLOWLY)                                                       \
  ARITH_SLOW(HANDLER_NAME, NAME, RIGHT, SLOWLY)                                                        \
  ARITH_MIXED(HANDLER_NAME, NAME, RIGHT)                                                               \
  HANDLER(HANDLER_NAME) {                                                                              \
    Value x = r[pc->b], y = RIGHT, v;                                                                  \
    if (LIKELY(x.is_int() && y.is_int())) {                                                            \
      if (LIKELY(int_##NAME(x, y, &v))) { r[pc->a] = v; NEXT(1); }                                     \
    } else if (kFloat_##NAME && x.is_float_word() && y.is_float_word()) {                              \
      if (LIKELY(float_op<BinaryOp::NAME>(x.float_word(), y.float_word(), &v))) { r[pc->a] = v; NEXT(1); } \
    } else if (kFloat_##NAME && !x.is_object()) {                                                      \
      GO_MIXED(HANDLER_NAME);                                                                          \
    }                                                                                                  \
    GO_SLOW(HANDLER_NAME);                                                                             \
  }
// The right operand is a small number: with a float it counts as one.
#define ARITH_IMMEDIATE(HANDLER_NAME, NAME, SLOWLY)                                                    \
  ARITH_SLOW(HANDLER_NAME, NAME, IMMEDIATE, SLOWLY)                                                    \
  HANDLER(HANDLER_NAME) {                                                                              \
    Value x = r[pc->b], v;                                                                             \
    int16_t i = static_cast<int16_t>(pc->c);                                                           \
    if (LIKELY(x.is_int())) {                                                                          \
      if (LIKELY(int_##NAME(x, Value::from_int(i), &v))) { r[pc->a] = v; NEXT(1); }                    \
    } else if (kFloat_##NAME && x.is_float_word() && (BinaryOp::NAME != BinaryOp::DIV || i)) {         \
      if (LIKELY(float_op<BinaryOp::NAME>(x.float_word(), i, &v))) { r[pc->a] = v; NEXT(1); }          \
    }                                                                                                  \
    GO_SLOW(HANDLER_NAME);                                                                             \
  }
#define IMMEDIATE Value::from_int(static_cast<int16_t>(pc->c))
#define PLAIN_AND_INPLACE(NAME) ARITH(NAME, NAME, r[pc->c], arith_slow) ARITH(INPLACE_##NAME, NAME, r[pc->c], inplace_slow)
#define IMMEDIATE_FORMS(NAME) ARITH_IMMEDIATE(NAME##_I, NAME, arith_slow) ARITH_IMMEDIATE(INPLACE_##NAME##_I, NAME, inplace_slow)
#define FLOAT_FORM(NAME) ARITH(NAME##_F, NAME, k[pc->c], arith_slow)
#define OP(...)
#include "defs/opcodes.def"
KAA_BINARY_OPS(PLAIN_AND_INPLACE)
KAA_IMMEDIATE_OPS(IMMEDIATE_FORMS)
KAA_FLOAT_OPS(FLOAT_FORM)

#define FUSED(FIRST, SECOND)                                                                            \
  HANDLER(FIRST##_##SECOND) {                                                                           \
    Value x = r[pc->b], y = r[pc->c];                                                                   \
    if (LIKELY(x.is_float_word() && y.is_float_word() && table == t->live)) {                       \
      double p = PLAIN_##FIRST(x.float_word(), y.float_word());                                         \
      bool left = pc[1].b == pc->a;                                                                     \
      Value z = r[left ? pc[1].c : pc[1].b];                                                            \
      if (LIKELY(z.is_float_word())) {                                                                  \
        double w = z.float_word();                                                                      \
        Value u = Value::try_float(left ? PLAIN_##SECOND(p, w) : PLAIN_##SECOND(w, p));                 \
        if (LIKELY(!u.is_empty())) {                                                                    \
          r[pc[1].a] = u;                                                                               \
          NEXT(2);                                                                                      \
        }                                                                                               \
      }                                                                                                 \
    }                                                                                                   \
    MUSTTAIL return op_##FIRST(HANDLER_PASS);                                                           \
  }
#define PLAIN_ADD(x, y) ((x) + (y))
#define PLAIN_SUB(x, y) ((x) - (y))
#define PLAIN_MUL(x, y) ((x) * (y))
KAA_FUSED_OPS(FUSED)

Result<Value> operator_returned(Thread& t, Frame* f, Value v) {
  if (v != kNotImplemented) return v;
  const Word* pc = f->pc;
  Op op = static_cast<Op>(pc->op);
  Value* r = f->regs;
  auto within = [op](Op first, Op last) { return op >= first && op <= last; };
  auto operator_of = [op](Op first) { return static_cast<BinaryOp>(static_cast<int>(op) - static_cast<int>(first)); };
  auto immediate_of = [op](Op first) {  // there is no immediate form of @
    int i = static_cast<int>(op) - static_cast<int>(first);
    return static_cast<BinaryOp>(i + (i >= static_cast<int>(BinaryOp::MATMUL)));
  };
  auto comparison_of = [op](Op first) { return static_cast<CompareOp>(static_cast<int>(op) - static_cast<int>(first)); };
  if (within(Op::ADD, Op::XOR)) return binary_op_after_left(t, operator_of(Op::ADD), r[pc->b], r[pc->c], false);
  if (within(Op::ADD_ADD, Op::MUL_MUL)) return binary_op_after_left(t, static_cast<BinaryOp>((static_cast<int>(op) - static_cast<int>(Op::ADD_ADD)) / 3), r[pc->b], r[pc->c], false);
  if (within(Op::ADD_I, Op::XOR_I)) return binary_op_after_left(t, immediate_of(Op::ADD_I), r[pc->b], IMMEDIATE, false);
  if (within(Op::ADD_F, Op::DIV_F)) return binary_op_after_left(t, operator_of(Op::ADD_F), r[pc->b], f->code->consts[pc->c], false);
  if (within(Op::INPLACE_ADD, Op::INPLACE_XOR)) return binary_op_after_left(t, operator_of(Op::INPLACE_ADD), r[pc->b], r[pc->c], true);
  if (within(Op::INPLACE_ADD_I, Op::INPLACE_XOR_I)) return binary_op_after_left(t, immediate_of(Op::INPLACE_ADD_I), r[pc->b], IMMEDIATE, true);
  if (within(Op::LT, Op::GE)) return compare_after_left(t, comparison_of(Op::LT), r[pc->b], r[pc->c]);
  if (within(Op::JUMP_LT, Op::JUMP_GE)) return compare_after_left(t, comparison_of(Op::JUMP_LT), r[pc->a], r[pc->b]);
  if (within(Op::JUMP_LT_I, Op::JUMP_GE_I)) return compare_after_left(t, comparison_of(Op::JUMP_LT_I), r[pc->a], Value::from_int(static_cast<int16_t>(pc->b)));
  return v;
}

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
SLOW(NOT) {
  SAVE();
  Result<bool> b = truth(*t, r[pc->b]);
  if (!b.ok()) FAIL();
  r[pc->a] = Value::from_bool(!b.value());
  NEXT(1);
}
HANDLER(NOT) {
  Value v = r[pc->b];
  if (v.is_bool()) { r[pc->a] = v == kTrue ? kFalse : kTrue; NEXT(1); }
  GO_SLOW(NOT);
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
  if (a.is_object() && b.is_object()) {
    if ((op == CompareOp::EQ || op == CompareOp::NE) && (IS_EXACT(a, str) || IS_EXACT(a, tuple)))
      if (int same = plain_equal(a, b); same != kAsk) return Value::from_bool((same == kSame) == (op == CompareOp::EQ));
  } else if (both_double(a, b, x, y)) {
    switch (op) {
      case CompareOp::LT: return Value::from_bool(x < y);
      case CompareOp::LE: return Value::from_bool(x <= y);
      case CompareOp::EQ: return Value::from_bool(x == y);
      case CompareOp::NE: return Value::from_bool(x != y);
      case CompareOp::GT: return Value::from_bool(x > y);
      case CompareOp::GE: return Value::from_bool(x >= y);
    }
  }
  return compare(t, op, a, b);
}
// Between a handler of == or != and its slow path, without a stack frame: two strs of which a look at their ends decides. 1 equal, 0 not, -1 not known.
inline int texts_equal(Value x, Value y) {
  if (!y.is_object() || !IS_EXACT(x, str) || !IS_EXACT(y, str)) return -1;
  const Str *a = x.as<Str>(), *b = y.as<Str>();
  if (a == b) return 1;
  if (a->length != b->length || ((a->rc ^ b->rc) & (kStrKind2 | kStrKind4 | kStrAscii))) return 0;
  if (UNLIKELY(a->length == 0 || ((a->rc | b->rc) & kStrView))) return -1;
  if (*reinterpret_cast<const uint8_t*>(a + 1) != *reinterpret_cast<const uint8_t*>(b + 1)) return 0;
  if (a->length == 1 && !(a->rc & (kStrKind2 | kStrKind4))) return 1;
  return a->hash && b->hash && a->hash != b->hash ? 0 : -1;
}
#define TEXT(name) static KAA_PRESERVE_NONE __attribute__((noinline)) Value text_##name(HANDLER_ARGS)
#define GO_TEXT_OR_SLOW(name, NAME)                                                                        \
  do {                                                                                                 \
    if (CompareOp::NAME == CompareOp::EQ || CompareOp::NAME == CompareOp::NE) MUSTTAIL return text_##name(HANDLER_PASS); \
    GO_SLOW(name);                                                                                     \
  } while (0)
#define COMPARE(NAME, OPER)                                                                            \
  SLOW(NAME) {                                                                                         \
    SAVE();                                                                                            \
    Value x = r[pc->b], y = r[pc->c];                                                                  \
    if (Value m = python_comparison(CompareOp::NAME, x, y)) {                                          \
      Frame* nf = call_special(*t, f, m, x, y, Value(), pc->a, pc + 1, kReturnBinary);                 \
      if (UNLIKELY(!nf)) FAIL();                                                                       \
      ENTER(nf);                                                                                       \
    }                                                                                                  \
    STORE_RESULT(pc->a, compare_slow(*t, CompareOp::NAME, x, y), 1);                                   \
  }                                                                                                    \
  MIXED(NAME) {                                                                                        \
    double x, y;                                                                                       \
    if (LIKELY(mixed_doubles(r[pc->b], r[pc->c], x, y))) { r[pc->a] = Value::from_bool(x OPER y); NEXT(1); } \
    GO_SLOW(NAME);                                                                                     \
  }                                                                                                    \
  TEXT(NAME) {                                                                                         \
    int same = texts_equal(r[pc->b], r[pc->c]);                                                        \
    if (LIKELY(same >= 0)) { r[pc->a] = Value::from_bool((same == 1) == (CompareOp::NAME == CompareOp::EQ)); NEXT(1); } \
    GO_SLOW(NAME);                                                                                     \
  }                                                                                                    \
  HANDLER(NAME) {                                                                                      \
    Value x = r[pc->b], y = r[pc->c];                                                                  \
    if (LIKELY(x.is_int() && y.is_int())) { r[pc->a] = Value::from_bool(x.as_int() OPER y.as_int()); NEXT(1); }    \
    if (x.is_float_word() && y.is_float_word()) { r[pc->a] = Value::from_bool(x.float_word() OPER y.float_word()); NEXT(1); } \
    if (!x.is_object()) GO_MIXED(NAME);                                                                \
    GO_TEXT_OR_SLOW(NAME, NAME);                                                                       \
  }
COMPARE(LT, <)
COMPARE(LE, <=)
COMPARE(EQ, ==)
COMPARE(NE, !=)
COMPARE(GT, >)
COMPARE(GE, >=)

static Result<bool> compare_truth(Thread& t, CompareOp op, Value a, Value b) {
  if ((op == CompareOp::EQ || op == CompareOp::NE) && IS_EXACT(a, str) && IS_EXACT(b, str)) return str_equal(a.as<Str>(), b.as<Str>()) == (op == CompareOp::EQ);
  Value v = TRY(compare_slow(t, op, a, b));
  if (v == kTrue) return true;
  if (v == kFalse) return false;
  return truth(t, v);
}
#define COMPARE_JUMP_FORM(HANDLER_NAME, NAME, OPER, RIGHT)                                             \
  SLOW(HANDLER_NAME) {                                                                                 \
    SAVE();                                                                                            \
    Value x = r[pc->a], y = RIGHT;                                                                     \
    if (Value m = python_comparison(CompareOp::NAME, x, y)) {                                          \
      Frame* nf = call_special(*t, f, m, x, y, Value(), 0, pc, kReturnJump);                           \
      if (UNLIKELY(!nf)) FAIL();                                                                       \
      ENTER(nf);                                                                                       \
    }                                                                                                  \
    Result<bool> res = compare_truth(*t, CompareOp::NAME, x, y);                                       \
    if (UNLIKELY(!res.ok())) FAIL();                                                                   \
    if (res.value() == (pc->c != 0)) JUMP_BY(2, pc[1].offset);                                           \
    NEXT(2);                                                                                           \
  }                                                                                                    \
  MIXED(HANDLER_NAME) {                                                                                \
    double x, y;                                                                                       \
    if (UNLIKELY(!mixed_doubles(r[pc->a], RIGHT, x, y))) GO_SLOW(HANDLER_NAME);                        \
    if ((x OPER y) == (pc->c != 0)) JUMP_BY(2, pc[1].offset);                                          \
    NEXT(2);                                                                                           \
  }                                                                                                    \
  TEXT(HANDLER_NAME) {                                                                                 \
    int same = texts_equal(r[pc->a], RIGHT);                                                           \
    if (UNLIKELY(same < 0)) GO_SLOW(HANDLER_NAME);                                                     \
    if (((same == 1) == (CompareOp::NAME == CompareOp::EQ)) == (pc->c != 0)) JUMP_BY(2, pc[1].offset); \
    NEXT(2);                                                                                           \
  }                                                                                                    \
  HANDLER(HANDLER_NAME) {                                                                              \
    Value x = r[pc->a], y = RIGHT;                                                                     \
    bool b;                                                                                            \
    if (LIKELY(x.is_int() && y.is_int())) b = static_cast<int64_t>(x.bits()) OPER static_cast<int64_t>(y.bits()); \
    else if (x.is_float_word() && y.is_float_word()) b = x.float_word() OPER y.float_word();           \
    else if (!x.is_object()) GO_MIXED(HANDLER_NAME);                                                   \
    else GO_TEXT_OR_SLOW(HANDLER_NAME, NAME);                                                          \
    if (b == pc->c) JUMP_BY(2, pc[1].offset);                                                          \
    NEXT(2);                                                                                           \
  }
#define COMPARE_JUMP(NAME, OPER)                                                                       \
  COMPARE_JUMP_FORM(JUMP_##NAME, NAME, OPER, r[pc->b])                                                 \
  COMPARE_JUMP_FORM(JUMP_##NAME##_I, NAME, OPER, Value::from_int(static_cast<int16_t>(pc->b)))
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
  if (Value c = r[pc->c]; c.is_object() && type_of(c)->has(kTypeHeap)) {
    if (Value m = type_of(c)->dunder(D_contains); m && IS_EXACT(m, function)) {
      Frame* nf = call_special(*t, f, m, c, r[pc->b], Value(), pc->a, pc + 1, kReturnBool);
      if (UNLIKELY(!nf)) FAIL();
      ENTER(nf);
    }
  }
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
