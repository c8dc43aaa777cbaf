// The matcher's loop.
//
// One loop interprets the program; what it may have to come back to stands on a stack of frames in malloc memory, so
// that neither the subject's length nor the program's nesting takes native stack. Failing means popping frames:
//   * undo frames put back what was changed since the frame below (a mark), and popping goes on;
//   * choice frames say where to go on instead;
//   * control frames mark where an atomic part (group, assertion, possessive repeat) began. While such a part runs,
//   `group` is
//     its frame. When the part succeeds, the choices above the frame are dropped, but its undo frames stay: a later
//     failure must still take the marks back.
// So at every choice the state is exactly what it was when the choice was made. The invariants:
//   1. `rep` is the record of the innermost repeat's running iteration: a frame that holds the REPEAT's offset, the
//   number of
//      iterations before it, where the iteration began (for the protection against empty iterations) and, in `rep`, the
//      record that was current when the REPEAT was entered. Records are not changed while a frame above may need them;
//      each iteration makes a new one, which may be a choice frame at the same time.
//   2. A frame refers only to frames below it.
//   3. Marks are valid up to marks_used_; a mark that was never reached is -1. An attempt that fails may leave marks
//   behind
//      (undo frames are not written while the stack is empty), so each attempt begins with reset_marks.
//
// Searching first goes by what the Program knows: a literal prefix (memchr, memmem, the overlap table), or the set of
// characters a match can begin with.
#include "modules/sre/engine.h"

#include <cstdlib>
#include <cstring>

#include "modules/sre/loop_inl.h"

