// datetime.
#include <time.h>

#include "modules/datetime/datetime.h"
#include "modules/native_new.h"
#include "modules/posix/sys_util.h"
#include "types/str.h"

namespace kaa::datetime {

namespace {
DateTime* self_of(Args a) { return a.as<DateTime>(0); }
Ymd ymd(const Date* d) { return {d->year, d->month, d->day}; }
Clock clock_of(int64_t hour, int64_t minute, int64_t second, int64_t us, int64_t fold) {
  return {static_cast<uint8_t>(hour), static_cast<uint8_t>(minute), static_cast<uint8_t>(second), static_cast<uint8_t>(fold), static_cast<int32_t>(us)};
}
// Days since 0000-12-31 in microseconds, and the time of day.
__int128 total_us(const DateTime* d) { return static_cast<__int128>(ordinal_of(d)) * kDayUs + d->clock.in_us(); }
Result<Value> offset_of(Thread& t, DateTime* d, const char* what = nullptr) {
  return ask_offset(t, d->tz.value(), what ? intern_name(what) : NAME("utcoffset"), d);
}
}  // namespace

Result<DateTime*> alloc_datetime(Thread& t, Type* cls, const Ymd& d, const Clock& c, Value tz) {
  DateTime* x = TRY(alloc_as<DateTime>(t, cls));
  x->year = static_cast<int16_t>(d.year);
  x->month = static_cast<uint8_t>(d.month);
  x->day = static_cast<uint8_t>(d.day);
  x->clock = c;
  x->tz.init(tz_value(tz));
  return x;
}
Result<Value> make_datetime(Thread& t, Type* cls, const Ymd& d, const Clock& c, Value tz) {
  if (cls == state().datetime) {
    TRY(check_date(t, d.year, d.month, d.day));
    return TRY(alloc_datetime(t, cls, d, c, tz));
  }
  Value args[] = {small_int(d.year), small_int(d.month), small_int(d.day), small_int(c.hour), small_int(c.minute), small_int(c.second), small_int(c.us), tz && !tz.is_none() ? tz : kNone};
  Value v = TRY(call_args(t, cls, args, 8));
  if (c.fold && is_datetime(v)) v.as<DateTime>()->clock.fold = c.fold;
  return v;
}
Result<Value> datetime_from_us(Thread& t, Type* cls, __int128 us, Value tz) {
  if (us < kDayUs || us >= static_cast<__int128>(kMaxOrdinal + 1) * kDayUs) return RAISE(OverflowError, "date value out of range");
  int64_t total = static_cast<int64_t>(us), day = total / kDayUs, rest = total % kDayUs, s = rest / 1000000;  // years 1 to 9999 fit 64 bits
  return make_datetime(t, cls, from_ordinal(day), clock_of(s / 3600, s / 60 % 60, s % 60, rest % 1000000, 0), tz);
}

namespace {

// ---- making them

Result<Value> datetime_new(Thread& t, Args a, Tuple* kwnames) {
  if (a.n >= 2 && a.n <= 3 && !kwnames && (is_bytes(a[1]) || is_str(a[1]))) {
    Value v = a[1];
    if (is_str(v) && v.as<Str>()->length == 10 && (v.as<Str>()->at(2) & 0x7F) >= 1 && (v.as<Str>()->at(2) & 0x7F) <= 12) {
      Result<Value> b = encode_str(t, v.as<Str>(), Value(NAME("latin-1")), Value());
      if (!b.ok()) {
        if (!exc_matches(t, KAA_TYPE(UnicodeEncodeError))) return Error{};
        clear_exc(t);
        return RAISE(ValueError, "Failed to encode latin1 string when unpickling a datetime object. pickle.load(data, encoding='latin1') is assumed.");
      }
      v = b.value();
    }
    if (is_bytes(v) && v.as<Bytes>()->size == 10) {
      const uint8_t* b = reinterpret_cast<const uint8_t*>(v.as<Bytes>()->data());
      int month = b[2] & 0x7F;
      if (month >= 1 && month <= 12) {
        if (a[2] && !a[2].is_none() && !is_tzinfo(a[2])) return RAISE(TypeError, "bad tzinfo state arg");
        return TRY(alloc_datetime(t, a.as<Type>(0), {b[0] * 256 + b[1], month, b[3]}, clock_of(b[4], b[5], b[6], b[7] << 16 | b[8] << 8 | b[9], b[2] >> 7), a[2]));
      }
    }
  }
  BIND_NEW("datetime", "($cls, year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)", 10);
  int64_t n[10] = {};
  for (int i : {1, 2, 3, 4, 5, 6, 7, 9})
    if (p[i]) n[i] = TRY(to_cint(t, p[i]));
  TRY(check_date(t, n[1], n[2], n[3]));
  TRY(check_clock(t, n[4], n[5], n[6], n[7], n[9]));
  TRY(check_tz(t, p[8]));
  return TRY(alloc_datetime(t, p[0].as<Type>(), {static_cast<int>(n[1]), static_cast<int>(n[2]), static_cast<int>(n[3])}, clock_of(n[4], n[5], n[6], n[7], n[9]), p[8]));
}

Result<Value> from_stamp(Thread& t, Value cls, Stamp s, Value tz) {
  tz = tz_value(tz);
  Value v = TRY(datetime_from_stamp(t, cls.as<Type>(), s, !tz, tz));
  if (tz) v = TRY(call_method(t, tz, NAME("fromutc"), v));
  return v;
}
Stamp now() {
  timespec ts;
  clock_gettime(CLOCK_REALTIME, &ts);
  return {ts.tv_sec, static_cast<int32_t>(ts.tv_nsec / 1000)};
}
Result<Value> datetime_now(Thread& t, Args a) {
  TRY(check_tz(t, a[1]));
  return from_stamp(t, a[0], now(), a[1]);
}
Result<Value> datetime_utcnow(Thread& t, Args a) {
  TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
           "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC)."));
  return datetime_from_stamp(t, a.as<Type>(0), now(), false, Value());
}
Result<Value> datetime_fromtimestamp(Thread& t, Args a) {
  TRY(check_tz(t, a[2]));
  return from_stamp(t, a[0], TRY(stamp_arg(t, a[1])), a[2]);
}
Result<Value> datetime_utcfromtimestamp(Thread& t, Args a) {
  TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
           "datetime.datetime.utcfromtimestamp() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: "
           "datetime.datetime.fromtimestamp(timestamp, datetime.UTC)."));
  return datetime_from_stamp(t, a.as<Type>(0), TRY(stamp_arg(t, a[1])), false, Value());
}
Result<Value> datetime_strptime(Thread& t, Args a) { return parsed_by_format(t, "_strptime_datetime_datetime", a); }
Result<Value> datetime_combine(Thread& t, Args a) {
  if (!is_date(a[1])) return RAISE(TypeError, "combine() argument 1 must be datetime.date, not %T", a[1]);
  if (!is_time(a[2])) return RAISE(TypeError, "combine() argument 2 must be datetime.time, not %T", a[2]);
  Time* x = a.as<Time>(2);
  Value tz = a[3] ? a[3] : x->tz.value();
  TRY(check_tz(t, tz));
  return make_datetime(t, a.as<Type>(0), ymd(a.as<Date>(1)), x->clock, tz);
}
Result<Value> datetime_fromisoformat(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "fromisoformat: argument must be str");
  Str* text = a.as<Str>(1);
  std::string_view s;
  std::string replaced;  // what is not ASCII may be the separator, and nothing else
  if (text->is_ascii()) {
    s = text->ascii();
  } else {
    TextView v = view_of(text);
    for (size_t i = 0; i < v.length; i++) replaced += v[i] < 0x80 ? static_cast<char>(v[i]) : '\x7f';
    s = replaced;
  }
  if (s.size() < 7) return bad_iso(t, a[1]);
  size_t separator = iso_separator(s);
  Ymd d;
  if (!separator || separator > s.size() || !TRY(parse_iso_date(t, s.substr(0, separator), &d))) return bad_iso(t, a[1]);
  IsoTime iso;
  if (separator < s.size() && !TRY(parse_iso_time(t, s.substr(separator + 1), &iso))) return bad_iso(t, a[1]);
  if (iso.bad_24) return RAISE(ValueError, "minute, second, and microsecond must be 0 when hour is 24");
  TRY(check_date(t, d.year, d.month, d.day));
  if (iso.next_day) {
    d = from_ordinal(to_ordinal(d.year, d.month, d.day) + 1);
    TRY(check_date(t, d.year, d.month, d.day));
  }
  TRY(check_clock(t, iso.hour, iso.minute, iso.second, iso.us, 0));
  return make_datetime(t, a.as<Type>(0), d, clock_of(iso.hour, iso.minute, iso.second, iso.us, 0), iso.tz);
}

