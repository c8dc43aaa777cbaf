#include "base/utf8.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/unicode_test_util.h"

namespace kaa {
namespace {

const uint8_t* bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

// Decodes with "replace"; "stop:text errors...".
std::string decode(std::string_view in, bool final = true) {
  TextBuilder out;
  CodecError error;
  std::string log;
  size_t pos = 0;
  while (true) {
    pos = utf8_decode(bytes(in), in.size(), pos, final, out, error);
    if (!error.reason) break;
    EXPECT_EQ(pos, error.start);
    log += " " + std::to_string(error.start) + "-" + std::to_string(error.end) + " " + error.reason;
    out.push(0xFFFD);
    pos = error.end;
  }
  return std::to_string(pos) + ":" + test::hexes(out.view()) + log;
}

TEST(Utf8, DecodesWithCPythonsErrors) {
  EXPECT_EQ(decode("a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80"), "10:61,e9,4e2d,1f600");
  EXPECT_EQ(decode("\x80"), "1:fffd 0-1 invalid start byte");
  EXPECT_EQ(decode("\xc1\x80"), "2:fffd,fffd 0-1 invalid start byte 1-2 invalid start byte");
  EXPECT_EQ(decode("\xe4\xb8"
                   "a"),
            "3:fffd,61 0-2 invalid continuation byte");
  EXPECT_EQ(decode("\xe4\xb8"), "2:fffd 0-2 unexpected end of data");
  EXPECT_EQ(decode("\xf0\x90\x80"), "3:fffd 0-3 unexpected end of data");
  EXPECT_EQ(decode("\xf4\x90\x80\x80").substr(0, 40), "4:fffd,fffd,fffd,fffd 0-1 invalid contin");
  EXPECT_EQ(decode("\xed\xa0\x80").substr(0, 41), "3:fffd,fffd,fffd 0-1 invalid continuation");
  EXPECT_EQ(decode("\xe0\x9f\xbf").substr(0, 41), "3:fffd,fffd,fffd 0-1 invalid continuation");
}

TEST(Utf8, StopsBeforeIncompleteSequences) {
  EXPECT_EQ(decode("a\xe4\xb8", false), "1:61");
  EXPECT_EQ(decode("a\xf0\x9f\x98", false), "1:61");
  EXPECT_EQ(decode("a\xed\xa0", false), "1:61");  // may become a surrogate that the handler wants
  EXPECT_EQ(decode("a\xf4\x90", false), "3:61,fffd,fffd 1-2 invalid continuation byte 2-3 invalid start byte");
}

TEST(Utf8, ScanFindsLengthAndMaximum) {
  std::string text(100, 'a');
  EXPECT_EQ(utf8_scan(bytes(text), 100).max, 'a');
  text += "\xc3\xa9" + std::string(40, 'b');
  Utf8Scan scan = utf8_scan(bytes(text), text.size());
  EXPECT_EQ(scan.max, 0xE9u);
  EXPECT_EQ(scan.length, 141u);
  EXPECT_EQ(scan.bytes, 142u);
  uint8_t narrow[141];
  EXPECT_EQ(utf8_widen(bytes(text), text.size(), narrow, 1), 141u);
  EXPECT_EQ(narrow[100], 0xE9);
  EXPECT_EQ(narrow[140], 'b');
  text += "\xff";
  scan = utf8_scan(bytes(text), text.size());
  EXPECT_STREQ(scan.error.reason, "invalid start byte");
  EXPECT_EQ(scan.error.start, 142u);
  EXPECT_EQ(utf8_scan(nullptr, 0).max, 0u);
}

// Whatever the bytes are: utf8_fill accepts what utf8_scan does, writes the same, and stays within the room that utf8_shape told.
TEST(Utf8, FillAgreesWithScan) {
  const std::string_view parts[] = {"a",    "plain text of some length ", "\xc3\xa9", "\xc2\x80", "\xd0\xb6", "\xe4\xb8\xad", "\xed\x9f\xbf", "\xed\xa0\x80",
                                    "\xef\xbf\xbf", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\x80", "\xc1", "\xc3", "\xe4\xb8", "\xe0\x9f\xbf", "\xf0\x8f", "\xf4\x90", "\xf5", "\xff"};
  uint32_t seed = 1;
  auto pick = [&](uint32_t n) { return (seed = seed * 1664525 + 1013904223) / 65536 % n; };
  for (int round = 0; round < 40000; round++) {
    std::string text;
    uint32_t upto = round % 4 == 0 ? 20 : round % 4 == 1 ? 4 : round % 4 == 2 ? 7 : 11;  // mostly good ones
    for (uint32_t i = pick(30); i--;) text += parts[pick(upto)];
    Surrogates surrogates = round & 8 ? Surrogates::kAllow : Surrogates::kForbid;
    Utf8Scan scan = utf8_scan(bytes(text), text.size(), true, surrogates);
    Utf8Shape shape = utf8_shape(bytes(text), text.size());
    int kind = kind_for(shape.bits);
    std::vector<uint8_t> filled(shape.length * static_cast<size_t>(kind) + 1, 0xAA), widened = filled;
    bool good = utf8_fill(bytes(text), text.size(), filled.data(), shape.length, kind, surrogates);
    ASSERT_EQ(filled.back(), 0xAA);
    ASSERT_EQ(good, scan.bytes == text.size());
    if (!good) continue;
    ASSERT_EQ(shape.length, scan.length);
    ASSERT_EQ(kind, kind_for(scan.max));
    ASSERT_EQ(shape.bits < 0x80, scan.max < 0x80);
    utf8_widen(bytes(text), text.size(), widened.data(), kind);
    ASSERT_EQ(filled, widened);
  }
}

TEST(Utf8, Wtf8) {
  std::string_view lone = "\xed\xa0\x80x";
  EXPECT_FALSE(utf8_valid(bytes(lone), 4));
  EXPECT_TRUE(utf8_valid(bytes(lone), 4, Surrogates::kAllow));
  TextBuilder out;
  CodecError error;
  utf8_decode(bytes(lone), 4, 0, true, out, error, Surrogates::kAllow);
  EXPECT_EQ(test::hexes(out.view()), "d800,78");
}

TEST(Utf8, EncodesAndReportsSurrogates) {
  uint16_t text[] = {'a', 0xD800, 0xDC00, 'b'};
  ByteBuilder out;
  CodecError error;
  EXPECT_EQ(utf8_encode({text, 4, 2}, 0, out, error), 1u);
  EXPECT_STREQ(error.reason, "surrogates not allowed");
  EXPECT_EQ(error.end, 3u);
  EXPECT_EQ(utf8_encode({text, 4, 2}, 3, out, error), 4u);
  EXPECT_EQ(error.reason, nullptr);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(out.data()), out.size()), "ab");
}

TEST(Utf8, EveryCodePointSurvives) {
  for (uint32_t cp = 0; cp < 0x110000; cp++) {
    uint8_t buffer[4];
    size_t size = static_cast<size_t>(utf8_put(cp, buffer) - buffer);
    const uint8_t* at = buffer;
    ASSERT_EQ(utf8_next(at), cp);
    ASSERT_EQ(at, buffer + size);
    ASSERT_EQ(utf8_size({&cp, 1, 4}), size);
    ASSERT_EQ(utf8_valid(buffer, size), (cp & ~0x7FFu) != 0xD800);
  }
}

TEST(Utf8, AllTwoByteStringsRoundTripInEveryKind) {
  for (uint32_t max : {0xFFu, 0x2000u, 0x10FFFFu}) {
    TextBuilder text;
    for (uint32_t i = 0; i < 300; i++) text.push(i % 7 == 0 ? max - i % 5 : 'a' + i % 26);
    EXPECT_EQ(text.kind(), kind_for(max));
    std::string encoded(utf8_size(text.view()), '\0');
    EXPECT_EQ(utf8_write(text.view(), reinterpret_cast<uint8_t*>(encoded.data())), bytes(encoded) + encoded.size());
    TextBuilder back;
    CodecError error;
    utf8_decode(bytes(encoded), encoded.size(), 0, true, back, error);
    EXPECT_EQ(back.kind(), text.kind());
    EXPECT_EQ(test::hexes(back.view()), test::hexes(text.view()));
  }
}

TEST(TextBuilder, TruncateNarrows) {
  TextBuilder text;
  for (int i = 0; i < 100; i++) text.push('a');
  text.push(0x1F600);
  text.push(0x4E00);
  EXPECT_EQ(text.kind(), 4);
  text.truncate(100);
  EXPECT_EQ(text.kind(), 1);
  EXPECT_EQ(text.bits(), 'a');
  for (int i = 0; i < 1000; i++) text.push(0x100);
  EXPECT_EQ(text.kind(), 2);
  EXPECT_EQ(text.view()[99], 'a');
  EXPECT_EQ(text.view()[1099], 0x100u);
}

}  // namespace
}  // namespace kaa
