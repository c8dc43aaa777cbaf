// Calendar, checks, text and ISO 8601.
#include "modules/datetime/datetime.h"
#include "types/objmodel.h"
#include "types/str.h"

namespace kaa::datetime {

State& state() {
  static State* s = new State{};
  return *s;
}

// ---- calendar

namespace {
constexpr int k_days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
constexpr int k_before[] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
constexpr uint32_t kDays400 = 146097;
int64_t days_before_year(int64_t year) {
  int64_t y = year - 1;
  return y * 365 + y / 4 - y / 100 + y / 400;
}
}  // namespace

bool is_leap(int y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }
int days_in_month(int year, int month) { return month == 2 && is_leap(year) ? 29 : k_days[month]; }
int days_before_month(int year, int month) { return k_before[month] + (month > 2 && is_leap(year)); }
int64_t to_ordinal(int year, int month, int day) { return days_before_year(year) + days_before_month(year, month) + day; }
// Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms" (2022): years begin in March, so that the leap day is the
// last of a year, and divisions by the lengths of cycles, years and months are multiplications.
Ymd from_ordinal(int64_t n) {
  uint32_t in_cycles = 4 * static_cast<uint32_t>(n + 305) + 3;  // day 0 is 0000-03-01
  uint32_t in_years = in_cycles % kDays400 | 3;
  uint64_t product = uint64_t{2939745} * in_years;
  uint32_t day_of_year = static_cast<uint32_t>(product) / 2939745 / 4;
  uint32_t in_months = 2141 * day_of_year + 197913;
  int year = static_cast<int>(100 * (in_cycles / kDays400) + (product >> 32)), month = static_cast<int>(in_months >> 16);
  int next_year = day_of_year >= 306;
  return {year + next_year, month - 12 * next_year, static_cast<int>((in_months & 0xFFFF) / 2141) + 1};
}
int64_t iso_week1_monday(int year) {
  int64_t first = to_ordinal(year, 1, 1);
  int64_t first_weekday = (first + 6) % 7, monday = first - first_weekday;
  return first_weekday > 3 ? monday + 7 : monday;
}
Status iso_to_date(Thread& t, int year, int week, int day, Ymd* out) {
  if (year < kMinYear || year > kMaxYear) return RAISE(ValueError, "year must be in %d..%d, not %d", kMinYear, kMaxYear, year);
  bool good = week > 0 && week < 53;
  if (week == 53) {
    // Years that begin on a Thursday, and leap years that begin on a Wednesday.
    int64_t first = to_ordinal(year, 1, 1) % 7;
    good = first == 4 || (first == 3 && is_leap(year));
  }
  if (!good) return RAISE(ValueError, "Invalid week: %d", week);
  if (day < 1 || day > 7) return RAISE(ValueError, "Invalid weekday: %d (range is [1, 7])", day);
  *out = from_ordinal(iso_week1_monday(year) + (week - 1) * 7 + day - 1);
  return {};
}

// ---- checks

Status check_date(Thread& t, int64_t year, int64_t month, int64_t day) {
  if (year < kMinYear || year > kMaxYear) return RAISE(ValueError, "year must be in %d..%d, not %ld", kMinYear, kMaxYear, year);
  if (month < 1 || month > 12) return RAISE(ValueError, "month must be in 1..12, not %ld", month);
  int most = days_in_month(static_cast<int>(year), static_cast<int>(month));
  if (day < 1 || day > most) return RAISE(ValueError, "day %ld must be in range 1..%d for month %ld in year %ld", day, most, month, year);
  return {};
}
Status check_clock(Thread& t, int64_t hour, int64_t minute, int64_t second, int64_t us, int64_t fold) {
  if (hour < 0 || hour > 23) return RAISE(ValueError, "hour must be in 0..23, not %ld", hour);
  if (minute < 0 || minute > 59) return RAISE(ValueError, "minute must be in 0..59, not %ld", minute);
  if (second < 0 || second > 59) return RAISE(ValueError, "second must be in 0..59, not %ld", second);
  if (us < 0 || us > 999999) return RAISE(ValueError, "microsecond must be in 0..999999, not %ld", us);
  if (fold != 0 && fold != 1) return RAISE(ValueError, "fold must be either 0 or 1, not %ld", fold);
  return {};
}
Status check_tz(Thread& t, Value tz) {
  if (!tz || tz.is_none() || is_tzinfo(tz)) return {};
  return RAISE(TypeError, "tzinfo argument must be None or of a tzinfo subclass, not type '%T'", tz);
}

// ---- what a tzinfo says

Result<Value> ask_offset(Thread& t, Value tz, Str* name, Value dt) {
  if (!tz) return kNone;
  if (type_of(tz) == state().timezone && name == NAME("utcoffset")) return tz.as<TimeZone>()->offset.value();
  Value v = TRY(call_method(t, tz, name, dt));
  if (v.is_none()) return v;
  if (!is_delta(v)) return RAISE(TypeError, "tzinfo.%U() must return None or timedelta, not '%T'", name, v);
  Delta* d = v.as<Delta>();
  bool inside = d->days == 0 || (d->days == -1 && (d->seconds > 0 || d->us > 0));
  if (!inside) {
    Str* shown = TRY(repr(t, v));
    return RAISE(ValueError, "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not %U", shown);
  }
  return v;
}
Result<Value> ask_name(Thread& t, Value tz, Value dt) {
  if (!tz) return kNone;
  Value v = TRY(call_method(t, tz, NAME("tzname"), dt));
  if (!v.is_none() && !is_str(v)) return RAISE(TypeError, "tzinfo.tzname() must return None or a string, not '%T'", v);
  return v;
}

// ---- text

void append_offset(std::string& out, Value offset, const char* separator) {
  if (!offset || offset.is_none()) return;
  int64_t us = delta_us(offset.as<Delta>());
  char b[40];
  int64_t n = us < 0 ? -us : us, s = n / 1000000;
  int used = snprintf(b, sizeof b, "%c%02d%s%02d", us < 0 ? '-' : '+', static_cast<int>(s / 3600), separator, static_cast<int>(s / 60 % 60));
  if (s % 60 || n % 1000000) used += snprintf(b + used, sizeof b - static_cast<size_t>(used), "%s%02d", separator, static_cast<int>(s % 60));
  if (n % 1000000) snprintf(b + used, sizeof b - static_cast<size_t>(used), ".%06d", static_cast<int>(n % 1000000));
  out += b;
}

Result<Str*> class_text(Thread& t, Value self) {
  Type* ty = type_of(self);
  if (!ty->has(kTypeHeap)) return str_format(t, "datetime.%U", ty->name.get());
  Result<Value> module = type_module(t, ty);
  if (!module.ok()) {
    clear_exc(t);
    return ty->qualname.get();
  }
  if (is_str(module.value()) && str_equal_ascii(module.value().as<Str>(), "builtins")) return ty->qualname.get();
  return ty->qualname.get();
}

Result<Value> parsed_by_format(Thread& t, const char* function, Args a) {
  for (int i = 1; i < 3; i++)
    if (!is_str(a[i])) return RAISE(TypeError, "strptime() argument %d must be str, not %T", i, a[i]);
  return call(t, TRY(import_attr(t, "_strptime", function)), a[0], a[1], a[2]);
}

Status append_clock(Thread& t, std::string& out, const Clock& c, Value timespec) {
  int parts = c.us ? 5 : 3;
  if (timespec) {
    if (!is_str(timespec)) return RAISE(TypeError, "isoformat() argument 'timespec' must be str, not %T", timespec);
    static const char* const k_specs[] = {"hours", "minutes", "seconds", "milliseconds", "microseconds"};
    bool found = str_equal_ascii(timespec.as<Str>(), "auto");
    for (int i = 0; i < 5 && !found; i++)
      if (str_equal_ascii(timespec.as<Str>(), k_specs[i])) { found = true; parts = i + 1; }
    if (!found) return RAISE(ValueError, "Unknown timespec value");
  }
  char b[32];
  int n = snprintf(b, sizeof b, "%02d", c.hour);
  auto add = [&](const char* f, int v) { n += snprintf(b + n, sizeof b - static_cast<size_t>(n), f, v); };
  if (parts > 1) add(":%02d", c.minute);
  if (parts > 2) add(":%02d", c.second);
  if (parts == 4) add(".%03d", c.us / 1000);
  if (parts == 5) add(".%06d", c.us);
  out += b;
  return {};
}

Result<Value> struct_time(Thread& t, const Ymd& d, int hour, int minute, int second, int dst) {
  Value cls = TRY(import_attr(t, "time", "struct_time"));
  auto n = [](int64_t i) { return small_int(i); };
  Tuple* u = TRY(make_tuple(t, n(d.year), n(d.month), n(d.day), n(hour), n(minute), n(second), n(weekday(d.year, d.month, d.day)),
                            n(days_before_month(d.year, d.month) + d.day), n(dst)));
  return call(t, cls, Value(u));
}

Result<Value> format_dunder(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "__format__() argument must be str, not %T", a[1]);
  if (!a[1].as<Str>()->length) return TRY(str(t, a[0]));
  return call_method(t, a[0], NAME("strftime"), a[1]);
}