// ---- parts

Result<Value> datetime_date(Thread& t, Args a) { return make_date(t, state().date, self_of(a)->year, self_of(a)->month, self_of(a)->day); }
Result<Value> datetime_time(Thread& t, Args a) { return make_time(t, state().time, self_of(a)->clock, Value()); }
Result<Value> datetime_timetz(Thread& t, Args a) { return make_time(t, state().time, self_of(a)->clock, self_of(a)->tz.value()); }
Result<Value> datetime_timetuple(Thread& t, Args a) {
  DateTime* d = self_of(a);
  Value dst = TRY(offset_of(t, d, "dst"));
  int flag = dst.is_none() ? -1 : delta_us(dst.as<Delta>()) != 0;
  return struct_time(t, ymd(d), d->clock.hour, d->clock.minute, d->clock.second, flag);
}
Result<Value> datetime_utctimetuple(Thread& t, Args a) {
  DateTime* d = self_of(a);
  Value offset = TRY(offset_of(t, d));
  if (!offset.is_none()) {
    Value utc = TRY(datetime_from_us(t, state().datetime, total_us(d) - delta_us(offset.as<Delta>()), Value()));
    d = utc.as<DateTime>();
  }
  Keep keep(d);
  return struct_time(t, ymd(d), d->clock.hour, d->clock.minute, d->clock.second, 0);
}
Result<Value> datetime_timestamp(Thread& t, Args a) {
  DateTime* d = self_of(a);
  if (!d->tz) {
    int64_t s = TRY(local_to_stamp(t, ymd(d), d->clock));
    return make_float(t, static_cast<double>(s) + d->clock.us / 1e6);
  }
  constexpr int64_t kEpochOrdinal = 719163;
  Value offset = TRY(offset_of(t, d));
  if (offset.is_none()) return RAISE(TypeError, "can't subtract offset-naive and offset-aware datetimes");
  __int128 us = total_us(d) - static_cast<__int128>(kEpochOrdinal) * kDayUs - delta_us(offset.as<Delta>());
  return binary_op(t, BinaryOp::DIV, TRY(make_int(t, static_cast<int64_t>(us))), small_int(1000000));
}
Result<Value> datetime_utcoffset(Thread& t, Args a) { return offset_of(t, self_of(a)); }
Result<Value> datetime_dst(Thread& t, Args a) { return offset_of(t, self_of(a), "dst"); }
Result<Value> datetime_tzname(Thread& t, Args a) { return ask_name(t, self_of(a)->tz.value(), a[0]); }

