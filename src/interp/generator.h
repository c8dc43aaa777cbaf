// Generators, coroutines, async generators; the delegation and awaiting protocols; helpers of rare instructions.
#pragma once
#include "runtime/call.h"

namespace kaa {

Result<Value> make_generator(Thread& t, Frame* f);            // the generator object of a just entered frame; takes its registers
// All words of a generator object that is to take over the frame, whose pc is stored; references are not counted yet.
inline void fill_generator(GeneratorObject* g, const Frame* f, Code* c) {
  __builtin_memset(static_cast<void*>(&g->frame), 0, sizeof(GeneratorObject) - offsetof(GeneratorObject, frame));
  static_assert(static_cast<int>(GenState::kCreated) == 0);
  g->nregs = c->nregs;
  // The temporaries are not initialised, as in any frame. (The empty asm keeps the loop from becoming a call.)
  const Value* from = f->regs;
  for (uint32_t i = 0, n = c->nlocals; i < n; i++) { g->regs[i] = from[i]; asm volatile(""); }
  Frame& gf = g->frame;
  gf.regs = g->regs;
  gf.code = c;
  gf.func = f->func;
  gf.pc = f->pc + 1;
  gf.on_heap = true;
}
// Runs a generator from native code. 1: yielded *out; 0: returned *out; -1: error.
int generator_resume(Thread& t, GeneratorObject* g, Value sent, Value* out);
// The same for one that has not finished: what it yields, or returns (its state tells which); empty: an exception was raised (loop.cpp).
Value generator_step(Thread& t, GeneratorObject* g, Value sent);
// Raises exc at the generator's yield. close_delegate: a GeneratorExit closes what it delegates to, instead of being thrown into it.
int generator_throw(Thread& t, GeneratorObject* g, Value exc, Value* out, bool close_delegate = true);
// Gives what the generator returned when it was closed, or None.
Result<Value> generator_close(Thread& t, GeneratorObject* g);
// Ends a generator that is not running without giving it control again.
void generator_drop(GeneratorObject* g);
// Whether an exception raised at the instruction meets a handler of the program's own (not the conversion of StopIteration alone).
bool inside_try(const Code* c, uint32_t word);
// A generator has names of its own where the function's were not its code's when it was made, and when they are set.
inline Value generator_name(const GeneratorObject* g) { return g->own_name ? g->own_name.get() : g->frame.code->name.get(); }
inline Value generator_qualname(const GeneratorObject* g) { return g->own_qualname ? g->own_qualname.get() : g->frame.code->qualname.get(); }
const char* generator_kind(GeneratorObject* g);               // "generator", "coroutine", "async generator"
// The parts of send() and throw() that all three types share; they raise for states that do not allow it. Results as generator_resume.
int generator_send(Thread& t, GeneratorObject* g, Value v, Value* out);
// The exception that throw(typ[, val[, tb]]) means; `method` names it in the warning about the long form.
Result<Value> throw_arguments(Thread& t, const char* method, Args a);
// Sends v to any iterator or awaitable iterator: 1 yielded, 0 returned, -1 error.
int send_value(Thread& t, Value it, Value v, Value* out);
Value generator_delegate(GeneratorObject* g);                 // what it awaits or yields from, or empty
Result<Value> get_yield_from_iter(Thread& t, Value v, uint32_t code_flags);
Result<Value> get_awaitable(Thread& t, Value v, int where);
Result<Value> get_aiter(Thread& t, Value v);
Result<Value> get_anext(Thread& t, Value v);
Result<Value> async_gen_wrap(Thread& t, Value v);
Result<Value> async_gen_anext(Thread& t, GeneratorObject* g);  // __anext__()
// As send_value, to what asend() and __anext__() return: no StopIteration is made of the value that ends the step.
int async_gen_send(Thread& t, Value step, Value v, Value* out);
Result<Value> stop_iteration_error(Thread& t, Frame* f, Value exc);
Result<Value> prepare_reraise_star(Thread& t, Value orig, List* excs);
Result<Value> import_from(Thread& t, Value module, Str* name);
Status import_star(Thread& t, Frame* f, Value module);
Result<Value> typing_intrinsic(Thread& t, Intrinsic i, Value* a);
Result<Value> match_keys(Thread& t, Value subject, Value keys);
Result<Value> match_class(Thread& t, Value subject, Value cls, uint32_t npos, Value names);

}  // namespace kaa