// strftime() of the time module, after %z, %:z, %Z and %f, which it does not know, have been filled in, and years below 1000 where the C library
// writes fewer than four digits.
Result<Value> wrap_strftime(Thread& t, Value self, Value format, Value timetuple, Value tz_argument) {
  TextView f = view_of(format.as<Str>());
  TextBuilder out;
  Value strftime = TRY(import_attr(t, "time", "strftime"));
  auto ascii = [&](const std::string& s) { out.append_latin1(reinterpret_cast<const uint8_t*>(s.data()), s.size()); };
  Value tz;
  int us = 0;
  if (is_time(self)) { tz = self.as<Time>()->tz.value(); us = self.as<Time>()->clock.us; }
  else if (is_datetime(self)) { tz = self.as<DateTime>()->tz.value(); us = self.as<DateTime>()->clock.us; }
  auto offset = [&](const char* separator) -> Status {
    std::string text;
    append_offset(text, TRY(ask_offset(t, tz, NAME("utcoffset"), tz_argument)), separator);
    ascii(text);
    return {};
  };
  for (size_t i = 0; i < f.length; i++) {
    f = view_of(format.as<Str>());
    uint32_t c = f[i];
    if (c != '%' || i + 1 == f.length) { out.push(c); continue; }
    c = f[++i];
    if (c == 'z') {
      TRY(offset(""));
    } else if (c == ':' && i + 1 < f.length && f[i + 1] == 'z') {
      i++;
      TRY(offset(":"));
    } else if (c == 'Z') {
      Value name = TRY(ask_name(t, tz, tz_argument));
      if (name.is_none()) continue;
      if (!is_exact_str(name)) {
        Value plain = TRY(call_method(t, name, NAME("replace"), Value(NAME("%")), Value(NAME("%%"))));
        if (!is_str(plain)) return RAISE(TypeError, "tzname.replace() did not return a string");
        out.append(view_of(plain.as<Str>()));
        continue;
      }
      TextView n = view_of(name.as<Str>());
      for (size_t k = 0; k < n.length; k++) {
        if (n[k] == '%') out.push('%');
        out.push(n[k]);
      }
    } else if (c == 'f') {
      char b[8];
      snprintf(b, sizeof b, "%06d", us);
      ascii(b);
    } else if (c == 'Y' || c == 'G' || c == 'F' || c == 'C') {
      int64_t year = TRY(to_int64(t, TRY(get_item(t, timetuple, small_int(0)))));
      if (year >= 1000) { out.push('%'); out.push(c); continue; }
      if (c == 'G') {
        Value g = TRY(call(t, strftime, Value(NAME("%G")), timetuple));
        year = TRY(to_int64(t, TRY(call(t, KAA_TYPE(int), g))));
      }
      char b[32];
      if (c == 'C') snprintf(b, sizeof b, "%02d", static_cast<int>(year / 100));
      else if (c != 'F') snprintf(b, sizeof b, "%04d", static_cast<int>(year));
      else {
        int month = static_cast<int>(TRY(to_int64(t, TRY(get_item(t, timetuple, small_int(1))))));
        int day = static_cast<int>(TRY(to_int64(t, TRY(get_item(t, timetuple, small_int(2))))));
        snprintf(b, sizeof b, "%04d-%02d-%02d", static_cast<int>(year), month, day);
      }
      ascii(b);
    } else {
      out.push('%');
      out.push(c);
    }
  }
  return call(t, strftime, Value(TRY(str_from_text(t, out))), timetuple);
}

