// The interpreter loop.
//
// One handler an instruction (interp/ops_*.cpp), linked by tail calls: the arguments below live in machine registers from handler to handler
// (preserve_none), so that there is no central loop. Handlers are entered with pc at their instruction.
//
// Rules for handlers:
//  * before anything that may allocate, raise or run Python: SAVE() (stores pc in the frame);
//  * a destination register is written last; sources may be dead for the collector after that;
//  * an error is `return FAIL()`: pc must still be at the instruction;
//  * a call that pushes a frame continues with ENTER(frame);
//  * between two instructions, and where a handler polls, its native frame and those of its slow paths hold no references that the registers do not:
//    a collection that starts there scans the native stack from Thread::loop_base on;
//  * slow paths are functions out of line, so that a handler needs no stack frame of its own on its fast path.
#pragma once
#include "runtime/call.h"

namespace kaa {

#if defined(__clang__) && defined(__x86_64__)
#define KAA_PRESERVE_NONE __attribute__((preserve_none))
#else
#define KAA_PRESERVE_NONE
#endif
#define MUSTTAIL __attribute__((musttail))

struct Dispatch;
#define HANDLER_ARGS ::kaa::Thread *t, const ::kaa::Word *pc, ::kaa::Value *r, ::kaa::Frame *f, const ::kaa::Value *k, const ::kaa::Dispatch *table
#define HANDLER_PASS t, pc, r, f, k, table
typedef Value (*Handler)(HANDLER_ARGS) KAA_PRESERVE_NONE;
struct Dispatch { Handler op[static_cast<size_t>(Op::kCount)]; };
extern const Dispatch k_dispatch;

#define OP(name, ...) KAA_PRESERVE_NONE Value op_##name(HANDLER_ARGS);
#include "defs/opcodes.def"
KAA_PRESERVE_NONE Value op_fail(HANDLER_ARGS);
KAA_PRESERVE_NONE Value op_trace(HANDLER_ARGS);  // tracing.cpp
KAA_PRESERVE_NONE Value op_count(HANDLER_ARGS);  // counting.cpp

#define HANDLER(name) KAA_PRESERVE_NONE Value op_##name(HANDLER_ARGS)
#define DISPATCH() MUSTTAIL return table->op[pc->op](HANDLER_PASS)
#define NEXT(words) do { pc += (words); DISPATCH(); } while (0)
// From the end of an instruction of so many words. (The operand is widened before anything is added, so that it is loaded and widened in one.)
#define JUMP_BY(words, offset) do { pc += static_cast<int64_t>(offset); NEXT(words); } while (0)
// The slow path of a handler, a function of its own that the handler leaves by a tail call: calls made there cost the fast path no stack frame.
#define SLOW(name) static KAA_PRESERVE_NONE __attribute__((noinline)) Value slow_##name(HANDLER_ARGS)
#define GO_SLOW(name) do { MUSTTAIL return slow_##name(HANDLER_PASS); } while (0)
#define SAVE() (f->pc = pc)
#define FAIL() do { MUSTTAIL return op_fail(HANDLER_PASS); } while (0)
#define ENTER(frame)                      \
  do {                                    \
    f = (frame);                          \
    pc = f->pc;                           \
    r = f->regs;                          \
    k = f->code->consts;                  \
    DISPATCH();                           \
  } while (0)
// After a call of a native, which may have switched tracing on or off, and where the frame may be watched.
#define ENTER_SYNC(frame) do { table = t->dispatch; ENTER(frame); } while (0)
// v is a Result<Value>: stores it in register `dst`, or fails.
#define STORE_RESULT(dst, res, words)              \
  do {                                             \
    ::kaa::Result<::kaa::Value> _r = (res);        \
    if (UNLIKELY(!_r.ok())) FAIL();                \
    r[dst] = _r.value();                           \
    NEXT(words);                                   \
  } while (0)

// Resumes a generator that is suspended at a YIELD and whose registers are not counted: what resume_generator does, without a call. Falls through when it is
// anything else.
#define RESUME_QUICK(GENERATOR, SENT, DST, RET)                                            \
  do {                                                                                     \
    ::kaa::GeneratorObject* _g = (GENERATOR);                                              \
    ::kaa::Frame* _slot = next_frame(f);                                                   \
    if (UNLIKELY(_g->state != GenState::kSuspended || _g->counted || _g->watched || _slot >= t->frame_limit)) break; \
    ::kaa::Value _sent = (SENT);                                                           \
    SAVE();                                                                                \
    ::kaa::Frame* _gf = &_g->frame;                                                        \
    _g->state = GenState::kRunning;                                                        \
    _g->resumed = true;                                                                    \
    _g->slot = _slot + 1;                                                                  \
    _g->top = next_regs(f);                                                                \
    _g->exc.prev = t->exc_state;                                                           \
    t->exc_state = &_g->exc;                                                               \
    _gf->prev = f;                                                                         \
    _gf->dst = (DST);                                                                      \
    _gf->ret_pc = (RET);                                                                   \
    _gf->kind = kReturnGenerator;                                                          \
    t->frame = _gf;                                                                        \
    f = _gf;                                                                               \
    r = _g->regs;                                                                          \
    pc = _gf->pc;                                                                          \
    r[pc->a] = _sent;                                                                      \
    k = _gf->code->consts;                                                                 \
    pc++;                                                                                  \
    _gf->pc = pc;                                                                          \
    DISPATCH();                                                                            \
  } while (0)

// Everything of a frame on the stack that a call begins; its registers are the caller's business.
inline void begin_frame(Frame* nf, Function* fn, Code* c, Value* regs, Frame* caller, const Word* ret_pc, uint16_t dst, FrameKind kind, Value mapping = Value()) {
  nf->regs = regs;
  nf->code = c;
  nf->func = fn;
  nf->prev = caller;
  nf->pc = c->words;
  nf->ret_pc = ret_pc;
  nf->obj = nullptr;
  nf->locals = mapping;
  nf->set_return(dst, kind);
}
// What other threads and signal handlers ask for is read by plain loads, which become operands of the comparison (an atomic one is an instruction of its own);
// a handler reads it once, so that nothing is kept from an earlier time.
inline Frame* call_limit(const Thread* t) {
  Frame* limit;
  __builtin_memcpy(&limit, &t->call_limit, sizeof limit);
  return limit;
}
inline bool poll_due(const Thread* t) {
  uint32_t bits;
  __builtin_memcpy(&bits, &t->poll, sizeof bits);
  return bits != 0;
}
// The same as begin_frame() for a plain call from a frame on the stack. Free places of the frame stack have neither object nor mapping (whoever leaves a
// frame sees to that: frames that have one are never left by the way of kReturnPlain), so that these words are not written here.
inline void begin_plain_frame(Frame* nf, Function* fn, Code* c, const Word* words, Value* regs, Frame* caller, const Word* ret_pc, uint16_t dst) {
#ifdef KAA_STRESS
  if (nf->obj || nf->locals) __builtin_trap();
#endif
  nf->regs = regs;
  nf->code = c;
  nf->func = fn;
  nf->prev = caller;
  nf->pc = words;
  nf->ret_pc = ret_pc;
  nf->set_return(dst, kReturnPlain);
}
// Enters a plain Python function whose arguments fit: falls through when they do not, when there is no room, or when a safepoint is due.
// (The empty asm keeps the loop that clears locals from becoming a call of memset, which would need a stack frame.)
// The arguments stay where they are. Those of a generator, whose registers are not on the stack, must be copied there (QUICK_CALL_COPIED in ops_call.cpp): one
// unsigned comparison sees room on the data stack (kMostRegisters in runtime/thread.cpp), and that WINDOW is on it at all. (A second way in here for generators cost all calls a fifth of their instructions.)
#define QUICK_CALL(FN, WINDOW, COUNT, SIZE)                                                                                                      \
  do {                                                                                                                                           \
    uint32_t _count = (COUNT);                                                                                                                   \
    ::kaa::Function* _fn = (FN);                                                                                                                 \
    ::kaa::Value* _args = (WINDOW);                                                                                                              \
    ::kaa::Code* _c = _fn->code;                                                                                                                 \
    ::kaa::Frame* _nf = f + 1;                                                                                                                   \
    if (UNLIKELY(_c->simple_args != _count)) break;                                                                                              \
    if (UNLIKELY(static_cast<size_t>(reinterpret_cast<char*>(_args) - t->stack_base) > t->stack_bytes)) break;                                   \
    if (UNLIKELY(_nf >= ::kaa::call_limit(t))) break;                                                                                            \
    const ::kaa::Word* _words = _c->words;                                                                                                       \
    const ::kaa::Value* _consts = _c->consts;                                                                                                    \
    uint32_t _n = _c->nlocals;                                                                                                                   \
    SAVE();                                                                                                                                      \
    ::kaa::begin_plain_frame(_nf, _fn, _c, _words, _args, f, pc + (SIZE), pc->a);                                                                \
    for (; _count != _n; _count++) { _args[_count] = ::kaa::Value(); asm volatile(""); }                                                         \
    pc = _words;                                                                                                                                 \
    k = _consts;                                                                                                                                 \
    r = _args;                                                                                                                                   \
    f = _nf;                                                                                                                                     \
    t->frame = _nf;                                                                                                                              \
    DISPATCH();                                                                                                                                  \
  } while (0)

// Pushes a frame for a Python function whose arguments are at `a` (in place when they are at the top of the running stack frame's window).
// Null: error. `kwnames` names the last arguments, which n does not count.
Frame* push_call(Thread& t, Frame* f, Function* fn, const Value* a, size_t n, Tuple* kwnames, uint16_t dst, const Word* ret_pc, FrameKind kind);
// Calls the callable at *callable with n arguments behind it (its own register may be used for self). Returns the frame to run, f itself when the
// result is in register dst already, or null on error. f->pc must be stored.
Frame* do_call(Thread& t, Frame* f, Value* callable, Value* args, size_t n, Tuple* kwnames, uint16_t dst, const Word* ret_pc);
Frame* initialise(Thread& t, Frame* p, Value v, uint16_t dst, const Word* ret_pc);  // after __new__, for a frame of kind kReturnNew
// Resumes a generator from interpreter code; null on error. The value goes to dst and execution on at ret_pc; when it returns instead, the caller's
// instruction (FOR_ITER, SEND) says what happens.
Frame* resume_generator(Thread& t, Frame* f, GeneratorObject* g, Value sent, uint16_t dst, const Word* ret_pc, FrameKind kind);
// Where the names of unoptimised code are stored. A function made of such code (types.FunctionType) has its globals for that.
inline Value namespace_of(Frame* f) {
  if (UNLIKELY(!f->locals)) f->locals = f->func->globals.value();
  return f->locals;
}
// The first free frame and the first free word of the data stack while f is the innermost frame.
inline Frame* next_frame(Frame* f) { return f->on_heap ? generator_of(f)->slot : f + 1; }
inline Value* next_regs(Frame* f) { return f->on_heap ? generator_of(f)->top : f->regs + f->code->nregs; }
// Counts a new reference to v; but that to an eager object is a slow path's business: false, and nothing has been counted.
inline bool inc_quick(Value v) {
  if (!v.is_reference()) return true;
  Object* o = v.object();
  if (LIKELY(static_cast<int64_t>(o->rc) >= 0)) { o->rc += kCountOne; note_counting(); return true; }
  return LIKELY(!(o->rc & kEager));
}
// Stores v over old in *p, which belongs to `owner`. False, and nothing is done, when a count takes more than an addition: a last reference enters the zero-count
// table, an eager object is looked at. That is a call, and thus a slow path's business. Neither value is empty.
inline bool store_quick(Value* p, Value old, Value v) {
  bool drops = false;
  if (old.is_object()) {
    uint64_t rc = old.object()->rc;
    drops = static_cast<int64_t>(rc) >= 0;
    if (UNLIKELY(drops ? rc < 2 * kCountOne && !(rc & kInZct) : (rc & kEager) != 0)) return false;
  }
  if (v.is_object()) {
    check_live(v.object());
    uint64_t rc = v.object()->rc;
    if (LIKELY(static_cast<int64_t>(rc) >= 0)) { v.object()->rc = rc + kCountOne; note_counting(); }
    else if (UNLIKELY(rc & kEager)) return false;
  }
  *p = v;
  if (drops) { old.object()->rc -= kCountOne; note_counting(); }
  return true;
}
// The same where nothing is replaced.
inline bool init_quick(Value* p, Value v) {
  if (v.is_object()) {
    check_live(v.object());
    uint64_t rc = v.object()->rc;
    if (LIKELY(static_cast<int64_t>(rc) >= 0)) { v.object()->rc = rc + kCountOne; note_counting(); }
    else if (UNLIKELY(rc & kEager)) return false;
  }
  *p = v;
  return true;
}
Value enter_loop(Handler h, Thread& t, Frame* f);  // runs from a handler on until the frame (kind kReturnExit) is left
Value run_frame(Thread& t, Frame* f);   // runs until the frame (kind kReturnExit) is left; empty on error
// Calls a special method written in Python with one to three arguments, from the loop: they are put behind the caller's registers. Null: error.
Frame* call_special(Thread& t, Frame* f, Value fn, Value a, Value b, Value c, uint16_t dst, const Word* ret_pc, FrameKind kind);
// What a frame of kind kReturnBinary or kReturnJump returned: the operator's result, after the reflected method if need be. f->pc is at the instruction.
Result<Value> operator_returned(Thread& t, Frame* f, Value v);
// ---- slow paths shared by handlers
Result<Value> arith_slow(Thread& t, BinaryOp op, Value a, Value b);
Result<Value> load_global_slow(Thread& t, Frame* f, const Word* pc);
Result<Str*> function_text(Thread& t, Value f);   // "module.qualname()", for messages
Error unbound_error(Thread& t, Frame* f, uint32_t number);

}  // namespace kaa