Result<Value> datetime_replace(Thread& t, Args a) {
  DateTime* d = self_of(a);
  const Clock& c = d->clock;
  int64_t n[10] = {0, d->year, d->month, d->day, c.hour, c.minute, c.second, c.us, 0, c.fold};
  for (uint32_t i : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 9u})
    if (a[i]) n[i] = TRY(to_cint(t, a[i]));
  Value tz = a[8] ? a[8] : d->tz.value();
  TRY(check_date(t, n[1], n[2], n[3]));
  TRY(check_clock(t, n[4], n[5], n[6], n[7], n[9]));
  TRY(check_tz(t, tz));
  return make_datetime(t, d->type(), {static_cast<int>(n[1]), static_cast<int>(n[2]), static_cast<int>(n[3])}, clock_of(n[4], n[5], n[6], n[7], n[9]), tz);
}

Result<Value> datetime_astimezone(Thread& t, Args a) {
  DateTime* d = self_of(a);
  Value tz = tz_value(a[1]);
  if (tz && !is_tzinfo(tz)) return RAISE(TypeError, "tzinfo argument must be None or of a tzinfo subclass, not type '%T'", tz);
  Value own = d->tz.value(), offset;
  if (own) {
    if (own == tz) return d;
    offset = TRY(ask_offset(t, own, NAME("utcoffset"), d));
  }
  if (!own || offset.is_none()) {
    // A naive datetime is local time.
    DateTime* naive = d;
    if (own) naive = TRY(alloc_datetime(t, state().datetime, ymd(d), d->clock, Value()));
    own = TRY(local_timezone(t, naive));
    if (own == tz) return d;
    offset = TRY(ask_offset(t, own, NAME("utcoffset"), d));
  }
  Value utc = TRY(datetime_from_us(t, d->type(), total_us(d) - delta_us(offset.as<Delta>()), state().utc.get()));
  if (!is_datetime(utc)) return RAISE(TypeError, "the constructor of '%N' made no datetime", d->type());
  DateTime* u = utc.as<DateTime>();
  u->tz.set(state().utc.get());
  if (!tz) tz = TRY(local_timezone(t, u));
  if (tz == Value(state().utc.get())) return u;
  u->tz.set(tz);
  u->hash = 0;
  return call_method(t, tz, NAME("fromutc"), utc);
}

