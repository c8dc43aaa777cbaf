// Entering and leaving the loop: frames, returns, unwinding.
#include "heap/eager.h"
#include "interp/generator.h"
#include "interp/interp.h"
#include "interp/tracing.h"
#include "interp/watch.h"
#include "runtime/code_builder.h"
#include "runtime/traceback.h"
#include "runtime/watermark.h"
#include "runtime/weakrefs.h"
#include "runtime/zombies.h"

namespace kaa {

const Dispatch k_dispatch = {{
#ifdef KAA_COUNT_EVERYTHING
#define OP(name, ...) op_count,
#else
#define OP(name, ...) op_##name,
#endif
#include "defs/opcodes.def"
}};

Value* data_stack_top(Thread& t) { return t.frame ? next_regs(t.frame) : reinterpret_cast<Value*>(t.stack_base); }
Frame* frame_stack_top(Thread& t) { return t.frame ? next_frame(t.frame) : t.frame_base; }

static Frame* recursion_error(Thread& t) {
  static_cast<void>(RAISE(RecursionError, "maximum recursion depth exceeded"));
  return nullptr;
}

Frame* push_call(Thread& t, Frame* f, Function* fn, const Value* a, size_t n, Tuple* kwnames, uint16_t dst, const Word* ret_pc, FrameKind kind) {
  Code* c = fn->code;
  if (UNLIKELY(!is_ready(c)) && !make_ready(t, c).ok()) return nullptr;
  Frame* nf = f ? next_frame(f) : t.frame_base;
  Value* top = f ? next_regs(f) : reinterpret_cast<Value*>(t.stack_base);
  // Arguments at the end of the caller's window stay where they are.
  bool in_place = f && !f->on_heap && a >= f->regs && a <= top;
  Value* regs = in_place ? const_cast<Value*>(a) : top;
  if (UNLIKELY(nf >= t.frame_limit)) return recursion_error(t);
  if (UNLIKELY(static_cast<size_t>(reinterpret_cast<char*>(regs + c->nregs + n) - t.stack_base) > t.stack_bytes)) return recursion_error(t);
  begin_frame(nf, fn, c, regs, f, ret_pc, dst, kind);
  if (LIKELY(c->simple_args == n && !kwnames)) {
    if (!in_place) for (size_t i = 0; i < n; i++) regs[i] = a[i];
    for (uint32_t i = static_cast<uint32_t>(n); i < c->nlocals; i++) regs[i] = Value();
    t.frame = nf;
    return nf;
  }
  if (!(c->flags & kCoOptimized)) {
    nf->locals = fn->globals.get();  // run_code() and class bodies put another mapping here
    if (kind == kReturnPlain) nf->kind = static_cast<FrameKind>(kind | kHasObject);  // left by the way that sees to it (begin_plain_frame)
  }
  // Missing last arguments that have defaults, and nothing else to bind.
  if (!kwnames && n < c->argcount && fn->defaults && n + fn->defaults->size >= c->argcount && fn->defaults->size <= c->argcount && !c->kwonlyargcount &&
      (c->flags & (kCoVarargs | kCoVarkeywords | kCoOptimized)) == kCoOptimized) {
    uint32_t argc = c->argcount;
    const Value* defaults = fn->defaults->items + fn->defaults->size - argc;
    if (!in_place) for (size_t i = 0; i < n; i++) regs[i] = a[i];
    for (uint32_t i = static_cast<uint32_t>(n); i < argc; i++) regs[i] = defaults[i];
    for (uint32_t i = argc; i < c->nlocals; i++) regs[i] = Value();
    t.frame = nf;
    return nf;
  }
  if (!bind_python(t, nf, a, n, kwnames).ok()) {
    nf->locals = Value();
    t.frame = f;
    return nullptr;
  }
  return nf;
}

// push_call() without what it does for others than plain functions whose arguments fit: null is for these, and where there is no room.
static inline Frame* push_simple(Thread& t, Frame* f, Function* fn, const Value* a, size_t n, uint16_t dst, const Word* ret_pc, FrameKind kind) {
  Code* c = fn->code;
  if (UNLIKELY(!f || c->simple_args != n)) return nullptr;
  Frame* nf = next_frame(f);
  Value* regs = next_regs(f);
  if (UNLIKELY(static_cast<size_t>(reinterpret_cast<char*>(regs + c->nregs) - t.stack_base) > t.stack_bytes || nf >= t.frame_limit)) return nullptr;
  if (a != regs) for (size_t i = 0; i < n; i++) { regs[i] = a[i]; asm volatile(""); }
  for (size_t i = n, end = c->nlocals; i < end; i++) { regs[i] = Value(); asm volatile(""); }
  begin_frame(nf, fn, c, regs, f, ret_pc, dst, kind);
  t.frame = nf;
  return nf;
}

Frame* call_special(Thread& t, Frame* f, Value fn, Value a, Value b, Value c, uint16_t dst, const Word* ret_pc, FrameKind kind) {
  Value* args = next_regs(f);
  args[0] = a;
  if (b) args[1] = b;
  if (c) args[2] = c;
  size_t n = c ? 3 : b ? 2 : 1;
  if (Frame* nf = push_simple(t, f, fn.as<Function>(), args, n, dst, ret_pc, kind); LIKELY(nf != nullptr)) return nf;
  return push_call(t, f, fn.as<Function>(), args, n, nullptr, dst, ret_pc, kind);
}

// A handler's callers must expect all registers to be changed, so the function that calls it has saved them in its own frame, above what is recorded: the scan
// sees what the callers keep in them. That function is enter_loop(), call_python() or generator_step(). (Handlers leave rbp as it was, so that native functions
// called by them never save a reference that an instruction had there.)
[[gnu::always_inline]] static inline Value call_handler(Handler h, Thread& t, Frame* f) {
  const void* outer = t.loop_base;
#if !__has_feature(address_sanitizer)  // whose gaps scans leave out
  // The word that would fill the frame up to a multiple of 16 bytes: as a gap it would hold what an earlier call left there as long as this activation lasts.
  uintptr_t filling = 0;
  asm volatile("" : "+m"(filling));
#endif
#if defined(__x86_64__)
  const void* sp;
  asm volatile("mov %%rsp, %0" : "=r"(sp));
#else
  const void* sp = static_cast<char*>(__builtin_frame_address(0)) - 512;
#endif
  t.loop_base = sp;
  Value v = h(&t, f->pc, f->regs, f, f->code->consts, t.dispatch);
  t.loop_base = outer;
  if (UNLIKELY(t.screen.activation_ended(outer))) t.request(kPollClearStack);
  return v;
}
__attribute__((noinline)) Value enter_loop(Handler h, Thread& t, Frame* f) { return call_handler(h, t, f); }
Value run_frame(Thread& t, Frame* f) { return enter_loop(t.dispatch->op[f->pc->op], t, f); }

// A native loop that calls functions without loops has no other point where signals and other threads get their turn. (A function of its own: see call_handler()
// about the frame of its caller.)
constexpr uint32_t kPollOutside = kPollSignal | kPollHandover | kPollAsyncExc;
static __attribute__((noinline)) Result<Value> poll_after_call(Thread& t, Value v) {
  Keep keep(v);
  TRY(safepoint(t));
  return v;
}
__attribute__((noinline)) Result<Value> call_python(Thread& t, Function* fn, const Value* a, size_t n, Tuple* kwnames) {
  TRY(native_enter(t));
  Frame* nf = kwnames ? nullptr : push_simple(t, t.frame, fn, a, n, 0, nullptr, kReturnExit);
  if (UNLIKELY(!nf)) nf = push_call(t, t.frame, fn, a, n, kwnames, 0, nullptr, kReturnExit);
  if (UNLIKELY(!nf)) return Error{};
  Value v = call_handler(t.dispatch->op[nf->pc->op], t, nf);
  if (UNLIKELY(t.poll.load(std::memory_order_relaxed) & kPollOutside) && v) return poll_after_call(t, v);
  return Result<Value>(v);
}

Result<Value> run_code(Thread& t, Code* code, Dict* globals, Value locals, Tuple* closure) {
  TRY(native_enter(t));
  if (UNLIKELY(code->nfree != (closure ? closure->size : 0))) return RAISE(TypeError, "code object requires a closure of exactly length %u", code->nfree);
  Function* fn = TRY(new_function(t, code, globals));
  if (closure) fn->closure.init(closure);
  Frame* nf = push_call(t, t.frame, fn, nullptr, 0, nullptr, 0, nullptr, kReturnExit);
  if (!nf) return Error{};
  nf->locals = locals;
  // Code of modules runs long and makes what programs consist of: what is born in it is kept by no stale word of its callers.
  t.screen.extend(*t.heap, __builtin_frame_address(0), t.native_base);
  return run_frame(t, nf);
}

Result<Function*> new_function(Thread& t, Code* code, Dict* globals) {
  Function* fn = TRY(alloc<Function>(t, KAA_SHAPE(function)));
  fn->code.init(code);
  fn->globals.init(globals);
  Value b = dict_get_str(globals, NAME("__builtins__"));
  Dict* builtins = t.frame && t.frame->func ? t.frame->func->builtins.get() : interp().builtins;
  if (b && is_dict(b)) {
    builtins = b.as<Dict>();
  } else if (b && IS_EXACT(b, module)) {
    builtins = b.as<Module>()->dict;
  } else if (b) {  // any other mapping: what it holds now
    if (!type_of(b)->dunder(D_getitem)) return RAISE(TypeError, "'%T' object is not subscriptable", b);
    Dict* copy = TRY(new_dict(t));
    TRY(dict_update(t, copy, b));
    builtins = copy;
  }
  fn->builtins.init(builtins);
  fn->name.init(code->name);
  fn->qualname.init(code->qualname);
  fn->doc.init((code->flags & kCoHasDocstring) ? code->consts[0] : kNone);
  Value m = dict_get_str(globals, NAME("__name__"));
  if (m) fn->module.init(m);
  fn->version = interp().next_function_version++;
  return fn;
}

// ---- leaving frames

// A generator's frame ends for good.
static void generator_finished(Thread& t, GeneratorObject* g) {
  g->state = GenState::kFinished;
  t.exc_state = g->exc.prev;
  g->exc.exc = Value();
  for (uint32_t i = 0; i < g->nregs; i++) g->regs[i] = Value();
  // Nothing can be seen of its death now: a coroutine that was suspended in a try statement is eager, and would have to be looked for.
  if (UNLIKELY(g->flag(kEager)) && !g->flag(kHasWeakrefs) && !g->frame.func->flag(kEager)) make_ordinary(g);
}

// The return of a frame that is not kReturnPlain. Returns the frame to go on with, at `next` (its own pc stays at the instruction that called), or null to
// leave the loop with `v`. An empty v afterwards: an error.
static Frame* return_special(Thread& t, Frame* f, Value& v, const Word*& next) {
  Frame* p = f->prev;
  FrameKind flags = f->kind;
  if (UNLIKELY(flags & kCountedBelow)) flags = leave_watermark(t, f);
  if (UNLIKELY(f->obj != nullptr)) frame_leave(t, f);
  bool was_generator = f->on_heap;
  uint16_t dst = f->dst;
  const Word* ret_pc = f->ret_pc;
  Value instance = f->locals;
  t.frame = p;
  if (was_generator) generator_finished(t, generator_of(f));
  if (UNLIKELY(flags & kLeaveMask)) left_watched(t, f, flags, v);
  if (!was_generator) f->locals = Value();
  if (p) next = p->pc;
  switch (static_cast<FrameKind>(flags & kKindMask)) {
    case kReturnExit: return nullptr;
    case kReturnInit:
      if (UNLIKELY(!v.is_none())) {
        static_cast<void>(RAISE(TypeError, "__init__() should return None, not '%T'", v));
        v = Value();
        return p;
      }
      p->regs[dst] = instance;
      break;
    case kReturnBool: {
      Result<bool> b = truth(t, v);
      if (!b.ok()) { v = Value(); return p; }
      p->regs[dst] = Value::from_bool(b.value());
      break;
    }
    case kReturnDiscard: break;
    case kReturnIter:
      if (UNLIKELY(!type_of(v)->iternext && !type_of(v)->dunder(D_next))) {
        static_cast<void>(RAISE(TypeError, "iter() returned non-iterator of type '%T'", v));
        v = Value();
        return p;
      }
      p->regs[dst] = v;
      break;
    case kReturnBinary: {
      Result<Value> x = LIKELY(v != kNotImplemented) ? Result<Value>(v) : operator_returned(t, p, v);
      if (!x.ok()) { v = Value(); return p; }
      p->regs[dst] = x.value();
      break;
    }
    case kReturnJump: {
      if (Op op = static_cast<Op>(p->pc->op); op == Op::JUMP_TRUE || op == Op::JUMP_FALSE) {  // __bool__
        if (UNLIKELY(!v.is_bool())) {
          static_cast<void>(RAISE(TypeError, "__bool__ should return bool, returned %T", v));
          v = Value();
          return p;
        }
        next += 1 + ((v == kTrue) == (op == Op::JUMP_TRUE) ? p->pc->bc : 0);
        return p;
      }
      Result<Value> x = operator_returned(t, p, v);
      Result<bool> b = x.ok() ? truth(t, x.value()) : Result<bool>(Error{});
      if (!b.ok()) { v = Value(); return p; }
      next += 2 + (b.value() == (p->pc->c != 0) ? p->pc[1].offset : 0);
      return p;
    }
    case kReturnNew: {
      Frame* nf = initialise(t, p, v, dst, ret_pc);
      if (!nf) { v = Value(); return p; }
      if (nf == p) break;
      next = nf->pc;
      return nf;
    }
    case kReturnGenerator: {
      const Word* call = p->pc;
      if (static_cast<Op>(call->op) == Op::SEND) p->regs[dst] = v;
      if (is_traced(t)) trace_ended(t, p, v);
      next = call + 2 + call[1].offset;
      return p;
    }
    default: p->regs[dst] = v;
  }
  next = ret_pc;
  return p;
}

// The slow half of a return reads the value again: r[pc->a] of a RETURN, None of the others.
static KAA_PRESERVE_NONE __attribute__((noinline)) Value return_slow(HANDLER_ARGS) {
  Value v = static_cast<Op>(pc->op) == Op::RETURN ? r[pc->a] : kNone;
  if (LIKELY(f->kind == kReturnExit && !f->on_heap)) {  // to native code, and nothing else to be seen to
    f->locals = Value();
    t->frame = f->prev;
    return v;
  }
  SAVE();
  const Word* next = nullptr;
  Frame* p = return_special(*t, f, v, next);
  if (!p) return v;
  f = p; r = f->regs; k = f->code->consts; pc = next;
  table = t->dispatch;
  if (!v) FAIL();
  DISPATCH();
}
#define RETURN_VALUE(value)                          \
  do {                                               \
    if (LIKELY(f->kind == kReturnPlain)) {           \
      Value v = (value);                             \
      uint16_t dst = f->dst;                         \
      pc = f->ret_pc;                                \
      f = f->prev;                                   \
      t->frame = f;                                  \
      r = f->regs;                                   \
      k = f->code->consts;                           \
      r[dst] = v;                                    \
      DISPATCH();                                    \
    }                                                \
    MUSTTAIL return return_slow(HANDLER_PASS);       \
  } while (0)

HANDLER(RETURN) { RETURN_VALUE(r[pc->a]); }
HANDLER(RETURN_NONE) {
  if (f->kind == kReturnInit) {  // __init__: the instance is the result
    Value o = f->locals;
    f->locals = Value();
    uint16_t dst = f->dst;
    pc = f->ret_pc;
    f = f->prev;
    t->frame = f;
    r = f->regs;
    k = f->code->consts;
    r[dst] = o;
    DISPATCH();
  }
  RETURN_VALUE(kNone);
}

// ---- unwinding: finds the handler for the exception being raised. Null: the loop is left.
static Frame* unwind(Thread& t, Frame* f) {
  for (;;) {
    if (!traceback_here(t, f).ok()) { /* the newer exception goes on */ }
    if (is_traced(t)) trace_raised(t, f);
    Code* c = f->code;
    uint32_t at = f->pc_index(), origin = at;
    // A handler of the compiler's own raises again what it caught: to those outside, it was raised where that was.
    if (f->pc->op == static_cast<uint16_t>(Op::RERAISE) && code_own_line(c, at) < 0 && f->raised_at < c->nwords) origin = f->raised_at;
    // Entries are disjoint and in order: the last one that starts at or before `at` decides.
    uint32_t lo = 0, hi = c->nexceptions;
    while (lo < hi) {
      uint32_t mid = (lo + hi) / 2;
      if (c->exceptions[mid].start <= at) lo = mid + 1; else hi = mid;
    }
    if (lo && at < c->exceptions[lo - 1].end) {
      const ExceptionEntry& e = c->exceptions[lo - 1];
      if (is_traced(t)) trace_handled(t, f, e.target);
      f->regs[e.reg] = t.exc;
      t.exc = Value();
      f->raised_at = origin;
      f->pc = c->words + e.target;
      return f;
    }
    f->pc = c->words + origin;
    if (is_traced(t)) trace_unwound(t, f);
    Frame* p = f->prev;
    if (UNLIKELY(f->kind & kCountedBelow)) leave_watermark(t, f);
    FrameKind flags = f->kind;
    if (UNLIKELY(f->obj != nullptr) && frame_leave(t, f)) {  // the exception holds it from now on
      make_eager(t.exc.object());
      if (Value tb = t.exc.as<BaseException>()->traceback) make_eager(tb.object());
    }
    t.frame = p;
    if (f->on_heap) generator_finished(t, generator_of(f));
    if (UNLIKELY(flags & kLeaveMask)) left_watched(t, f, flags, Value());
    if (!f->on_heap) f->locals = Value();
    FrameKind kind = static_cast<FrameKind>(flags & kKindMask);
    if (kind == kReturnExit) return nullptr;
    if (kind == kReturnNext && exc_matches(t, KAA_TYPE(StopIteration))) {
      clear_exc(t);
      p->pc += 2 + p->pc[1].offset;
      return p;
    }
    f = p;
  }
}

KAA_PRESERVE_NONE Value op_fail(HANDLER_ARGS) {
  SAVE();
  Frame* p = unwind(*t, f);
  if (!p) return Value();
  ENTER_SYNC(p);
}

// ---- generators

// What make_generator() does for an ordinary generator, without a call. Null: it is none, or something that it needs is not at hand.
[[gnu::always_inline]] static inline GeneratorObject* generator_at_once(Thread& t, Frame* f) {
  Code* c = f->code;
  Function* fn = f->func;
  if (UNLIKELY((c->flags & (kCoCoroutine | kCoAsyncGenerator | kCoOptimized)) != kCoOptimized)) return nullptr;
  if (UNLIKELY(fn->name.value() != c->name.value() || fn->qualname.value() != c->qualname.value() || ((c->rc | fn->rc) & kEager))) return nullptr;
  if (UNLIKELY(!can_list_quickly(t, c))) return nullptr;
  GeneratorObject* g = take_zombie(t, c, KAA_SHAPE(generator));
  if (!g) g = static_cast<GeneratorObject*>(t.heap->try_allocate(KAA_SHAPE(generator), sizeof(GeneratorObject) + c->nregs * sizeof(Value)));
  if (UNLIKELY(!g)) return nullptr;
  fill_generator(g, f, c);
  static_cast<void>(inc_quick(c));
  static_cast<void>(inc_quick(fn));
  list_quickly(g, c);
  return g;
}
SLOW(RETURN_GENERATOR) {
  Result<Value> g = make_returned(*t, f);
  if (!g.ok()) FAIL();
  Value v = g.value();
  const Word* next = nullptr;
  Frame* p = return_special(*t, f, v, next);
  if (!p) return v;
  f = p; r = f->regs; k = f->code->consts; pc = next;
  table = t->dispatch;
  if (!v) FAIL();
  DISPATCH();
}

HANDLER(RETURN_GENERATOR) {
  SAVE();
  if (LIKELY(f->kind == kReturnPlain)) {
    if (GeneratorObject* g = generator_at_once(*t, f); LIKELY(g != nullptr)) RETURN_VALUE(Value(g));
  }
  GO_SLOW(RETURN_GENERATOR);
}

// `left` is what has to be done when the frame is left, in the slow half.
#define YIELD_BODY(left)                 \
  SAVE();                                \
  Value v = r[pc->b];                    \
  /* A temporary is given away: the suspended generator does not keep what it yielded. */ \
  if (pc->b >= f->code->nlocals) r[pc->b] = Value(); \
  g->state = GenState::kSuspended;       \
  t->exc_state = g->exc.prev;            \
  FrameKind kind = f->kind;              \
  uint16_t dst = f->dst;                 \
  const Word* ret = f->ret_pc;           \
  Frame* p = f->prev;                    \
  f->prev = nullptr;                     \
  t->frame = p;                          \
  left                                   \
  if ((kind & kKindMask) == kReturnExit) return v; \
  f = p;                                 \
  r = f->regs;                           \
  k = f->code->consts;                   \
  r[dst] = v;                            \
  pc = ret;                              \
  DISPATCH();
SLOW(YIELD) {
  GeneratorObject* g = generator_of(f);
  YIELD_BODY({
    suspended(*t, g, kind);
    table = t->dispatch;
  })
}
HANDLER(YIELD) {
  GeneratorObject* g = generator_of(f);
  if (UNLIKELY(g->listed != 1 || (f->kind & kLeaveMask))) GO_SLOW(YIELD);
  YIELD_BODY()
}

// The loop of a generator expression takes what register 0 holds for an iterator. Its code can be called with anything, from a function made of it.
static bool begins_well(Thread& t, GeneratorObject* g) {
  Code* c = g->frame.code;
  if (LIKELY(c->argcount != 1 || !(c->flags & kCoGenerator) || c->varnames->items[0].as<Str>()->at(0) != '.')) return true;
  Value it = g->regs[0];
  if (LIKELY(it && (type_of(it)->iternext || type_of(it)->dunder(D_next)))) return true;
  static_cast<void>(RAISE(TypeError, "'%T' object is not an iterator", it));
  generator_drop(g);
  return false;
}

[[gnu::always_inline]] static inline Frame* resume(Thread& t, Frame* f, GeneratorObject* g, Value sent, uint16_t dst, const Word* ret_pc, FrameKind kind) {
  Frame* gf = &g->frame;
  if (UNLIKELY(g->state == GenState::kRunning)) {
    static_cast<void>(RAISE(ValueError, "%s already executing", g->type() == KAA_TYPE(coroutine) ? "coroutine" : g->type() == KAA_TYPE(async_generator) ? "async generator" : "generator"));
    return nullptr;
  }
  Frame* slot = f ? next_frame(f) : t.frame_base;
  if (UNLIKELY(slot >= t.frame_limit)) return recursion_error(t);
  Value* top = f ? next_regs(f) : reinterpret_cast<Value*>(t.stack_base);
  if (UNLIKELY(g->counted)) uncount_resumed(t, gf);  // one that was not started yet, too
  if (g->state == GenState::kSuspended) {
    const Word* y = gf->pc;   // the YIELD
    g->regs[y->a] = sent;
    gf->pc = y + 1;
  } else {
    if (UNLIKELY(!begins_well(t, g))) return nullptr;
    if (UNLIKELY(g->flag(kEager)) && IS_EXACT(Value(g), coroutine) && !g->flag(kHasWeakrefs)) make_ordinary(g);
  }
  g->state = GenState::kRunning;
  g->resumed = true;
  g->slot = slot + 1;
  g->top = top;
  g->exc.prev = t.exc_state;
  t.exc_state = &g->exc;
  gf->prev = f;
  gf->dst = dst;
  gf->ret_pc = ret_pc;
  gf->kind = kind;
  t.frame = gf;
  if (UNLIKELY(g->watched)) watched_resumed(t, gf);
  return gf;
}
Frame* resume_generator(Thread& t, Frame* f, GeneratorObject* g, Value sent, uint16_t dst, const Word* ret_pc, FrameKind kind) {
  return resume(t, f, g, sent, dst, ret_pc, kind);
}
__attribute__((noinline)) Value generator_step(Thread& t, GeneratorObject* g, Value sent) {
  if (UNLIKELY(!native_enter(t).ok())) return Value();
  Frame* gf = resume(t, t.frame, g, sent, 0, nullptr, kReturnExit);
  return LIKELY(gf != nullptr) ? call_handler(t.dispatch->op[gf->pc->op], t, gf) : Value();
}

}  // namespace kaa
