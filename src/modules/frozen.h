// Frozen modules: code of library modules that is found by name, without importlib's search (src/defs/frozen.def).
#pragma once
#include "runtime/api.h"

namespace kaa {

struct FrozenModule {
  const char* name;      // as imported
  const char* origname;  // the library module whose code it is; empty: none
  const char* file;      // below the library folder
  bool package, essential;
};

// The row of that name, or null: it is not frozen (or -X frozen_modules=off, or not there).
const FrozenModule* find_frozen(Str* name);
// Its code, from the .pyc file beside its source where that is valid, else compiled (and then cached).
Result<Code*> frozen_code(Thread& t, const FrozenModule& f);
// Makes the module, puts it into sys.modules and runs it.
Result<Module*> run_frozen(Thread& t, const FrozenModule& f);

// For tests of importlib: > 0 on, < 0 off, 0 as the command line says.
int override_frozen_modules(int how);
extern bool g_frozen_modules;  // -X frozen_modules
extern const FrozenModule k_frozen_modules[];
extern const size_t k_frozen_count;

// Gives the code object, and those within that have the same file name, another one.
void set_code_filename(Code* c, Str* name);

}  // namespace kaa
