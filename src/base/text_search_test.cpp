#include "base/text_search.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace kaa {
namespace {

// What the searches must find, the slow way.
template <typename T>
struct Expected {
  size_t first = kNotFound, last = kNotFound, count = 0;
  Expected(const std::vector<T>& hay, const std::vector<T>& needle) {
    size_t n = hay.size(), m = needle.size(), next = 0;
    for (size_t i = 0; i + m <= n; i++) {
      if (!std::equal(needle.begin(), needle.end(), hay.begin() + static_cast<ptrdiff_t>(i))) continue;
      if (first == kNotFound) first = i;
      last = i;
      if (i >= next) {
        count++;
        next = i + m;
      }
    }
  }
};

template <typename T>
TextView view(const std::vector<T>& v) {
  return {v.data(), v.size(), sizeof(T)};
}

template <typename T>
void compare_random(T base) {
  srand(1);
  for (int round = 0; round < 30000; round++) {
    int letters = 1 + rand() % 3;
    size_t period = 1 + static_cast<size_t>(rand()) % 6;
    std::vector<T> hay(static_cast<size_t>(rand()) % (round % 50 ? 90 : 3000)),
        needle(static_cast<size_t>(rand()) % (round % 3 ? 6 : 40));
    bool periodic = rand() % 2;
    for (size_t i = 0; i < hay.size(); i++)
      hay[i] = static_cast<T>(base + (periodic ? i % period == 0 && rand() % 30 : rand() % letters));
    for (size_t i = 0; i < needle.size(); i++)
      needle[i] = static_cast<T>(base + (periodic ? i % period == 0 : rand() % letters));
    Expected<T> expected(hay, needle);
    ASSERT_EQ(text_find(view(hay), view(needle)), expected.first);
    ASSERT_EQ(text_rfind(view(hay), view(needle)), expected.last);
    ASSERT_EQ(text_count(view(hay), view(needle)), needle.empty() ? hay.size() + 1 : expected.count);
    if (needle.size() == 1) {
      ASSERT_EQ(text_find_char(view(hay), needle[0]), expected.first);
      ASSERT_EQ(text_rfind_char(view(hay), needle[0]), expected.last);
    }
  }
}

TEST(TextSearch, RandomLatin1) { compare_random<uint8_t>('a'); }
TEST(TextSearch, RandomBmp) { compare_random<uint16_t>(0x4E00); }
TEST(TextSearch, RandomAstral) { compare_random<uint32_t>(0x1F600); }

TEST(TextSearch, WorstCasesAreLinear) {
  // Quadratic searches of these would take 10^11 comparisons: the test would not end.
  std::vector<uint8_t> hay(2000000, 'a'), needle(100000, 'a');
  needle[50000] = 'b';
  EXPECT_EQ(text_find(view(hay), view(needle)), kNotFound);
  EXPECT_EQ(text_rfind(view(hay), view(needle)), kNotFound);
  hay[1500000] = 'b';
  EXPECT_EQ(text_find(view(hay), view(needle)), 1450000u);
  EXPECT_EQ(text_rfind(view(hay), view(needle)), 1450000u);
  EXPECT_EQ(text_count(view(hay), view(needle)), 1u);
}

TEST(TextSearch, MixedKinds) {
  std::vector<uint32_t> wide = {0x1F600, 'a', 'b', 0x1F600, 'a', 'b'};
  EXPECT_EQ(text_find(view(wide), {"ab", 2, 1}), 1u);
  EXPECT_EQ(text_rfind(view(wide), {"ab", 2, 1}), 4u);
  EXPECT_EQ(text_count(view(wide), {"ab", 2, 1}), 2u);
  std::vector<uint16_t> long_hay(500, 'x');
  std::string long_needle(400, 'x');
  EXPECT_EQ(text_rfind(view(long_hay), {long_needle.data(), 400, 1}), 100u);
  EXPECT_EQ(text_find({"ab", 2, 1}, view(wide)), kNotFound);
  EXPECT_EQ(text_find_char({"ab", 2, 1}, 0x161), kNotFound);
  EXPECT_EQ(text_find_char({"abab", 4, 1}, 'a', 1), 2u);
}

TEST(TextSearch, EmptyNeedlesAndLimits) {
  EXPECT_EQ(text_find({"abc", 3, 1}, {"", 0, 1}), 0u);
  EXPECT_EQ(text_rfind({"abc", 3, 1}, {"", 0, 1}), 3u);
  EXPECT_EQ(text_count({"abc", 3, 1}, {"", 0, 1}), 4u);
  EXPECT_EQ(text_count({"aaaa", 4, 1}, {"a", 1, 1}, 3), 3u);
  EXPECT_EQ(text_count({"aaaa", 4, 1}, {"aa", 2, 1}, 1), 1u);
  EXPECT_EQ(text_find({"", 0, 1}, {"a", 1, 1}), kNotFound);
}

}  // namespace
}  // namespace kaa
