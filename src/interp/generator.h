// Generators, coroutines, async generators; the delegation and awaiting protocols; helpers of rare instructions.
#pragma once
#include "runtime/call.h"

namespace kaa {

Result<Value> make_generator(Thread& t, Frame* f);            // the generator object of a just entered frame; takes its registers
// Runs a generator from native code. 1: yielded *out; 0: returned *out; -1: error.
int generator_resume(Thread& t, GeneratorObject* g, Value sent, Value* out);
// Raises exc (or, empty, what is being raised already) at the generator's yield.
int generator_throw(Thread& t, GeneratorObject* g, Value exc, Value* out);
Status generator_close(Thread& t, GeneratorObject* g);
// Sends v to any iterator or awaitable iterator: 1 yielded, 0 returned, -1 error.
int send_value(Thread& t, Value it, Value v, Value* out);
Value generator_delegate(GeneratorObject* g);                 // what it awaits or yields from, or empty
Result<Value> get_yield_from_iter(Thread& t, Value v, uint32_t code_flags);
Result<Value> get_awaitable(Thread& t, Value v, int where);
Result<Value> get_aiter(Thread& t, Value v);
Result<Value> get_anext(Thread& t, Value v);
Result<Value> async_gen_wrap(Thread& t, Value v);
Result<Value> stop_iteration_error(Thread& t, Frame* f, Value exc);
Result<Value> prepare_reraise_star(Thread& t, Value orig, List* excs);
Result<Value> import_from(Thread& t, Value module, Str* name);
Status import_star(Thread& t, Frame* f, Value module);
Result<Value> typing_intrinsic(Thread& t, Intrinsic i, Value* a);
Result<Value> match_keys(Thread& t, Value subject, Tuple* keys);
Result<Value> match_class(Thread& t, Value subject, Value cls, uint32_t npos, Tuple* names);

}  // namespace kaa
