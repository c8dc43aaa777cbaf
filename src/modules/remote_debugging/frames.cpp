// Threads, frames, code and text.
#include <string.h>
#include <unistd.h>

#include "bytecode/positions.h"
#include "modules/remote_debugging/reader.h"
#include "runtime/gil.h"
#include "runtime/remote_debug.h"

namespace kaa::remote {

namespace {
constexpr size_t kMostThreads = 1 << 16, kMostFrames = 1023;
constexpr size_t kMostName = 1024;                       // characters
constexpr uint32_t kMostPositions = 1 << 20, kMostPacked = 1 << 24;
}  // namespace

// It answers where its loop jumps back, or never, while native code runs. (Records of other threads may be gone by the time they are written to.)
void Reader::freshen() {
  constexpr int kTries = 40, kMicroseconds = 50;
  static_assert(__builtin_offsetof(Thread, poll) == 0);
  char* poll;
  Thread* holder;
  uint8_t asked;
  if (p_.pid() == getpid() || !p_.peek(&p_.there(&g_remote_debug)->poll, &poll, sizeof poll) || !poll) return;
  auto runs = [&] { return p_.peek(p_.there(gil_holder()), &holder, sizeof holder) && reinterpret_cast<char*>(holder) == poll; };
  if (!runs() || !p_.peek(poll + 3, &asked, 1) || asked) return;
  asked = kPollShow >> 24;
  if (!p_.write(poll + 3, &asked, 1)) return;
  for (int i = 0; i < kTries && asked && runs(); i++) {
    usleep(kMicroseconds);
    if (!p_.peek(poll + 3, &asked, 1)) return;
  }
}

bool Reader::shape_of(Value v, const Shape*& out) {
  if (!v || !v.is_object()) return torn();
  Copy<Object> o;
  if (!get<Object>(v.object(), o)) return false;
  out = o->shape;
  return true;
}

bool Reader::text(Value v, size_t most, Text& out) {
  Copy<Str> s;
  if (!v || !v.is_object() || !get_object(v.as<Str>(), KAA_SHAPE(str), s)) return torn();
  const char* data = reinterpret_cast<const char*>(v.as<Str>() + 1);
  if (s->flag(kStrView) && !p_.read(data, &data, sizeof data)) return torn();
  out.kind = s->kind();
  out.data.resize((s->length < most ? s->length : most) * static_cast<size_t>(out.kind));
  if (!p_.read(data, out.data.data(), out.data.size())) return torn();
  for (size_t i = 0; out.kind == 4 && i < out.data.size(); i += 4) {
    uint32_t c;
    memcpy(&c, out.data.data() + i, 4);
    if (c > 0x10FFFF) return torn();
  }
  return true;
}

bool Reader::positions(const Copy<Code>& c, CodeInfo& out) {
  uint32_t n = c->npositions;
  if (n > kMostPositions || c->packed_size > kMostPacked) {
    out.too_long = true;
    return true;
  }
  out.positions.resize(n);
  if (const PositionEntry* table = c->unpacked_positions) return p_.read(table, out.positions.data(), n * sizeof(PositionEntry)) || torn();
  std::string packed(c->packed ? c->packed_size : 0, '\0');
  if (!p_.read(c->packed, packed.data(), packed.size())) return torn();
  unpack_positions(packed.data(), packed.size(), c->firstlineno, out.positions.data(), n);
  return true;
}

bool Reader::code(const Code* at, CodeInfo*& out) {
  auto [it, fresh] = codes_.try_emplace(at);
  out = &it->second;
  if (!fresh) return true;
  Copy<Code> c;
  CodeInfo& i = *out;
  if (!get_object(at, KAA_SHAPE(code), c) || !text(c->filename.value(), kMostName, i.filename) || !text(c->qualname.value(), kMostName, i.name) || !positions(c, i)) return false;
  i.words = c->words;
  i.nwords = c->nwords;
  i.firstlineno = c->firstlineno;
  return true;
}

// Instructions of the compiler's own have the line of what stands before them.
static int32_t line_of(const CodeInfo& c, uint32_t word) {
  if (c.too_long) return -1;
  int32_t line = c.firstlineno;
  for (const PositionEntry& e : c.positions) {
    if (e.start > word) break;
    if (e.line >= 0) line = e.line;
  }
  return line;
}

bool Reader::frame(const Frame& f, const Word* pc, bool created, Frames& out) {
  CodeInfo* c;
  if (!count() || !code(f.code, c)) return false;
  uintptr_t offset = reinterpret_cast<uintptr_t>(pc) - reinterpret_cast<uintptr_t>(c->words);
  if (offset % sizeof(Word) || offset / sizeof(Word) >= c->nwords) return torn();
  out.push_back({c, created ? c->firstlineno : line_of(*c, static_cast<uint32_t>(offset / sizeof(Word)))});
  return true;
}

// The frames of a thread up to that of the generator `last`, none if it is not among them; without one, up to the first that native code has called.
bool Reader::stack(const Copy<Thread>& t, const GeneratorObject* last, Frames& out) {
  const Frame* end = last ? &last->frame : nullptr;
  for (const Frame* at = t->frame; at;) {
    if (out.size() >= kMostFrames && at != end) return too_many(last ? "async stack frames" : "stack frames");
    Copy<Frame> f;
    if (!get(at, f)) return false;
    // Between two instructions finalizers run, which belong to the one before.
    bool between = t->line_pc && at == t->line_frame;
    if (!frame(*f, between ? t->line_pc : f->pc, false, out)) return false;
    if (at == end || (!end && (f->kind & kKindMask) == kReturnExit)) return true;
    at = f->prev;
  }
  if (end) out.clear();
  return true;
}

// The generator, coroutine or async generator whose frame stands for what a task runs, or null.
bool Reader::resolve(Value coro, const GeneratorObject*& out) {
  out = nullptr;
  if (!coro || !coro.is_object()) return true;
  const Shape* s;
  if (!shape_of(coro, s)) return false;
  if (is(s, KAA_SHAPE(coroutine)) || is(s, KAA_SHAPE(generator))) {
    out = coro.as<GeneratorObject>();
  } else if (is(s, KAA_SHAPE(async_generator_asend)) || is(s, KAA_SHAPE(async_generator_athrow))) {
    Copy<AsyncGenStep> step;
    if (!get(coro.as<AsyncGenStep>(), step)) return false;
    out = step->gen.get();
  }
  return true;
}

// The coroutine's frame, that of what it awaits, and so on, as long as these are coroutines or steps of async generators.
bool Reader::coroutine(Value coro, Frames& out) {
  const GeneratorObject* at;
  if (!resolve(coro, at)) return false;
  while (at) {
    if (out.size() >= kMostFrames) return too_many("coroutine frames");
    Copy<GeneratorObject> g;
    if (!get(at, g)) return false;
    if (!is(g->shape, KAA_SHAPE(coroutine)) && !is(g->shape, KAA_SHAPE(async_generator)) && !is(g->shape, KAA_SHAPE(generator))) return torn();
    if (g->state == GenState::kFinished) break;
    const Word* pc = g->frame.pc;
    if (!frame(g->frame, pc, g->state == GenState::kCreated, out)) return false;
    if (g->state != GenState::kSuspended || pc - out.back().code->words < 2) break;
    Word send[3];
    if (!p_.read(pc - 2, send, sizeof send)) return torn();
    if (static_cast<Op>(send[2].op) != Op::YIELD || !send[2].c || static_cast<Op>(send[0].op) != Op::SEND || send[0].b >= g->nregs) break;
    Value awaited;
    if (!p_.read(at->regs + send[0].b, &awaited, sizeof awaited)) return torn();
    const Shape* s;
    if (!awaited || !awaited.is_object()) break;
    if (!shape_of(awaited, s)) return false;
    if (is(s, KAA_SHAPE(generator)) || !resolve(awaited, at)) break;
  }
  for (size_t i = 0, k = out.size(); i + 1 < k; i++) std::swap(out[i], out[--k]);
  return trouble_ == Trouble::kNone;
}

bool Reader::threads(std::vector<ThreadAt>& out) {
  Copy<Interp> in;
  if (!get(p_.there(&g_interp), in)) return false;
  for (const Thread* at = in->threads; at;) {
    if (out.size() >= kMostThreads) return too_many("threads");
    Copy<Thread> t;
    if (!get(at, t)) return false;
    if (int id = native_id(*t)) out.push_back({at, id, t->home});
    at = t->next;
  }
  return !out.empty() || torn();
}

bool Reader::stacks(Threads which, std::vector<ThreadInfo>& out) {
  std::vector<ThreadAt> all;
  if (!threads(all)) return false;
  const Thread* holder = nullptr;
  if (which == Threads::kActive && !p_.read(p_.there(gil_holder()), &holder, sizeof holder)) return torn();
  const ThreadAt& main = all.back();
  for (const ThreadAt& thread : all) {
    if (which == Threads::kActive ? thread.at != holder : thread.home != main.home || (which == Threads::kMain && thread.at != main.at)) continue;
    Copy<Thread> t;
    out.push_back({thread.id, {}, {}});
    if (!get(thread.at, t) || !stack(t, nullptr, out.back().frames)) return false;
  }
  return true;
}

}  // namespace kaa::remote
