// The functions of the builtins module, by file. The types of the module are put there at start-up, as are compile, eval, exec, open and
// __build_class__ (which belong to the compiler, _io and the object model).
#pragma once
#include "types/seq.h"

namespace kaa {

extern const ModuleDef builtins_module;

// builtins.__import__ (runtime/import.cpp)
Result<Value> builtin_import(Thread& t, Args a, Tuple* kwnames);

// globals() and locals() of the innermost Python frame. Locals of functions are a new dict each time, those of modules and classes the mapping itself.
Result<Value> current_globals(Thread& t);
Result<Value> current_locals(Thread& t);
Result<Value> dir_of(Thread& t, Value v);           // dir(v); v empty: names of the current locals. A sorted list
Result<Value> divmod_values(Thread& t, Value a, Value b);
Result<Value> abs_value(Thread& t, Value v);
Result<Value> next_value(Thread& t, Value it, Value fallback);   // next(); fallback empty: StopIteration
Result<Value> anext_with_default(Thread& t, Value awaitable, Value fallback);
Status init_anext_type(Thread& t);

// builtins_fold.cpp
Result<Value> builtin_sum(Thread& t, Args a);
Result<Value> builtin_min(Thread& t, Args a, Tuple* kwnames);
Result<Value> builtin_max(Thread& t, Args a, Tuple* kwnames);
Result<Value> builtin_sorted(Thread& t, Args a, Tuple* kwnames);
Result<Value> builtin_all(Thread& t, Args a);
Result<Value> builtin_any(Thread& t, Args a);

// builtins_io.cpp
Result<Value> builtin_print(Thread& t, Args a, Tuple* kwnames);
Result<Value> builtin_input(Thread& t, Args a);
Result<Value> builtin_breakpoint(Thread& t, Args a, Tuple* kwnames);

// Of a raw function: the value of a keyword among kwnames, or empty. `known` lists the names that exist, ended by null; others are a TypeError.
Status read_keywords(Thread& t, const char* fname, Args a, Tuple* kwnames, const char* const* known, Value* out);

}  // namespace kaa
