// Printing Python's and the machine's call stacks to a file descriptor from anywhere: signal handlers, threads without the lock, a crashed process.
// Nothing here allocates, locks or changes the heap; what is read is checked as far as it can be, since it may be half written.
#pragma once
#include "runtime/thread.h"

namespace kaa {

// Text to a descriptor through a small buffer, flushed by the destructor. errno is kept.
class FdWriter {
 public:
  explicit FdWriter(int fd);
  ~FdWriter();
  FdWriter(const FdWriter&) = delete;
  FdWriter& text(const char* s);
  FdWriter& text(const char* s, size_t n);
  FdWriter& decimal(uint64_t n, int width = 1);
  FdWriter& hex(uint64_t n, int width = 1);
  FdWriter& str(const Str* s);  // printable ASCII as it is, the rest escaped; cut after 500 characters
  void flush();

 private:
  int fd_, errno_;
  size_t n_ = 0;
  char buffer_[512];
};

// "Stack (most recent call first):" and the frames of one thread.
void dump_thread(FdWriter& out, const Thread* t);
// The frames of all threads; `current` (may be null) is called so.
void dump_all_threads(FdWriter& out, const Thread* current);
void dump_native_stack(FdWriter& out);
// For debuggers (tools/gdb/kaa.py): the Python frames of all threads to the descriptor. Also works in builds without debugging information.
extern "C" void kaa_dump_frames(int fd);
// The native modules that are imported and no part of the standard library; nothing if there are none.
void dump_native_modules(FdWriter& out);

}  // namespace kaa
