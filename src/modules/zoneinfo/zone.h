// Time zones as TZif files describe them (RFC 9636), without anything of Python's.
//
// A zone is a list of transitions with the local time type that each one begins, what holds before the first, and what holds after the last: a type, or
// a rule (the POSIX TZ string in the footer) that gives two types their parts of every year.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kaa::zoneinfo {

// A local time type. Offsets in seconds; dst: the part of utcoff that is daylight saving time.
struct Info {
  int32_t utcoff = 0, dst = 0;
  std::string name;
  bool operator==(const Info&) const = default;
};

// When a part of the year begins: a day, and seconds from its local midnight on (they may be negative or more than a day's).
struct YearDay {
  enum Kind { kWeek, kJulian, kZeroBased } kind = kWeek;
  int month = 0, week = 0, weekday = 0;  // kWeek: the week'th such day of the month, 5 being the last; Sunday is 0
  int day = 0;                           // kJulian: 1 to 365, February 29 is never counted. kZeroBased: 0 to 365
  int seconds = 7200;
  int64_t in_year(int year) const;       // seconds since 1970-01-01, in the local time that it is stated in
};

struct Zone {
  std::vector<int64_t> utc;        // transitions, ascending
  std::vector<int64_t> local[2];   // the same in local time, for fold 0 and 1
  std::vector<uint32_t> types;     // what each begins: an index into infos
  std::vector<Info> infos;         // the types of the file, then those of the rule
  int before = -1;                 // the type before the first transition; -1: none
  int after = -1;                  // the type after the last one, or that of standard time of the rule
  bool has_rule = false;           // then: infos[after] and infos[after + 1] are standard and daylight saving time
  bool fixed = false;              // one type at all times
  YearDay start, end;              // of daylight saving time
  int dst_diff = 0;

  // The type at a local time; -1: none.
  int find(int64_t local_seconds, int year, int fold) const;
  // The type at a time of UTC, and whether its local time comes for the second time.
  int find_utc(int64_t seconds, int year, bool* fold) const;

  // Fills in what follows from utc, types, and the file's utcoffs and isdst flags.
  void finish(const std::vector<bool>& isdst);
  // Takes the footer. Null: done, else what is wrong, as the beginning of a message that ends with the text.
  const char* set_rule(std::string_view text);
};

}  // namespace kaa::zoneinfo
