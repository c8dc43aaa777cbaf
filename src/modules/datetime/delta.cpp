// timedelta. Amounts are added up as Python ints where they might be large; -999999999 to 999999999 days is the range.
#include <math.h>

#include "modules/datetime/datetime.h"
#include "modules/native_new.h"
#include "types/int.h"

namespace kaa::datetime {

namespace {
Result<Delta*> store(Thread& t, Type* cls, int64_t days, int64_t seconds, int64_t us) {
  Delta* d = TRY(alloc_as<Delta>(t, cls));
  d->days = static_cast<int32_t>(days);
  d->seconds = static_cast<int32_t>(seconds);
  d->us = static_cast<int32_t>(us);
  return d;
}
Status check_days(Thread& t, int64_t days) {
  if (days < -kMaxDeltaDays || days > kMaxDeltaDays) return RAISE(OverflowError, "days=%ld; must have magnitude <= %d", days, kMaxDeltaDays);
  return {};
}
// Carries a surplus over; lo gets a value in [0, unit).
void carry(int64_t* hi, int64_t* lo, int64_t unit) {
  int64_t q = *lo / unit, r = *lo % unit;
  if (r < 0) { r += unit; q--; }
  *lo = r;
  *hi += q;
}
}  // namespace

Result<Delta*> make_delta_as(Thread& t, Type* cls, int64_t days, int64_t seconds, int64_t us) {
  carry(&seconds, &us, 1000000);
  carry(&days, &seconds, 86400);
  TRY(check_days(t, days));
  return store(t, cls, days, seconds, us);
}
Result<Delta*> make_delta(Thread& t, int64_t days, int64_t seconds, int64_t us) { return make_delta_as(t, state().delta, days, seconds, us); }

Result<Value> delta_total(Thread& t, Delta* d) {
  int64_t day_part = int64_t{d->days} * 86400 + d->seconds;
  Value v = TRY(int_mul(t, TRY(make_int(t, day_part)), small_int(1000000)));
  return int_add(t, v, small_int(d->us));
}
namespace {
Result<Delta*> from_total(Thread& t, Type* cls, Value us) {
  Value days, rest;
  TRY(int_divmod(t, us, small_int(kDayUs), &days, &rest));
  int64_t n;
  if (!int_fits64(days, &n) || n > INT32_MAX || n < INT32_MIN) return RAISE(OverflowError, "Python int too large to convert to C int");
  TRY(check_days(t, n));
  int64_t r = rest.as_int();
  return store(t, cls, n, r / 1000000, r % 1000000);
}

// The nearest int to a / b, ties to even.
Result<Value> divide_nearest(Thread& t, Value a, Value b) {
  if (int_is_zero(b)) return RAISE(ZeroDivisionError, "division by zero");
  Value q, r;
  TRY(int_divmod(t, a, b, &q, &r));
  Value twice = TRY(int_shift_left(t, r, 1));
  bool negative = int_is_negative(b);
  int order = int_compare(twice, b);
  if (negative) order = -order;
  bool odd = !int_is_zero(TRY(int_mod(t, q, small_int(2))));
  if (order > 0 || (order == 0 && odd)) q = TRY(int_add(t, q, small_int(1)));
  return q;
}
}  // namespace
Result<Value> delta_from_total(Thread& t, Value us) { return TRY(from_total(t, state().delta, us)); }

namespace {

struct Unit { const char* name; int64_t us; };
// In the order in which they are added: that of fractions decides about rounding.
constexpr Unit k_units[] = {
    {"microseconds", 1}, {"milliseconds", 1000}, {"seconds", 1000000}, {"minutes", 60000000}, {"hours", 3600000000}, {"days", kDayUs}, {"weeks", 7 * kDayUs},
};
constexpr int k_parameter[] = {3, 4, 2, 5, 6, 1, 7};  // of the units, in the signature

Result<Value> delta_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("timedelta", "($cls, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)", 8);
  Type* cls = p[0].as<Type>();
  bool small = true;
  for (int i = 1; i < 8; i++) small = small && (!p[i] || (p[i].is_int() && p[i].as_int() < (int64_t{1} << 40) && p[i].as_int() > -(int64_t{1} << 40)));
  if (LIKELY(small)) {
    __int128 sum = 0;
    for (int i = 0; i < 7; i++)
      if (Value v = p[k_parameter[i]]) sum += static_cast<__int128>(v.as_int()) * k_units[i].us;
    int64_t days = static_cast<int64_t>(sum / kDayUs), us = static_cast<int64_t>(sum % kDayUs);
    if (us < 0) { us += kDayUs; days--; }
    if (days > INT32_MAX || days < INT32_MIN) return RAISE(OverflowError, "Python int too large to convert to C int");
    TRY(check_days(t, days));
    return TRY(store(t, cls, days, us / 1000000, us % 1000000));
  }
  Value sum = small_int(0);
  double fraction_us = 0;
  for (int i = 0; i < 7; i++) {
    Value v = p[k_parameter[i]];
    if (!v) continue;
    Value unit = small_int(k_units[i].us);
    if (is_int(v)) {
      sum = TRY(int_add(t, sum, TRY(int_mul(t, TRY(int_exact(t, v)), unit))));
    } else if (is_float(v)) {
      double whole, fraction = modf(float_value(v), &whole);
      sum = TRY(int_add(t, sum, TRY(int_mul(t, TRY(int_from_double(t, whole)), unit))));
      if (fraction == 0) continue;
      fraction = modf(fraction * static_cast<double>(k_units[i].us), &whole);
      sum = TRY(int_add(t, sum, TRY(int_from_double(t, whole))));
      fraction_us += fraction;
    } else {
      return RAISE(TypeError, "unsupported type for timedelta %s component: %T", k_units[i].name, v);
    }
  }
  if (fraction_us) {
    double whole = round(fraction_us);
    if (fabs(whole - fraction_us) == 0.5) {
      int odd = !int_is_zero(TRY(int_mod(t, sum, small_int(2))));
      whole = 2.0 * round((fraction_us + odd) * 0.5) - odd;
    }
    sum = TRY(int_add(t, sum, TRY(int_from_double(t, whole))));
  }
  return TRY(from_total(t, cls, sum));
}

Delta* self_of(Args a) { return a.as<Delta>(0); }

Result<Value> delta_add(Thread& t, Args a) {
  if (!is_delta(a[0]) || !is_delta(a[1])) return kNotImplemented;
  Delta *x = self_of(a), *y = a.as<Delta>(1);
  return TRY(make_delta(t, int64_t{x->days} + y->days, int64_t{x->seconds} + y->seconds, int64_t{x->us} + y->us));
}
Result<Value> subtract(Thread& t, Delta* x, Delta* y) {
  return TRY(make_delta(t, int64_t{x->days} - y->days, int64_t{x->seconds} - y->seconds, int64_t{x->us} - y->us));
}
Result<Value> delta_sub(Thread& t, Args a) { return is_delta(a[1]) ? subtract(t, self_of(a), a.as<Delta>(1)) : Result<Value>(kNotImplemented); }
Result<Value> delta_rsub(Thread& t, Args a) { return is_delta(a[1]) ? subtract(t, a.as<Delta>(1), self_of(a)) : Result<Value>(kNotImplemented); }

// d * f, or d / f: by the exact ratio that the float is.
Result<Value> times_float(Thread& t, Delta* d, Value f, bool divide) {
  Value total = TRY(delta_total(t, d));
  Value ratio = TRY(call_method(t, f, NAME("as_integer_ratio")));
  if (!is_tuple(ratio)) return RAISE(TypeError, "unexpected return type from as_integer_ratio(): expected tuple, not '%T'", ratio);
  if (ratio.as<Tuple>()->size != 2) return RAISE(ValueError, "as_integer_ratio() must return a 2-tuple");
  for (int i = 0; i < 2; i++)
    if (!is_int(ratio.as<Tuple>()->items[i])) return RAISE(TypeError, "as_integer_ratio() must return ints, not %T", ratio.as<Tuple>()->items[i]);
  Value numerator = TRY(get_item(t, ratio, small_int(0))), denominator = TRY(get_item(t, ratio, small_int(1)));
  if (divide) std::swap(numerator, denominator);
  return delta_from_total(t, TRY(divide_nearest(t, TRY(int_mul(t, total, numerator)), denominator)));
}
Result<Value> delta_mul(Thread& t, Args a) {
  if (is_int(a[1])) return delta_from_total(t, TRY(int_mul(t, TRY(delta_total(t, self_of(a))), TRY(int_exact(t, a[1])))));
  if (is_float(a[1])) return times_float(t, self_of(a), a[1], false);
  return kNotImplemented;
}
Result<Value> delta_truediv(Thread& t, Args a) {
  if (is_delta(a[1])) return binary_op(t, BinaryOp::DIV, TRY(delta_total(t, self_of(a))), TRY(delta_total(t, a.as<Delta>(1))));
  if (is_int(a[1])) return delta_from_total(t, TRY(divide_nearest(t, TRY(delta_total(t, self_of(a))), TRY(int_exact(t, a[1])))));
  if (is_float(a[1])) return times_float(t, self_of(a), a[1], true);
  return kNotImplemented;
}
Result<Value> delta_floordiv(Thread& t, Args a) {
  if (is_delta(a[1])) return int_floor_div(t, TRY(delta_total(t, self_of(a))), TRY(delta_total(t, a.as<Delta>(1))));
  if (is_int(a[1])) return delta_from_total(t, TRY(int_floor_div(t, TRY(delta_total(t, self_of(a))), TRY(int_exact(t, a[1])))));
  return kNotImplemented;
}
Result<Value> delta_mod(Thread& t, Args a) {
  if (!is_delta(a[1])) return kNotImplemented;
  return delta_from_total(t, TRY(int_mod(t, TRY(delta_total(t, self_of(a))), TRY(delta_total(t, a.as<Delta>(1))))));
}
Result<Value> delta_divmod(Thread& t, Args a) {
  if (!is_delta(a[1])) return kNotImplemented;
  Value q, r;
  TRY(int_divmod(t, TRY(delta_total(t, self_of(a))), TRY(delta_total(t, a.as<Delta>(1))), &q, &r));
  return TRY(make_tuple(t, q, TRY(delta_from_total(t, r))));
}
// The reflected forms, which matter for a timedelta on the left whose own form was not tried.
template <Result<Value> (*F)(Thread&, Args)>
Result<Value> reflected(Thread& t, Args a) {
  if (!is_delta(a[1])) return kNotImplemented;
  Value swapped[2] = {a[1], a[0]};
  return F(t, {swapped, 2});
}
Result<Value> delta_neg(Thread& t, Args a) {
  Delta* d = self_of(a);
  return TRY(make_delta(t, -int64_t{d->days}, -int64_t{d->seconds}, -int64_t{d->us}));
}
Result<Value> delta_pos(Thread& t, Args a) {
  Delta* d = self_of(a);
  return TRY(make_delta(t, d->days, d->seconds, d->us));
}
Result<Value> delta_abs(Thread& t, Args a) { return self_of(a)->days < 0 ? delta_neg(t, a) : delta_pos(t, a); }
Result<Value> delta_bool(Thread&, Args a) {
  Delta* d = self_of(a);
  return Value::from_bool(d->days || d->seconds || d->us);
}

int order_of(const Delta* x, const Delta* y) {
  if (x->days != y->days) return x->days < y->days ? -1 : 1;
  if (x->seconds != y->seconds) return x->seconds < y->seconds ? -1 : 1;
  return x->us < y->us ? -1 : x->us > y->us;
}
template <CompareOp op>
Result<Value> delta_compare(Thread&, Args a) {
  if (!is_delta(a[1])) return kNotImplemented;
  int c = order_of(self_of(a), a.as<Delta>(1));
  switch (op) {
    case CompareOp::LT: return Value::from_bool(c < 0);
    case CompareOp::LE: return Value::from_bool(c <= 0);
    case CompareOp::EQ: return Value::from_bool(c == 0);
    case CompareOp::NE: return Value::from_bool(c != 0);
    case CompareOp::GT: return Value::from_bool(c > 0);
    default: return Value::from_bool(c >= 0);
  }
}
Result<Value> delta_hash(Thread& t, Args a) {
  Delta* d = self_of(a);
  if (!d->hash) d->hash = mixed_hash(static_cast<uint64_t>(int64_t{d->days} * 86400 + d->seconds), static_cast<uint64_t>(d->us));
  return make_int(t, d->hash);
}

Result<Value> delta_repr_method(Thread& t, Args a) { return TRY(delta_repr(t, self_of(a))); }
Result<Value> delta_str(Thread& t, Args a) {
  Delta* d = self_of(a);
  char b[80];
  int n = 0;
  if (d->days) n = snprintf(b, sizeof b, "%d day%s, ", d->days, d->days == 1 || d->days == -1 ? "" : "s");
  n += snprintf(b + n, sizeof b - static_cast<size_t>(n), "%d:%02d:%02d", d->seconds / 3600, d->seconds / 60 % 60, d->seconds % 60);
  if (d->us) snprintf(b + n, sizeof b - static_cast<size_t>(n), ".%06d", d->us);
  return TRY(new_str(t, b));
}
Result<Value> delta_reduce(Thread& t, Args a) {
  Delta* d = self_of(a);
  Tuple* args = TRY(make_tuple(t, small_int(d->days), small_int(d->seconds), small_int(d->us)));
  return TRY(make_tuple(t, Value(type_of(a[0])), Value(args)));
}
Result<Value> delta_total_seconds(Thread& t, Args a) {
  return binary_op(t, BinaryOp::DIV, TRY(delta_total(t, self_of(a))), small_int(1000000));
}

const MethodDef k_methods[] = {
    {"__new__", delta_new, nullptr, "timedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)", MethodKind::kNew},
    {"__add__", delta_add, "($self, value, /)", nullptr}, {"__radd__", delta_add, "($self, value, /)", nullptr},
    {"__sub__", delta_sub, "($self, value, /)", nullptr}, {"__rsub__", delta_rsub, "($self, value, /)", nullptr},
    {"__mul__", delta_mul, "($self, value, /)", nullptr}, {"__rmul__", delta_mul, "($self, value, /)", nullptr},
    {"__truediv__", delta_truediv, "($self, value, /)", nullptr}, {"__floordiv__", delta_floordiv, "($self, value, /)", nullptr},
    {"__rtruediv__", reflected<delta_truediv>, "($self, value, /)", nullptr}, {"__rfloordiv__", reflected<delta_floordiv>, "($self, value, /)", nullptr},
    {"__rmod__", reflected<delta_mod>, "($self, value, /)", nullptr}, {"__rdivmod__", reflected<delta_divmod>, "($self, value, /)", nullptr},
    {"__mod__", delta_mod, "($self, value, /)", nullptr}, {"__divmod__", delta_divmod, "($self, value, /)", nullptr},
    {"__neg__", delta_neg, "($self, /)", nullptr}, {"__pos__", delta_pos, "($self, /)", nullptr}, {"__abs__", delta_abs, "($self, /)", nullptr},
    {"__bool__", delta_bool, "($self, /)", nullptr}, {"__hash__", delta_hash, "($self, /)", nullptr},
    {"__lt__", delta_compare<CompareOp::LT>, "($self, value, /)", nullptr}, {"__le__", delta_compare<CompareOp::LE>, "($self, value, /)", nullptr},
    {"__eq__", delta_compare<CompareOp::EQ>, "($self, value, /)", nullptr}, {"__ne__", delta_compare<CompareOp::NE>, "($self, value, /)", nullptr},
    {"__gt__", delta_compare<CompareOp::GT>, "($self, value, /)", nullptr}, {"__ge__", delta_compare<CompareOp::GE>, "($self, value, /)", nullptr},
    {"__repr__", delta_repr_method, "($self, /)", nullptr}, {"__str__", delta_str, "($self, /)", nullptr},
    {"__reduce__", delta_reduce, "($self, /)", "What pickle saves."},
    {"total_seconds", delta_total_seconds, "($self, /)", "The duration in seconds, a float."},
};
const GetSetDef k_getsets[] = {
    {"days", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Delta>()->days); }, nullptr, "Days, -999999999 to 999999999."},
    {"seconds", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Delta>()->seconds); }, nullptr, "Seconds behind the days, 0 to 86399."},
    {"microseconds", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Delta>()->us); }, nullptr, "Microseconds behind the seconds, 0 to 999999."},
};

}  // namespace

Result<Str*> delta_repr(Thread& t, Delta* d) {
  std::string s;
  auto part = [&](const char* name, int v) {
    if (!v) return;
    if (!s.empty()) s += ", ";
    s += name + ("=" + std::to_string(v));
  };
  part("days", d->days);
  part("seconds", d->seconds);
  part("microseconds", d->us);
  if (s.empty()) s = "0";
  Str* name = TRY(class_text(t, d));
  return str_format(t, "%U(%s)", name, s.c_str());
}

const TypeSpec delta_spec = {.doc = "The difference between two times.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<Delta>, .flags = kTypeBase};

Status init_delta(Thread& t) {
  Type* ty = state().delta;
  TRY(type_constant(t, ty, "min", TRY(make_delta(t, -kMaxDeltaDays, 0, 0))));
  TRY(type_constant(t, ty, "max", TRY(make_delta(t, kMaxDeltaDays, 86399, 999999))));
  return type_constant(t, ty, "resolution", TRY(make_delta(t, 0, 0, 1)));
}

}  // namespace kaa::datetime
