// The system's clock and local time.
//
// The system tells local time for a timestamp; the other way round is found by trying: the offsets a day earlier and later are the candidates.
// Timestamps are seconds since 1970-01-01 UTC. The same function for local time gives "local seconds": what the clock shows, counted as if it were UTC.
#include <errno.h>
#include <math.h>
#include <time.h>

#include "modules/datetime/datetime.h"
#include "modules/posix/sys_util.h"

namespace kaa::datetime {

namespace {
constexpr int64_t kMaxFold = 24 * 3600, kEpochOrdinal = 719163;

int64_t seconds_of(const Ymd& d, int64_t second_of_day) { return (to_ordinal(d.year, d.month, d.day) - kEpochOrdinal) * 86400 + second_of_day; }

Status local_fields(Thread& t, int64_t stamp, tm* out) {
  time_t when = stamp;
  errno = 0;
  if (localtime_r(&when, out)) return {};
  return raise_os_error(t, errno ? errno : EINVAL);
}
Result<int64_t> local_seconds(Thread& t, int64_t stamp) {
  tm f;
  TRY(local_fields(t, stamp, &f));
  int year = f.tm_year + 1900;
  if (year < kMinYear || year > kMaxYear) return RAISE(ValueError, "year %d is out of range", year);
  return seconds_of({year, f.tm_mon + 1, f.tm_mday}, f.tm_hour * 3600 + f.tm_min * 60 + f.tm_sec);
}
}  // namespace

Result<Stamp> stamp_arg(Thread& t, Value v) {
  if (is_float(v)) {
    double d = float_value(v);
    if (d != d) return RAISE(ValueError, "Invalid value NaN (not a number)");
    double whole, fraction = modf(d, &whole);
    double us = fraction * 1e6, r = round(us);
    if (fabs(us - r) == 0.5) r = 2.0 * round(us / 2.0);
    if (r >= 1e6) { r -= 1e6; whole += 1; }
    else if (r < 0) { r += 1e6; whole -= 1; }
    if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) return RAISE(OverflowError, "timestamp out of range for platform time_t");
    return Stamp{static_cast<int64_t>(whole), static_cast<int32_t>(r)};
  }
  if (!int_field(v)) return RAISE(TypeError, "argument must be int or float, not %T", v);
  Result<int64_t> n = to_int64(t, v);
  if (n.ok()) return Stamp{n.value(), 0};
  if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
  clear_exc(t);
  return RAISE(OverflowError, "timestamp out of range for platform time_t");
}

Result<Value> datetime_from_stamp(Thread& t, Type* cls, Stamp s, bool local, Value tz) {
  tm f;
  if (local) {
    TRY(local_fields(t, s.seconds, &f));
  } else {
    time_t when = s.seconds;
    errno = 0;
    if (!gmtime_r(&when, &f)) return raise_os_error(t, errno ? errno : EINVAL);
  }
  int year = f.tm_year + 1900, second = f.tm_sec < 59 ? f.tm_sec : 59;  // leap seconds
  TRY(check_date(t, year, f.tm_mon + 1, f.tm_mday));
  Ymd d{year, f.tm_mon + 1, f.tm_mday};
  uint8_t fold = 0;
  if (local && !tz) {
    // Whether the clock was set back within the last day, to show this time for the second time.
    int64_t shown = seconds_of(d, f.tm_hour * 3600 + f.tm_min * 60 + second);
    int64_t jump = shown - TRY(local_seconds(t, s.seconds - kMaxFold)) - kMaxFold;
    if (jump < 0 && TRY(local_seconds(t, s.seconds + jump)) == shown) fold = 1;
  }
  Clock c{static_cast<uint8_t>(f.tm_hour), static_cast<uint8_t>(f.tm_min), static_cast<uint8_t>(second), fold, s.us};
  return make_datetime(t, cls, d, c, tz);
}

Result<int64_t> local_to_stamp(Thread& t, const Ymd& d, const Clock& c) {
  int64_t shown = seconds_of(d, c.in_seconds());
  int64_t a = TRY(local_seconds(t, shown)) - shown;
  int64_t u1 = shown - a, t1 = TRY(local_seconds(t, u1)), b;
  if (t1 == shown) {
    // A solution; an earlier one (fold 0) or a later one (fold 1) may exist.
    int64_t u2 = c.fold ? u1 + kMaxFold : u1 - kMaxFold;
    b = TRY(local_seconds(t, u2)) - u2;
    if (a == b) return u1;
  } else {
    b = t1 - u1;
  }
  int64_t u2 = shown - b, t2 = TRY(local_seconds(t, u2));
  if (t2 == shown) return u2;
  if (t1 == shown) return u1;
  // A time that the clock never showed: it was set forward.
  return c.fold ? (u1 < u2 ? u1 : u2) : (u1 > u2 ? u1 : u2);
}

// The zone in force at a datetime: naive ones are local time.
Result<Value> local_timezone(Thread& t, DateTime* dt) {
  int64_t stamp;
  Ymd d{dt->year, dt->month, dt->day};
  Clock c = dt->clock;
  if (!dt->tz) {
    stamp = TRY(local_to_stamp(t, d, c));
    bool fold = c.fold;
    c.fold = !c.fold;
    int64_t other = TRY(local_to_stamp(t, d, c));
    if (other != stamp && (other > stamp) == fold) stamp = other;  // in a gap
  } else {
    stamp = seconds_of(d, c.in_seconds());  // in UTC
  }
  tm f;
  TRY(local_fields(t, stamp, &f));
  Delta* offset = TRY(make_delta(t, 0, f.tm_gmtoff, 0));
  return make_timezone(t, offset, TRY(new_str(t, f.tm_zone ? f.tm_zone : "")));
}

}  // namespace kaa::datetime
