// The end of the program's modules.
#pragma once
#include "runtime/api.h"

namespace kaa {

// Lets what modules hold die, so that finalizers run and files are flushed: sys.modules is emptied, and modules that something still refers to lose
// their names, the last imported first. For the end of the main thread, when no other runs; errors go to sys.unraisablehook.
void tear_down_modules(Thread& t);

}  // namespace kaa
