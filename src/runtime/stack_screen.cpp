#include "runtime/stack_screen.h"

#include <string.h>

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
  uintptr_t hi = covered_ ? covered_ : reinterpret_cast<uintptr_t>(base);
  uintptr_t end = reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7};
  if (end >= hi) return;
  for (const uintptr_t* p = reinterpret_cast<const uintptr_t*>(hi & ~uintptr_t{7}); p-- > reinterpret_cast<const uintptr_t*>(end);)
    if (h.in_range(*p)) {
      const Object* o = h.find_object(*p);
      if (!o || o == newborn) stale_.push_back({p, *p});
    }
  covered_ = end;
}

bool StackScreen::trim(uintptr_t covered) {
  while (!stale_.empty() && (!covered || reinterpret_cast<uintptr_t>(stale_.back().at) < covered)) stale_.pop_back();
  covered_ = covered;
  bool scanned = scanned_;
  scanned_ = false;
  return scanned && covered;
}

__attribute__((no_sanitize("address"))) void StackScreen::scan(RootVisitor& v, const void* lo, const void* base) {
  scanned_ = true;
  const uintptr_t* from = reinterpret_cast<const uintptr_t*>(reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7});
  for (size_t i = stale_.size(); i-- > 0;) {
    const Stale& s = stale_[i];
    if (s.at < from || *s.at != s.word) continue;
    report(v, from, s.at);
    from = s.at + 1;
  }
  report(v, from, static_cast<const uintptr_t*>(base));
}

[[gnu::noinline]] __attribute__((no_sanitize("address"))) void clear_native_stack_below() {
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
