// date.
#include <time.h>

#include "modules/datetime/datetime.h"
#include "modules/native_new.h"
#include "modules/posix/sys_util.h"
#include "types/bytes.h"
#include "types/objmodel.h"
#include "types/str.h"
#include "types/structseq.h"

namespace kaa::datetime {

namespace {
Date* self_of(Args a) { return a.as<Date>(0); }
Ymd ymd(const Date* d) { return {d->year, d->month, d->day}; }

Result<Date*> store(Thread& t, Type* cls, int64_t year, int64_t month, int64_t day) {
  Date* d = TRY(alloc_as<Date>(t, cls));
  d->year = static_cast<int16_t>(year);
  d->month = static_cast<uint8_t>(month);
  d->day = static_cast<uint8_t>(day);
  return d;
}
}  // namespace

Result<Value> make_date(Thread& t, Type* cls, int64_t year, int64_t month, int64_t day) {
  if (cls != state().date) return call(t, cls, small_int(year), small_int(month), small_int(day));
  TRY(check_date(t, year, month, day));
  return TRY(store(t, cls, year, month, day));
}

namespace {

// The state that pickle gives a constructor: n bytes, or a str of as many Latin-1 characters (of Python 2's pickles). Empty: not one.
Result<Opt> pickle_state(Thread& t, Value v, size_t n, const char* what) {
  if (is_bytes(v)) return Opt{v.as<Bytes>()->size == n ? v : Value()};
  if (!is_str(v) || v.as<Str>()->length != n) return Opt{};
  uint32_t c = v.as<Str>()->at(2);
  if (n == 6 ? (v.as<Str>()->at(0) & 0x7F) >= 24 : c == 0 || (n == 10 ? c & 0x7F : c) > 12) return Opt{};
  TextView s = view_of(v.as<Str>());
  Bytes* b = TRY(new_bytes(t, nullptr, n));
  for (size_t i = 0; i < n; i++) {
    if (s[i] > 0xFF) {
      return RAISE(ValueError, "Failed to encode latin1 string when unpickling a %s object. pickle.load(data, encoding='latin1') is assumed.", what);
    }
    b->data()[i] = static_cast<char>(s[i]);
  }
  return Opt{b};
}

Result<Value> date_new(Thread& t, Args a, Tuple* kwnames) {
  if (a.n == 2 && !kwnames) {
    Opt s = TRY(pickle_state(t, a[1], 4, "date"));
    if (s) {
      const uint8_t* b = reinterpret_cast<const uint8_t*>(s.v.as<Bytes>()->data());
      if (b[2] >= 1 && b[2] <= 12) return TRY(store(t, a.as<Type>(0), b[0] * 256 + b[1], b[2], b[3]));
    }
  }
  BIND_NEW("date", "($cls, year, month, day)", 4);
  int64_t year = TRY(to_cint(t, p[1])), month = TRY(to_cint(t, p[2])), day = TRY(to_cint(t, p[3]));
  TRY(check_date(t, year, month, day));
  return TRY(store(t, p[0].as<Type>(), year, month, day));
}

Result<Value> date_today(Thread& t, Args a) {
  Value now = TRY(call(t, TRY(import_attr(t, "time", "time"))));
  return call_method(t, a[0], NAME("fromtimestamp"), now);
}
Result<Value> date_fromtimestamp(Thread& t, Args a) {
  int64_t seconds;
  if (is_float(a[1])) {
    double d = float_value(a[1]);
    if (d != d) return RAISE(ValueError, "Invalid value NaN (not a number)");
    d = __builtin_floor(d);
    if (!(d >= -9223372036854775808.0 && d < 9223372036854775808.0)) return RAISE(OverflowError, "timestamp out of range for platform time_t");
    seconds = static_cast<int64_t>(d);
  } else {
    Result<int64_t> n = to_int64(t, a[1]);
    if (!n.ok()) {
      if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
      clear_exc(t);
      return RAISE(OverflowError, "timestamp out of range for platform time_t");
    }
    seconds = n.value();
  }
  time_t when = seconds;
  tm local;
  if (!localtime_r(&when, &local)) return raise_os_error(t, errno ? errno : EINVAL);
  return make_date(t, a.as<Type>(0), local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}
Result<Value> date_fromordinal(Thread& t, Args a) {
  int64_t n = TRY(to_cint(t, a[1]));
  if (n < 1) return RAISE(ValueError, "ordinal must be >= 1");
  Ymd d = from_ordinal(n);
  return make_date(t, a.as<Type>(0), d.year, d.month, d.day);
}
Result<Value> date_fromisoformat(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "fromisoformat: argument must be str");
  Ymd d;
  Str* s = a.as<Str>(1);
  bool good = s->is_ascii() && TRY(parse_iso_date(t, s->ascii(), &d));
  if (!good) return bad_iso(t, a[1]);
  return make_date(t, a.as<Type>(0), d.year, d.month, d.day);
}
Result<Value> date_fromisocalendar(Thread& t, Args a) {
  int64_t n[3];
  for (uint32_t i = 0; i < 3; i++) {
    Result<int> r = to_cint(t, a[i + 1]);
    if (!r.ok()) {
      if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
      clear_exc(t);
      return RAISE(ValueError, "ISO calendar component out of range");
    }
    n[i] = r.value();
  }
  Ymd d;
  TRY(iso_to_date(t, static_cast<int>(n[0]), static_cast<int>(n[1]), static_cast<int>(n[2]), &d));
  return make_date(t, a.as<Type>(0), d.year, d.month, d.day);
}
Result<Value> date_strptime(Thread& t, Args a) { return parsed_by_format(t, "_strptime_datetime_date", a); }

// ---- text

const char* const k_weekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
const char* const k_months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

Result<Value> date_repr(Thread& t, Args a) {
  Date* d = self_of(a);
  return TRY(str_format(t, "%U(%d, %d, %d)", TRY(class_text(t, d)), static_cast<int>(d->year), static_cast<int>(d->month), static_cast<int>(d->day)));
}
Result<Value> date_isoformat(Thread& t, Args a) {
  char b[16];
  snprintf(b, sizeof b, "%04d-%02d-%02d", self_of(a)->year, self_of(a)->month, self_of(a)->day);
  return TRY(new_str(t, b));
}
Result<Value> date_str(Thread& t, Args a) { return call_method(t, a[0], NAME("isoformat")); }
Result<Value> date_ctime(Thread& t, Args a) {
  Date* d = self_of(a);
  Clock c{};
  if (is_datetime(d)) c = static_cast<DateTime*>(d)->clock;
  char b[64];
  snprintf(b, sizeof b, "%s %s %2d %02d:%02d:%02d %04d", k_weekdays[weekday(d->year, d->month, d->day)], k_months[d->month - 1], d->day, c.hour, c.minute, c.second, d->year);
  return TRY(new_str(t, b));
}
Result<Value> date_strftime(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "strftime() argument 1 must be str, not %T", a[1]);
  Value tuple = TRY(call_method(t, a[0], NAME("timetuple")));
  return wrap_strftime(t, a[0], a[1], tuple, a[0]);
}

// ---- calendar

Result<Value> date_timetuple(Thread& t, Args a) { return struct_time(t, ymd(self_of(a)), 0, 0, 0, -1); }
Result<Value> date_toordinal(Thread&, Args a) { return small_int(ordinal_of(self_of(a))); }
Result<Value> date_weekday(Thread&, Args a) { return small_int(weekday(self_of(a)->year, self_of(a)->month, self_of(a)->day)); }
Result<Value> date_isoweekday(Thread&, Args a) { return small_int(weekday(self_of(a)->year, self_of(a)->month, self_of(a)->day) + 1); }
Result<Value> date_isocalendar(Thread& t, Args a) {
  Date* d = self_of(a);
  int year = d->year;
  int64_t today = ordinal_of(d), days = today - iso_week1_monday(year);
  if (days < 0) {
    year--;
    days = today - iso_week1_monday(year);
  } else if (days >= 52 * 7 && today >= iso_week1_monday(year + 1)) {
    year++;
    days -= days / 7 * 7;
  }
  Tuple* u = TRY(new_structseq(t, state().iso_date));
  structseq_set(u, 0, small_int(year));
  structseq_set(u, 1, small_int(days / 7 + 1));
  structseq_set(u, 2, small_int(days % 7 + 1));
  return u;
}

Result<Value> date_replace(Thread& t, Args a) {
  Date* d = self_of(a);
  int64_t year = a[1] ? TRY(to_cint(t, a[1])) : d->year, month = a[2] ? TRY(to_cint(t, a[2])) : d->month, day = a[3] ? TRY(to_cint(t, a[3])) : d->day;
  return make_date(t, d->type(), year, month, day);
}

Result<Value> date_reduce(Thread& t, Args a) {
  Date* d = self_of(a);
  uint8_t b[4] = {static_cast<uint8_t>(d->year / 256), static_cast<uint8_t>(d->year % 256), d->month, d->day};
  Tuple* args = TRY(make_tuple(t, Value(TRY(new_bytes(t, b, 4)))));
  return TRY(make_tuple(t, Value(type_of(a[0])), Value(args)));
}

// ---- arithmetic

Result<Value> shifted(Thread& t, Date* d, Delta* delta, int sign) {
  int64_t n = ordinal_of(d) + sign * int64_t{delta->days};
  if (n < 1 || n > kMaxOrdinal) return RAISE(OverflowError, "date value out of range");
  Ymd r = from_ordinal(n);
  return make_date(t, d->type(), r.year, r.month, r.day);
}
Result<Value> date_add(Thread& t, Args a) {
  if (!is_delta(a[1])) return kNotImplemented;
  return shifted(t, self_of(a), a.as<Delta>(1), 1);
}
Result<Value> date_sub(Thread& t, Args a) {
  if (is_datetime(a[1])) return kNotImplemented;
  if (is_date(a[1])) return TRY(make_delta(t, ordinal_of(self_of(a)) - ordinal_of(a.as<Date>(1)), 0, 0));
  if (is_delta(a[1])) return shifted(t, self_of(a), a.as<Delta>(1), -1);
  return kNotImplemented;
}
Result<Value> date_rsub(Thread& t, Args a) {
  if (!is_date(a[1]) || is_datetime(a[1])) return kNotImplemented;
  return TRY(make_delta(t, ordinal_of(a.as<Date>(1)) - ordinal_of(self_of(a)), 0, 0));
}

template <CompareOp op>
Result<Value> date_compare(Thread&, Args a) {
  // A datetime is no date to be compared with.
  if (!is_date(a[1]) || is_datetime(a[1]) || is_datetime(a[0])) return kNotImplemented;
  Date *x = self_of(a), *y = a.as<Date>(1);
  int i = x->year * 512 + x->month * 32 + x->day, j = y->year * 512 + y->month * 32 + y->day;
  switch (op) {
    case CompareOp::LT: return Value::from_bool(i < j);
    case CompareOp::LE: return Value::from_bool(i <= j);
    case CompareOp::EQ: return Value::from_bool(i == j);
    case CompareOp::NE: return Value::from_bool(i != j);
    case CompareOp::GT: return Value::from_bool(i > j);
    default: return Value::from_bool(i >= j);
  }
}
Result<Value> date_hash(Thread& t, Args a) {
  Date* d = self_of(a);
  if (!d->hash) d->hash = mixed_hash(static_cast<uint64_t>(ordinal_of(d)), 1);
  return make_int(t, d->hash);
}

const MethodDef k_methods[] = {
    {"__new__", date_new, nullptr, "date(year, month, day)", MethodKind::kNew},
    {"fromtimestamp", date_fromtimestamp, "($type, timestamp, /)", "The local date of a POSIX timestamp.", MethodKind::kClassMethod},
    {"fromordinal", date_fromordinal, "($type, ordinal, /)", "The date of a day number; 1 is 0001-01-01.", MethodKind::kClassMethod},
    {"fromisoformat", date_fromisoformat, "($type, string, /)", "The date that a text in an ISO 8601 format gives.", MethodKind::kClassMethod},
    {"fromisocalendar", date_fromisocalendar, "($type, /, year, week, day)", "The date of an ISO year, week and weekday.", MethodKind::kClassMethod},
    {"strptime", date_strptime, "($type, string, format, /)", "The date that a text in the given format gives.", MethodKind::kClassMethod},
    {"today", date_today, "($type, /)", "The current date.", MethodKind::kClassMethod},
    {"ctime", date_ctime, "($self, /)", "As the C function ctime() writes it."},
    {"strftime", date_strftime, "($self, /, format)", "As text in a format of the C library."},
    {"__format__", format_dunder, "($self, format, /)", "strftime(format), or str(self) for an empty format."},
    {"isoformat", date_isoformat, "($self, /)", "As text: YYYY-MM-DD."},
    {"isoweekday", date_isoweekday, "($self, /)", "Monday 1 to Sunday 7."},
    {"isocalendar", date_isocalendar, "($self, /)", "ISO year, week and weekday."},
    {"timetuple", date_timetuple, "($self, /)", "A struct_time of midnight."},
    {"toordinal", date_toordinal, "($self, /)", "The day's number; 0001-01-01 is 1."},
    {"weekday", date_weekday, "($self, /)", "Monday 0 to Sunday 6."},
    {"replace", date_replace, "($self, /, year=unchanged, month=unchanged, day=unchanged)", "A date with other values for some fields."},
    {"__replace__", date_replace, "($self, /, year=unchanged, month=unchanged, day=unchanged)", "As replace()."},
    {"__reduce__", date_reduce, "($self, /)", "What pickle saves."},
    {"__repr__", date_repr, "($self, /)", nullptr}, {"__str__", date_str, "($self, /)", nullptr}, {"__hash__", date_hash, "($self, /)", nullptr},
    {"__add__", date_add, "($self, value, /)", nullptr}, {"__radd__", date_add, "($self, value, /)", nullptr},
    {"__sub__", date_sub, "($self, value, /)", nullptr}, {"__rsub__", date_rsub, "($self, value, /)", nullptr},
    {"__lt__", date_compare<CompareOp::LT>, "($self, value, /)", nullptr}, {"__le__", date_compare<CompareOp::LE>, "($self, value, /)", nullptr},
    {"__eq__", date_compare<CompareOp::EQ>, "($self, value, /)", nullptr}, {"__ne__", date_compare<CompareOp::NE>, "($self, value, /)", nullptr},
    {"__gt__", date_compare<CompareOp::GT>, "($self, value, /)", nullptr}, {"__ge__", date_compare<CompareOp::GE>, "($self, value, /)", nullptr},
};
const GetSetDef k_getsets[] = {
    {"year", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Date>()->year); }, nullptr, nullptr},
    {"month", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Date>()->month); }, nullptr, nullptr},
    {"day", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Date>()->day); }, nullptr, nullptr},
};

