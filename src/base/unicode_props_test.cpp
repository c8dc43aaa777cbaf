#include "base/unicode_props.h"

#include <gtest/gtest.h>

#include "base/unicode_test_util.h"

namespace kaa::unicode {
namespace {

TEST(UnicodeProps, AgreeWithCPythonForEveryCodePoint) {
  // The digest is what tools/unicode/digests.py prints under CPython 3.14.
  test::Crc32 crc;
  std::string line;
  unsigned (*const mappings[])(uint32_t, uint32_t*) = {to_lower_full, to_upper_full, to_title_full, to_fold_full};
  for (uint32_t cp = 0; cp < 0x110000; cp++) {
    line.clear();
    bool flags[] = {is_alpha(cp),
                    is_decimal(cp),
                    is_digit(cp),
                    is_numeric(cp),
                    is_lower(cp),
                    is_upper(cp),
                    is_title(cp) || is_upper(cp),
                    is_space(cp),
                    is_printable(cp),
                    is_xid_start(cp) || cp == '_',
                    is_xid_continue(cp),
                    is_linebreak(cp)};
    for (bool flag : flags) line += flag ? '1' : '0';
    for (auto* mapping : mappings) {
      uint32_t to[kMaxCaseExpansion];
      unsigned n = mapping(cp, to);
      line += '|';
      test::add_hexes(line, {to, n, 4});
    }
    line += '\n';
    crc.add(line);
  }
  EXPECT_EQ(crc.value(), 0x538DFEEEu);
}

TEST(UnicodeProps, Samples) {
  EXPECT_TRUE(is_alpha('a') && is_alpha(0x4E00) && !is_alpha('1') && !is_alpha(0x345));
  EXPECT_TRUE(is_lower(0xAA) && is_upper(0x2160) && is_title(0x1C5) && !is_title('A'));
  EXPECT_TRUE(is_space(0x1C) && is_space(0x85) && is_space(0x3000) && !is_space(0x200B));
  EXPECT_TRUE(is_printable(' ') && !is_printable(0xA0) && !is_printable(0xD800) && !is_printable(0x10FFFF));
  EXPECT_TRUE(is_linebreak(0x2028) && is_linebreak(0x1E) && !is_linebreak(0x1F));
  EXPECT_TRUE(is_cased(0x2160) && is_case_ignorable('\'') && !is_case_ignorable('-'));
  EXPECT_TRUE(!is_xid_start('_') && is_xid_continue('_') && is_xid_continue(0xB7) && !is_xid_start(0xB7));
}

TEST(UnicodeProps, Numbers) {
  EXPECT_EQ(to_decimal(0x669), 9);
  EXPECT_EQ(to_decimal(0xB2), -1);
  EXPECT_EQ(to_digit(0xB2), 2);
  EXPECT_EQ(to_numeric(0xBD), 0.5);
  EXPECT_EQ(to_numeric(0xF33), -0.5);  // the only negative one
  EXPECT_EQ(to_numeric(0x4EBF), 1e8);
  EXPECT_FALSE(is_numeric('x'));
}

TEST(UnicodeProps, SimpleMappings) {
  EXPECT_EQ(to_lower(0x130), 0x69u);
  EXPECT_EQ(to_upper(0xDF), 0xDFu);
  EXPECT_EQ(to_title(0x1C4), 0x1C5u);
  EXPECT_EQ(to_fold(0x17F), 's');
  EXPECT_EQ(to_upper(0x10FFFF), 0x10FFFFu);
}

TEST(UnicodeProps, FinalSigma) {
  // "ΑΣ" ends a word, "ΑΣΑ" does not; an apostrophe or a full stop does not matter, a digit does.
  const uint16_t text[] = {0x391, '\'', 0x3A3, '.', 0x391};
  EXPECT_FALSE(is_final_sigma(text, 5, 2));
  EXPECT_TRUE(is_final_sigma(text, 4, 2));
  EXPECT_FALSE(is_final_sigma(text + 2, 1, 0));
  const uint32_t digits[] = {0x391, '1', 0x3A3, 'a'};
  EXPECT_FALSE(is_final_sigma(digits, 3, 2));
  const uint32_t before_digit[] = {'a', 0x3A3, '1', 'a'};
  EXPECT_TRUE(is_final_sigma(before_digit, 4, 1));
}

}  // namespace
}  // namespace kaa::unicode
