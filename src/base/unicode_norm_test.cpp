#include "base/unicode_norm.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/unicode_test_util.h"

namespace kaa::unicode {
namespace {

std::string norm(std::vector<uint32_t> text, Form form) {
  TextBuilder out;
  EXPECT_TRUE(normalize({text.data(), text.size(), 4}, form, out));
  EXPECT_EQ(is_normalized({text.data(), text.size(), 4}, form),
            test::hexes(out.view()) == test::hexes({text.data(), text.size(), 4}));
  return test::hexes(out.view());
}

TEST(UnicodeNorm, Samples) {
  EXPECT_EQ(norm({0xE9}, Form::kNFD), "65,301");
  EXPECT_EQ(norm({0x65, 0x301}, Form::kNFC), "e9");
  EXPECT_EQ(norm({0xFB01}, Form::kNFC), "fb01");
  EXPECT_EQ(norm({0xFB01}, Form::kNFKC), "66,69");
  EXPECT_EQ(norm({0x1E9B, 0x323}, Form::kNFC), "1e9b,323");
  EXPECT_EQ(norm({0x1E9B, 0x323}, Form::kNFD), "17f,323,307");
  EXPECT_EQ(norm({0x1E9B, 0x323}, Form::kNFKC), "1e69");
  EXPECT_EQ(norm({0x212B}, Form::kNFC), "c5");
  EXPECT_EQ(norm({0x958}, Form::kNFC), "915,93c");  // excluded from composition
  EXPECT_EQ(norm({0x1D15E}, Form::kNFC), "1d157,1d165");
  EXPECT_EQ(norm({0xD800, 0x301}, Form::kNFC), "d800,301");
}

TEST(UnicodeNorm, Hangul) {
  EXPECT_EQ(norm({0xAC01}, Form::kNFD), "1100,1161,11a8");
  EXPECT_EQ(norm({0x1100, 0x1161, 0x11A8}, Form::kNFC), "ac01");
  EXPECT_EQ(norm({0xAC00, 0x11A8}, Form::kNFC), "ac01");
  EXPECT_EQ(norm({0xAC01, 0x11A8}, Form::kNFC), "ac01,11a8");
  EXPECT_EQ(norm({0xAC00, 0x11A7}, Form::kNFC), "ac00,11a7");
}

TEST(UnicodeNorm, Blocking) {
  EXPECT_EQ(norm({0x61, 0x5AE, 0x300}, Form::kNFC), "e0,5ae");
  EXPECT_EQ(norm({0x61, 0x300, 0x300}, Form::kNFC), "e0,300");
  EXPECT_EQ(norm({0xB47, 0x300, 0xB3E}, Form::kNFC), "b47,300,b3e");  // a starter between blocks
}

TEST(UnicodeNorm, LongRunsAreSortedStably) {
  // 3000 marks of classes 220, 230 and 1, interleaved: linear time, and marks of one class keep their order.
  std::vector<uint32_t> text = {'x'};
  for (int i = 0; i < 1000; i++) {
    text.push_back(i % 2 ? 0x316 : 0x317);
    text.push_back(0x300);
    text.push_back(0x334);
  }
  TextBuilder out;
  ASSERT_TRUE(normalize({text.data(), text.size(), 4}, Form::kNFD, out));
  ASSERT_EQ(out.length(), text.size());
  for (size_t i = 0; i < 1000; i++) {
    EXPECT_EQ(out.view()[1 + i], 0x334u);
    EXPECT_EQ(out.view()[1001 + i], i % 2 ? 0x316u : 0x317u);
    EXPECT_EQ(out.view()[2001 + i], 0x300u);
  }
}

TEST(UnicodeNorm, OldVersion) {
  for (auto [cp, old] : {std::pair<uint32_t, const char*>{0x2F868, "2136a"}, {0xFA2E, "fa2e"}, {0xE9, "e9"}}) {
    TextBuilder out;
    ASSERT_TRUE(normalize({&cp, 1, 4}, Form::kNFC, out, Version::k3_2_0));
    EXPECT_EQ(test::hexes(out.view()), old);
  }
}

TEST(UnicodeNorm, Utf8) {
  std::string out = "old";
  EXPECT_TRUE(nfkc_utf8("plain", out));
  EXPECT_EQ(out, "plain");
  EXPECT_TRUE(nfkc_utf8("e\xcc\x81\xef\xac\x81", out));
  EXPECT_EQ(out,
            "\xc3\xa9"
            "fi");
  EXPECT_FALSE(nfkc_utf8("\xff", out));
}

TEST(UnicodeNorm, QuickCheck) {
  uint32_t maybe[] = {'a', 0x301}, yes[] = {0xE9}, disorder[] = {'a', 0x301, 0x316};
  EXPECT_EQ(quick_check({maybe, 2, 4}, Form::kNFC), Quick::kMaybe);
  EXPECT_EQ(quick_check({yes, 1, 4}, Form::kNFC), Quick::kYes);
  EXPECT_EQ(quick_check({yes, 1, 4}, Form::kNFD), Quick::kNo);
  EXPECT_EQ(quick_check({disorder, 3, 4}, Form::kNFD), Quick::kNo);
}

}  // namespace
}  // namespace kaa::unicode
