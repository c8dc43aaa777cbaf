// Numbers of CPython's _random.Random for the same seeds.
#include "modules/random/mt19937.h"

#include <gtest/gtest.h>

#include <vector>

namespace kaa::random {
namespace {

TEST(Mt19937, Seed12345) {
  const uint32_t key[] = {12345};
  Mt19937 random;
  random.seed(key, 1);
  for (uint32_t expected : {1789368711u, 3146859322u, 43676229u}) EXPECT_EQ(random.next(), expected);
  for (double expected : {0x1.a3edf0f4d02efp-1, 0x1.9b0ef1d31cea5p-1, 0x1.b5d4b157940e9p-1})
    EXPECT_EQ(random.next_double(), expected);
  uint32_t words[4];
  random.get_bits(100, words);  // 0x9452ec40a3193ca54ee897110
  EXPECT_EQ(words[0], 0xee897110u);
  EXPECT_EQ(words[1], 0x3193ca54u);
  EXPECT_EQ(words[2], 0x452ec40au);
  EXPECT_EQ(words[3], 0x9u);
  uint32_t five;
  random.get_bits(5, &five);
  EXPECT_EQ(five, 13u);
  Mt19937 copy;
  ASSERT_TRUE(copy.set_state(random.state(), random.index()));
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(random.next_double(), copy.next_double());
  EXPECT_EQ(random.next(), 1484421778u);
  EXPECT_EQ(random.index(), 271u);
  EXPECT_EQ(random.state()[0], 1173701521u);
  EXPECT_EQ(random.state()[623], 1509202512u);
  EXPECT_FALSE(copy.set_state(random.state(), 625));
}

TEST(Mt19937, LongSeeds) {
  const uint32_t key[] = {689956897u, 2830677074u, 64u};
  Mt19937 random;
  random.seed(key, 3);
  for (uint32_t expected : {1639482256u, 957409004u, 4169312191u}) EXPECT_EQ(random.next(), expected);
  // More words than the state has.
  std::vector<uint32_t> words;
  for (uint32_t i = 0; i < 700; ++i) words.push_back(i * 2654435761u);
  words.push_back(1);
  random.seed(words.data(), words.size());
  for (uint32_t expected : {3676831278u, 3526478761u, 1929475739u}) EXPECT_EQ(random.next(), expected);
}

}  // namespace
}  // namespace kaa::random
