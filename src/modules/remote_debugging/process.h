// Another process of this very build, whose memory is read while it runs. It is neither stopped nor asked, so that it may be blocked, or be this one.
#pragma once
#include <array>
#include <unordered_map>

#include "base/std.h"

namespace kaa::remote {

// A copy of a struct that lies in the other process: pointers in it are addresses there.
template <class T>
class Copy {
 public:
  const T* operator->() const { return reinterpret_cast<const T*>(bytes_); }
  const T& operator*() const { return *operator->(); }
  void* to() { return bytes_; }
 private:
  alignas(T) char bytes_[sizeof(T)] = {};
};

class Process {
 public:
  explicit Process(int pid) : pid_(pid) {}
  int pid() const { return pid_; }
  // 0: it can be read, and is of this build. EFAULT: it is no such process. Else why the system refuses.
  int attach();
  // Memory is read in pages, which are kept: what is read twice is the same.
  bool read(const void* there, void* here, size_t n);
  template <class T> bool read(const T* there, Copy<T>& here) { return read(there, here.to(), sizeof(T)); }
  bool peek(const void* there, void* here, size_t n);  // as it is now
  bool write(void* there, const void* here, size_t n);
  // Since forget(): why a read failed. EFAULT: there is no memory.
  int error() const { return error_; }
  void forget() { pages_.clear(); error_ = 0; }
  // Where a static of the program is in the other process.
  template <class T> T* there(T* here) const { return reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(here) + shift_); }

 private:
  static constexpr size_t kPage = 4096;
  bool find_shift();
  int pid_, error_ = 0;
  uintptr_t shift_ = 0;  // of the program's addresses there against those here
  std::unordered_map<uintptr_t, std::array<char, kPage>> pages_;
};

}  // namespace kaa::remote