// ---- text

Result<Value> datetime_isoformat(Thread& t, Args a) {
  DateTime* d = self_of(a);
  uint32_t separator = 'T';
  if (a[1]) {
    if (!is_str(a[1])) return RAISE(TypeError, "isoformat() argument 1 must be a unicode character, not %T", a[1]);
    Str* s = a.as<Str>(1);
    if (s->length != 1) return RAISE(TypeError, "isoformat() argument 1 must be a unicode character, not a string of length %lu", s->length);
    separator = s->at(0);
  }
  if (a[2] && !is_str(a[2])) return RAISE(TypeError, "isoformat() argument 2 must be str, not %T", a[2]);
  char b[16];
  snprintf(b, sizeof b, "%04d-%02d-%02d", d->year, d->month, d->day);
  std::string rest;
  TRY(append_clock(t, rest, d->clock, a[2]));
  append_offset(rest, TRY(offset_of(t, d)), ":");
  TextBuilder out;
  out.append_latin1(reinterpret_cast<uint8_t*>(b), 10);
  out.push(separator);
  out.append_latin1(reinterpret_cast<const uint8_t*>(rest.data()), rest.size());
  return TRY(str_from_text(t, out));
}
Result<Value> datetime_str(Thread& t, Args a) { return call_method(t, a[0], NAME("isoformat"), Value(NAME(" "))); }
Result<Value> datetime_repr(Thread& t, Args a) {
  DateTime* d = self_of(a);
  const Clock& c = d->clock;
  char b[96];
  int n = snprintf(b, sizeof b, "%d, %d, %d, %d, %d", d->year, d->month, d->day, c.hour, c.minute);
  if (c.second || c.us) n += snprintf(b + n, sizeof b - static_cast<size_t>(n), ", %d", c.second);
  if (c.us) snprintf(b + n, sizeof b - static_cast<size_t>(n), ", %d", c.us);
  bool fold = c.fold;
  Str* name = TRY(class_text(t, a[0]));
  const char* end = fold ? ", fold=1)" : ")";
  if (Value tz = d->tz.value()) return TRY(str_format(t, "%U(%s, tzinfo=%R%s", name, b, tz, end));
  return TRY(str_format(t, "%U(%s%s", name, b, end));
}

