// Conversions between Decimal and int, float, str, tuple; and the hash, which agrees with that of equal numbers of other types.
#include <math.h>

#include <string>

#include "base/unicode_props.h"
#include "modules/decimal/decimal.h"
#include "types/int.h"

namespace kaa::decimal {

Result<Decimal*> new_decimal_as(Thread& t, Type* cls) {
  if (LIKELY(cls == state().decimal)) return new_decimal(t);
  Decimal* d = TRY(alloc_as<Decimal>(t, cls));
  init_decimal(d);
  return d;
}

namespace {

// What is not exactly a number within the largest context is invalid.
Status signal_exact(Thread& t, Context* c, mpd_t* d, uint32_t status) {
  if (UNLIKELY(status & (MPD_Inexact | MPD_Rounded | MPD_Clamped))) mpd_seterror(d, MPD_Invalid_operation, &status);
  return signal(t, c, status & MPD_Errors);
}

// The coefficient from decimal digits, exactly.
bool set_digits(mpd_t* d, const char* digits, size_t n, uint32_t* status) {
  size_t words = (n + MPD_RDIGITS - 1) / MPD_RDIGITS;
  if (!mpd_qresize(d, static_cast<mpd_ssize_t>(words), status)) return false;
  for (size_t w = 0, end = n; w < words; w++) {
    size_t begin = end > MPD_RDIGITS ? end - MPD_RDIGITS : 0;
    mpd_uint_t word = 0;
    for (size_t i = begin; i < end; i++) word = word * 10 + static_cast<mpd_uint_t>(digits[i] - '0');
    d->data[w] = word;
    end = begin;
  }
  d->len = static_cast<mpd_ssize_t>(words);
  d->exp = 0;
  mpd_setdigits(d);
  return true;
}

// All digits of the coefficient, without leading zeros; "0" for zero.
std::string coefficient_digits(const mpd_t* d) {
  std::string s(static_cast<size_t>(d->digits), '0');
  size_t at = s.size();
  for (mpd_ssize_t w = 0; w < d->len; w++) {
    mpd_uint_t word = d->data[w];
    for (int i = 0; i < MPD_RDIGITS && at; i++, word /= 10) s[--at] = static_cast<char>('0' + word % 10);
  }
  return s;
}
}  // namespace

Status set_from_int(Thread& t, mpd_t* d, Value i, const mpd_context_t* ctx, uint32_t* status) {
  int64_t small;
  if (LIKELY(int_fits64(i, &small))) {
    mpd_qset_i64(d, small, ctx, status);
    return {};
  }
  AnyInt any(i);
  BigView v = any.view();
  int64_t room = big_text_size(v.magnitude(), 10), n = 0;
  std::string text(static_cast<size_t>(room), '0');
  BigStatus s = TRY(interruptible(t, [&](Poll p) { return big_to_text(text.data(), &n, v.magnitude(), 10, p); }));
  if (s != BigStatus::kOk) return raise_big_status(t, s);
  if (!set_digits(d, text.data(), static_cast<size_t>(n), status)) return {};
  mpd_set_sign(d, v.is_negative() ? MPD_NEG : MPD_POS);
  mpd_qfinalize(d, ctx, status);
  return {};
}

Result<Value> from_int_exact(Thread& t, Type* cls, Value v, Context* c) {
  Decimal* d = TRY(new_decimal_as(t, cls));
  uint32_t status = 0;
  TRY(set_from_int(t, &d->dec, v, &state().exact, &status));
  TRY(signal_exact(t, c, &d->dec, status));
  return d;
}

Result<bool> Operand::set_other(Thread& t, Context* c, Value v) {
  if (!is_int(v)) return false;
  int64_t i;
  if (int_fits64(v, &i) && i != INT64_MIN) {
    word_ = static_cast<mpd_uint_t>(i < 0 ? -i : i);
    small_ = {static_cast<uint8_t>(MPD_STATIC | MPD_CONST_DATA | (i < 0 ? MPD_NEG : MPD_POS)), 0, 0, 1, 1, &word_};
    mpd_setdigits(&small_);
    p_ = &small_;
    return true;
  }
  p_ = dec_of(TRY(from_int_exact(t, state().decimal, v, c)));
  return true;
}

Status set_from_float(Thread& t, mpd_t* d, double x, uint32_t* status) {
  uint8_t sign = signbit(x) ? MPD_NEG : MPD_POS;
  if (isnan(x) || isinf(x)) {
    mpd_setspecial(d, sign, isnan(x) ? MPD_NAN : MPD_INF);
    return {};
  }
  // x = m * 2^e with an odd m; for a negative e that is m * 5^-e * 10^e.
  int e;
  int64_t m = static_cast<int64_t>(ldexp(frexp(fabs(x), &e), 53));
  if (m) {
    int zeros = __builtin_ctzll(static_cast<uint64_t>(m));
    m >>= zeros;
    e += zeros - 53;
  } else {
    e = 0;
  }
  Value v = TRY(make_int(t, m));
  if (e > 0) v = TRY(int_shift_left(t, v, static_cast<uint64_t>(e)));
  else if (e < 0) v = TRY(int_mul(t, v, TRY(int_pow(t, small_int(5), small_int(-e)))));
  TRY(set_from_int(t, d, v, &state().exact, status));
  if (e < 0) d->exp = e;
  mpd_set_sign(d, sign);
  return {};
}

Result<Value> from_float_exact(Thread& t, Type* cls, Value v, Context* c) {
  Decimal* d = TRY(new_decimal_as(t, cls));
  uint32_t status = 0;
  TRY(set_from_float(t, &d->dec, float_value(v), &status));
  TRY(signal_exact(t, c, &d->dec, status));
  return d;
}

namespace {

// The text as libmpdec reads it: digits of any script as ASCII. Characters that no number has make it empty, which is a syntax error.
// loose: spaces around and underscores do not count.
class NumberText {
 public:
  NumberText(Str* s, bool loose) {
    size_t n = s->length, begin = 0;
    if (loose) {
      while (begin < n && unicode::is_space(s->at(begin))) begin++;
      while (n > begin && unicode::is_space(s->at(n - 1))) n--;
    }
    char* p = n - begin < sizeof short_ ? short_ : (long_.resize(n - begin + 1), long_.data());
    text = p;
    for (size_t i = begin; i < n; i++) {
      uint32_t ch = s->at(i);
      if (loose && ch == '_') continue;
      if (LIKELY(ch && ch < 128)) {
        *p++ = static_cast<char>(ch);
        continue;
      }
      int digit = ch ? unicode::to_decimal(ch) : -1;
      if (digit < 0) {
        text = "";
        return;
      }
      *p++ = static_cast<char>('0' + digit);
    }
    *p = 0;
  }
  const char* text;

