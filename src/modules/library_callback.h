// Callbacks from libraries into Python.
//
// A library may be called inside `Blocking` or outside it; its callback takes the interpreter's lock back if it was let go, and lets go again at its end. An exception
// cannot pass through the library: the callback keeps it (or reports it) and tells the library in the library's own way.
#pragma once
#include "runtime/api.h"

namespace kaa {

class LibraryCallback {
 public:
  LibraryCallback() : t(current_thread()), detached_(t.native_top != nullptr) {
    if (detached_) leave_blocking(t);
  }
  ~LibraryCallback() {
    if (detached_) enter_blocking(t);
  }
  LibraryCallback(const LibraryCallback&) = delete;
  Thread& t;

 private:
  bool detached_;
};

}  // namespace kaa
