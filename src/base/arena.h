// Arena: a bump allocator whose memory is freed all at once, when it is destroyed or reset.
//
// For data that lives and dies together (a syntax tree, a compiler's symbol tables). Nothing in it is destroyed
// one by one, so it only takes trivially destructible types. Running out of memory aborts the process as operator new
// does. One arena belongs to one thread at a time.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kaa {

// malloc, which asks for more memory as `new` does, and ends the process as that does.
inline void* allocate_as_new(size_t size) {
  for (;;) {
    if (void* p = malloc(size)) return p;
    std::new_handler more = std::get_new_handler();
    if (!more) abort();
    more();
  }
}

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { reset(); }

  // `size` bytes, uninitialised, aligned to `align` (a power of two, at most 16).
  void* allocate(size_t size, size_t align = 8) {
    uintptr_t at = (next_ + (align - 1)) & ~(uintptr_t)(align - 1);
    if (at + size > end_ || at + size < at) return allocate_slow(size, align);
    next_ = at + size;
    return (void*)at;
  }

  // One T, value-initialised from `args`.
  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  // An uninitialised array of `count` T.
  template <class T>
  T* array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
    return (T*)allocate(count * sizeof(T), alignof(T));
  }

  // A copy of `text` that lives as long as the arena; its data() is never null, and a NUL follows it.
  std::string_view copy(std::string_view text) {
    char* to = (char*)allocate(text.size() + 1, 1);
    if (!text.empty()) memcpy(to, text.data(), text.size());
    to[text.size()] = 0;
    return {to, text.size()};
  }

  // Frees everything.
  void reset() {
    while (chunk_) {
      Chunk* before = chunk_->before;
      free(chunk_);
      chunk_ = before;
    }
    next_ = end_ = 0;
    bytes_ = 0;
    next_size_ = kFirstChunk;
  }

  // Bytes taken from malloc so far.
  size_t bytes() const { return bytes_; }

 private:
  struct alignas(16) Chunk {
    Chunk* before;
    size_t size;
  };
  static constexpr size_t kFirstChunk = 8 << 10;
  static constexpr size_t kLargestChunk = 1 << 20;

  __attribute__((noinline)) void* allocate_slow(size_t size, size_t align) {
    size_t need = sizeof(Chunk) + size + 16;
    if (need < size) abort();
    size_t take = need > next_size_ ? need : next_size_;
    Chunk* chunk = (Chunk*)allocate_as_new(take);
    chunk->before = chunk_;
    chunk->size = take;
    chunk_ = chunk;
    bytes_ += take;
    if (next_size_ < kLargestChunk) next_size_ *= 2;
    next_ = (uintptr_t)(chunk + 1);
    end_ = (uintptr_t)chunk + take;
    return allocate(size, align);
  }

  uintptr_t next_ = 0;
  uintptr_t end_ = 0;
  Chunk* chunk_ = nullptr;
  size_t bytes_ = 0;
  size_t next_size_ = kFirstChunk;
};

}  // namespace kaa
