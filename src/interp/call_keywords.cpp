// Calls with keywords. The names stand in the code that calls, so which parameter each of them means is the same for every call of one function: a call's cache
// word leads to an immutable record of it, which holds for functions of one code object (Code::version) and one number of positional arguments. What the record
// does not settle is looked at each time: there must be as many defaults as are wanted, and the dict of keyword-only defaults must have the entries where they were.
#include <stdlib.h>

#include "interp/call_keywords.h"

namespace kaa {

namespace {
constexpr uint32_t kMaxKeywords = 8, kMaxFilled = 12;
constexpr uint16_t kMaxRecords = 32;  // of one instruction; then it stays with what it has

struct KeywordRecord {
  uint32_t version;        // of the function's code
  uint32_t npos;           // positional arguments, self included
  uint32_t min_defaults;   // the function must have as many
  uint8_t nkw, nfilled;
  uint8_t at[kMaxKeywords];  // the register of each keyword's value
  struct Filled {
    uint8_t reg;
    uint8_t back;          // a positional parameter: its default is the `back`th from the end; 0: a keyword-only one
    uint16_t entry;        // of the dict of keyword-only defaults
  } filled[kMaxFilled];    // parameters that take their defaults
};
}  // namespace

Frame* keyword_frame(Thread* t, Frame* f, Function* fn, Value* args, uint32_t n, const Word* pc, FrameKind kind) {
  const KeywordRecord* rec = reinterpret_cast<const KeywordRecord*>(pc[2].bits);
  Code* c = fn->code;
  if (UNLIKELY(!rec || rec->version != c->version || rec->npos != n)) return nullptr;
  Frame* nf = next_frame(f);
  Value* regs = UNLIKELY(f->on_heap) ? generator_of(f)->top : args;
  if (UNLIKELY(static_cast<size_t>(reinterpret_cast<char*>(regs + c->nregs) - t->stack_base) > t->stack_bytes)) return nullptr;
  if (UNLIKELY(nf >= t->call_limit.load(std::memory_order_relaxed))) return nullptr;
  uint32_t nkw = rec->nkw, nfilled = rec->nfilled;
  Value given[kMaxKeywords], filled[kMaxFilled];
  if (nfilled) {
    Tuple* defaults = fn->defaults;
    if (UNLIKELY(rec->min_defaults && (!defaults || defaults->size < rec->min_defaults))) return nullptr;
    for (uint32_t i = 0; i < nfilled; i++) {
      const KeywordRecord::Filled& p = rec->filled[i];
      if (p.back) { filled[i] = defaults->items[defaults->size - p.back]; continue; }
      Dict* d = fn->kwdefaults;
      if (UNLIKELY(!d || p.entry >= d->fill || d->entries[p.entry].key != c->varnames->items[p.reg])) return nullptr;
      filled[i] = d->entries[p.entry].value;
    }
  }
  for (uint32_t k = 0; k < nkw; k++) given[k] = args[n + k];
  if (UNLIKELY(regs != args)) for (uint32_t i = 0; i < n; i++) regs[i] = args[i];
  for (uint32_t k = 0; k < nkw; k++) regs[rec->at[k]] = given[k];
  for (uint32_t i = 0; i < nfilled; i++) regs[rec->filled[i].reg] = filled[i];
  for (uint32_t i = n + nkw + nfilled; i < c->nlocals; i++) regs[i] = Value();
  begin_frame(nf, fn, c, regs, f, pc + 3, pc->a, kind);
  t->frame = nf;
  return nf;
}

void record_keywords(const Word* pc, Function* fn, uint32_t n, Tuple* names) {
  Code* c = fn->code;
  uint32_t argc = c->argcount, total = argc + c->kwonlyargcount;
  uint16_t written = pc[1].counter;
  if (written >= kMaxRecords || (c->flags & (kCoVarargs | kCoVarkeywords | kCoOptimized)) != kCoOptimized) return;
  if (n > argc || names->size > kMaxKeywords || total > 255 || n + names->size > total || total - n - names->size > kMaxFilled) return;
  KeywordRecord rec{.npos = n, .nkw = static_cast<uint8_t>(names->size)};
  bool has[256] = {};
  for (uint32_t k = 0; k < names->size; k++) {
    uint32_t i = c->posonlyargcount > n ? c->posonlyargcount : n;
    while (i < total && c->varnames->items[i] != names->items[k]) i++;
    if (i == total || has[i]) return;
    has[i] = true;
    rec.at[k] = static_cast<uint8_t>(i);
  }
  for (uint32_t i = n; i < total; i++) {
    if (has[i]) continue;
    KeywordRecord::Filled& p = rec.filled[rec.nfilled++];
    p.reg = static_cast<uint8_t>(i);
    if (i < argc) {
      p.back = static_cast<uint8_t>(argc - i);
      if (p.back > rec.min_defaults) rec.min_defaults = p.back;
      continue;
    }
    int64_t entry = fn->kwdefaults ? dict_index_str(fn->kwdefaults, c->varnames->items[i].as<Str>()) : -1;
    if (entry < 0 || entry > 0xffff) return;
    p.entry = static_cast<uint16_t>(entry);
  }
  if (!c->version) {
    uint32_t& next = interp().next_code_version;
    if (!next) return;  // all numbers are used up
    c->version = next++;
  }
  rec.version = c->version;
  // Records that are replaced are few and are kept: another thread may still be reading one.
  KeywordRecord* p = static_cast<KeywordRecord*>(malloc(sizeof rec));
  if (!p) return;
  *p = rec;
  Word* w = const_cast<Word*>(pc);
  w[1].counter = static_cast<uint16_t>(written + 1);
  __atomic_store_n(&w[2].bits, reinterpret_cast<uint64_t>(p), __ATOMIC_RELEASE);
}

}  // namespace kaa
