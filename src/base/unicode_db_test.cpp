#include "base/unicode_db.h"

#include <gtest/gtest.h>

#include "base/unicode_norm.h"
#include "base/unicode_test_util.h"

namespace kaa::unicode {
namespace {

// The lines of tools/unicode/digests.py.
uint32_t digest(Version version) {
  test::Crc32 crc;
  std::string line;
  char text[256];
  for (uint32_t cp = 0; cp < 0x110000; cp++) {
    double value = -99;
    numeric(cp, &value, version);
    line = category(cp, version);
    line += '|';
    line += bidirectional(cp, version);
    line += '|' + std::to_string(combining(cp, version)) + '|';
    line += east_asian_width(cp, version);
    line += mirrored(cp, version) ? "|1|" : "|0|";
    size_t n = decomposition_text(cp, text, version);
    bool decomposes = n != 0;
    line.append(text, n);
    line += '|' + std::to_string(decimal(cp, version)) + '|' + std::to_string(digit(cp)) + '|';
    line.append(text, static_cast<size_t>(snprintf(text, sizeof text, "%.6f|", value)));
    n = name(cp, text, version);
    line.append(text, n);
    for (Form form : {Form::kNFD, Form::kNFKD, Form::kNFC, Form::kNFKC}) {
      if (!decomposes) break;
      TextBuilder out;
      EXPECT_TRUE(normalize({&cp, 1, 4}, form, out, version));
      line += '|';
      test::add_hexes(line, out.view());
    }
    line += '\n';
    crc.add(line);
  }
  return crc.value();
}

TEST(UnicodeDb, Version16AgreesWithCPythonForEveryCodePoint) { EXPECT_EQ(digest(Version::k16_0), 0x83B90784u); }
TEST(UnicodeDb, Version3AgreesWithCPythonForEveryCodePoint) { EXPECT_EQ(digest(Version::k3_2_0), 0x876B1CB1u); }

TEST(UnicodeDb, EveryNameIsFoundAgain) {
  char text[kMaxName];
  size_t names = 0;
  for (uint32_t cp = 0; cp < 0x110000; cp++) {
    size_t n = name(cp, text);
    if (n == 0) continue;
    names++;
    Lookup found = lookup({text, n});
    if (found.kind != Lookup::kName || found.length != 1 || found.code_points[0] != cp) {
      ADD_FAILURE() << std::string(text, n);
      return;
    }
  }
  EXPECT_GT(names, 140000u);
}

std::string find(std::string_view text) {
  Lookup found = lookup(text);
  return std::to_string(found.kind) + ":" + test::hexes({found.code_points, found.length, 4});
}

TEST(UnicodeDb, Lookup) {
  EXPECT_EQ(find("latin small letter a"), "1:61");
  EXPECT_EQ(find("NULL"), "2:0");
  EXPECT_EQ(find("bom"), "2:feff");
  EXPECT_EQ(find("KEYCAP DIGIT ONE"), "3:31,fe0f,20e3");
  EXPECT_EQ(find("CJK UNIFIED IDEOGRAPH-4e00"), "1:4e00");
  EXPECT_EQ(find("CJK UNIFIED IDEOGRAPH-04E00"), "0:");
  EXPECT_EQ(find("CJK UNIFIED IDEOGRAPH-A000"), "0:");
  EXPECT_EQ(find("TANGUT IDEOGRAPH-17000"), "1:17000");
  EXPECT_EQ(find("HANGUL SYLLABLE GWAEBS"), "1:ad2a");
  EXPECT_EQ(find("HANGUL SYLLABLE "), "0:");
  EXPECT_EQ(find("TIBETAN MARK BKA- SHOG YIG MGO"), "1:f0a");
  EXPECT_EQ(find(""), "0:");
  EXPECT_EQ(find(std::string(1000, 'A')), "0:");
}

TEST(UnicodeDb, NoNames) {
  char text[kMaxName];
  EXPECT_EQ(name(0, text), 0u);
  EXPECT_EQ(name(0x17000, text), 0u);  // CPython 3.14 finds it by name, and does not name it
  EXPECT_EQ(name(0x10FFFF, text), 0u);
}

}  // namespace
}  // namespace kaa::unicode