Result<Value> datetime_reduce_ex(Thread& t, Args a) {
  DateTime* d = self_of(a);
  int64_t protocol = a[1] ? TRY(to_cint(t, a[1])) : 2;
  const Clock& c = d->clock;
  uint8_t b[10] = {static_cast<uint8_t>(d->year / 256), static_cast<uint8_t>(d->year % 256), static_cast<uint8_t>(d->month | (protocol > 3 && c.fold ? 0x80 : 0)), d->day,
                   c.hour, c.minute, c.second, static_cast<uint8_t>(c.us >> 16), static_cast<uint8_t>(c.us >> 8), static_cast<uint8_t>(c.us)};
  Bytes* packed = TRY(new_bytes(t, b, 10));
  Tuple* args = d->tz ? TRY(make_tuple(t, Value(packed), d->tz.value())) : TRY(make_tuple(t, Value(packed)));
  return TRY(make_tuple(t, Value(type_of(a[0])), Value(args)));
}
Result<Value> datetime_reduce(Thread& t, Args a) { return datetime_reduce_ex(t, {a.p, 1}); }

// ---- arithmetic and comparison

Result<Value> shifted(Thread& t, DateTime* d, Delta* delta, int sign) {
  __int128 us = static_cast<__int128>(delta->days) * kDayUs + int64_t{delta->seconds} * 1000000 + delta->us;
  return datetime_from_us(t, d->type(), total_us(d) + sign * us, d->tz.value());
}
Result<Value> difference(Thread& t, DateTime* x, DateTime* y) {
  __int128 us = total_us(x) - total_us(y);
  if (x->tz.value() != y->tz.value()) {
    Value ox = TRY(offset_of(t, x)), oy = TRY(offset_of(t, y));
    if (ox.is_none() != oy.is_none()) return RAISE(TypeError, "can't subtract offset-naive and offset-aware datetimes");
    if (!ox.is_none()) us -= delta_us(ox.as<Delta>()) - delta_us(oy.as<Delta>());
  }
  int64_t total = static_cast<int64_t>(us);
  return TRY(make_delta(t, total / kDayUs, 0, total % kDayUs));
}
Result<Value> datetime_add(Thread& t, Args a) {
  if (!is_delta(a[1])) return kNotImplemented;
  return shifted(t, self_of(a), a.as<Delta>(1), 1);
}
Result<Value> datetime_sub(Thread& t, Args a) {
  if (is_datetime(a[1])) return difference(t, self_of(a), a.as<DateTime>(1));
  if (is_delta(a[1])) return shifted(t, self_of(a), a.as<Delta>(1), -1);
  return kNotImplemented;
}
Result<Value> datetime_rsub(Thread& t, Args a) {
  if (!is_datetime(a[1])) return kNotImplemented;
  return difference(t, a.as<DateTime>(1), self_of(a));
}

// Whether the offset depends on fold: then no datetime of another zone is equal to this one (PEP 495).
Result<bool> ambiguous(Thread& t, DateTime* d, Value offset) {
  Clock c = d->clock;
  c.fold = !c.fold;
  DateTime* flipped = TRY(alloc_datetime(t, state().datetime, ymd(d), c, d->tz.value()));
  Value other = TRY(offset_of(t, flipped));
  if (offset.is_none() || other.is_none()) return offset.is_none() != other.is_none();
  return delta_us(offset.as<Delta>()) != delta_us(other.as<Delta>());
}