namespace kaa::sre {

namespace {

constexpr uint32_t kNone = 0xFFFFFFFFu;
constexpr int64_t kPollInterval = 32768;        // failures and iterations between polls
constexpr size_t kKeptFrames = 16384;           // a larger stack is given back after use
constexpr size_t kMaxFrames = 0xFFFFFF00u;      // frame numbers have 32 bits
constexpr uint32_t kMaxCount = 0xFFFFFFFEu;     // iteration counts stop here
constexpr int64_t kMaxGiveBack = 0xFFFFFFFFLL;  // units one frame can give back

enum FrameKind : uint32_t {
  kUndoMark,       // code: mark, position: old value, count: old last_index
  kRecord,         // an iteration record, or nothing
  kMaxUntilTail,   // choice and record: instead of this iteration, go on behind the UNTIL
  kMinUntilMore,   // choice: run the body once more; rep: the record before
  kBranchNext,     // choice; code: skip word of the next alternative
  kRepeatOneLess,  // choice: give back one unit; count: how many can be given back
  kRepeatOneMore,  // choice: take one unit more; count: how many were taken
  kAtomic,         // control frames; count: the group around
  kAssertTrue,
  kAssertFalse,
  kPossessive,  // stands above a kRecord frame whose count is the number of iterations done
};

}  // namespace

struct Matcher::Frame {
  uint32_t kind;
  uint32_t code;
  int64_t position;
  uint32_t rep;
  uint32_t count;
};

Matcher::~Matcher() {
  free(frames_);
  free(marks_);
}

bool Matcher::grow() {
  size_t capacity = capacity_ ? capacity_ * 2 : 256;
  if (capacity > kMaxFrames) capacity = kMaxFrames;
  if (memory_limit_ && capacity > memory_limit_ / sizeof(Frame)) capacity = memory_limit_ / sizeof(Frame);
  if (capacity <= capacity_) return false;
  void* memory = realloc(frames_, capacity * sizeof(Frame));
  if (!memory) return false;
  frames_ = static_cast<Frame*>(memory);
  capacity_ = capacity;
  return true;
}

void Matcher::trim() {
  if (capacity_ <= kKeptFrames) return;
  free(frames_);
  frames_ = nullptr;
  capacity_ = 0;
}

void Matcher::reset_marks() {
  for (uint32_t i = 0; i < marks_used_; ++i) marks_[i] = -1;
  marks_used_ = 0;
  last_index_ = 0;
}

// The number of groups comes from the caller of `_sre.compile`, so there may not be memory for so many.
bool Matcher::set_mark_count(size_t count) {
  if (count == mark_count_) return true;
  void* memory = realloc(marks_, (count ? count : 1) * sizeof(int64_t));
  if (!memory) return false;
  marks_ = static_cast<int64_t*>(memory);
  mark_count_ = count;
  for (size_t i = 0; i < count; ++i) marks_[i] = -1;
  return true;
}

bool Matcher::group(uint32_t number, size_t* start, size_t* end) const {
  size_t i = 2 * (static_cast<size_t>(number) - 1);
  if (number == 0 || i + 1 >= mark_count_ || marks_[i] < 0 || marks_[i + 1] < marks_[i]) return false;
  *start = static_cast<size_t>(marks_[i]);
  *end = static_cast<size_t>(marks_[i + 1]);
  return true;
}

// Runs the code from `entry` with the position at `from`; a match is said to begin at `start`.
template <typename Char>
Status Matcher::Loop<Char>::attempt(uint32_t entry, const Char* start, const Char* from) {
  Matcher& m = matcher_;
  m.reset_marks();
  int64_t* const marks = m.marks_;
  const uint32_t* const code = code_;
  const Char* const begin = begin_;
  const Char* const end = end_;
  Frame* base = m.frames_;
  Frame* top = base;
  Frame* limit = base + m.capacity_;
  uint32_t rep = kNone, group = kNone;
  const uint32_t* pc = code + entry;
  const Char* p = from;
  const uint32_t* word;  // BRANCH: the skip word of the alternative to try
  uint32_t count;        // MIN_REPEAT_ONE: how many units were taken

#define PUSH(...)                        \
  do {                                   \
    const Frame pushed{__VA_ARGS__};     \
    if (top == limit) [[unlikely]] {     \
      size_t used = top - base;          \
      if (!m.grow()) goto out_of_memory; \
      base = m.frames_;                  \
      top = base + used;                 \
      limit = base + m.capacity_;        \
    }                                    \
    *top++ = pushed;                     \
  } while (0)
#define CODE_OFFSET(q) static_cast<uint32_t>((q)-code)
#define TICK()                                                               \
  do {                                                                       \
    if (--m.budget_ < 0) [[unlikely]] {                                      \
      m.budget_ = kPollInterval;                                             \
      if (m.poll_ && m.poll_(m.poll_argument_)) return Status::kInterrupted; \
    }                                                                        \
  } while (0)

  for (;;) {
    switch (*pc) {
      case kOpLiteral:
        if (p == end || *p != pc[1]) goto fail;
        ++p;
        pc += 2;
        continue;
      case kOpNotLiteral:
        if (p == end || *p == pc[1]) goto fail;
        ++p;
        pc += 2;
        continue;
      case kOpIn:
        if (p == end || !in(pc, *p)) goto fail;
        ++p;
        pc += 1 + charsets_[pc[1]].skip;
        continue;
      case kOpInLocIgnore:
        if (p == end || !program_.unit_matches(pc, *p)) goto fail;
        ++p;
        pc += 1 + charsets_[pc[1]].skip;
        continue;
      case kOpAny:
        if (p == end || *p == '\n') goto fail;
        ++p;
        pc += 1;
        continue;
      case kOpAnyAll:
        if (p == end) goto fail;
        ++p;
        pc += 1;
        continue;
      case kOpLiteralIgnore:
      case kOpNotLiteralIgnore:
      case kOpLiteralUniIgnore:
      case kOpNotLiteralUniIgnore:
      case kOpLiteralLocIgnore:
      case kOpNotLiteralLocIgnore:
      case kOpCategory:
        if (p == end || !program_.unit_matches(pc, *p)) goto fail;
        ++p;
        pc += 2;
        continue;

      case kOpMark: {
        uint32_t i = pc[1];
        if (top != base) PUSH(kUndoMark, i, marks[i], 0, m.last_index_);
        if (i & 1) m.last_index_ = i / 2 + 1;
        if (i >= m.marks_used_) m.marks_used_ = i + 1;
        marks[i] = p - begin;
        pc += 2;
        continue;
      }
      case kOpAt:
        if (!at(pc[1], p)) goto fail;
        pc += 2;
        continue;
      case kOpJump:
        pc += 1 + pc[1];
        continue;
      case kOpInfo:
        pc += 1 + pc[1];
        continue;
      case kOpFailure:
        goto fail;

      case kOpBranch:
        word = pc + 1;
      alternatives : {
        while (*word && !can_begin(word + 1, p)) word += *word;
        if (!*word) goto fail;
        const uint32_t* other = word + *word;
        while (*other && !can_begin(other + 1, p)) other += *other;
        if (*other) PUSH(kBranchNext, CODE_OFFSET(other), p - begin, rep, 0);
        pc = word + 1;
        continue;
      }

      case kOpRepeatOne:
      case kOpPossessiveRepeatOne: {
        const uint32_t* tail = pc + 1 + pc[1];
        size_t room = static_cast<size_t>(end - p);
        if (room < pc[2]) goto fail;
        const Char* low = p + pc[2];
        const Char* q = span(pc + 4, p, pc[3] < room ? p + pc[3] : end);
        if (q < low) goto fail;
        if (*pc == kOpRepeatOne && q > low) {
          q = find_begin(tail, low, q);
          // What is too much for one frame's count gets frames below, for the shorter repetitions.
          uint32_t self = CODE_OFFSET(pc);
          for (; q - low > kMaxGiveBack; low += kMaxGiveBack) {
            PUSH(kRepeatOneLess, self, (low - begin) + kMaxGiveBack, rep, static_cast<uint32_t>(kMaxGiveBack));
          }
          if (q > low) PUSH(kRepeatOneLess, self, q - begin, rep, static_cast<uint32_t>(q - low));
        }
        p = q;
        pc = tail;
        continue;
      }
      case kOpMinRepeatOne:
        count = pc[2];
        if (count) {
          if (static_cast<size_t>(end - p) < count) goto fail;
          const Char* stop = p + count;
          if (span(pc + 4, p, stop) != stop) goto fail;
          p = stop;
        }
      take_more : {
        // Takes more at once while the tail cannot begin here.
        const uint32_t* tail = pc + 1 + pc[1];
        while (!can_begin(tail, p)) {
          if ((count >= pc[3] && pc[3] != kMaxRepeat) || p == end || !unit(pc + 4, *p)) goto fail;
          ++p;
          if (count < kMaxCount) ++count;
        }
        if (count < pc[3] || pc[3] == kMaxRepeat) PUSH(kRepeatOneMore, CODE_OFFSET(pc), p - begin, rep, count);
        pc = tail;
        continue;
      }

      case kOpRepeat:
        PUSH(kRecord, CODE_OFFSET(pc), -1, rep, kNone);  // kNone + 1: no iteration is done yet
        rep = static_cast<uint32_t>(top - base) - 1;
        pc += 1 + pc[1];
        continue;
      case kOpMaxUntil: {
        TICK();
        Frame& record = base[rep];
        const uint32_t* repeat = code + record.code;
        uint32_t done = record.count == kMaxCount ? kMaxCount : record.count + 1;
        if (done < repeat[2]) {
          if (rep == static_cast<uint32_t>(top - base) - 1 && record.kind == kRecord) {
            record.count = done;  // nothing can come back to the old record
          } else {
            PUSH(kRecord, record.code, record.position, record.rep, done);
            rep = static_cast<uint32_t>(top - base) - 1;
          }
          pc = repeat + 4;
          continue;
        }
        if ((done < repeat[3] || repeat[3] == kMaxRepeat) && record.position != p - begin) {
          const uint32_t outer = record.rep;
          if (repeat[2] == 0 && done == 0) {
            record.kind = kMaxUntilTail;  // the fresh record is on top: it becomes the choice
            record.position = p - begin;
            record.count = 0;
          } else {
            PUSH(kMaxUntilTail, CODE_OFFSET(repeat), p - begin, outer, done);
            rep = static_cast<uint32_t>(top - base) - 1;
          }
          pc = repeat + 4;
          continue;
        }
        rep = record.rep;
        pc += 1;
        continue;
      }
      case kOpMinUntil: {
        TICK();
        Frame& record = base[rep];
        const uint32_t* repeat = code + record.code;
        uint32_t done = record.count == kMaxCount ? kMaxCount : record.count + 1;
        if (done < repeat[2]) {
          PUSH(kRecord, record.code, record.position, record.rep, done);
          rep = static_cast<uint32_t>(top - base) - 1;
          pc = repeat + 4;
          continue;
        }
        uint32_t outer = record.rep;
        PUSH(kMinUntilMore, CODE_OFFSET(repeat), p - begin, rep, done);
        rep = outer;
        pc += 1;
        continue;
      }

      case kOpGroupref:
      case kOpGrouprefIgnore:
      case kOpGrouprefUniIgnore:
      case kOpGrouprefLocIgnore: {
        int64_t from_mark = marks[2 * pc[1]], to_mark = marks[2 * pc[1] + 1];
        if (from_mark < 0 || to_mark < from_mark || end - p < to_mark - from_mark) goto fail;
        const Char* q = begin + from_mark;
        const Char* stop = begin + to_mark;
        if (*pc == kOpGroupref) {
          if (q != stop && memcmp(q, p, (stop - q) * sizeof(Char)) != 0) goto fail;
        } else {
          for (const Char* r = p; q < stop; ++q, ++r) {
            if (!same(*pc, *r, *q)) goto fail;
          }
        }
        p += to_mark - from_mark;
        pc += 2;
        continue;
      }
      case kOpGrouprefExists: {
        int64_t from_mark = marks[2 * pc[1]], to_mark = marks[2 * pc[1] + 1];
        pc += from_mark < 0 || to_mark < from_mark ? 1 + pc[2] : 3;
        continue;
      }

      case kOpAtomicGroup:
        PUSH(kAtomic, CODE_OFFSET(pc), p - begin, rep, group);
        group = static_cast<uint32_t>(top - base) - 1;
        pc += 2;
        continue;
      case kOpAssert:
        if (p - begin < static_cast<int64_t>(pc[2])) goto fail;
        PUSH(kAssertTrue, CODE_OFFSET(pc), p - begin, rep, group);
        group = static_cast<uint32_t>(top - base) - 1;
        p -= pc[2];
        pc += 3;
        continue;
      case kOpAssertNot:
        if (p - begin < static_cast<int64_t>(pc[2])) {
          pc += 1 + pc[1];
          continue;
        }
        PUSH(kAssertFalse, CODE_OFFSET(pc), p - begin, rep, group);
        group = static_cast<uint32_t>(top - base) - 1;
        p -= pc[2];
        pc += 3;
        continue;
      case kOpPossessiveRepeat:
        if (pc[3] == 0) {
          pc += 2 + pc[1];
          continue;
        }
        PUSH(kRecord, CODE_OFFSET(pc), -1, rep, 0);
        PUSH(kPossessive, CODE_OFFSET(pc), p - begin, rep, group);
        group = static_cast<uint32_t>(top - base) - 1;
        pc += 4;
        continue;

      case kOpSuccess: {
        if (group == kNone) {
          if ((options_.match_all && p != end) || (options_.must_advance && p == start)) goto fail;
          return found(start, p);
        }
        const Frame control = base[group];
        const uint32_t* op = code + control.code;
        rep = control.rep;
        uint32_t self = group;
        group = control.count;
        if (control.kind == kAssertFalse) {
          // Take back everything since, then fail.
          while (static_cast<uint32_t>(top - base) - 1 > self) {
            --top;
            if (top->kind == kUndoMark) {
              marks[top->code] = top->position;
              m.last_index_ = top->count;
            }
          }
          --top;
          goto fail;
        }
        uint32_t bottom = control.kind == kPossessive ? self - 1 : self;
        uint32_t done = base[bottom].count;  // of a possessive repeat
        Frame* kept = base + bottom;
        for (Frame* f = base + self + 1; f < top; ++f) {
          if (f->kind == kUndoMark) *kept++ = *f;
        }
        top = kept;
        if (control.kind == kPossessive) {
          TICK();
          bool optional = done >= op[2];  // of the iteration that ended now
          if (done < kMaxCount) ++done;
          if ((done < op[3] || op[3] == kMaxRepeat) && !(optional && p - begin == control.position)) {
            PUSH(kRecord, control.code, -1, rep, done);
            PUSH(kPossessive, control.code, p - begin, rep, group);
            group = static_cast<uint32_t>(top - base) - 1;
            pc = op + 4;
          } else {
            pc = op + 2 + op[1];
          }
          continue;
        }
        if (control.kind == kAssertTrue) p = begin + control.position;
        pc = op + 1 + op[1];
        continue;
      }
      default:
        goto fail;  // cannot be: the program is valid
    }

  fail:
    TICK();
    for (;;) {
      if (top == base) return Status::kNoMatch;
      --top;
      switch (top->kind) {
        case kUndoMark:
          marks[top->code] = top->position;
          m.last_index_ = top->count;
          continue;
        case kRecord:
          continue;
        case kMaxUntilTail:
          p = begin + top->position;
          rep = top->rep;
          pc = code + top->code;
          pc += 2 + pc[1];
          break;
        case kMinUntilMore: {
          const uint32_t* repeat = code + top->code;
          const Frame& record = base[top->rep];
          if ((top->count >= repeat[3] && repeat[3] != kMaxRepeat) || record.position == top->position) continue;
          p = begin + top->position;
          rep = static_cast<uint32_t>(top - base);
          *top = Frame{kRecord, top->code, top->position, record.rep, top->count};
          ++top;
          pc = repeat + 4;
          break;
        }
        case kBranchNext:
          p = begin + top->position;
          rep = top->rep;
          word = code + top->code;
          goto alternatives;
        case kRepeatOneLess: {
          pc = code + top->code;
          const uint32_t* tail = pc + 1 + pc[1];
          p = begin + top->position - 1;
          const Char* low = p - (top->count - 1);
          rep = top->rep;
          p = find_begin(tail, low, p);
          uint32_t left = static_cast<uint32_t>(p - low);
          if (left) {
            top->position = p - begin;
            top->count = left;
            ++top;
          }
          pc = tail;
          break;
        }
        case kRepeatOneMore:
          p = begin + top->position;
          rep = top->rep;
          pc = code + top->code;
          if (p == end || !unit(pc + 4, *p)) continue;
          ++p;
          count = top->count < kMaxCount ? top->count + 1 : kMaxCount;
          goto take_more;
        case kAssertFalse:
          group = top->count;
          p = begin + top->position;
          rep = top->rep;
          pc = code + top->code;
          pc += 1 + pc[1];
          break;
        case kPossessive: {
          group = top->count;
          const uint32_t* op = code + top->code;
          if (top[-1].count < op[2]) continue;  // too few; the record below is popped next
          p = begin + top->position;
          rep = top->rep;
          --top;
          pc = op + 2 + op[1];
          break;
        }
        default:  // kAtomic, kAssertTrue
          group = top->count;
          continue;
      }
      break;
    }
  }

out_of_memory:
  return Status::kOutOfMemory;
#undef PUSH
#undef CODE_OFFSET
#undef TICK
}

template <typename Char>
Status Matcher::Loop<Char>::search_prefix(const Char* start, const Char* last) {
  const uint32_t* prefix = program_.prefix();
  const uint32_t length = program_.prefix_length();
  const uint32_t skip = program_.prefix_skip();
  const uint32_t entry = program_.entry() + 2 * skip;
  auto try_at = [&](const Char* p) {
    if (program_.whole_literal() && !options_.match_all) {
      matcher_.reset_marks();
      return found(p, p + length);
    }
    return attempt(entry, p, p + skip);
  };
  if (end_ - start < static_cast<int64_t>(length)) return Status::kNoMatch;
  if (last > end_ - length) last = end_ - length;
  if (length == 1) {
    for (const Char* p = start; p <= last; ++p) {
      p = find(p, last + 1, prefix[0]);
      if (p > last) break;
      Status status = try_at(p);
      if (status != Status::kNoMatch) return status;
    }
    return Status::kNoMatch;
  }
  // Short distances and wide characters go by the overlap table, long one-byte texts by memmem.
  if constexpr (sizeof(Char) == 1) {
    Char small[32];
    if (length <= sizeof small) {
      for (uint32_t i = 0; i < length; ++i) {
        if (prefix[i] > 255) return Status::kNoMatch;
        small[i] = static_cast<Char>(prefix[i]);
      }
      for (const Char* p = start; p <= last; ++p) {
        p = static_cast<const Char*>(memmem(p, static_cast<size_t>(last - p) + length, small, length));
        if (!p) break;
        Status status = try_at(p);
        if (status != Status::kNoMatch) return status;
      }
      return Status::kNoMatch;
    }
  }
  const uint32_t* overlap = program_.overlap();
  uint32_t matched = 0;
  const Char* stop = last + length;
  for (const Char* p = start; p < stop; ++p) {
    if (matched == 0) {
      p = find(p, stop, prefix[0]);
      if (p == stop) break;
      matched = 1;
      continue;
    }
    while (matched && *p != prefix[matched]) matched = overlap[matched - 1];
    if (*p == prefix[matched]) ++matched;
    if (matched == length) {
      Status status = try_at(p + 1 - length);
      if (status != Status::kNoMatch) return status;
      matched = overlap[matched - 1];
    }
  }
  return Status::kNoMatch;
}

template <typename Char>
Status Matcher::Loop<Char>::search_first(const Char* start, const Char* last) {
  const FirstSet& first = *program_.first();
  for (const Char* p = start; p <= last; ++p) {
    if constexpr (sizeof(Char) == 1) {
      while (p <= last && !first.low[*p]) ++p;
    } else {
      while (p <= last && !(*p < 256 ? first.low[*p] : first.high)) ++p;
    }
    if (p > last) break;
    Status status = attempt(program_.entry(), p, p);
    if (status != Status::kNoMatch) return status;
    options_.must_advance = false;
  }
  return Status::kNoMatch;
}

template <typename Char>
Status Matcher::Loop<Char>::search_lines(const Char* start, const Char* last) {
  for (const Char* p = start; p <= last; ++p) {
    if (p != begin_ && p[-1] != '\n') {
      p = find(p, end_, '\n');
      if (p >= last) break;
      ++p;
    }
    Status status = attempt(program_.entry(), p, p);
    if (status != Status::kNoMatch) return status;
    options_.must_advance = false;
  }
  return Status::kNoMatch;
}

template <typename Char>
Status Matcher::Loop<Char>::search(const Char* start) {
  const Char* last = end_ - program_.min_width();
  if (program_.line_anchored()) return search_lines(start, last);
  if (program_.prefix_length()) return search_prefix(start, last);
  if (program_.first() && start < end_) return search_first(start, last < end_ ? last : end_ - 1);
  for (const Char* p = start; p <= last; ++p) {
    Status status = attempt(program_.entry(), p, p);
    if (status != Status::kNoMatch) return status;
    options_.must_advance = false;
    if (program_.anchored()) break;  // later positions are no beginning either
  }
  return Status::kNoMatch;
}

template <typename Char>
Status Matcher::begin(const Program& program, const Subject& subject, size_t start, size_t end, Options options,
                      bool search) {
  static const Char kNothing[1] = {};
  const Char* data = subject.data ? static_cast<const Char*>(subject.data) : kNothing;
  reset_marks();
  if (!set_mark_count(2 * size_t{program.groups()})) return Status::kOutOfMemory;
  if (end - start < program.min_width()) return Status::kNoMatch;
  Loop<Char> loop(*this, program, data, data + end, options);
  Status status = search ? loop.search(data + start) : loop.attempt(program.entry(), data + start, data + start);
  trim();
  return status;
}

Status Matcher::match(const Program& program, const Subject& subject, size_t start, size_t end, Options options) {
  switch (subject.kind) {
    case 1:
      return begin<uint8_t>(program, subject, start, end, options, false);
    case 2:
      return begin<uint16_t>(program, subject, start, end, options, false);
    default:
      return begin<uint32_t>(program, subject, start, end, options, false);
  }
}

Status Matcher::search(const Program& program, const Subject& subject, size_t start, size_t end, Options options) {
  switch (subject.kind) {
    case 1:
      return begin<uint8_t>(program, subject, start, end, options, true);
    case 2:
      return begin<uint16_t>(program, subject, start, end, options, true);
    default:
      return begin<uint32_t>(program, subject, start, end, options, true);
  }
}

}  // namespace kaa::sre
