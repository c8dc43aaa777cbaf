#include "base/gmp_guard.h"

#include <gmp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

namespace kaa {
namespace {

constexpr size_t kImpossible = size_t{1} << 60;

// What was allocated before the failure is given back (AddressSanitizer's leak check sees to that), and a guard can be
// entered again.
TEST(GmpGuard, AnswersFalseWhenThereIsNoMemory) {
#if __has_feature(address_sanitizer)
  if (const char* options = std::getenv("ASAN_OPTIONS");
      !options || !std::strstr(options, "allocator_may_return_null=1"))
    GTEST_SKIP() << "AddressSanitizer ends the process at such sizes without allocator_may_return_null=1";
#endif
  void* (*allocate)(size_t);
  void* (*reallocate)(void*, size_t, size_t);
  void (*release)(void*, size_t);
  mp_get_memory_functions(&allocate, &reallocate, &release);
  int reached = 0;
  for (int round = 0; round < 3; ++round) {
    EXPECT_FALSE(gmp_guarded([&] {
      void* a = allocate(100);
      void* b = allocate(200);
      a = reallocate(a, 100, 100000);
      release(b, 200);
      ++reached;
      allocate(kImpossible);
      reached = 1000;
    }));
  }
  EXPECT_EQ(reached, 3);
  // A failure in an inner guard leaves the outer one going.
  bool inner = true;
  void* kept = nullptr;
  EXPECT_TRUE(gmp_guarded([&] {
    kept = allocate(50);
    inner = gmp_guarded([&] { allocate(kImpossible); });
    kept = reallocate(kept, 50, 5000);
  }));
  EXPECT_FALSE(inner);
  release(kept, 5000);
}

}  // namespace
}  // namespace kaa