// A number that grows with the local time: its fields side by side.
int64_t local_order(DateTime* d) {
  Ymd date = ymd(d);
  const Clock& c = d->clock;
  int64_t day = (int64_t{date.year} << 4 | date.month) << 5 | date.day, second = (c.hour << 6 | c.minute) << 6 | c.second;
  return (day << 17 | second) << 20 | c.us;
}

template <CompareOp op>
Result<Value> datetime_compare(Thread& t, Args a) {
  if (!is_datetime(a[1])) return kNotImplemented;
  constexpr bool equality = op == CompareOp::EQ || op == CompareOp::NE;
  DateTime *x = self_of(a), *y = a.as<DateTime>(1);
  __int128 us;
  if (x->tz.value() == y->tz.value()) {
    us = local_order(x) - local_order(y);
  } else {
    us = total_us(x) - total_us(y);
    Value ox = TRY(offset_of(t, x)), oy = TRY(offset_of(t, y));
    if (ox.is_none() != oy.is_none()) {
      if (equality) return Value::from_bool(op == CompareOp::NE);
      return RAISE(TypeError, "can't compare offset-naive and offset-aware datetimes");
    }
    if (!ox.is_none()) us -= delta_us(ox.as<Delta>()) - delta_us(oy.as<Delta>());
    if (equality && us == 0 && (TRY(ambiguous(t, x, ox)) || TRY(ambiguous(t, y, oy)))) us = 1;
  }
  switch (op) {
    case CompareOp::LT: return Value::from_bool(us < 0);
    case CompareOp::LE: return Value::from_bool(us <= 0);
    case CompareOp::EQ: return Value::from_bool(us == 0);
    case CompareOp::NE: return Value::from_bool(us != 0);
    case CompareOp::GT: return Value::from_bool(us > 0);
    default: return Value::from_bool(us >= 0);
  }
}
Result<Value> datetime_hash(Thread& t, Args a) {
  DateTime* d = self_of(a);
  if (!d->hash) {
    __int128 us = total_us(d);
    if (d->tz) {
      DateTime* plain = d;
      if (d->clock.fold) {  // equal datetimes differ in fold
        Clock c = d->clock;
        c.fold = 0;
        plain = TRY(alloc_datetime(t, state().datetime, ymd(d), c, d->tz.value()));
      }
      Value offset = TRY(offset_of(t, plain));
      if (!offset.is_none()) us -= delta_us(offset.as<Delta>());
    }
    d->hash = mixed_hash(static_cast<uint64_t>(us), 3);
  }
  return make_int(t, d->hash);
}

constexpr const char* kReplaceSig =
    "($self, /, year=unchanged, month=unchanged, day=unchanged, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)";
