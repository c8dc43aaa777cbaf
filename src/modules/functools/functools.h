// The types of _functools by file.
#pragma once
#include "modules/native_new.h"
#include "types/seq.h"

namespace kaa::functools {

extern Type* g_partial;
extern Type* g_placeholder_type;
extern Type* g_key_wrapper;
extern Type* g_lru_cache_wrapper;
extern const TypeSpec partial_spec, placeholder_spec, key_wrapper_spec, lru_cache_wrapper_spec;

Result<Value> placeholder(Thread& t);   // functools.Placeholder
Result<Value> cmp_to_key(Thread& t, Args a);
Result<Value> bind_method(Thread& t, Value func, Value self);  // what __get__ of a callable answers

// __dict__ of instances.
inline Result<Value> get_instance_dict(Thread& t, Value self) { return get_dict_attr(t, self); }
inline Status set_instance_dict(Thread& t, Value self, Value d) { return set_dict_attr(t, self, d); }

}  // namespace kaa::functools
