// Decimal's operators, comparisons and conversions.
#include "modules/decimal/decimal.h"
#include "modules/native_new.h"
#include "types/int.h"

namespace kaa::decimal {

Result<Value> divmod(Thread& t, Context* c, const mpd_t* a, const mpd_t* b) {
  Decimal* q = TRY(new_decimal(t));
  Decimal* r = TRY(new_decimal(t));
  uint32_t status = 0;
  mpd_qdivmod(&q->dec, &r->dec, a, b, &c->ctx, &status);
  TRY(signal(t, c, status));
  return TRY(make_tuple(t, Value(q), Value(r)));
}
Result<Value> power(Thread& t, Context* c, const mpd_t* a, const mpd_t* b, const mpd_t* m) {
  Decimal* r = TRY(new_decimal(t));
  uint32_t status = 0;
  if (m) mpd_qpowmod(&r->dec, a, b, m, &c->ctx, &status);
  else mpd_qpow(&r->dec, a, b, &c->ctx, &status);
  TRY(signal(t, c, status));
  return r;
}
Result<Value> ternary_fma(Thread& t, Context* c, const mpd_t* x, const mpd_t* y, const mpd_t* z) {
  Decimal* r = TRY(new_decimal(t));
  uint32_t status = 0;
  mpd_qfma(&r->dec, x, y, z, &c->ctx, &status);
  TRY(signal(t, c, status));
  return r;
}

namespace {

const mpd_t* self_of(Args a) { return dec_of(a[0]); }

template <Binary F>
Result<Value> op(Thread& t, Args a) {
  Context* c = TRY(current(t));
  Operand b;
  if (!TRY(b.set(t, c, a[1]))) return kNotImplemented;
  return apply<F>(t, c, self_of(a), b);
}
template <Binary F>
Result<Value> reflected(Thread& t, Args a) {
  Context* c = TRY(current(t));
  Operand b;
  if (!TRY(b.set(t, c, a[1]))) return kNotImplemented;
  return apply<F>(t, c, b, self_of(a));
}
template <Unary F>
Result<Value> unary(Thread& t, Args a) { return apply<F>(t, TRY(current(t)), self_of(a)); }

template <bool swap>
Result<Value> number_divmod(Thread& t, Args a) {
  Context* c = TRY(current(t));
  Operand b;
  if (!TRY(b.set(t, c, a[1]))) return kNotImplemented;
  return swap ? divmod(t, c, b, self_of(a)) : divmod(t, c, self_of(a), b);
}
template <bool swap>
Result<Value> number_pow(Thread& t, Args a) {
  Context* c = TRY(current(t));
  Operand b, m;
  if (!TRY(b.set(t, c, a[1]))) return kNotImplemented;
  bool modulus = a[2] && !a[2].is_none();
  if (modulus && !TRY(m.set(t, c, a[2]))) return kNotImplemented;
  const mpd_t* mp = modulus ? static_cast<const mpd_t*>(m) : nullptr;
  return swap ? power(t, c, b, self_of(a), mp) : power(t, c, self_of(a), b, mp);
}

// ---- comparison

enum class Kind { kComparable, kNot };
// Both sides of a comparison, exactly: the other one may also be a float, a complex without imaginary part, or a rational number, whose denominator
// goes to the Decimal's side.
struct Sides {
  const mpd_t* a;
  const mpd_t* b;
  Operand right, numerator, denominator;
};
Result<Kind> comparison_sides(Thread& t, Context* c, Value self, Value other, bool equality, Sides& s) {
  s.a = dec_of(self);
  if (LIKELY(TRY(s.right.set(t, c, other)))) {
    s.b = s.right;
    return Kind::kComparable;
  }
  Value real = other;
  if (equality && is_instance(other, KAA_TYPE(complex)) && other.as<ComplexObject>()->imag == 0) real = TRY(make_float(t, other.as<ComplexObject>()->real));
  if (is_float(real)) {
    // Equality only takes note of the mix, the order signals it.
    if (equality) c->ctx.status |= kFloatOperation;
    else TRY(signal(t, c, kFloatOperation));
    s.b = dec_of(TRY(from_float_exact(t, state().decimal, real, c)));
    return Kind::kComparable;
  }
  if (is_str(other) || other.is_none() || is_instance(other, KAA_TYPE(complex)) || !TRY(isinstance(t, other, state().rational))) return Kind::kNot;
  Value denominator = TRY(get_attr(t, other, NAME("denominator")));
  TRY(s.denominator.require(t, c, denominator));
  if (!mpd_isspecial(s.a)) {
    Decimal* scaled = TRY(new_decimal(t));
    // Without the exponent, which could take the product out of the largest context; what is only compared may be out of it.
    mpd_t whole = *s.a;
    whole.flags |= MPD_STATIC | MPD_SHARED_DATA;
    whole.exp = 0;
    uint32_t status = 0;
    mpd_qmul(&scaled->dec, &whole, s.denominator, &state().exact, &status);
    TRY(signal(t, c, status));
    scaled->dec.exp += s.a->exp;
    s.a = &scaled->dec;
  }
  Value numerator = TRY(get_attr(t, other, NAME("numerator")));
  TRY(s.numerator.require(t, c, numerator));
  s.b = s.numerator;
  return Kind::kComparable;
}

template <CompareOp op>
Result<Value> number_compare(Thread& t, Args a) {
  constexpr bool kEquality = op == CompareOp::EQ || op == CompareOp::NE;
  Context* c = TRY(current(t));
  Sides s;
  if (TRY(comparison_sides(t, c, a[0], a[1], kEquality, s)) == Kind::kNot) return kNotImplemented;
  uint32_t status = 0;
  int r = mpd_qcmp(s.a, s.b, &status);
  if (UNLIKELY(r == INT_MAX)) {
    // A NaN: quiet ones are unequal to everything, all else signals.
    if (!kEquality || mpd_issnan(s.a) || mpd_issnan(s.b)) TRY(signal(t, c, status));
    return Value::from_bool(op == CompareOp::NE);
  }
  switch (op) {
    case CompareOp::LT: return Value::from_bool(r < 0);
    case CompareOp::LE: return Value::from_bool(r <= 0);
    case CompareOp::EQ: return Value::from_bool(r == 0);
    case CompareOp::NE: return Value::from_bool(r != 0);
    case CompareOp::GT: return Value::from_bool(r > 0);
    default: return Value::from_bool(r >= 0);
  }
}

// ---- conversions

Result<Value> number_hash(Thread& t, Args a) {
  Decimal* d = a.as<Decimal>(0);
  if (d->hash == -1) d->hash = TRY(decimal_hash(t, d));
  return make_int(t, d->hash);
}
Result<Value> number_bool(Thread&, Args a) { return Value::from_bool(!mpd_iszero(self_of(a))); }
Result<Value> number_str(Thread& t, Args a) {
  Context* c = TRY(current(t));
  return TRY(to_text(t, self_of(a), c->capitals));
}
Result<Value> number_repr(Thread& t, Args a) {
  Context* c = TRY(current(t));
  Str* s = TRY(to_text(t, self_of(a), c->capitals));
  return TRY(str_format(t, "Decimal('%U')", s));
}
template <int rounding>
Result<Value> number_int(Thread& t, Args a) { return to_int(t, self_of(a), TRY(current(t)), rounding); }
Result<Value> number_float(Thread& t, Args a) { return to_float(t, self_of(a)); }
Result<Value> number_complex(Thread& t, Args a) {
  Value f = TRY(to_float(t, self_of(a)));
  return make_complex(t, float_value(f), 0);
}
Result<Value> number_round(Thread& t, Args a) {
  Context* c = TRY(current(t));
  if (!a[1]) return to_int(t, self_of(a), c, MPD_ROUND_HALF_EVEN);
  int64_t digits;
  if (!is_int(a[1])) return RAISE(TypeError, "optional arg must be an integer");
  if (!int_fits64(a[1], &digits)) return RAISE(OverflowError, "Python int too large to convert to C ssize_t");
  mpd_uint_t one = 1;
  mpd_t unit = {MPD_STATIC | MPD_CONST_DATA, digits == MPD_SSIZE_MIN ? MPD_SSIZE_MAX : -digits, 1, 1, 1, &one};
  return apply<mpd_qquantize>(t, c, self_of(a), &unit);
}
Result<Value> number_self(Thread&, Args a) { return a[0]; }
Result<Value> number_reduce(Thread& t, Args a) {
  Context* c = TRY(current(t));
  Value args = TRY(make_tuple(t, TRY(to_text(t, self_of(a), c->capitals))));
  return TRY(make_tuple(t, Value(type_of(a[0])), args));
}
Result<Value> number_sizeof(Thread& t, Args a) {
  size_t n = LayoutTraits<Decimal>::bytes(a.as<Decimal>(0));
  return make_int(t, static_cast<int64_t>(n));
}
Result<Value> number_new(Thread& t, Args a) {
  Context* c = TRY(context_arg(t, a[2]));
  return from_object_exact(t, a.as<Type>(0), a[1], c);
}
Result<Value> number_from_float(Thread& t, Args a) {
  Context* c = TRY(current(t));
  Value v;
  if (is_int(a[1])) v = TRY(from_int_exact(t, state().decimal, a[1], c));
  else if (is_float(a[1])) v = TRY(from_float_exact(t, state().decimal, a[1], c));
  else return RAISE(TypeError, "argument must be int or float");
  return a[0] == Value(state().decimal) ? Result<Value>(v) : call(t, a[0], v);
}
Result<Value> number_from_number(Thread& t, Args a) {
  Context* c = TRY(current(t));
  Value v;
  if (is_int(a[1])) v = TRY(from_int_exact(t, state().decimal, a[1], c));
  else if (is_float(a[1])) v = TRY(from_float_exact(t, state().decimal, a[1], c));
  else if (is_decimal(a[1])) v = TRY(from_object_exact(t, state().decimal, a[1], c));
  else return RAISE(TypeError, "conversion from %T to Decimal is not supported", a[1]);
  return a[0] == Value(state().decimal) ? Result<Value>(v) : call(t, a[0], v);
}

#define OPERATOR(name, F) \
  {"__" name "__", op<F>, "($self, value, /)", nullptr}, { "__r" name "__", reflected<F>, "($self, value, /)", nullptr }
const MethodDef k_number[] = {
    {"__new__", number_new, "($cls, value=\"0\", context=None)", nullptr, MethodKind::kNew},
    OPERATOR("add", mpd_qadd), OPERATOR("sub", mpd_qsub), OPERATOR("mul", mpd_qmul), OPERATOR("truediv", mpd_qdiv),
    OPERATOR("floordiv", mpd_qdivint), OPERATOR("mod", mpd_qrem),
    {"__divmod__", number_divmod<false>, "($self, value, /)", nullptr}, {"__rdivmod__", number_divmod<true>, "($self, value, /)", nullptr},
    {"__pow__", number_pow<false>, "($self, value, mod=None, /)", nullptr}, {"__rpow__", number_pow<true>, "($self, value, mod=None, /)", nullptr},
    {"__neg__", unary<mpd_qminus>, "($self, /)", nullptr}, {"__pos__", unary<mpd_qplus>, "($self, /)", nullptr},
    {"__abs__", unary<mpd_qabs>, "($self, /)", nullptr}, {"__bool__", number_bool, "($self, /)", nullptr},
    {"__lt__", number_compare<CompareOp::LT>, "($self, value, /)", nullptr}, {"__le__", number_compare<CompareOp::LE>, "($self, value, /)", nullptr},
    {"__eq__", number_compare<CompareOp::EQ>, "($self, value, /)", nullptr}, {"__ne__", number_compare<CompareOp::NE>, "($self, value, /)", nullptr},
    {"__gt__", number_compare<CompareOp::GT>, "($self, value, /)", nullptr}, {"__ge__", number_compare<CompareOp::GE>, "($self, value, /)", nullptr},
    {"__hash__", number_hash, "($self, /)", nullptr},
    {"__str__", number_str, "($self, /)", nullptr}, {"__repr__", number_repr, "($self, /)", nullptr},
    {"__int__", number_int<MPD_ROUND_DOWN>, "($self, /)", nullptr}, {"__trunc__", number_int<MPD_ROUND_DOWN>, "($self, /)", nullptr},
    {"__floor__", number_int<MPD_ROUND_FLOOR>, "($self, /)", nullptr}, {"__ceil__", number_int<MPD_ROUND_CEILING>, "($self, /)", nullptr},
    {"__round__", number_round, "($self, ndigits=<unrepresentable>, /)", nullptr},
    {"__float__", number_float, "($self, /)", nullptr}, {"__complex__", number_complex, "($self, /)", nullptr},
    {"__copy__", number_self, "($self, /)", nullptr}, {"__deepcopy__", number_self, "($self, memo, /)", nullptr},
    {"__reduce__", number_reduce, "($self, /)", "What pickle saves."}, {"__sizeof__", number_sizeof, "($self, /)", "Bytes in memory."},
    {"__format__", decimal_format, "($self, format_spec, override=<unrepresentable>, /)", "format(self, format_spec)"},
    {"from_float", number_from_float, "($cls, f, /)", "The exact value of a float or an int.\n\n>>> Decimal.from_float(0.3)\n"
     "Decimal('0.299999999999999988897769753748434595763683319091796875')\n>>> Decimal.from_float(-float('inf'))\nDecimal('-Infinity')", MethodKind::kClassMethod},
    {"from_number", number_from_number, "($cls, number, /)", "The exact value of a number.\n\n>>> Decimal.from_number(0.375)\nDecimal('0.375')\n"
     ">>> Decimal.from_number(Decimal('1.10'))\nDecimal('1.10')", MethodKind::kClassMethod},
};
#undef OPERATOR

}  // namespace

Rows<MethodDef> number_methods() { return k_number; }

const GetSetDef k_decimal_getsets[2] = {
    {"real", [](Thread&, Value v) -> Result<Value> { return v; }, nullptr, "The number itself."},
    {"imag", [](Thread& t, Value) -> Result<Value> { return from_int_exact(t, state().decimal, small_int(0), TRY(current(t))); }, nullptr, "0."},
};

}  // namespace kaa::decimal
