#include "runtime/stack_screen.h"

namespace kaa {

__attribute__((no_sanitize("address"))) void StackScreen::extend(Heap& h, const void* lo, const void* base) {
  uintptr_t hi = covered_ ? covered_ : reinterpret_cast<uintptr_t>(base);
  uintptr_t end = reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7};
  if (end >= hi) return;
  for (const uintptr_t* p = reinterpret_cast<const uintptr_t*>(hi & ~uintptr_t{7}); p-- > reinterpret_cast<const uintptr_t*>(end);)
    if (h.in_range(*p) && !h.find_object(*p)) stale_.push_back({p, *p});
  covered_ = end;
}

void StackScreen::trim(uintptr_t covered) {
  while (!stale_.empty() && (!covered || reinterpret_cast<uintptr_t>(stale_.back().at) < covered)) stale_.pop_back();
  covered_ = covered;
}

__attribute__((no_sanitize("address"))) void StackScreen::scan(RootVisitor& v, const void* lo, const void* base) const {
  const uintptr_t* from = reinterpret_cast<const uintptr_t*>(reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7});
  for (size_t i = stale_.size(); i-- > 0;) {
    const Stale& s = stale_[i];
    if (s.at < from || *s.at != s.word) continue;
    if (from != s.at) v.conservative(from, s.at);
    from = s.at + 1;
  }
  if (from < base) v.conservative(from, base);
}

}  // namespace kaa
