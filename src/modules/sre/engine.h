// The matcher: runs a Program over a subject. It knows nothing of Python objects.
//
// Positions and lengths are in characters, counted from the subject's beginning. A Matcher may be used again and again,
// for any program and subject, by one thread at a time; between uses it keeps its memory (up to a bound).
#pragma once

#include <cstddef>
#include <cstdint>

#include "modules/sre/program.h"

namespace kaa::sre {

struct Subject {
  const void* data;
  int kind;  // bytes a character: 1, 2 or 4
  size_t length;
  bool is_bytes;
};

enum class Status { kNoMatch, kMatch, kOutOfMemory, kInterrupted };

struct Options {
  bool match_all = false;  // the match must reach `end` (fullmatch)
  bool must_advance =
      false;  // a match at `start` itself must not be empty (the step after an empty match, in finditer and sub)
};

class Matcher {
 public:
  Matcher() = default;
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // Called every few ten thousand steps; true makes match and search return kInterrupted.
  void set_poll(bool (*poll)(void*), void* argument) {
    poll_ = poll;
    poll_argument_ = argument;
  }
  // Most bytes the backtrack stack may take (kOutOfMemory beyond); 0: no bound but the system's.
  void set_memory_limit(size_t bytes) { memory_limit_ = bytes; }

  // Tries at `start` only. Needs start <= end <= subject.length (pos and endpos, already clamped): the subject ends at
  // `end`, but begins at 0, so that '^' and look-behind see what is before `start`.
  Status match(const Program& program, const Subject& subject, size_t start, size_t end, Options options = {});
  // Tries at `start` and every later position.
  Status search(const Program& program, const Subject& subject, size_t start, size_t end, Options options = {});

  // After kMatch:
  size_t match_start() const { return match_start_; }
  size_t match_end() const { return match_end_; }
  // The span of group 1..groups; false when it took no part.
  bool group(uint32_t number, size_t* start, size_t* end) const;
  // The group closed last, for Match.lastindex; 0 when there is none.
  uint32_t last_index() const { return last_index_; }

 private:
  struct Frame;
  template <typename Char>
  class Loop;

  template <typename Char>
  Status begin(const Program& program, const Subject& subject, size_t start, size_t end, Options options, bool search);
  bool grow();
  void trim();
  void reset_marks();
  bool set_mark_count(size_t count);

  Frame* frames_ = nullptr;
  size_t capacity_ = 0;  // frames
  size_t memory_limit_ = 0;
  int64_t* marks_ = nullptr;  // positions, or -1
  size_t mark_count_ = 0;
  uint32_t marks_used_ = 0;  // marks from here on are -1
  uint32_t last_index_ = 0;
  size_t match_start_ = 0;
  size_t match_end_ = 0;
  int64_t budget_ = 0;  // steps until the next poll
  bool (*poll_)(void*) = nullptr;
  void* poll_argument_ = nullptr;
};

}  // namespace kaa::sre