// ---- what isocalendar() answers

Result<Value> iso_reduce(Thread& t, Args a) {
  Tuple* plain = TRY(tuple_of(t, a.as<Tuple>(0)->items, 3));
  Tuple* args = TRY(make_tuple(t, Value(plain)));
  return TRY(make_tuple(t, Value(KAA_TYPE(tuple)), Value(args)));
}
const MethodDef k_iso_methods[] = {{"__reduce__", iso_reduce, "($self, /)", "Pickled as a tuple."}};
const StructSeqField k_iso_fields[] = {{"year", nullptr}, {"week", nullptr}, {"weekday", nullptr}, kStructSeqEnd};
const StructSeqDef k_iso_def = {"datetime.IsoCalendarDate", "ISO year, week and weekday.", k_iso_fields, 3};

}  // namespace

const TypeSpec date_spec = {.doc = "A date of the proleptic Gregorian calendar.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<Date>, .flags = kTypeBase};

Status init_date(Thread& t) {
  Type* ty = state().date;
  state().iso_date = TRY(make_structseq(t, k_iso_def));
  TRY(structseq_override(t, state().iso_date, k_iso_methods));
  TRY(type_constant(t, ty, "min", TRY(make_date(t, ty, 1, 1, 1))));
  TRY(type_constant(t, ty, "max", TRY(make_date(t, ty, 9999, 12, 31))));
  return type_constant(t, ty, "resolution", TRY(make_delta(t, 1, 0, 0)));
}

}  // namespace kaa::datetime
