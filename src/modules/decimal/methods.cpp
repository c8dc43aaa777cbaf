// Decimal's named methods. Most are an operation of libmpdec's in a context that the caller may give.
#include "modules/decimal/decimal.h"

namespace kaa::decimal {

namespace {

const mpd_t* self_of(Args a) { return dec_of(a[0]); }

template <Unary F>
Result<Value> unary(Thread& t, Args a) { return apply<F>(t, TRY(context_arg(t, a[1])), self_of(a)); }
template <Binary F>
Result<Value> binary(Thread& t, Args a) {
  Context* c = TRY(context_arg(t, a[2]));
  Operand b;
  TRY(b.require(t, c, a[1]));
  return apply<F>(t, c, self_of(a), b);
}
template <Unary F>
Result<Value> plain(Thread& t, Args a) { return apply<F>(t, TRY(current(t)), self_of(a)); }
template <int (*F)(const mpd_t*)>
Result<Value> test(Thread&, Args a) { return Value::from_bool(F(self_of(a))); }
template <int (*F)(const mpd_t*, const mpd_context_t*)>
Result<Value> test_in(Thread& t, Args a) { return Value::from_bool(F(self_of(a), &TRY(context_arg(t, a[1]))->ctx)); }

// The operation in a context with another rounding: flags go to the context itself.
template <class F>
Result<Value> rounded(Thread& t, Value rounding, Value context, F&& f) {
  Context* c = TRY(context_arg(t, context));
  mpd_context_t work = c->ctx;
  if (rounding && !rounding.is_none()) work.round = TRY(rounding_arg(t, rounding));
  return f(c, work);
}
template <Unary F>
Result<Value> to_integral(Thread& t, Args a) {
  return rounded(t, a[1], a[2], [&](Context* c, const mpd_context_t& work) -> Result<Value> {
    Decimal* r = TRY(new_decimal(t));
    uint32_t status = 0;
    F(&r->dec, self_of(a), &work, &status);
    TRY(signal(t, c, status));
    return r;
  });
}
Result<Value> decimal_quantize(Thread& t, Args a) {
  return rounded(t, a[2], a[3], [&](Context* c, const mpd_context_t& work) -> Result<Value> {
    Operand b;
    TRY(b.require(t, c, a[1]));
    Decimal* r = TRY(new_decimal(t));
    uint32_t status = 0;
    mpd_qquantize(&r->dec, self_of(a), b, &work, &status);
    TRY(signal(t, c, status));
    return r;
  });
}
Result<Value> decimal_fma(Thread& t, Args a) {
  Context* c = TRY(context_arg(t, a[3]));
  Operand y, z;
  TRY(y.require(t, c, a[1]));
  TRY(z.require(t, c, a[2]));
  return ternary_fma(t, c, self_of(a), y, z);
}
Result<Value> decimal_same_quantum(Thread& t, Args a) {
  Context* c = TRY(context_arg(t, a[2]));
  Operand b;
  TRY(b.require(t, c, a[1]));
  return Value::from_bool(mpd_same_quantum(self_of(a), b));
}
Result<Value> decimal_number_class(Thread& t, Args a) {
  Context* c = TRY(context_arg(t, a[1]));
  return TRY(new_str(t, mpd_class(self_of(a), &c->ctx)));
}
Result<Value> decimal_to_eng_string(Thread& t, Args a) {
  Context* c = TRY(context_arg(t, a[1]));
  return TRY(to_text(t, self_of(a), c->capitals, true));
}
Result<Value> decimal_adjusted(Thread& t, Args a) { return make_int(t, mpd_isspecial(self_of(a)) ? 0 : mpd_adjexp(self_of(a))); }
Result<Value> decimal_as_tuple(Thread& t, Args a) { return to_tuple(t, self_of(a)); }
Result<Value> decimal_as_integer_ratio(Thread& t, Args a) { return to_int_ratio(t, self_of(a)); }
Result<Value> decimal_self(Thread&, Args a) { return a[0]; }
Result<Value> decimal_radix(Thread& t, Args) { return from_int_exact(t, state().decimal, small_int(10), TRY(current(t))); }

constexpr const char *kNoArguments = "($self, /)", *kContext = "($self, /, context=None)", *kOther = "($self, /, other, context=None)",
                     *kRounding = "($self, /, rounding=None, context=None)";
const MethodDef k_methods[] = {
    {"exp", unary<mpd_qexp>, kContext, "e to the power of the number."},
    {"ln", unary<mpd_qln>, kContext, "The natural logarithm."},
    {"log10", unary<mpd_qlog10>, kContext, "The logarithm to base 10."},
    {"logb", unary<mpd_qlogb>, kContext, "The adjusted exponent, as a Decimal."},
    {"sqrt", unary<mpd_qsqrt>, kContext, "The square root."},
    {"next_minus", unary<mpd_qnext_minus>, kContext, "The largest number of the context that is smaller."},
    {"next_plus", unary<mpd_qnext_plus>, kContext, "The smallest number of the context that is larger."},
    {"normalize", unary<mpd_qreduce>, kContext, "Without trailing zeros."},
    {"logical_invert", unary<mpd_qinvert>, kContext, "All digits, which must be 0 or 1, inverted."},
    {"compare", binary<compare_quiet>, kOther, "-1, 0, 1, or NaN, as a Decimal."},
    {"compare_signal", binary<compare_signal>, kOther, "As compare(), but all NaNs signal."},
    {"compare_total", binary<compare_total>, kOther, "-1, 0 or 1 by a total order of representations.\n\n>>> Decimal('2.50').compare_total(Decimal('2.5'))\nDecimal('-1')"},
    {"compare_total_mag", binary<compare_total_mag>, kOther, "As compare_total(), without signs."},
    {"copy_sign", binary<copy_sign>, kOther, "The number with the other one's sign.\n\n>>> Decimal('3.1').copy_sign(Decimal('-0'))\nDecimal('-3.1')"},
    {"max", binary<mpd_qmax>, kOther, "The larger number."},
    {"max_mag", binary<mpd_qmax_mag>, kOther, "The number with the larger magnitude."},
    {"min", binary<mpd_qmin>, kOther, "The smaller number."},
    {"min_mag", binary<mpd_qmin_mag>, kOther, "The number with the smaller magnitude."},
    {"next_toward", binary<mpd_qnext_toward>, kOther, "The next number of the context in the other one's direction."},
    {"remainder_near", binary<mpd_qrem_near>, kOther, "The distance from the nearest multiple of the other number."},
    {"logical_and", binary<mpd_qand>, kOther, "Digit by digit; all must be 0 or 1."},
    {"logical_or", binary<mpd_qor>, kOther, "Digit by digit; all must be 0 or 1."},
    {"logical_xor", binary<mpd_qxor>, kOther, "Digit by digit; all must be 0 or 1."},
    {"rotate", binary<mpd_qrotate>, kOther, "The digits rotated by so many places, to the left for positive ones."},
    {"scaleb", binary<mpd_qscaleb>, kOther, "With the other number added to the exponent."},
    {"shift", binary<mpd_qshift>, kOther, "The digits shifted by so many places, to the left for positive ones."},
    {"same_quantum", decimal_same_quantum, kOther, "Whether both have the same exponent."},
    {"fma", decimal_fma, "($self, /, other, third, context=None)", "self * other + third, rounded once.\n\n>>> Decimal('1.5').fma(4, Decimal('0.25'))\nDecimal('6.25')"},
    {"quantize", decimal_quantize, "($self, /, exp, rounding=None, context=None)",
     "Rounded to the exponent of another number.\n\n>>> Decimal('2.718281').quantize(Decimal('0.001'))\nDecimal('2.718')"},
    {"to_integral", to_integral<mpd_qround_to_int>, kRounding, "Rounded to an integer."},
    {"to_integral_value", to_integral<mpd_qround_to_int>, kRounding, "Rounded to an integer."},
    {"to_integral_exact", to_integral<mpd_qround_to_intx>, kRounding, "Rounded to an integer; signals Inexact and Rounded."},
    {"number_class", decimal_number_class, kContext, "The kind of number: '+Normal', '-Zero', 'NaN' and so on."},
    {"to_eng_string", decimal_to_eng_string, kContext, "As text with an exponent that is a multiple of 3."},
    {"is_normal", test_in<mpd_isnormal>, kContext, "Whether it is finite, not zero and not subnormal."},
    {"is_subnormal", test_in<mpd_issubnormal>, kContext, "Whether it is smaller than normal numbers."},
    {"is_canonical", test<mpd_iscanonical>, kNoArguments, "True."},
    {"is_finite", test<mpd_isfinite>, kNoArguments, "Whether it is neither infinite nor a NaN."},
    {"is_infinite", test<mpd_isinfinite>, kNoArguments, "Whether it is infinite."},
    {"is_nan", test<mpd_isnan>, kNoArguments, "Whether it is a NaN."},
    {"is_qnan", test<mpd_isqnan>, kNoArguments, "Whether it is a quiet NaN."},
    {"is_snan", test<mpd_issnan>, kNoArguments, "Whether it is a signaling NaN."},
    {"is_signed", test<mpd_issigned>, kNoArguments, "Whether it has a minus sign."},
    {"is_zero", test<mpd_iszero>, kNoArguments, "Whether it is zero."},
    {"adjusted", decimal_adjusted, kNoArguments, "The exponent of the first digit."},
    {"as_tuple", decimal_as_tuple, kNoArguments, "Sign, digits and exponent."},
    {"as_integer_ratio", decimal_as_integer_ratio, kNoArguments, "Numerator and denominator."},
    {"canonical", decimal_self, kNoArguments, "The number itself."},
    {"conjugate", decimal_self, kNoArguments, "The number itself."},
    {"radix", decimal_radix, kNoArguments, "10."},
    {"copy_abs", plain<copy_abs>, kNoArguments, "Without the sign, unrounded."},
    {"copy_negate", plain<copy_negate>, kNoArguments, "With the other sign, unrounded."},
};

}  // namespace

Rows<MethodDef> decimal_methods() { return k_methods; }

}  // namespace kaa::decimal
