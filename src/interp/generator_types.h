// What generator_types.cpp and async_generator.cpp share: attributes and methods of all three types.
#pragma once
#include <stdio.h>

#include "interp/generator.h"

namespace kaa {

Result<Value> step_result(Thread& t, int s, Value v);
Status check_throw_count(Thread& t, uint32_t n);
Result<Value> gen_get_name(Thread& t, Value self);
Result<Value> gen_get_qualname(Thread& t, Value self);
Status gen_set_name(Thread& t, Value self, Value v);
Status gen_set_qualname(Thread& t, Value self, Value v);
Result<Value> gen_get_frame(Thread& t, Value self);
Result<Value> gen_get_code(Thread& t, Value self);
Result<Value> gen_get_suspended(Thread& t, Value self);
Result<Value> gen_get_delegate(Thread& t, Value self);
Result<Value> gen_class_getitem(Thread& t, Args a);
Result<Value> gen_repr(Thread& t, Args a);
Result<Value> gen_del(Thread& t, Args a);

}  // namespace kaa
