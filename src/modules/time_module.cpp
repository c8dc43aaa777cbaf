// time: clocks, sleeping, and broken-down time.
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <string>

#include "modules/posix/sys_util.h"
#include "runtime/audit.h"
#include "runtime/gil.h"
#include "runtime/weakrefs.h"
#include "types/objmodel.h"
#include "types/structseq.h"

namespace kaa {

namespace {

Type* g_struct_time;  // immortal
constexpr int64_t kSecond = 1000000000;

const StructSeqField k_tm_fields[] = {
    {"tm_year", "year, for example, 1993"}, {"tm_mon", "month of year, range [1, 12]"}, {"tm_mday", "day of month, range [1, 31]"},
    {"tm_hour", "hours, range [0, 23]"}, {"tm_min", "minutes, range [0, 59]"}, {"tm_sec", "seconds, range [0, 61])"},
    {"tm_wday", "day of week, range [0, 6], Monday is 0"}, {"tm_yday", "day of year, range [1, 366]"},
    {"tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"}, {"tm_zone", "abbreviation of timezone name"},
    {"tm_gmtoff", "offset from UTC in seconds"}, kStructSeqEnd};
const StructSeqDef k_tm_def = {"time.struct_time",
    "A broken-down time: what gmtime(), localtime() and strptime() return, and asctime(), mktime() and strftime() accept.", k_tm_fields, 9};

#define FN(name) Result<Value> time_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

double seconds_of(int64_t ns) {
  if (ns % kSecond == 0) return static_cast<double>(ns / kSecond);
  return static_cast<double>(ns) / 1e9;
}

Result<int64_t> read_clock(Thread& t, clockid_t id) {
  timespec ts;
  if (clock_gettime(id, &ts) < 0) return raise_os_error(t, errno);
  return ts.tv_sec * kSecond + ts.tv_nsec;
}
template <clockid_t id> Result<Value> clock_seconds(Thread& t, Args) { return make_float(t, seconds_of(TRY(read_clock(t, id)))); }
template <clockid_t id> Result<Value> clock_ns(Thread& t, Args) { return make_int(t, TRY(read_clock(t, id))); }

Result<clockid_t> clock_arg(Thread& t, Value v) {
  if (!type_of(v)->dunder(D_index)) return RAISE(TypeError, "clk_id should be integer, not %T", v);
  return static_cast<clockid_t>(TRY(to_cint(t, v)));
}
FN(clock_gettime) { return make_float(t, seconds_of(TRY(read_clock(t, TRY(clock_arg(t, a[0])))))); }
FN(clock_gettime_ns) { return make_int(t, TRY(read_clock(t, TRY(clock_arg(t, a[0]))))); }
FN(clock_getres) {
  timespec ts;
  if (clock_getres(TRY(to_cint(t, a[0])), &ts) < 0) return raise_os_error(t, errno);
  return make_float(t, static_cast<double>(ts.tv_sec) + static_cast<double>(ts.tv_nsec) * 1e-9);
}
Result<Value> set_clock(Thread& t, Value id, int64_t ns) {
  timespec ts = to_timespec(ns);
  return none_or_errno(t, clock_settime(TRY(to_cint(t, id)), &ts));
}
FN(clock_settime) { return set_clock(t, a[0], TRY(time_arg(t, a[1], Rounding::kFloor))); }
FN(clock_settime_ns) { return set_clock(t, a[0], TRY(to_int64(t, a[1]))); }
FN(pthread_getcpuclockid) {
  uint64_t id = TRY(to_uint64_mask(t, a[0]));
  if (!thread_is_live(id)) return raise_os_error(t, ESRCH);
  clockid_t clock;
  if (int err = pthread_getcpuclockid(static_cast<pthread_t>(id), &clock)) return raise_os_error(t, err);
  return make_int(t, clock);
}

FN(get_clock_info) {
  if (!is_str(a[0])) return RAISE(TypeError, "get_clock_info() argument 1 must be str, not %T", a[0]);
  struct Row { const char* name; const char* implementation; bool monotonic; clockid_t id; };
  static const Row rows[] = {
      {"time", "clock_gettime(CLOCK_REALTIME)", false, CLOCK_REALTIME},
      {"monotonic", "clock_gettime(CLOCK_MONOTONIC)", true, CLOCK_MONOTONIC},
      {"perf_counter", "clock_gettime(CLOCK_MONOTONIC)", true, CLOCK_MONOTONIC},
      {"process_time", "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", true, CLOCK_PROCESS_CPUTIME_ID},
      {"thread_time", "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true, CLOCK_THREAD_CPUTIME_ID}};
  for (const Row& r : rows) {
    if (!str_equal_ascii(a.as<Str>(0), r.name)) continue;
    timespec ts;
    if (clock_getres(r.id, &ts) < 0) return raise_os_error(t, errno);
    Dict* d = TRY(new_dict(t));
    Value text = TRY(new_str(t, r.implementation)), resolution = TRY(make_float(t, static_cast<double>(ts.tv_sec) + static_cast<double>(ts.tv_nsec) * 1e-9));
    TRY(dict_set_str(t, d, "implementation", text));
    TRY(dict_set_str(t, d, "monotonic", Value::from_bool(r.monotonic)));
    TRY(dict_set_str(t, d, "adjustable", Value::from_bool(!r.monotonic)));
    TRY(dict_set_str(t, d, "resolution", resolution));
    return call(t, simple_namespace_type(), d);
  }
  return RAISE(ValueError, "unknown clock");
}

// Waits until a point in time, so that interruptions do not make it longer.
FN(sleep) {
  TRY(audit(t, "time.sleep", a[0]));
  int64_t ns = TRY(time_arg(t, a[0], Rounding::kTimeout));
  if (ns < 0) return RAISE(ValueError, "sleep length must be non-negative");
  int64_t now = monotonic_ns(), until;
  if (__builtin_add_overflow(now, ns, &until)) until = INT64_MAX;
  timespec deadline = to_timespec(until);
  TRY(safepoint(t));
  TRY(settle_before_wait(t));
  for (;;) {
    int err;
    {
      Blocking b(t);
      err = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr);
    }
    if (err && err != EINTR) return raise_os_error(t, err);
    TRY(safepoint(t));
    if (!err) return kNone;
  }
}

// ---- broken-down time
Result<Value> tm_value(Thread& t, const struct tm& tm) {
  Tuple* u = TRY(new_structseq(t, g_struct_time));
  int64_t v[] = {tm.tm_year + int64_t{1900}, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (tm.tm_wday + 6) % 7, tm.tm_yday + 1, tm.tm_isdst};
  for (uint32_t i = 0; i < 9; i++) structseq_set(u, i, small_int(v[i]));
  Value zone = TRY(decode_fs(t, tm.tm_zone ? tm.tm_zone : ""));
  structseq_set(u, 9, zone);
  structseq_set(u, 10, small_int(tm.tm_gmtoff));
  return u;
}

// Seconds since the epoch, rounded down; missing or None: now.
Result<time_t> seconds_arg(Thread& t, Value v) {
  if (!v || v.is_none()) return time(nullptr);
  if (is_float(v)) {
    double d = float_value(v);
    if (isnan(d)) return RAISE(ValueError, "Invalid value NaN (not a number)");
    d = floor(d);
    if (!(d >= -9223372036854775808.0 && d < 9223372036854775808.0)) return RAISE(OverflowError, "timestamp out of range for platform time_t");
    return static_cast<time_t>(d);
  }
  Result<int64_t> n = to_int64(t, v);
  if (!n.ok()) {
    if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
    clear_exc(t);
    return RAISE(OverflowError, "timestamp out of range for platform time_t");
  }
  return static_cast<time_t>(n.value());
}
Status break_down(Thread& t, Value v, bool utc, struct tm* tm) {
  time_t s = TRY(seconds_arg(t, v));
  errno = 0;
  if (!(utc ? gmtime_r(&s, tm) : localtime_r(&s, tm))) return raise_os_error(t, errno ? errno : EINVAL);
  return {};
}
FN(gmtime) {
  struct tm tm;
  TRY(break_down(t, a[0], true, &tm));
  return tm_value(t, tm);
}
FN(localtime) {
  struct tm tm;
  TRY(break_down(t, a[0], false, &tm));
  return tm_value(t, tm);
}

// The C form of a time tuple. The zone's name, when there is one, is put in `zone`.
Status tm_arg(Thread& t, Value v, const char* func, struct tm* tm, std::string* zone) {
  if (!is_tuple(v)) return RAISE(TypeError, "Tuple or struct_time argument required");
  Tuple* u = v.as<Tuple>();
  if (u->size != 9) return RAISE(TypeError, "%s(): illegal time tuple argument", func);
  int f[9];
  for (uint32_t i = 0; i < 9; i++) f[i] = TRY(to_cint(t, u->items[i]));
  if (f[0] < INT_MIN + 1900) return RAISE(OverflowError, "year out of range");
  memset(tm, 0, sizeof *tm);
  tm->tm_year = f[0] - 1900;
  tm->tm_mon = static_cast<int>(static_cast<unsigned>(f[1]) - 1u);
  tm->tm_mday = f[2];
  tm->tm_hour = f[3];
  tm->tm_min = f[4];
  tm->tm_sec = f[5];
  tm->tm_wday = static_cast<int>((static_cast<int64_t>(f[6]) + 1) % 7);
  tm->tm_yday = static_cast<int>(static_cast<unsigned>(f[7]) - 1u);
  tm->tm_isdst = f[8];
  if (u->type() == g_struct_time) {
    Value name = u->items[9], offset = u->items[10];
    if (!name.is_none()) {
      Bytes* b = TRY(fs_bytes(t, name));
      zone->assign(b->data(), b->size);
      tm->tm_zone = zone->c_str();
    }
    if (!offset.is_none()) tm->tm_gmtoff = TRY(to_int64(t, offset));
  }
  return {};
}
// What asctime and strftime demand of a tuple. A month, day or day of the year of 0 is taken as the first.
Status check_tm(Thread& t, struct tm* tm) {
  if (tm->tm_mon == -1) tm->tm_mon = 0;
  else if (tm->tm_mon < 0 || tm->tm_mon > 11) return RAISE(ValueError, "month out of range");
  if (tm->tm_mday == 0) tm->tm_mday = 1;
  else if (tm->tm_mday < 0 || tm->tm_mday > 31) return RAISE(ValueError, "day of month out of range");
  if (tm->tm_hour < 0 || tm->tm_hour > 23) return RAISE(ValueError, "hour out of range");
  if (tm->tm_min < 0 || tm->tm_min > 59) return RAISE(ValueError, "minute out of range");
  if (tm->tm_sec < 0 || tm->tm_sec > 61) return RAISE(ValueError, "seconds out of range");
  if (tm->tm_wday < 0) return RAISE(ValueError, "day of week out of range");
  if (tm->tm_yday == -1) tm->tm_yday = 0;
  else if (tm->tm_yday < 0 || tm->tm_yday > 365) return RAISE(ValueError, "day of year out of range");
  return {};
}

Result<Value> asctime_of(Thread& t, const struct tm& tm) {
  static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  snprintf(text, sizeof text, "%s %s%3d %.2d:%.2d:%.2d %lld", days[tm.tm_wday], months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
           static_cast<long long>(tm.tm_year) + 1900);
  return TRY(new_str(t, text));
}
FN(asctime) {
  struct tm tm;
  std::string zone;
  if (a[0]) {
    TRY(tm_arg(t, a[0], "asctime", &tm, &zone));
    TRY(check_tm(t, &tm));
  } else {
    TRY(break_down(t, Value(), false, &tm));
  }
  return asctime_of(t, tm);
}
FN(ctime) {
  struct tm tm;
  TRY(break_down(t, a[0], false, &tm));
  return asctime_of(t, tm);
}
FN(mktime) {
  struct tm tm;
  std::string zone;
  TRY(tm_arg(t, a[0], "mktime", &tm, &zone));
  tm.tm_wday = -1;  // set by a call that succeeds: -1 is a valid result
  time_t s = mktime(&tm);
  if (s == static_cast<time_t>(-1) && tm.tm_wday == -1) return RAISE(OverflowError, "mktime argument out of range");
  return make_float(t, static_cast<double>(s));
}

// One directive at a time goes to strftime(3), so that characters it does not know, NUL among them, pass through unchanged.
class Formatter {
 public:
  Formatter(Thread& t, const struct tm& tm) : t_(t), tm_(tm) {}
  Result<Value> run(Str* format) {
    List* parts = TRY(new_list(t_));
    size_t n = format->length, plain = 0;
    for (size_t i = 0; i < n;) {
      if (format->at(i) != '%') { i++; continue; }
      size_t end = i + 1;
      while (end < n && format->at(end) < 128 && strchr("_-0^#+123456789EO:", static_cast<int>(format->at(end))) && format->at(end)) end++;
      if (end >= n || format->at(end) == 0 || format->at(end) >= 128) { i = end; continue; }
      std::string directive;
      for (size_t k = i; k <= end; k++) directive += static_cast<char>(format->at(k));
      if (i > plain) TRY(list_append(t_, parts, TRY(str_substr(t_, format, plain, i))));
      Value text = TRY(expand(directive));
      TRY(list_append(t_, parts, text));
      i = plain = end + 1;
    }
    if (plain == 0) return format;
    if (plain < n) TRY(list_append(t_, parts, TRY(str_substr(t_, format, plain, n))));
    return call_method(t_, Value(interp().empty_str), NAME("join"), Value(parts));
  }

 private:
  Result<Value> expand(const std::string& directive) {
    std::string f = directive + "x", out(256, 0);  // the last character tells an empty text from one that does not fit
    for (;;) {
      size_t n = strftime(out.data(), out.size(), f.c_str(), &tm_);
      if (n) return TRY(decode_fs(t_, {out.data(), n - 1}));
      if (out.size() > (64u << 20)) return raise_memory(t_);
      out.resize(out.size() * 4);
    }
  }
  Thread& t_;
  const struct tm& tm_;
};
FN(strftime) {
  if (!is_str(a[0])) return RAISE(TypeError, "strftime() argument 1 must be str, not %T", a[0]);
  struct tm tm;
  std::string zone;
  if (a[1]) {
    TRY(tm_arg(t, a[1], "strftime", &tm, &zone));
    TRY(check_tm(t, &tm));
  } else {
    TRY(break_down(t, Value(), false, &tm));
  }
  if (tm.tm_isdst < -1) tm.tm_isdst = -1;
  if (tm.tm_isdst > 1) tm.tm_isdst = 1;
  return Formatter(t, tm).run(a.as<Str>(0));
}
Result<Value> time_strptime(Thread& t, Args a) {
  Value f = TRY(import_attr(t, "_strptime", "_strptime_time"));
  return call_args(t, f, a.p, a.n);
}

// timezone, altzone, daylight and tzname, from the local time at two points half a year apart.
Status set_zone(Thread& t, Dict* d) {
  constexpr time_t kYear = (365 * 24 + 6) * 3600;
  time_t when[2] = {time(nullptr) / kYear * kYear, 0};
  when[1] = when[0] + kYear / 2;
  int64_t west[2];
  std::string names[2];
  for (int i = 0; i < 2; i++) {
    struct tm tm;
    if (!localtime_r(&when[i], &tm)) return raise_os_error(t, errno);
    west[i] = -tm.tm_gmtoff;
    names[i] = tm.tm_zone ? tm.tm_zone : "   ";
  }
  int winter = west[0] < west[1] ? 1 : 0;  // on the southern half, January has the summer time
  TRY(dict_set_str(t, d, "timezone", small_int(west[winter])));
  TRY(dict_set_str(t, d, "altzone", small_int(west[1 - winter])));
  TRY(dict_set_str(t, d, "daylight", small_int(west[0] != west[1])));
  Value x = TRY(decode_fs(t, names[winter])), y = TRY(decode_fs(t, names[1 - winter]));
  Value pair = TRY(make_tuple(t, x, y));
  return dict_set_str(t, d, "tzname", pair);
}
FN(tzset) {
  tzset();
  Opt m = TRY(dict_get(t, interp().modules, NAME("time")));
  if (m && IS_EXACT(m.v, module)) TRY(set_zone(t, m.v.as<Module>()->dict));
  return kNone;
}

#define ROW(name, sig, doc) {#name, time_##name, sig, doc, MethodKind::kFunction}
#define CLOCK(name, id, doc) {name, clock_seconds<id>, "()", doc " in seconds.", MethodKind::kFunction}, \
                             {name "_ns", clock_ns<id>, "()", doc " in nanoseconds.", MethodKind::kFunction}
const MethodDef k_functions[] = {
    CLOCK("time", CLOCK_REALTIME, "The time since the epoch"),
    CLOCK("monotonic", CLOCK_MONOTONIC, "A clock that never goes back,"),
    CLOCK("perf_counter", CLOCK_MONOTONIC, "The clock for measuring durations,"),
    CLOCK("process_time", CLOCK_PROCESS_CPUTIME_ID, "Processor time of the process"),
    CLOCK("thread_time", CLOCK_THREAD_CPUTIME_ID, "Processor time of the thread"),
    ROW(clock_gettime, "(clk_id, /)", "The time of a clock in seconds."),
    ROW(clock_gettime_ns, "(clk_id, /)", "The time of a clock in nanoseconds."),
    ROW(clock_getres, "(clk_id, /)", "The resolution of a clock in seconds."),
    ROW(clock_settime, "(clk_id, time, /)", "Sets a clock; seconds."),
    ROW(clock_settime_ns, "(clk_id, time, /)", "Sets a clock; nanoseconds."),
    ROW(pthread_getcpuclockid, "(thread_id, /)", "The clock of a thread's processor time."),
    ROW(get_clock_info, "(name, /)", "What is known of a clock: a namespace."),
    ROW(sleep, "(seconds, /)", "Waits; signal handlers run meanwhile."),
    ROW(gmtime, "(seconds=None, /)", "Seconds since the epoch as UTC."),
    ROW(localtime, "(seconds=None, /)", "Seconds since the epoch as local time."),
    ROW(asctime, "(tuple=None, /)", "A time tuple as text like 'Sat Jun 06 16:26:11 1998'."),
    ROW(ctime, "(seconds=None, /)", "Seconds since the epoch as text of the local time."),
    ROW(mktime, "(tuple, /)", "A local time tuple as seconds since the epoch."),
    ROW(strftime, "(format, tuple=None, /)", "A time tuple as text by a format."),
    ROW(strptime, nullptr, "A time tuple from text by a format."),
    ROW(tzset, "()", "Looks at the environment variable TZ again."),
};

constexpr Constant k_constants[] = {
    {"CLOCK_REALTIME", CLOCK_REALTIME}, {"CLOCK_MONOTONIC", CLOCK_MONOTONIC}, {"CLOCK_MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
    {"CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID}, {"CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID},
    {"CLOCK_BOOTTIME", CLOCK_BOOTTIME}, {"CLOCK_TAI", CLOCK_TAI}, {"_STRUCT_TM_ITEMS", 11},
};

Status time_exec(Thread& t, Module* m) {
  g_struct_time = TRY(make_structseq(t, k_tm_def));
  TRY(module_add(t, m, "struct_time", g_struct_time));
  TRY(add_constants(t, m, k_constants));
  tzset();
  return set_zone(t, m->dict);
}

}  // namespace

extern const ModuleDef time_module = {"time", "Clocks, waiting, and times as tuples and text.", k_functions, time_exec};

}  // namespace kaa
