// Subjects, matchers and joined results: what the methods of Pattern and Match share.
#include "base/unicode_props.h"
#include "modules/sre/sre.h"

namespace kaa::regex {

const sre::UnicodeOps& unicode_ops() {
  // The matcher reads four-byte subjects of str only, so every character is below 0x110000; a program may name any number.
  static constexpr uint32_t kEnd = 0x110000;
  static const sre::UnicodeOps ops = {
      [](uint32_t c) { return c < kEnd && unicode::is_alnum(c); },
      [](uint32_t c) { return c < kEnd && unicode::is_decimal(c); },
      [](uint32_t c) { return c < kEnd && unicode::is_space(c); },
      [](uint32_t c) { return c < kEnd && unicode::is_linebreak(c); },
      [](uint32_t c) { return c < kEnd ? unicode::to_lower(c) : c; },
      [](uint32_t c) { return c < kEnd ? unicode::to_upper(c) : c; },
  };
  return ops;
}

Status Text::get(Thread& t, Value v) {
  object = v;
  if (LIKELY(is_str(v))) {
    Str* s = v.as<Str>();
    subject = {s->data(), s->kind(), s->length, false};
    return {};
  }
  if (!has_buffer(v)) return RAISE(TypeError, "expected string or bytes-like object, got '%T'", v);
  TRY(hold_.get(t, v));
  subject = {hold_.data(), 1, hold_.size(), true};
  if (!subject.data) subject.data = "";
  return {};
}

Result<Value> Text::slice(Thread& t, size_t start, size_t end) const {
  if (!is_bytes()) {
    Str* s = object.as<Str>();
    if (end - start == 1) return TRY(str_char(t, s->at(start)));
    return TRY(str_substr(t, s, start, end));
  }
  if (start == 0 && end == subject.length && IS_EXACT(object, bytes)) return object;
  if (start == end) return interp().empty_bytes;
  return TRY(new_bytes(t, static_cast<const char*>(subject.data) + start, end - start));
}

// ---- matchers

namespace {
// Idle matchers. Threads take turns, so a plain array will do; a matcher that finds no room is dropped.
constexpr int kPoolSize = 8;
sre::Matcher* g_pool[kPoolSize];
int g_pooled = 0;
}  // namespace

MatcherLoan::MatcherLoan(Thread& t) : t_(t), m_(g_pooled ? g_pool[--g_pooled] : new sre::Matcher) { m_->set_poll(poll, this); }
MatcherLoan::~MatcherLoan() {
  if (g_pooled < kPoolSize) g_pool[g_pooled++] = m_;
  else delete m_;
}

bool MatcherLoan::poll(void* self) {
  MatcherLoan* l = static_cast<MatcherLoan*>(self);
  if (LIKELY(!l->t_.poll.load(std::memory_order_relaxed))) return false;
  l->failed_ = !safepoint(l->t_).ok();
  return l->failed_;
}

Result<bool> MatcherLoan::run(Pattern* p, const sre::Subject& s, size_t start, size_t end, bool search, sre::Options options) {
  Keep keep(p);
  failed_ = false;
  sre::Status st = search ? m_->search(*p->program, s, start, end, options) : m_->match(*p->program, s, start, end, options);
  if (LIKELY(st == sre::Status::kMatch)) return true;
  if (LIKELY(st == sre::Status::kNoMatch)) return false;
  if (failed_) return Error{};
  return raise_memory(t_);
}

// ---- one operation

Status Search::begin(Value string, Value pos_arg, Value endpos_arg) {
  int64_t from = pos_arg ? TRY(ssize_argument(t_, pos_arg)) : 0, to = endpos_arg ? TRY(ssize_argument(t_, endpos_arg)) : INT64_MAX;
  TRY(text.get(t_, string));
  if (text.is_bytes() && pattern->of_bytes == 0) return raise(t_, KAA_TYPE(TypeError), "cannot use a string pattern on a bytes-like object");
  if (!text.is_bytes() && pattern->of_bytes > 0) return raise(t_, KAA_TYPE(TypeError), "cannot use a bytes pattern on a string-like object");
  int64_t n = static_cast<int64_t>(text.subject.length);
  pos = static_cast<size_t>(from < 0 ? 0 : from > n ? n : from);
  endpos = static_cast<size_t>(to < 0 ? 0 : to > n ? n : to);
  at = pos;
  return {};
}

Result<bool> Search::next() {
  if (at > endpos) return false;
  sre::Options o;
  o.must_advance = must_advance;
  bool found = TRY(matcher.run(pattern, text.subject, at, endpos, true, o));
  if (found) {
    must_advance = matcher.start() == matcher.end();
    at = matcher.end();
  }
  return found;
}

Result<Value> Search::match_object() { return new_match(t_, pattern, text.object, pos, endpos, matcher.matcher()); }

Result<Value> Search::group(uint32_t number) {
  size_t s, e;
  if (number == 0) return text.slice(t_, matcher.start(), matcher.end());
  if (!matcher.matcher().group(number, &s, &e)) return kNone;
  return text.slice(t_, s, e);
}

// ---- joining

void Joiner::add(TextView piece) {
  if (!piece.length) return;
  if (like_.is_bytes()) bytes_.append(piece.data, piece.length);
  else text_.append(piece);
}

Status Joiner::add(Thread& t, Value piece) {
  if (!like_.is_bytes()) {
    if (!is_str(piece)) return RAISE(TypeError, "sequence item %ld: expected str instance, %T found", count_, piece);
    add(view_of(piece.as<Str>()));
    return {};
  }
  if (is_bytes(piece)) {
    bytes_.append(piece.as<Bytes>()->data(), piece.as<Bytes>()->size);
    return {};
  }
  if (!has_buffer(piece)) return RAISE(TypeError, "sequence item %ld: expected a bytes-like object, %T found", count_, piece);
  BufferHold b;
  TRY(b.get(t, piece));
  bytes_.append(b.data(), b.size());
  return {};
}

Result<Value> Joiner::finish(Thread& t) {
  if (like_.is_bytes()) {
    if (bytes_.failed()) return raise_memory(t);
    return TRY(new_bytes(t, bytes_.data() ? reinterpret_cast<const char*>(bytes_.data()) : "", bytes_.size()));
  }
  return TRY(str_from_text(t, text_));
}

Status add_template(Thread& t, Joiner& out, Template* tpl, const Text& text, const sre::Matcher& m, uint32_t groups) {
  TRY(out.add(t, tpl->literal));
  Tuple* parts = tpl->parts;
  for (uint64_t i = 0; i < parts->size; i += 2) {
    int64_t g = parts->items[i].as_int();
    if (g > groups) return RAISE(IndexError, "no such group");
    size_t s = m.match_start(), e = m.match_end();
    if (g == 0 || m.group(static_cast<uint32_t>(g), &s, &e)) out.add(text.view(s, e));
    if (!parts->items[i + 1].is_none()) TRY(out.add(t, parts->items[i + 1]));
  }
  return {};
}

}  // namespace kaa::regex
