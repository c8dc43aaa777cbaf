// Address space that is kept for what must not fail when memory is short: tables of the collector, exceptions that say that memory is short, small blocks of
// `new`. It is given up when one of these cannot get any. Until it could be taken again the heap maps nothing new for anybody else, so that a program which
// goes on after MemoryError does not use it up.
#pragma once
#include <cstddef>

namespace kaa {

// False: there is none.
bool give_up_reserve();
// What get() gives, asked again without the reserve when that is nothing.
template <class F>
auto with_reserve(F&& get) {
  auto got = get();
  return !got && give_up_reserve() ? get() : got;
}
// The limits change: it is taken again by the new ones.
void reset_reserve();
// The reserve was used and could not be taken again as a whole.
bool memory_is_tight();
// Whether so much could be allocated now.
bool room_for(size_t bytes);

// While one lives, the heap may use the reserve. Under the interpreter's lock.
class NeedMemory {
 public:
  NeedMemory();
  ~NeedMemory();
};

}  // namespace kaa
