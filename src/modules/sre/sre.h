// The objects of the `_sre` module, around the engine (engine.h). Positions are in characters (of bytes-like subjects: in bytes).
#pragma once
#include "modules/sre/engine.h"
#include "runtime/api.h"
#include "types/str.h"

namespace kaa::regex {

struct Pattern : Object {
  Field<> source;               // what was compiled; None is possible
  Field<Dict*> group_index;     // name -> number
  Field<Tuple*> index_group;    // number -> name or None
  sre::Program* program;        // malloc; immutable
  int32_t flags;
  uint32_t groups;
  int8_t of_bytes;              // 1, 0, or -1 when the source was None: then it takes both
  int64_t hash;                 // 0: not computed yet
  template <class F> void each_field(F&& f) { f(source); f(group_index); f(index_group); }
};

struct Match : Object {
  Field<> string;               // the subject as it was given
  Field<Pattern*> pattern;
  Field<Tuple*> regs;           // made when asked for
  int64_t pos, endpos;
  uint32_t last_index;          // 0: none
  uint32_t groups;              // the whole match included
  int64_t spans[];              // start and end of each group; -1: took no part
  template <class F> void each_field(F&& f) { f(string); f(pattern); f(regs); }
};

// A replacement text, taken apart: literal, then for each part a group's number and the literal behind it.
struct Template : Object {
  Field<> literal;
  Field<Tuple*> parts;          // group number, literal (None when empty), ...
  template <class F> void each_field(F&& f) { f(literal); f(parts); }
};

// Where a search over one subject stands. Used by Pattern.scanner() and by finditer.
struct Scanner : Object {
  Field<Pattern*> pattern;
  Field<> string;
  Field<> exported;             // a view of a subject that could be resized otherwise
  int64_t pos, endpos;          // as the matches show them
  int64_t next;                 // where to go on; -1: at the end
  bool must_advance, running;
  template <class F> void each_field(F&& f) { f(pattern); f(string); f(exported); }
};

extern Type* g_pattern;
extern Type* g_match;
extern Type* g_template;
extern Type* g_scanner;
extern Type* g_find_iter;
extern const TypeSpec pattern_spec, match_spec, template_spec, scanner_spec, find_iter_spec;

// A str or bytes-like object, ready for the engine; holds the buffer for the scope.
class Text {
 public:
  // TypeError "expected string or bytes-like object, got 'X'"
  Status get(Thread& t, Value v);
  sre::Subject subject{};
  Value object;
  bool is_bytes() const { return subject.is_bytes; }
  // object[start:end]: the object itself when that is all of it.
  Result<Value> slice(Thread& t, size_t start, size_t end) const;
  TextView view(size_t start, size_t end) const { return TextView{subject.data, subject.length, subject.kind}.slice(start, end); }

 private:
  BufferHold hold_;
};

// A matcher from the pool, for one operation. The memory that it has grown is used again by the next operation.
class MatcherLoan {
 public:
  explicit MatcherLoan(Thread& t);
  ~MatcherLoan();
  MatcherLoan(const MatcherLoan&) = delete;
  // Runs the pattern; false: no match. Raises what an interruption raised, and MemoryError.
  Result<bool> run(Pattern* p, const sre::Subject& s, size_t start, size_t end, bool search, sre::Options options = {});
  const sre::Matcher& matcher() const { return *m_; }
  size_t start() const { return m_->match_start(); }
  size_t end() const { return m_->match_end(); }

 private:
  static bool poll(void* self);
  Thread& t_;
  sre::Matcher* m_;
  bool failed_ = false;
};

// The subject and the bounds of one operation of a pattern.
class Search {
 public:
  Search(Thread& t, Pattern* p) : matcher(t), pattern(p), t_(t) {}
  Status begin(Value string, Value pos, Value endpos);
  // The next match from `at` on; false: there is none.
  Result<bool> next();
  Result<Value> match_object();         // of the match just found
  Result<Value> group(uint32_t number); // its text; None when it took no part
  Text text;
  MatcherLoan matcher;
  Pattern* pattern;
  size_t pos = 0, endpos = 0;
  size_t at = 0;
  bool must_advance = false;

 private:
  Thread& t_;
};

Result<Value> new_match(Thread& t, Pattern* p, Value string, size_t pos, size_t endpos, const sre::Matcher& m);
Result<Value> match_group(Thread& t, Match* m, uint32_t number, Value missing);
Result<Value> new_scanner(Thread& t, Type* type, Pattern* p, Args a);
// A replacement as re._compile_template answers: a Template, or the text itself.
Result<Value> compile_template(Thread& t, Pattern* p, Value replacement);
const sre::UnicodeOps& unicode_ops();

// Joins pieces of text or bytes. A piece of the other sort is an error, as str.join and bytes.join word it.
class Joiner {
 public:
  explicit Joiner(const Text& like) : like_(like) {}
  void add(TextView piece);             // of the subject, or of its sort
  Status add(Thread& t, Value piece);
  void counted() { count_++; }          // a piece is complete: errors number them
  Result<Value> finish(Thread& t);

 private:
  const Text& like_;
  TextBuilder text_;
  ByteBuilder bytes_;
  int64_t count_ = 0;
};
Status add_template(Thread& t, Joiner& out, Template* tpl, const Text& text, const sre::Matcher& m, uint32_t groups);

}  // namespace kaa::regex

namespace kaa {
template <>
struct LayoutTraits<regex::Pattern> {
  static constexpr Death death = Death::kCustom;
  static void destroy(regex::Pattern* p) { delete p->program; }
};
}  // namespace kaa
