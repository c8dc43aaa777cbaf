// The methods of contexts that calculate: operands may be ints, results are rounded to the context.
#include "modules/decimal/decimal.h"
#include "types/int.h"

namespace kaa::decimal {

namespace {

Context* self_of(Args a) { return a.as<Context>(0); }

template <Unary F>
Result<Value> unary(Thread& t, Args a) {
  Operand x;
  TRY(x.require(t, self_of(a), a[1]));
  return apply<F>(t, self_of(a), x);
}
template <Binary F>
Result<Value> binary(Thread& t, Args a) {
  Operand x, y;
  TRY(x.require(t, self_of(a), a[1]));
  TRY(y.require(t, self_of(a), a[2]));
  return apply<F>(t, self_of(a), x, y);
}
template <int (*F)(const mpd_t*)>
Result<Value> test(Thread& t, Args a) {
  Operand x;
  TRY(x.require(t, self_of(a), a[1]));
  return Value::from_bool(F(x));
}
template <int (*F)(const mpd_t*, const mpd_context_t*)>
Result<Value> test_in(Thread& t, Args a) {
  Operand x;
  TRY(x.require(t, self_of(a), a[1]));
  return Value::from_bool(F(x, &self_of(a)->ctx));
}
Result<Value> context_divmod(Thread& t, Args a) {
  Operand x, y;
  TRY(x.require(t, self_of(a), a[1]));
  TRY(y.require(t, self_of(a), a[2]));
  return divmod(t, self_of(a), x, y);
}
Result<Value> context_power(Thread& t, Args a) {
  Operand x, y, m;
  TRY(x.require(t, self_of(a), a[1]));
  TRY(y.require(t, self_of(a), a[2]));
  bool modulus = a[3] && !a[3].is_none();
  if (modulus) TRY(m.require(t, self_of(a), a[3]));
  return power(t, self_of(a), x, y, modulus ? static_cast<const mpd_t*>(m) : nullptr);
}
Result<Value> context_fma(Thread& t, Args a) {
  Operand x, y, z;
  TRY(x.require(t, self_of(a), a[1]));
  TRY(y.require(t, self_of(a), a[2]));
  TRY(z.require(t, self_of(a), a[3]));
  return ternary_fma(t, self_of(a), x, y, z);
}
Result<Value> context_same_quantum(Thread& t, Args a) {
  Operand x, y;
  TRY(x.require(t, self_of(a), a[1]));
  TRY(y.require(t, self_of(a), a[2]));
  return Value::from_bool(mpd_same_quantum(x, y));
}
Result<Value> context_number_class(Thread& t, Args a) {
  Operand x;
  TRY(x.require(t, self_of(a), a[1]));
  return TRY(new_str(t, mpd_class(x, &self_of(a)->ctx)));
}
template <bool engineering>
Result<Value> context_text(Thread& t, Args a) {
  Operand x;
  TRY(x.require(t, self_of(a), a[1]));
  return TRY(to_text(t, x, self_of(a)->capitals, engineering));
}
Result<Value> context_canonical(Thread& t, Args a) {
  if (!is_decimal(a[1])) return RAISE(TypeError, "argument must be a Decimal");
  return a[1];
}
Result<Value> context_copy_decimal(Thread& t, Args a) {
  if (is_decimal(a[1])) return a[1];
  if (is_int(a[1])) return from_int_exact(t, state().decimal, a[1], self_of(a));
  return RAISE(TypeError, "conversion from %T to Decimal is not supported", a[1]);
}
Result<Value> context_radix(Thread& t, Args a) { return from_int_exact(t, state().decimal, small_int(10), self_of(a)); }
Result<Value> context_create_decimal(Thread& t, Args a) { return from_object_rounded(t, a[1], self_of(a)); }
Result<Value> context_create_decimal_from_float(Thread& t, Args a) {
  Context* c = self_of(a);
  if (!is_int(a[1]) && !is_float(a[1])) return RAISE(TypeError, "argument must be int or float");
  Decimal* d = TRY(new_decimal(t));
  uint32_t status = 0;
  if (is_int(a[1])) {
    TRY(set_from_int(t, &d->dec, a[1], &c->ctx, &status));
  } else {
    TRY(set_from_float(t, &d->dec, float_value(a[1]), &status));
    mpd_qfinalize(&d->dec, &c->ctx, &status);
  }
  TRY(signal(t, c, status));
  return d;
}

constexpr const char *kX = "($self, x, /)", *kXY = "($self, x, y, /)";
const MethodDef k_methods[] = {
    {"abs", unary<mpd_qabs>, kX, "The absolute value."},
    {"exp", unary<mpd_qexp>, kX, "e to the power of x."},
    {"ln", unary<mpd_qln>, kX, "The natural logarithm."},
    {"log10", unary<mpd_qlog10>, kX, "The logarithm to base 10."},
    {"logb", unary<mpd_qlogb>, kX, "The adjusted exponent, as a Decimal."},
    {"logical_invert", unary<mpd_qinvert>, kX, "All digits, which must be 0 or 1, inverted.\n\n>>> Context(prec=5).logical_invert(Decimal('110'))\nDecimal('11001')"},
    {"minus", unary<mpd_qminus>, kX, "-x."},
    {"plus", unary<mpd_qplus>, kX, "x, rounded."},
    {"next_minus", unary<mpd_qnext_minus>, kX, "The largest number of the context that is smaller."},
    {"next_plus", unary<mpd_qnext_plus>, kX, "The smallest number of the context that is larger."},
    {"normalize", unary<mpd_qreduce>, kX, "Without trailing zeros."},
    {"sqrt", unary<mpd_qsqrt>, kX, "The square root."},
    {"to_integral", unary<mpd_qround_to_int>, kX, "Rounded to an integer."},
    {"to_integral_value", unary<mpd_qround_to_int>, kX, "Rounded to an integer."},
    {"to_integral_exact", unary<mpd_qround_to_intx>, kX, "Rounded to an integer; signals Inexact and Rounded."},
    {"copy_abs", unary<copy_abs>, kX, "Without the sign, unrounded."},
    {"copy_negate", unary<copy_negate>, kX, "With the other sign, unrounded."},
    {"_apply", unary<copy_finalized>, kX, "x, rounded."},
    {"add", binary<mpd_qadd>, kXY, "x + y."},
    {"subtract", binary<mpd_qsub>, kXY, "x - y."},
    {"multiply", binary<mpd_qmul>, kXY, "x * y."},
    {"divide", binary<mpd_qdiv>, kXY, "x / y."},
    {"divide_int", binary<mpd_qdivint>, kXY, "The integer part of x / y."},
    {"remainder", binary<mpd_qrem>, kXY, "The remainder of the division of integers, with the sign of x."},
    {"remainder_near", binary<mpd_qrem_near>, kXY, "The distance of x from the nearest multiple of y."},
    {"compare", binary<compare_quiet>, kXY, "-1, 0, 1, or NaN, as a Decimal."},
    {"compare_signal", binary<compare_signal>, kXY, "As compare(), but all NaNs signal."},
    {"compare_total", binary<compare_total>, kXY, "-1, 0 or 1 by a total order of representations."},
    {"compare_total_mag", binary<compare_total_mag>, kXY, "As compare_total(), without signs."},
    {"copy_sign", binary<copy_sign>, kXY, "x with the sign of y."},
    {"logical_and", binary<mpd_qand>, kXY, "Digit by digit; all must be 0 or 1.\n\n>>> ExtendedContext.logical_and(Decimal('1101'), Decimal('1010'))\nDecimal('1000')"},
    {"logical_or", binary<mpd_qor>, kXY, "Digit by digit; all must be 0 or 1.\n\n>>> ExtendedContext.logical_or(Decimal('1101'), Decimal('1010'))\nDecimal('1111')"},
    {"logical_xor", binary<mpd_qxor>, kXY, "Digit by digit; all must be 0 or 1.\n\n>>> ExtendedContext.logical_xor(Decimal('1101'), Decimal('1010'))\nDecimal('111')"},
    {"max", binary<mpd_qmax>, kXY, "The larger number."},
    {"max_mag", binary<mpd_qmax_mag>, kXY, "The number with the larger magnitude."},
    {"min", binary<mpd_qmin>, kXY, "The smaller number."},
    {"min_mag", binary<mpd_qmin_mag>, kXY, "The number with the smaller magnitude."},
    {"next_toward", binary<mpd_qnext_toward>, kXY, "The number next to x in the direction of y."},
    {"quantize", binary<mpd_qquantize>, kXY, "x rounded to the exponent of y."},
    {"rotate", binary<mpd_qrotate>, kXY, "The digits of x rotated by y places."},
    {"scaleb", binary<mpd_qscaleb>, kXY, "x with y added to the exponent."},
    {"shift", binary<mpd_qshift>, kXY, "The digits of x shifted by y places."},
    {"divmod", context_divmod, kXY, "Integer part of x / y, and the remainder."},
    {"power", context_power, "($self, /, a, b, modulo=None)", "a to the power of b; with a modulus, of integers."},
    {"fma", context_fma, "($self, x, y, z, /)", "x * y + z, rounded once."},
    {"same_quantum", context_same_quantum, kXY, "Whether both have the same exponent."},
    {"number_class", context_number_class, kX, "The kind of number: '+Normal', '-Zero', 'NaN' and so on."},
    {"to_sci_string", context_text<false>, kX, "As text."},
    {"to_eng_string", context_text<true>, kX, "As text with an exponent that is a multiple of 3."},
    {"is_normal", test_in<mpd_isnormal>, kX, "Whether it is finite, not zero and not subnormal."},
    {"is_subnormal", test_in<mpd_issubnormal>, kX, "Whether it is smaller than normal numbers."},
    {"is_finite", test<mpd_isfinite>, kX, "Whether it is neither infinite nor a NaN."},
    {"is_infinite", test<mpd_isinfinite>, kX, "Whether it is infinite."},
    {"is_nan", test<mpd_isnan>, kX, "Whether it is a NaN."},
    {"is_qnan", test<mpd_isqnan>, kX, "Whether it is a quiet NaN."},
    {"is_snan", test<mpd_issnan>, kX, "Whether it is a signaling NaN."},
    {"is_signed", test<mpd_issigned>, kX, "Whether it has a minus sign."},
    {"is_zero", test<mpd_iszero>, kX, "Whether it is zero."},
    {"is_canonical", [](Thread& t, Args a) -> Result<Value> {
       if (!is_decimal(a[1])) return RAISE(TypeError, "argument must be a Decimal");
       return kTrue;
     }, kX, "True."},
    {"canonical", context_canonical, kX, "x itself."},
    {"radix", context_radix, "($self, /)", "10."},
    {"copy_decimal", context_copy_decimal, kX, "x as a Decimal, unrounded."},
    {"create_decimal", context_create_decimal, "($self, num=\"0\", /)", "A number rounded to the context."},
    {"create_decimal_from_float", context_create_decimal_from_float, "($self, f, /)", "A float or an int rounded to the context."},
};

}  // namespace

Rows<MethodDef> context_methods() { return k_methods; }

}  // namespace kaa::decimal
