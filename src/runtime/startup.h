// Bringing an interpreter up and down.
#pragma once
#include "runtime/api.h"

namespace kaa {

// Heap, static types, builtins; no module of the library yet. Aborts with a message when memory is short. seed: PYTHONHASHSEED (-1: random).
Thread& start_core(int64_t hash_seed);
// Native modules by name (modules.def), null when there is none.
const ModuleDef* find_native_module(std::string_view name);
Status init_builtin_names(Thread& t, Dict* builtins);  // the types and constants of builtins
void collect_if_due(Thread& t);

}  // namespace kaa
