// Bringing an interpreter up and down.
#pragma once
#include "runtime/api.h"

namespace kaa {

// Heap, static types, builtins; no module of the library yet. Aborts with a message when memory is short. seed: PYTHONHASHSEED (-1: random).
Thread& start_core(int64_t hash_seed);
// The end: daemon threads stop, sys.modules and the modules' contents go, and finalizers of what that releases run (main/shutdown.cpp).
void tear_down(Thread& t);
Status run_exit_functions(Thread& t);   // of atexit
// Native modules by name (modules.def), null when there is none.
const ModuleDef* find_native_module(std::string_view name);
Status init_builtins(Thread& t);                       // sys.modules of the current interpreter, with builtins in it
void visit_native_types(ChildVisitor& v);  // the references that types of native modules hold
Status init_builtin_names(Thread& t, Module* builtins);  // the types and constants of builtins
Status boot_library(Thread& t, bool main);             // importlib, __main__, the standard streams, site (main/boot.cpp); sys is there
extern Type* g_unraisable_args;         // of what sys.unraisablehook receives; made with sys, immortal
// ---- cycle collection policy (gc.cpp)
struct GcGeneration { uint64_t collections = 0, collected = 0; };
struct GcState {
  bool enabled = true, collecting = false;
  bool booting = true;                       // what the library makes until the program begins mostly stays: it is not looked at as young
  int threshold[3] = {2000, 10, 10};         // gc.set_threshold(); a first one of 0: no automatic collection
  GcGeneration generations[3];
  uint64_t allocated_then = 0;               // objects made up to the last collection
  uint64_t young_since = 0, middle_since = 0;  // collections of generation 0 since the last of an older one, of generation 1 since the last full one
  void (*notify)(Thread& t, const char* phase, int generation, size_t collected) = nullptr;  // gc.callbacks
  uint64_t next_full = 200000;  // live objects at which the next full collection is due
  bool memory_short = false;    // a full one is to be made because of that
  uint32_t in_vain = 0, skip = 0;  // how many of those found nothing, one after the other; how many MemoryErrors shall pass without another
};
extern GcState g_gc;
void collect_if_due(Thread& t, const void* top, bool reconciled);  // top: as Heap::reconcile_above(); reconciled: just now
size_t gc_collect(Thread& t, int generation, const void* top = nullptr, bool reconciled = false);  // returns the number of unreachable objects found
void gc_after_reconcile(Heap& h);
void gc_memory_short(Thread& t);  // MemoryError is raised: cycles may hold memory

}  // namespace kaa
