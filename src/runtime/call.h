// Calls: natives, types, bound methods, and the way into the interpreter loop.
#pragma once
#include "runtime/types.h"

namespace kaa {

Result<Value> call_native(Thread& t, NativeFunction* f, Args a, Tuple* kwnames);
// The same without keywords: where the number of arguments fits, there is nothing to bind.
inline Result<Value> call_native_direct(Thread& t, NativeFunction* f, Args a) {
  if (LIKELY(a.n - f->sig->direct_min <= f->sig->direct_span)) return f->def->fn(t, a);
  return call_native(t, f, a, nullptr);
}
// Binds arguments to the parameters of a Python function: fills regs[0 .. code->nlocals). `a` may lie in regs itself (arguments in place).
// and makes frame nf, whose function and registers are set, the running one (so that half-bound arguments are seen by the collector).
Status bind_python(Thread& t, Frame* nf, const Value* a, size_t n, Tuple* kwnames);
// Runs a Python function from native code (interp/loop.cpp).
Result<Value> call_python(Thread& t, Function* f, const Value* a, size_t n, Tuple* kwnames);
// Runs code with given globals and locals mapping: modules, exec, eval (interp/loop.cpp).
Result<Value> run_code(Thread& t, Code* code, Dict* globals, Value locals, Tuple* closure = nullptr);
Result<Function*> new_function(Thread& t, Code* code, Dict* globals);
// A builtin as the running code sees it, for __reduce__ and the like; AttributeError.
Result<Value> frame_builtin(Thread& t, Str* name);
// A parameter name close to a misspelt keyword, None for none (traceback suggestions do the rest).
Result<Value> keyword_suggestion(Thread& t, Code* c, Str* name);
// Exceptions whose class has BaseException's own __new__ (raise.cpp): made without looking for it. An __init__ is the caller's business.
bool is_plain_exception(Type* type);
Result<Value> make_plain_exception(Thread& t, Type* type, const Value* args, size_t n);
// For the loop, which calls methods of operators in frames of its own: a's method for the operator, when that is a Python function and goes first, else
// empty; and what follows when it returned NotImplemented.
Value python_operator_of(Type* ta, BinaryOp op, Value b, bool inplace);
inline Value python_operator(BinaryOp op, Value a, Value b, bool inplace) {
  return a.is_object() && a.object()->type()->has(kTypeHeap) ? python_operator_of(a.object()->type(), op, b, inplace) : Value();
}
Value python_comparison_of(Type* ta, CompareOp op, Value b);
inline Value python_comparison(CompareOp op, Value a, Value b) {
  return a.is_object() && a.object()->type()->has(kTypeHeap) ? python_comparison_of(a.object()->type(), op, b) : Value();
}
Result<Value> binary_op_after_left(Thread& t, BinaryOp op, Value a, Value b, bool inplace);
Result<Value> compare_after_left(Thread& t, CompareOp op, Value a, Value b);
// locals(): the mapping of a class or module frame, or a new dict of an optimised frame's variables.
Result<Value> frame_locals(Thread& t, Frame* f);
Value* data_stack_top(Thread& t);    // first free word of the data stack
Frame* frame_stack_top(Thread& t);   // first free frame

}  // namespace kaa
