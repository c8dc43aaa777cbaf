#include "runtime/stack_screen.h"

#include <string.h>

#include <algorithm>

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif

namespace kaa {

namespace {
// Reports words that may hold something. AddressSanitizer knows of many that do not: gaps between variables and variables out of scope. Its frames have so
// much room of that kind that stale words in it would keep a good part of what a program drops.
#if __has_feature(address_sanitizer)
__attribute__((no_sanitize("address"))) void report(RootVisitor& v, const uintptr_t* lo, const uintptr_t* hi) {
  for (const uintptr_t* p = lo; p < hi; p++) {
    if (__asan_address_is_poisoned(p)) {
      if (lo < p) v.conservative(lo, p);
      lo = p + 1;
    }
  }
  if (lo < hi) v.conservative(lo, hi);
}
#else
void report(RootVisitor& v, const uintptr_t* lo, const uintptr_t* hi) {
  if (lo < hi) v.conservative(lo, hi);
}
#endif
}  // namespace

__attribute__((no_sanitize("address"))) void StackScreen::extend(Heap& h, const void* lo, const void* base, const Object* newborn) {
  if (!covered_) top_ = (reinterpret_cast<uintptr_t>(base) + kBlock - 1) & ~(kBlock - 1);
  uintptr_t hi = (covered_ ? covered_ : reinterpret_cast<uintptr_t>(base)) & ~uintptr_t{7};
  uintptr_t end = reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7};
  if (end >= hi) return;
  blocks_.resize((top_ - end + kBlock - 1) / kBlock);
  while (hi > end) {  // block by block, and from high addresses to low
    Block& b = blocks_[(top_ - hi) / kBlock];
    uintptr_t start = (hi - 1) & ~(kBlock - 1), from = std::max(start, end);
    uint64_t refer = 0, looked = 0;
    for (uintptr_t at = from; at < hi; at += sizeof(uintptr_t)) {
      uintptr_t word = *reinterpret_cast<const uintptr_t*>(at);
      size_t i = (at - start) / sizeof(uintptr_t);
      b.words[i] = word;
      looked |= uint64_t{1} << i;
      if (LIKELY(!h.in_range(word))) continue;
      const Object* o = h.find_object(word);
      refer |= uint64_t{o && o != newborn && !is_immortal(o->rc)} << i;
    }
    b.refer = (b.refer & ~looked) | refer;
    hi = from;
  }
  covered_ = end;
}

bool StackScreen::trim(uintptr_t covered) {
  blocks_.resize(covered ? (top_ - covered + kBlock - 1) / kBlock : 0);
  covered_ = covered;
  return covered;
}

// A function of our own for the sanitizer, which does not let memcmp() read the gaps of its frames.
__attribute__((no_sanitize("address"))) static bool is_same(const uintptr_t* a, const uintptr_t* b, size_t n) {
#if __has_feature(address_sanitizer)
  for (size_t i = 0; i < n; i++)
    if (a[i] != b[i]) return false;
  return true;
#else
  return !memcmp(a, b, n * sizeof(uintptr_t));
#endif
}

__attribute__((no_sanitize("address"))) void StackScreen::scan(RootVisitor& v, const void* lo, const void* base) const {
  uintptr_t from = reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7}, end = reinterpret_cast<uintptr_t>(base) & ~uintptr_t{7};
  auto words = [](uintptr_t at) { return reinterpret_cast<const uintptr_t*>(at); };
  uintptr_t rest = covered_ ? covered_ : end;
  if (from < rest) report(v, words(from), words(rest));
  for (uintptr_t at = std::max(from, rest); at < end;) {
    const Block& b = blocks_[(top_ - at - 1) / kBlock];
    size_t first = at % kBlock / sizeof(uintptr_t), n = std::min(kBlock - at % kBlock, end - at) / sizeof(uintptr_t);
    uint64_t look = b.refer >> first;
    if (n < kWords) look &= (uint64_t{1} << n) - 1;
    if (!is_same(words(at), b.words + first, n))
      for (size_t i = 0; i < n; i++)
        if (words(at)[i] != b.words[first + i]) look |= uint64_t{1} << i;
    for (; look; look &= look - 1) {
      const uintptr_t* w = words(at) + __builtin_ctzll(look);
      report(v, w, w + 1);
    }
    at += n * sizeof(uintptr_t);
  }
}

__attribute__((no_sanitize("address"))) void StackScreen::clear_below(Heap& h, const void* lo, const void* base) {
  extend(h, lo, base);  // for the end of this activation, if it is not the one meant
#if __has_feature(address_sanitizer)
  constexpr size_t kBytes = 32 << 10;
#else
  constexpr size_t kBytes = 8 << 10;  // what a chain of native calls to Python code rarely exceeds
#endif
  char dead[kBytes];
  memset(dead, 0, kBytes);
  asm volatile("" : : "r"(dead) : "memory");
}

}  // namespace kaa
