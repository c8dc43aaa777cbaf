// Hashes against CPython's (hash_cases.inc: str and bytes under several PYTHONHASHSEEDs, tuples, frozensets, complex).
#include "base/hash.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/siphash.h"

namespace kaa {
namespace {

struct Case {
  const char* op;
  const char* seed;
  const char* data;
  const char* result;
};
const Case kCases[] = {
#include "base/hash_cases.inc"
};

std::vector<int64_t> numbers(const char* text) {
  std::vector<int64_t> out;
  char* end;
  for (;;) {
    int64_t v = std::strtoll(text, &end, 10);
    if (end == text) return out;
    out.push_back(v);
    text = end;
  }
}

TEST(Hash, AsCPython) {
  for (const Case& row : kCases) {
    std::string op = row.op, data = row.data;
    int64_t h = 0;
    if (op == "bytes") {
      std::vector<uint8_t> bytes;
      for (size_t i = 0; i < data.size(); i += 2)
        bytes.push_back(static_cast<uint8_t>(std::stoi(data.substr(i, 2), nullptr, 16)));
      HashSecret secret = hash_secret_from_seed(static_cast<uint32_t>(std::strtoull(row.seed, nullptr, 10)));
      h = hash_bytes(secret, bytes.data(), static_cast<int64_t>(bytes.size()));
    } else {
      std::vector<int64_t> items = numbers(row.data);
      auto n = static_cast<int64_t>(items.size());
      if (op == "tuple") {
        TupleHash hash;
        for (int64_t item : items) hash.add(item);
        h = hash.finish(n);
      } else if (op == "frozenset") {
        FrozensetHash hash;
        for (int64_t item : items) hash.add(item);
        h = hash.finish(n);
      } else {
        ASSERT_EQ(n, 2);
        h = hash_complex(items[0], items[1]);
      }
    }
    EXPECT_EQ(std::to_string(h), row.result) << row.op << " " << row.seed << " " << row.data;
  }
}

TEST(Hash, Numbers) {
  EXPECT_EQ(hash_double(INFINITY), 314159);
  EXPECT_EQ(hash_double(-INFINITY), -314159);
  EXPECT_EQ(hash_double(-0.0), 0);
  EXPECT_EQ(hash_double(-1.0), -2);
  EXPECT_EQ(hash_int64(-1), -2);
  EXPECT_EQ(hash_int64((int64_t{1} << 61) - 1), 0);
  EXPECT_EQ(hash_int64(INT64_MIN), -4);
  for (int64_t v : {int64_t{0}, int64_t{7}, int64_t{-12345}, int64_t{1} << 61, -(int64_t{1} << 62)})
    EXPECT_EQ(hash_double(static_cast<double>(v)), hash_int64(v));
}

}  // namespace
}  // namespace kaa
