// _datetime: date, time, datetime, timedelta, tzinfo, timezone.
//
// All of them are immutable plain structs with their fields unpacked; calculations are made with days since 0001-01-01 (day 1) and microseconds. The
// calendar is the proleptic Gregorian one, years 1 to 9999. What a tzinfo answers may be anything, and is checked where it is asked (ask_offset).
#pragma once
#include <string>

#include "runtime/api.h"

namespace kaa::datetime {

inline constexpr int kMinYear = 1, kMaxYear = 9999, kMaxOrdinal = 3652059, kMaxDeltaDays = 999999999;
inline constexpr int64_t kDayUs = 86400000000;

struct Delta : Object {
  int64_t hash;      // 0: not computed yet
  int32_t days, seconds, us;
  template <class F> void each_field(F&&) {}
};
struct Date : Object {
  int64_t hash;
  int16_t year;
  uint8_t month, day;
  template <class F> void each_field(F&&) {}
};
// The time of day, as part of Time and DateTime.
struct Clock {
  uint8_t hour, minute, second, fold;
  int32_t us;
  int64_t in_seconds() const { return hour * 3600 + minute * 60 + second; }
  int64_t in_us() const { return in_seconds() * 1000000 + us; }
};
struct Time : Object {
  int64_t hash;
  Clock clock;
  Field<> tz;        // empty: none
  template <class F> void each_field(F&& f) { f(tz); }
};
struct DateTime : Date {
  Clock clock;
  Field<> tz;
  template <class F> void each_field(F&& f) { f(tz); }
};
struct TzInfo : Object {
  template <class F> void each_field(F&&) {}
};
struct TimeZone : TzInfo {
  Field<Delta*> offset;
  Field<> name;      // empty: made from the offset
  template <class F> void each_field(F&& f) { f(offset); f(name); }
};

}  // namespace kaa::datetime
namespace kaa {
template <> struct LayoutTraits<datetime::Delta> { static constexpr Death death = Death::kPlain; };
template <> struct LayoutTraits<datetime::Date> { static constexpr Death death = Death::kPlain; };
}  // namespace kaa
namespace kaa::datetime {

struct State {
  Type *delta, *date, *time, *datetime, *tzinfo, *timezone, *iso_date;
  Root<TimeZone*> utc;
};
State& state();

inline bool is_delta(Value v) { return v.is_object() && is_instance(v, state().delta); }
inline bool is_date(Value v) { return v.is_object() && is_instance(v, state().date); }
inline bool is_time(Value v) { return v.is_object() && is_instance(v, state().time); }
inline bool is_datetime(Value v) { return v.is_object() && is_instance(v, state().datetime); }
inline bool is_tzinfo(Value v) { return v.is_object() && is_instance(v, state().tzinfo); }
// Depends on the secret of PYTHONHASHSEED, like the hashes of texts.
inline int64_t mixed_hash(uint64_t a, uint64_t b = 0) {
  uint64_t h = (a ^ interp().hash_key0 ^ (b * 0x9E3779B97F4A7C15ull)) * 0xBF58476D1CE4E5B9ull;
  h ^= h >> 29;
  h = (h * 0x94D049BB133111EBull) >> 3;
  return h ? static_cast<int64_t>(h) : 1;
}

// ---- calendar (util.cpp)
struct Ymd { int year, month, day; };
bool is_leap(int year);
int days_in_month(int year, int month);
int days_before_month(int year, int month);
int64_t to_ordinal(int year, int month, int day);
Ymd from_ordinal(int64_t n);
inline int weekday(int year, int month, int day) { return static_cast<int>((to_ordinal(year, month, day) + 6) % 7); }  // Monday: 0
int64_t iso_week1_monday(int year);
Status iso_to_date(Thread& t, int year, int week, int day, Ymd* out);
inline int64_t ordinal_of(const Date* d) { return to_ordinal(d->year, d->month, d->day); }

// ---- checked fields
Status check_date(Thread& t, int64_t year, int64_t month, int64_t day);
Status check_clock(Thread& t, int64_t hour, int64_t minute, int64_t second, int64_t us, int64_t fold);
Status check_tz(Thread& t, Value tz);  // None, empty or a tzinfo
inline Value tz_value(Value v) { return v && !v.is_none() ? v : Value(); }

// ---- making objects. Without a class: the module's own. With a subclass: it is called.
Result<Delta*> make_delta(Thread& t, int64_t days, int64_t seconds, int64_t us);      // any amounts; OverflowError
Result<Delta*> make_delta_as(Thread& t, Type* cls, int64_t days, int64_t seconds, int64_t us);
Result<Value> delta_total(Thread& t, Delta* d);                                       // in microseconds, an int
Result<Value> delta_from_total(Thread& t, Value us);
Result<Value> make_date(Thread& t, Type* cls, int64_t year, int64_t month, int64_t day);
Result<Value> make_time(Thread& t, Type* cls, const Clock& c, Value tz);
Result<Value> make_datetime(Thread& t, Type* cls, const Ymd& d, const Clock& c, Value tz);
Result<DateTime*> alloc_datetime(Thread& t, Type* cls, const Ymd& d, const Clock& c, Value tz);  // checked already
Result<Value> make_timezone(Thread& t, Delta* offset, Value name);                    // checked; name may be empty
// From microseconds since 0001-01-01 (of which day 1 begins at kDayUs); OverflowError "date value out of range".
Result<Value> datetime_from_us(Thread& t, Type* cls, __int128 us, Value tz);

// ---- what a tzinfo says
// tz.name(dt): None, or a Delta strictly between -24 and 24 hours. Empty tz: None.
Result<Value> ask_offset(Thread& t, Value tz, Str* name, Value dt);
Result<Value> ask_name(Thread& t, Value tz, Value dt);
inline int64_t delta_us(const Delta* d) { return (int64_t{d->days} * 86400 + d->seconds) * 1000000 + d->us; }  // of an offset

// ---- text
Result<Str*> delta_repr(Thread& t, Delta* d);
// "+01:00", "+010203.000004" (without a separator), "" for None.
void append_offset(std::string& out, Value offset, const char* separator);
Result<Str*> class_text(Thread& t, Value self);  // the type's name for repr(): "datetime.date"
// hours, minutes, seconds, milliseconds, microseconds, auto
Status append_clock(Thread& t, std::string& out, const Clock& c, Value timespec);
Result<Value> parsed_by_format(Thread& t, const char* function, Args a);  // strptime(): by a function of _strptime
Result<Value> wrap_strftime(Thread& t, Value self, Value format, Value timetuple, Value tz_argument);
Result<Value> struct_time(Thread& t, const Ymd& d, int hour, int minute, int second, int dst);
Result<Value> format_dunder(Thread& t, Args a);   // __format__: strftime(), or str() for an empty format

// ---- ISO 8601
struct IsoTime { int64_t hour = 0, minute = 0, second = 0, us = 0; bool next_day = false, bad_24 = false; Value tz; };
Result<bool> parse_iso_date(Thread& t, std::string_view s, Ymd* out);  // false: not one
Result<bool> parse_iso_time(Thread& t, std::string_view s, IsoTime* out);
size_t iso_separator(std::string_view s);         // 0: not a date and time
Error bad_iso(Thread& t, Value text);

// ---- the system's clock
struct Stamp { int64_t seconds; int32_t us; };
Result<Stamp> stamp_arg(Thread& t, Value v);       // rounds half to even
Result<Value> datetime_from_stamp(Thread& t, Type* cls, Stamp s, bool local, Value tz);
Result<int64_t> local_to_stamp(Thread& t, const Ymd& d, const Clock& c);  // what time.mktime() does, with fold
Result<Value> local_timezone(Thread& t, DateTime* dt);

bool int_field(Value v);                           // whether it may be a number (has __index__)
extern const TypeSpec delta_spec, date_spec, time_spec, datetime_spec, tzinfo_spec, timezone_spec;
Status init_delta(Thread& t);
Status init_date(Thread& t);
Status init_time(Thread& t);
Status init_datetime(Thread& t);
Status init_timezone(Thread& t);
Status type_constant(Thread& t, Type* ty, const char* name, Value v);

}  // namespace kaa::datetime
