// Threads that a library made, and that call back into Python.
#pragma once
#include "runtime/thread.h"

namespace kaa {

// In a thread that Python does not know: makes it known, with the interpreter's lock, for a scope. In any other thread: nothing.
class ForeignThread {
 public:
  ForeignThread();
  ~ForeignThread();
  ForeignThread(const ForeignThread&) = delete;

 private:
  Thread* t_ = nullptr;
};

}  // namespace kaa
