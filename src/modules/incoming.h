// Where a call puts what it reads while it is not known how much that will be. Callers ask for far more than they mostly get (event loops receive with room for
// 256 KiB): room of middle size comes from malloc, which has it at hand, where the heap would have to be reconciled every few calls; what came is copied.
#pragma once
#include <stdlib.h>

#include "runtime/api.h"

namespace kaa {

class Incoming {
 public:
  Incoming() = default;
  Incoming(const Incoming&) = delete;
  ~Incoming() {
    free(room_);
    asm volatile("" : : "r"(bytes_) : "memory");  // as Keep
  }
  Status get(Thread& t, size_t size) {
    size_ = size;
    if (size > kLeast && size <= kMost && (room_ = static_cast<char*>(malloc(size)))) return {};
    bytes_ = TRY(new_bytes(t, nullptr, size));
    return {};
  }
  char* data() { return room_ ? room_ : bytes_->data(); }
  size_t size() const { return size_; }
  // The first `n` bytes of it.
  Result<Value> take(Thread& t, size_t n) {
    if (bytes_ && n == size_) return bytes_;
    return TRY(new_bytes(t, data(), n));
  }

 private:
  static constexpr size_t kLeast = 16 << 10, kMost = 1 << 20;
  size_t size_ = 0;
  char* room_ = nullptr;
  Bytes* bytes_ = nullptr;
};

}  // namespace kaa