const MethodDef k_methods[] = {
    {"__new__", datetime_new, nullptr, "datetime(year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)", MethodKind::kNew},
    {"now", datetime_now, "($type, /, tz=None)", "The current time, in local time or in a time zone.", MethodKind::kClassMethod},
    {"utcnow", datetime_utcnow, "($type, /)", "The current time in UTC, without a time zone.", MethodKind::kClassMethod},
    {"fromtimestamp", datetime_fromtimestamp, "($type, /, timestamp, tz=None)", "The time of a POSIX timestamp, in local time or in a time zone.", MethodKind::kClassMethod},
    {"utcfromtimestamp", datetime_utcfromtimestamp, "($type, timestamp, /)", "The time of a POSIX timestamp in UTC, without a time zone.", MethodKind::kClassMethod},
    {"strptime", datetime_strptime, "($type, string, format, /)", "The time that a text in the given format gives.", MethodKind::kClassMethod},
    {"combine", datetime_combine, "($type, /, date, time, tzinfo=<unrepresentable>)", "A date and a time of day.", MethodKind::kClassMethod},
    {"fromisoformat", datetime_fromisoformat, "($type, string, /)", "The time that a text in an ISO 8601 format gives.", MethodKind::kClassMethod},
    {"date", datetime_date, "($self, /)", "The date."},
    {"time", datetime_time, "($self, /)", "The time of day, without a time zone."},
    {"timetz", datetime_timetz, "($self, /)", "The time of day, with the time zone."},
    {"timetuple", datetime_timetuple, "($self, /)", "A struct_time."},
    {"utctimetuple", datetime_utctimetuple, "($self, /)", "A struct_time of the same time in UTC."},
    {"timestamp", datetime_timestamp, "($self, /)", "The POSIX timestamp, a float."},
    {"isoformat", datetime_isoformat, "($self, /, sep='T', timespec='auto')", "As text: YYYY-MM-DDTHH:MM:SS[.ffffff][+HH:MM]; timespec says how much of it."},
    {"utcoffset", datetime_utcoffset, "($self, /)", "tzinfo.utcoffset(self)"},
    {"tzname", datetime_tzname, "($self, /)", "tzinfo.tzname(self)"},
    {"dst", datetime_dst, "($self, /)", "tzinfo.dst(self)"},
    {"replace", datetime_replace, kReplaceSig, "A datetime with other values for some fields."},
    {"__replace__", datetime_replace, kReplaceSig, "As replace()."},
    {"astimezone", datetime_astimezone, "($self, /, tz=None)", "The same time in another time zone."},
    {"__reduce_ex__", datetime_reduce_ex, "($self, proto, /)", "What pickle saves."},
    {"__reduce__", datetime_reduce, "($self, /)", "What pickle saves."},
    {"__repr__", datetime_repr, "($self, /)", nullptr}, {"__str__", datetime_str, "($self, /)", nullptr}, {"__hash__", datetime_hash, "($self, /)", nullptr},
    {"__add__", datetime_add, "($self, value, /)", nullptr}, {"__radd__", datetime_add, "($self, value, /)", nullptr},
    {"__sub__", datetime_sub, "($self, value, /)", nullptr}, {"__rsub__", datetime_rsub, "($self, value, /)", nullptr},
    {"__lt__", datetime_compare<CompareOp::LT>, "($self, value, /)", nullptr}, {"__le__", datetime_compare<CompareOp::LE>, "($self, value, /)", nullptr},
    {"__eq__", datetime_compare<CompareOp::EQ>, "($self, value, /)", nullptr}, {"__ne__", datetime_compare<CompareOp::NE>, "($self, value, /)", nullptr},
    {"__gt__", datetime_compare<CompareOp::GT>, "($self, value, /)", nullptr}, {"__ge__", datetime_compare<CompareOp::GE>, "($self, value, /)", nullptr},
};
#define NUMBER(name, field) {name, [](Thread&, Value v) -> Result<Value> { return small_int(v.as<DateTime>()->clock.field); }, nullptr, nullptr}
const GetSetDef k_getsets[] = {
    NUMBER("hour", hour), NUMBER("minute", minute), NUMBER("second", second), NUMBER("microsecond", us), NUMBER("fold", fold),
    {"tzinfo", [](Thread&, Value v) -> Result<Value> { Value tz = v.as<DateTime>()->tz.value(); return tz ? tz : kNone; }, nullptr, nullptr},
};
#undef NUMBER

}  // namespace

const TypeSpec datetime_spec = {.doc = "A date and a time of day, with or without a time zone.", .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<DateTime>, .flags = kTypeBase};

Status init_datetime(Thread& t) {
  Type* ty = state().datetime;
  TRY(type_constant(t, ty, "min", TRY(make_datetime(t, ty, {1, 1, 1}, Clock{}, Value()))));
  TRY(type_constant(t, ty, "max", TRY(make_datetime(t, ty, {9999, 12, 31}, Clock{23, 59, 59, 0, 999999}, Value()))));
  return type_constant(t, ty, "resolution", TRY(make_delta(t, 0, 0, 1)));
}

}  // namespace kaa::datetime