// ---- ISO 8601

namespace {
bool digits(std::string_view s, size_t at, size_t n, int* out) {
  if (at + n > s.size()) return false;
  int v = 0;
  for (size_t i = at; i < at + n; i++) {
    if (s[i] < '0' || s[i] > '9') return false;
    v = v * 10 + s[i] - '0';
  }
  *out = v;
  return true;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// HH[[:]MM[[:]SS[(.|,)f+]]]. Before an offset one more character may stand, whatever it is.
bool parse_clock(std::string_view s, int part[4], bool offset_follows = false) {
  size_t at = 0;
  bool separated = false;
  for (int i = 0; i < 4; i++) part[i] = 0;
  for (int i = 0; i < 3; i++) {
    if (!digits(s, at, 2, &part[i])) return false;
    at += 2;
    if (i == 0) separated = at < s.size() && s[at] == ':';
    if (offset_follows && at + 1 == s.size() && s[at] != '.' && s[at] != ',') return true;
    if (at >= s.size() || i == 2) break;
    if (separated && s[at] != ':') return false;
    if (!separated && (s[at] == '.' || s[at] == ',')) return false;
    at += separated;
  }
  if (at == s.size()) return true;
  if (s[at] != '.' && s[at] != ',') return false;
  std::string_view rest = s.substr(at + 1);
  if (rest.empty()) return false;
  for (char c : rest)
    if (!is_digit(c)) return false;
  int us = 0;
  for (size_t i = 0; i < 6; i++) us = us * 10 + (i < rest.size() ? rest[i] - '0' : 0);
  part[3] = us;
  return true;
}
}  // namespace

Error bad_iso(Thread& t, Value text) { return RAISE(ValueError, "Invalid isoformat string: %R", text); }

Result<bool> parse_iso_date(Thread& t, std::string_view s, Ymd* out) {
  if (s.size() != 7 && s.size() != 8 && s.size() != 10) return false;
  int year;
  if (!digits(s, 0, 4, &year)) return false;
  bool separated = s[4] == '-';
  size_t at = 4 + separated;
  if (at < s.size() && s[at] == 'W') {
    int week, day = 1;
    if (!digits(s, at + 1, 2, &week)) return false;
    at += 3;
    if (at < s.size()) {
      if ((s[at] == '-') != separated) return false;
      at += separated;
      if (!digits(s, at, 1, &day) || at + 1 != s.size()) return false;
    }
    if (!iso_to_date(t, year, week, day, out).ok()) {
      clear_exc(t);
      return false;
    }
    return true;
  }
  int month, day;
  if (!digits(s, at, 2, &month)) return false;
  at += 2;
  if ((at < s.size() && s[at] == '-') != separated) return false;
  at += separated;
  if (!digits(s, at, 2, &day) || at + 2 != s.size()) return false;
  *out = {year, month, day};
  return true;
}

Result<bool> parse_iso_time(Thread& t, std::string_view s, IsoTime* out) {
  if (s.size() < 2) return false;
  size_t tz = s.find_first_of("+-Z");
  int part[4];
  if (!parse_clock(s.substr(0, tz), part, tz != std::string_view::npos)) return false;
  out->hour = part[0];
  out->minute = part[1];
  out->second = part[2];
  out->us = part[3];
  if (out->hour == 24) {
    if (out->minute || out->second || out->us) out->bad_24 = true;
    else { out->hour = 0; out->next_day = true; }
  }
  if (tz == std::string_view::npos) return true;
  std::string_view zone = s.substr(tz + 1);
  if (s[tz] == 'Z') {
    if (!zone.empty()) return false;
    out->tz = state().utc.get();
    return true;
  }
  if (zone.size() < 2 || zone.size() == 3 || !parse_clock(zone, part)) return false;
  if (!part[0] && !part[1] && !part[2] && !part[3]) {
    out->tz = state().utc.get();
    return true;
  }
  int64_t us = ((part[0] * 60 + part[1]) * int64_t{60} + part[2]) * 1000000 + part[3];
 
  Delta* d = TRY(make_delta(t, 0, 0, s[tz] == '-' ? -us : us));
  out->tz = TRY(make_timezone(t, d, Value()));
  return true;
}

// Where the separator stands: the date before it may have seven to ten characters.
size_t iso_separator(std::string_view s) {
  size_t n = s.size();
  if (n == 7) return 7;
  if (s[4] == '-') {
    if (s[5] != 'W') return 10;  // YYYY-MM-DD
    if (n < 8) return 0;
    if (n > 8 && s[8] == '-') {
      if (n == 9) return 0;
      // YYYY-Www-D, or a week with a hyphen for separator and a time behind it: the latter is likelier when two digits follow.
      return n > 10 && is_digit(s[10]) ? 8 : 10;
    }
    return 8;
  }
  if (s[4] != 'W') return 8;  // YYYYMMDD
  size_t at = 7;
  while (at < n && is_digit(s[at])) at++;
  if (at < 9) return at;
  return at % 2 == 0 ? 7 : 8;
}

bool int_field(Value v) { return v && (is_int(v) || type_of(v)->dunder(D_index)); }

Status type_constant(Thread& t, Type* ty, const char* name, Value v) { return dict_set(t, ty->dict, intern_name(name), v); }

}  // namespace kaa::datetime
