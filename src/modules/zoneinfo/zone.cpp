#include "modules/zoneinfo/zone.h"

#include <algorithm>

namespace kaa::zoneinfo {

namespace {

constexpr int64_t kDay = 86400;

bool is_leap(int y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }
// Days from 1970-01-01 to the last day of the year before.
int64_t days_before_year(int year) {
  int64_t y = year - 1;
  return y * 365 + y / 4 - y / 100 + y / 400 - 719163;
}
int days_before_month(int year, int month) {
  static constexpr int kDays[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  return kDays[month - 1] + (month > 2 && is_leap(year));
}
int days_in_month(int year, int month) { return month == 12 ? 31 : days_before_month(year, month + 1) - days_before_month(year, month); }

}  // namespace

int64_t YearDay::in_year(int year) const {
  int64_t d;
  if (kind == kWeek) {
    int64_t first = days_before_year(year) + days_before_month(year, month) + 1;  // the month's first day; day 0 was a Thursday
    int first_weekday = static_cast<int>(((first + 4) % 7 + 7) % 7);
    int date = (weekday - first_weekday + 7) % 7 + 1 + (week - 1) * 7;
    if (date > days_in_month(year, month)) date -= 7;
    d = first + date - 1;
  } else {
    d = days_before_year(year) + day;
    if (kind == kJulian && day >= 60 && is_leap(year)) d++;
    // Both kinds are counted from the last day of the year before, as the library does.
  }
  return d * kDay + seconds;
}

int Zone::find(int64_t t, int year, int fold) const {
  const std::vector<int64_t>& list = local[fold];
  if (!list.empty() && t < list.front()) return before;
  if (!list.empty() && t <= list.back()) return static_cast<int>(types[static_cast<size_t>(std::upper_bound(list.begin(), list.end(), t) - list.begin()) - 1]);
  if (!has_rule) return after;
  int64_t from = start.in_year(year), to = end.in_year(year);
  // With fold 0 the part with the smaller offset begins at the end of the gap and ends at the end of the overlap; with fold 1 it is the other way round.
  if (fold == (dst_diff >= 0)) to -= dst_diff;
  else from += dst_diff;
  bool dst = from < to ? from <= t && t < to : !(to <= t && t < from);
  return after + dst;
}

int Zone::find_utc(int64_t t, int year, bool* fold) const {
  *fold = false;
  if (!utc.empty() && t < utc.front()) return before;
  if (utc.empty() || t > utc.back()) {
    if (has_rule) {
      const Info &standard = infos[static_cast<size_t>(after)], &daylight = infos[static_cast<size_t>(after) + 1];
      int64_t from = start.in_year(year) - standard.utcoff, to = end.in_year(year) - daylight.utcoff;
      bool dst = from < to ? from <= t && t < to : !(to <= t && t < from);
      int64_t twice = dst_diff > 0 ? to : from;
      *fold = twice <= t && t < twice + (dst_diff > 0 ? dst_diff : -dst_diff);
      return after + dst;
    }
    if (utc.empty()) return after;
  }
  size_t i = static_cast<size_t>(std::upper_bound(utc.begin(), utc.end(), t) - utc.begin());
  int type = static_cast<int>(types[i - 1]), previous = i >= 2 ? static_cast<int>(types[i - 2]) : before;
  if (t > utc.back() && utc.size() == 1) type = after;
  if (previous >= 0) *fold = infos[static_cast<size_t>(previous)].utcoff - infos[static_cast<size_t>(type)].utcoff > t - utc[i - 1];
  return type;
}

void Zone::finish(const std::vector<bool>& isdst) {
  size_t n = types.size(), count = infos.size();
  // Files do not say what part of an offset is daylight saving time: the difference from a neighbour that is standard time is taken for it.
  size_t wanted = static_cast<size_t>(std::count(isdst.begin(), isdst.end(), true)), found = 0;
  for (size_t i = 1; i < n && found < wanted; i++) {
    uint32_t type = types[i];
    if (!isdst[type] || infos[type].dst) continue;
    int32_t diff = 0;
    if (!isdst[types[i - 1]]) diff = infos[type].utcoff - infos[types[i - 1]].utcoff;
    if (!diff && type + 1 < count && i + 1 < n) {
      if (isdst[types[i + 1]]) continue;
      diff = infos[type].utcoff - infos[types[i + 1]].utcoff;
    }
    if (!diff) continue;
    infos[type].dst = diff;
    found++;
  }
  if (found < wanted)
    for (size_t i = 0; i < count; i++)
      if (isdst[i] && !infos[i].dst) infos[i].dst = 3600;

  // An hour that comes twice is over, for fold 0, when the smaller offset has passed; one that does not come at all begins with it.
  for (int fold = 0; fold < 2; fold++) local[fold] = utc;
  for (size_t i = 0; i < n; i++) {
    int32_t a = infos[i ? types[i - 1] : 0].utcoff, b = i || count > 1 ? infos[types[i]].utcoff : a;
    local[0][i] += std::max(a, b);
    local[1][i] += std::min(a, b);
  }
  before = -1;
  for (size_t i = 0; i < count && before < 0; i++)
    if (!isdst[i]) before = static_cast<int>(i);
  if (before < 0 && n) before = static_cast<int>(types[0]);
}

namespace {

// A reader of POSIX TZ strings: NAME OFFSET [NAME [OFFSET] , DATE [/TIME] , DATE [/TIME]].
struct Reader {
  std::string_view s;
  size_t at = 0;
  char peek() const { return at < s.size() ? s[at] : 0; }
  bool take(char c) {
    if (peek() != c || at >= s.size()) return false;
    at++;
    return true;
  }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_alpha(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
  bool number(int min_digits, int max_digits, int* out) {
    int n = 0, v = 0;
    for (; n < max_digits && is_digit(peek()); n++) v = v * 10 + (s[at++] - '0');
    *out = v;
    return n >= min_digits;
  }
  bool name(std::string* out) {
    bool quoted = take('<');
    size_t begin = at;
    while (is_alpha(peek()) || (quoted && (is_digit(peek()) || peek() == '+' || peek() == '-'))) at++;
    *out = s.substr(begin, at - begin);
    return at > begin && (!quoted || take('>'));
  }
  // [+-]h[hh][:mm[:ss]] in seconds.
  bool time(int max_hours, int* out) {
    int sign = 1, h = 0, m = 0, sec = 0;
    if (peek() == '+' || peek() == '-') sign = s[at++] == '-' ? -1 : 1;
    if (!number(1, 3, &h) || h > max_hours) return false;
    if (take(':')) {
      if (!number(2, 2, &m)) return false;
      if (take(':') && !number(2, 2, &sec)) return false;
    }
    *out = sign * (h * 3600 + m * 60 + sec);
    return true;
  }
  bool offset(int* out) {
    if (!time(24, out)) return false;
    *out = -*out;  // POSIX counts to the west
    return true;
  }
  bool date(YearDay* out) {
    if (take('M')) {
      out->kind = YearDay::kWeek;
      if (!number(1, 2, &out->month) || out->month < 1 || out->month > 12 || !take('.')) return false;
      if (!number(1, 1, &out->week) || out->week < 1 || out->week > 5 || !take('.')) return false;
      if (!number(1, 1, &out->weekday) || out->weekday > 6) return false;
    } else {
      out->kind = take('J') ? YearDay::kJulian : YearDay::kZeroBased;
      if (!number(1, 3, &out->day) || out->day > 365 || (out->kind == YearDay::kJulian && out->day < 1)) return false;
    }
    return !take('/') || time(167, &out->seconds);
  }
};
}  // namespace

const char* Zone::set_rule(std::string_view text) {
  Reader r{text};
  Info standard, daylight;
  if (!r.name(&standard.name)) return "Invalid STD format in";
  if (!r.offset(&standard.utcoff)) return "Invalid STD offset in";
  after = static_cast<int>(infos.size());
  if (r.at == text.size()) {
    infos.push_back(standard);
    return nullptr;
  }
  if (!r.name(&daylight.name)) return "Invalid DST format in";
  daylight.utcoff = standard.utcoff + 3600;
  if (r.peek() != ',' && !r.offset(&daylight.utcoff)) return "Invalid DST offset in";
  for (YearDay* day : {&start, &end}) {
    if (!r.take(',')) return "Missing transition rules in TZ string:";
    if (!r.date(day)) return "Malformed transition rule in TZ string:";
  }
  if (r.at != text.size()) return "Extraneous characters at end of TZ string:";
  daylight.dst = dst_diff = daylight.utcoff - standard.utcoff;
  infos.push_back(standard);
  infos.push_back(daylight);
  has_rule = true;
  return nullptr;
}

}  // namespace kaa::zoneinfo
