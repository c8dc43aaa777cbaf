#include "bytecode/positions.h"

#include <gtest/gtest.h>

#include <vector>

namespace kaa {
namespace {

bool same(const PositionEntry& a, const PositionEntry& b) {
  return a.start == b.start && a.line == b.line && a.end_line == b.end_line && a.col == b.col && a.end_col == b.end_col;
}

TEST(Positions, RoundTrip) {
  std::vector<PositionEntry> in = {{0, 1, 1, 0, 5}, {3, -1, -1, -1, -1}, {3, 200, 201, 3, 1000}, {70000, 2, 2000000, 0, 0}, {70001, INT32_MAX, INT32_MAX, 1, 2}};
  std::string packed;
  pack_positions(in.data(), 5, 7, packed);
  std::vector<PositionEntry> out(5);
  unpack_positions(packed.data(), packed.size(), 7, out.data(), 5);
  for (int i = 0; i < 5; i++) EXPECT_TRUE(same(in[i], out[i])) << i;
}

TEST(Positions, CutOffAnywhere) {
  std::vector<PositionEntry> in = {{0, 1, 1, 0, 5}, {300, 200, 201, 3, 1000}};
  std::string packed;
  pack_positions(in.data(), 2, 1, packed);
  for (size_t n = 0; n < packed.size(); n++) {
    std::vector<PositionEntry> out(2);
    unpack_positions(packed.data(), n, 1, out.data(), 2);
    EXPECT_EQ(out[1].line, -1) << n;
    EXPECT_LE(out[0].start, out[1].start);
  }
}

}  // namespace
}  // namespace kaa