 private:
  char short_[64];
  std::string long_;
};

// Up to 18 plain digits with a point and a sign among them, which is what most texts are: no need to go through the general parser. False: something else.
bool set_plain(mpd_t* d, const char* s) {
  uint8_t sign = MPD_POS;
  if (*s == '-' || *s == '+') sign = *s++ == '-' ? MPD_NEG : MPD_POS;
  mpd_uint_t word = 0;
  int digits = 0, fraction = 0;
  bool point = false;
  for (; *s; s++) {
    unsigned c = static_cast<unsigned char>(*s) - '0';
    if (c < 10) {
      if (++digits > 18) return false;
      word = word * 10 + c;
      fraction += point;
    } else if (*s == '.' && !point) {
      point = true;
    } else {
      return false;
    }
  }
  if (!digits) return false;
  d->data[0] = word;
  d->len = 1;
  d->exp = -fraction;
  mpd_set_flags(d, sign);
  mpd_setdigits(d);
  return true;
}

Result<Value> from_text_exact(Thread& t, Type* cls, const char* text, Context* c) {
  Decimal* d = TRY(new_decimal_as(t, cls));
  if (set_plain(&d->dec, text)) return d;
  uint32_t status = 0;
  mpd_qset_string(&d->dec, text, &state().exact, &status);
  TRY(signal_exact(t, c, &d->dec, status));
  return d;
}
Result<Value> from_text_rounded(Thread& t, const char* text, Context* c) {
  Decimal* d = TRY(new_decimal(t));
  uint32_t status = 0;
  mpd_qset_string(&d->dec, text, &c->ctx, &status);
  TRY(signal(t, c, status));
  return d;
}

Result<Tuple*> sequence(Thread& t, Value v, const char* message) {
  if (is_tuple(v)) return v.as<Tuple>();
  if (is_list(v)) return tuple_from(t, v);
  return RAISE(ValueError, "%s", message);
}
// (sign, digits, exponent) as the text of the number.
Status tuple_text(Thread& t, Value v, std::string& out) {
  Tuple* u = TRY(sequence(t, v, "argument must be a tuple or list"));
  if (u->size != 3) return RAISE(ValueError, "argument must be a sequence of length 3");
  Value sign_value = u->items[0], exponent = u->items[2];
  int64_t sign;
  if (!is_int(sign_value) || !int_fits64(sign_value, &sign) || (sign != 0 && sign != 1)) return RAISE(ValueError, "sign must be an integer with the value 0 or 1");
  if (sign) out += '-';
  bool infinite = false, special = false;
  int64_t exp = 0;
  if (is_str(exponent)) {
    Str* s = exponent.as<Str>();
    special = true;
    if (str_equal_ascii(s, "F")) { out += "Inf"; infinite = true; }
    else if (str_equal_ascii(s, "n")) out += "NaN";
    else if (str_equal_ascii(s, "N")) out += "sNaN";
    else return RAISE(ValueError, "string argument in the third position must be 'F', 'n' or 'N'");
  } else {
    if (!is_int(exponent)) return RAISE(ValueError, "exponent must be an integer");
    if (!int_fits64(exponent, &exp)) return RAISE(OverflowError, "Python int too large to convert to C ssize_t");
  }
  Tuple* digits = TRY(sequence(t, u->items[1], "coefficient must be a tuple of digits"));
  if (!digits->size && !special) out += '0';
  for (uint64_t i = 0; i < digits->size; i++) {
    int64_t digit;
    if (!is_int(digits->items[i]) || !int_fits64(digits->items[i], &digit) || digit < 0 || digit > 9) return RAISE(ValueError, "coefficient must be a tuple of digits");
    if (!infinite) out += static_cast<char>('0' + digit);
  }
  if (!special) out += "E" + std::to_string(exp);
  return {};
}
Error not_supported(Thread& t, Value v) { return RAISE(TypeError, "conversion from %T to Decimal is not supported", v); }

}  // namespace

Result<Value> from_object_exact(Thread& t, Type* cls, Value v, Context* c) {
  if (!v) return from_int_exact(t, cls, small_int(0), c);
  if (is_str(v)) {
    NumberText text(v.as<Str>(), true);
    return from_text_exact(t, cls, text.text, c);
  }
  if (is_int(v)) return from_int_exact(t, cls, v, c);
  if (is_decimal(v)) {
    if (cls == state().decimal && type_of(v) == cls) return v;
    Decimal* d = TRY(new_decimal_as(t, cls));
    uint32_t status = 0;
    mpd_qcopy(&d->dec, dec_of(v), &status);
    TRY(signal(t, c, status));
    return d;
  }
  if (is_tuple(v) || is_list(v)) {
    std::string text;
    TRY(tuple_text(t, v, text));
    return from_text_exact(t, cls, text.c_str(), c);
  }
  if (is_float(v)) {
    TRY(signal(t, c, kFloatOperation));
    return from_float_exact(t, cls, v, c);
  }
  return not_supported(t, v);
}

Result<Value> from_object_rounded(Thread& t, Value v, Context* c) {
  if (!v) return from_int_exact(t, state().decimal, small_int(0), c);
  if (is_str(v)) {
    NumberText text(v.as<Str>(), false);
    return from_text_rounded(t, text.text, c);
  }
  if (is_tuple(v) || is_list(v)) {
    std::string text;
    TRY(tuple_text(t, v, text));
    return from_text_rounded(t, text.c_str(), c);
  }
  if (!is_int(v) && !is_decimal(v) && !is_float(v)) return not_supported(t, v);
  Decimal* d = TRY(new_decimal(t));
  uint32_t status = 0;
  if (is_int(v)) {
    TRY(set_from_int(t, &d->dec, v, &c->ctx, &status));
  } else if (is_decimal(v)) {
    const mpd_t* a = dec_of(v);
    if (mpd_isnan(a) && a->digits > c->ctx.prec - c->ctx.clamp) mpd_seterror(&d->dec, MPD_Conversion_syntax, &status);  // its payload does not fit
    else copy_finalized(&d->dec, a, &c->ctx, &status);
  } else {
    TRY(signal(t, c, kFloatOperation));
    TRY(set_from_float(t, &d->dec, float_value(v), &status));
    mpd_qfinalize(&d->dec, &c->ctx, &status);
  }
  TRY(signal(t, c, status));
  return d;
}

// ---- to other types

Result<Value> coefficient(Thread& t, const mpd_t* d) {
  if (d->len == 1) return make_uint(t, d->data[0]);
  std::string digits = coefficient_digits(d);
  IntScan scan = scan_int(digits.data(), static_cast<int64_t>(digits.size()), 10, 0);
  if (scan.is_small) return make_int(t, scan.small);
  IntObject* o = TRY(int_alloc(t, scan.limbs));
  int64_t size = 0;
  BigStatus s = TRY(interruptible(t, [&](Poll p) { return big_from_scan(o->limbs, &size, scan, digits.data(), p); }));
  if (s != BigStatus::kOk) return raise_big_status(t, s);
  return int_finish(t, o, size);
}
static Result<Value> power_of_ten(Thread& t, int64_t n) { return int_pow(t, small_int(10), TRY(make_int(t, n))); }

Result<Value> to_int(Thread& t, const mpd_t* d, Context* c, int rounding) {
  if (mpd_isspecial(d)) {
    if (mpd_isnan(d)) return RAISE(ValueError, "cannot convert NaN to integer");
    return RAISE(OverflowError, "cannot convert Infinity to integer");
  }
  mpd_context_t work = c->ctx;
  work.round = rounding;
  uint32_t status = 0;
  Decimal* whole = TRY(new_decimal(t));
  mpd_qround_to_int(&whole->dec, d, &work, &status);
  TRY(signal(t, c, status));
  const mpd_t* w = &whole->dec;
  Value v = TRY(coefficient(t, w));
  if (w->exp > 0 && !mpd_iszero(w)) v = TRY(int_mul(t, v, TRY(power_of_ten(t, w->exp))));
  return mpd_isnegative(w) ? int_neg(t, v) : Result<Value>(v);
}

Result<Value> to_int_ratio(Thread& t, const mpd_t* d) {
  if (mpd_isspecial(d)) {
    if (mpd_isnan(d)) return RAISE(ValueError, "cannot convert NaN to integer ratio");
    return RAISE(OverflowError, "cannot convert Infinity to integer ratio");
  }
  Value n = TRY(coefficient(t, d)), denominator = small_int(1);
  if (int_is_zero(n)) return TRY(make_tuple(t, n, denominator));
  if (d->exp > 0) n = TRY(int_mul(t, n, TRY(power_of_ten(t, d->exp))));
  if (d->exp < 0) {
    denominator = TRY(power_of_ten(t, -d->exp));
    Value g = TRY(int_gcd(t, n, denominator));
    n = TRY(int_floor_div(t, n, g));
    denominator = TRY(int_floor_div(t, denominator, g));
  }
  if (mpd_isnegative(d)) n = TRY(int_neg(t, n));
  return TRY(make_tuple(t, n, denominator));
}

Result<Value> to_tuple(Thread& t, const mpd_t* d) {
  Value sign = small_int(mpd_sign(d)), exponent;
  Tuple* digits;
  if (mpd_isinfinite(d)) {
    exponent = NAME("F");
    digits = TRY(make_tuple(t, small_int(0)));
  } else {
    exponent = mpd_isqnan(d) ? Value(NAME("n")) : mpd_issnan(d) ? Value(NAME("N")) : TRY(make_int(t, d->exp));
    std::string s = d->len ? coefficient_digits(d) : "";
    digits = TRY(new_tuple(t, s.size()));
    for (size_t i = 0; i < s.size(); i++) tuple_init(digits, i, small_int(s[i] - '0'));
  }
  return call(t, state().tuple_type, sign, Value(digits), exponent);
}

Result<Value> to_float(Thread& t, const mpd_t* d) {
  if (mpd_isnan(d)) {
    if (mpd_issnan(d)) return RAISE(ValueError, "cannot convert signaling NaN to float");
    return make_float(t, copysign(NAN, mpd_isnegative(d) ? -1.0 : 1.0));
  }
  // Both operands exact: one division or multiplication rounds correctly.
  static constexpr double kPowers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (!mpd_isspecial(d) && d->len == 1 && d->data[0] < (uint64_t{1} << 53) && d->exp >= -22 && d->exp <= 22) {
    double m = static_cast<double>(d->data[0]);
    m = d->exp < 0 ? m / kPowers[-d->exp] : m * kPowers[d->exp];
    return make_float(t, mpd_isnegative(d) ? -m : m);
  }
  Value text = TRY(to_text(t, d, true));
  return call(t, KAA_TYPE(float), text);
}

Result<Str*> to_text(Thread& t, const mpd_t* d, bool capitals, bool engineering) {
  // A coefficient of one word with a point within or before it, written straight away.
  if (!engineering && d->len == 1 && !(d->flags & MPD_SPECIAL) && d->exp <= 0 && d->exp + d->digits > -6) {
    char b[40];
    char* end = b + sizeof b;
    char* p = end;
    mpd_uint_t word = d->data[0];
    int64_t fraction = -d->exp;
    for (int64_t i = 0; i < fraction; i++, word /= 10) *--p = static_cast<char>('0' + word % 10);
    if (fraction) *--p = '.';
    do { *--p = static_cast<char>('0' + word % 10); word /= 10; } while (word);
    if (mpd_isnegative(d)) *--p = '-';
    return new_str_ascii(t, p, static_cast<size_t>(end - p));
  }
  char* s = nullptr;
  mpd_ssize_t n = engineering ? mpd_to_eng_size(&s, d, capitals) : mpd_to_sci_size(&s, d, capitals);
  if (n < 0) return raise_memory(t);
  Result<Str*> r = new_str_ascii(t, s, static_cast<size_t>(n));
  mpd_free(s);
  return r;
}

// ---- hash: of the number modulo 2^61 - 1

namespace {
constexpr uint64_t kModulus = (uint64_t{1} << 61) - 1;
constexpr uint64_t mulmod(uint64_t a, uint64_t b) {  // of numbers below the modulus: its multiples are shifted in
  unsigned __int128 p = static_cast<unsigned __int128>(a) * b;
  uint64_t r = static_cast<uint64_t>(p & kModulus) + static_cast<uint64_t>(p >> 61);
  return r >= kModulus ? r - kModulus : r;
}
constexpr uint64_t powmod(uint64_t base, uint64_t e) {
  uint64_t r = 1;
  for (; e; e >>= 1, base = mulmod(base, base))
    if (e & 1) r = mulmod(r, base);
  return r;
}
constexpr uint64_t kInverseOfTen = powmod(10, kModulus - 2);
}  // namespace

Result<int64_t> decimal_hash(Thread& t, Decimal* self) {
  const mpd_t* d = &self->dec;
  if (mpd_isspecial(d)) {
    if (mpd_issnan(d)) return RAISE(TypeError, "Cannot hash a signaling NaN value");
    if (mpd_isnan(d)) return identity_hash(self);
    return mpd_isnegative(d) ? -314159 : 314159;
  }
  uint64_t h = 0;
  for (mpd_ssize_t i = d->len; i-- > 0;) h = (mulmod(h, MPD_RADIX % kModulus) + d->data[i] % kModulus) % kModulus;
  // The order of 10 divides kModulus - 1.
  uint64_t e = static_cast<uint64_t>(d->exp < 0 ? -d->exp : d->exp) % (kModulus - 1);
  h = mulmod(h, powmod(d->exp < 0 ? kInverseOfTen : 10, e));
  int64_t r = mpd_isnegative(d) ? -static_cast<int64_t>(h) : static_cast<int64_t>(h);
  return r == -1 ? -2 : r;
}

}  // namespace kaa::decimal
