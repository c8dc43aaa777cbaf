#include "base/codecs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/unicode_test_util.h"

namespace kaa {
namespace {

using namespace std::string_view_literals;

const uint8_t* bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

void log_error(std::string& log, const CodecError& error) {
  log += " " + std::to_string(error.start) + "-" + std::to_string(error.end) + " " + error.reason;
}

// Runs a decoder with the handler "replace": "stop:text errors...".
template <typename F>
std::string run_decoder(F decode) {
  TextBuilder out;
  CodecError error;
  std::string log;
  size_t pos = 0;
  while (true) {
    pos = decode(pos, out, error);
    if (!error.reason) break;
    log_error(log, error);
    out.push(0xFFFD);
    pos = error.end;
  }
  return std::to_string(pos) + ":" + test::hexes(out.view()) + log;
}

// The same for an encoder, with "ignore": the bytes (others than ASCII in hexadecimal), then the errors.
template <typename F>
std::string run_encoder(F encode) {
  ByteBuilder out;
  CodecError error;
  std::string log, shown;
  size_t pos = 0;
  while (true) {
    pos = encode(pos, out, error);
    if (!error.reason) break;
    log_error(log, error);
    pos = error.end;
  }
  for (size_t i = 0; i < out.size(); i++) {
    char hex[8];
    uint8_t byte = out.data()[i];
    snprintf(hex, sizeof hex, byte >= ' ' && byte < 0x7F ? "%c" : "<%02x>", byte);
    shown += hex;
  }
  return shown + log;
}

TEST(Codecs, AsciiAndLatin1) {
  EXPECT_EQ(run_decoder([](size_t pos, TextBuilder& out, CodecError& error) {
              return ascii_decode(bytes("a\xe9z"), 3, pos, out, error);
            }),
            "3:61,fffd,7a 1-2 ordinal not in range(128)");
  uint16_t text[] = {'a', 0xE9, 0x161, 'z'};
  EXPECT_EQ(run_encoder([&](size_t pos, ByteBuilder& out, CodecError& error) {
              return ascii_encode({text, 4, 2}, pos, out, error);
            }),
            "az 1-3 ordinal not in range(128)");
  EXPECT_EQ(run_encoder([&](size_t pos, ByteBuilder& out, CodecError& error) {
              return latin1_encode({text, 4, 2}, pos, out, error);
            }),
            "a<e9>z 2-3 ordinal not in range(256)");
}

std::string utf16(std::string_view in, bool final = true) {
  return run_decoder([&](size_t pos, TextBuilder& out, CodecError& error) {
    return utf16_decode(bytes(in), in.size(), pos, Endian::kBig, final, out, error);
  });
}

TEST(Codecs, Utf16) {
  EXPECT_EQ(utf16("\0a\x4e\x2d\xd8\x3d\xde\0"sv), "8:61,4e2d,1f600");
  EXPECT_EQ(utf16("\0a\0"sv), "3:61,fffd 2-3 truncated data");
  EXPECT_EQ(utf16("\0a\0"sv, false), "2:61");
  EXPECT_EQ(utf16("\xd8\x3d\0"sv), "3:fffd 0-3 unexpected end of data");
  EXPECT_EQ(utf16("\xd8\x3d\0"sv, false), "0:");
  EXPECT_EQ(utf16("\xdc\0\0a"sv), "4:fffd,61 0-2 illegal encoding");
  EXPECT_EQ(utf16("\xd8\0\0a"sv), "4:fffd,61 0-2 illegal UTF-16 surrogate");
  uint32_t text[] = {0x1F600, 0xD800, 0xDC00, 'b'};
  EXPECT_EQ(run_encoder([&](size_t pos, ByteBuilder& out, CodecError& error) {
              return utf16_encode({text, 4, 4}, pos, Endian::kLittle, out, error);
            }),
            "=<d8><00><de>b<00> 1-2 surrogates not allowed 2-3 surrogates not allowed");
  Endian order = Endian::kBig;
  EXPECT_EQ(utf16_bom(bytes("\xff\xfe"), 2, &order), 2u);
  EXPECT_EQ(order, Endian::kLittle);
  EXPECT_EQ(utf16_bom(bytes("\xff"), 1, &order), 0u);
}

TEST(Codecs, Utf32) {
  auto decode = [](std::string_view in, bool final = true) {
    return run_decoder([&](size_t pos, TextBuilder& out, CodecError& error) {
      return utf32_decode(bytes(in), in.size(), pos, Endian::kLittle, final, out, error);
    });
  };
  EXPECT_EQ(decode("\0\xf6\1\0a\0\0\0"sv), "8:1f600,61");
  EXPECT_EQ(decode("\0\0\x11\0"sv), "4:fffd 0-4 code point not in range(0x110000)");
  EXPECT_EQ(decode("\0\xd8\0\0"sv), "4:fffd 0-4 code point in surrogate code point range(0xd800, 0xe000)");
  EXPECT_EQ(decode("a\0\0\0a\0"sv), "6:61,fffd 4-6 truncated data");
  EXPECT_EQ(decode("a\0\0\0a\0"sv, false), "4:61");
  Endian order = Endian::kLittle;
  EXPECT_EQ(utf32_bom(bytes("\0\0\xfe\xff"sv), 4, &order), 4u);
  EXPECT_EQ(order, Endian::kBig);
}

std::string utf7(std::string_view in, bool final = true) {
  Utf7State state;
  return run_decoder([&](size_t pos, TextBuilder& out, CodecError& error) {
    return utf7_decode(bytes(in), in.size(), pos, final, state, out, error);
  });
}

TEST(Codecs, Utf7) {
  EXPECT_EQ(utf7("Hi +Jjo-!"), "9:48,69,20,263a,21");
  EXPECT_EQ(utf7("+-"), "2:2b");
  EXPECT_EQ(utf7("+2D3eAA-"), "8:1f600");
  EXPECT_EQ(utf7("+!"), "2:fffd 0-2 ill-formed sequence");
  EXPECT_EQ(utf7("a+Z!"), "4:61,fffd 1-4 partial character in shift sequence");
  EXPECT_EQ(utf7("+AAB!"), "5:0,fffd 0-5 non-zero padding bits in shift sequence");
  EXPECT_EQ(utf7("+Jj"), "3:fffd 0-3 unterminated shift sequence");
  EXPECT_EQ(utf7("\xe9"), "1:fffd 0-1 unexpected special character");
  EXPECT_EQ(utf7("ab+JjoJj", false), "2:61,62");  // the open section is decoded again when more comes
  uint32_t text[] = {'a', '+', 0x263A, 'b', 0x1F600, '-', 0};
  EXPECT_EQ(run_encoder([&](size_t, ByteBuilder& out, CodecError& error) {
              utf7_encode({text, 7, 4}, out);
              return size_t{7};
            }),
            "a+-+Jjo-b+2D3eAA--+AAA-");
}

std::string unescape(std::string_view in, bool final = true, size_t expected_invalid = SIZE_MAX) {
  size_t invalid = SIZE_MAX;
  std::string result = run_decoder([&](size_t pos, TextBuilder& out, CodecError& error) {
    return unicode_escape_decode(bytes(in), in.size(), pos, final, out, error, &invalid);
  });
  EXPECT_EQ(invalid, expected_invalid);
  return result;
}

TEST(Codecs, UnicodeEscape) {
  EXPECT_EQ(unescape("a\\n\\x41\\u263a\\U0001f600\\101\\\n\\'"), "31:61,a,41,263a,1f600,41,27");
  EXPECT_EQ(unescape("\\N{bullet}\\N{NULL}"), "18:2022,0");
  EXPECT_EQ(unescape("\\N{KEYCAP DIGIT ONE}"), "20:fffd 0-20 unknown Unicode character name");
  EXPECT_EQ(unescape("\\N{}"), "4:fffd,7d 0-3 malformed \\N character escape");
  EXPECT_EQ(unescape("\\Nx"), "3:fffd,78 0-2 malformed \\N character escape");
  EXPECT_EQ(unescape("\\N{abc"), "6:fffd 0-6 malformed \\N character escape");
  EXPECT_EQ(unescape("\\N{abc", false), "0:");
  EXPECT_EQ(unescape("\\x4z"), "4:fffd,7a 0-3 truncated \\xXX escape");
  EXPECT_EQ(unescape("a\\u26"), "5:61,fffd 1-5 truncated \\uXXXX escape");
  EXPECT_EQ(unescape("a\\u26", false), "1:61");
  EXPECT_EQ(unescape("\\U0011"), "6:fffd 0-6 truncated \\UXXXXXXXX escape");
  EXPECT_EQ(unescape("\\U00110000"), "10:fffd 0-10 illegal Unicode character");
  EXPECT_EQ(unescape("\\"), "1:fffd 0-1 \\ at end of string");
  EXPECT_EQ(unescape("ab\\q", true, 3), "4:61,62,5c,71");
  EXPECT_EQ(unescape("\\777", true, 1), "4:1ff");
  uint32_t text[] = {'a', '\\', '\n', 0, 0xE9, 0x263A, 0x1F600};
  EXPECT_EQ(run_encoder([&](size_t, ByteBuilder& out, CodecError& error) {
              unicode_escape_encode({text, 7, 4}, out);
              return size_t{7};
            }),
            "a\\\\\\n\\x00\\xe9\\u263a\\U0001f600");
}

TEST(Codecs, RawUnicodeEscape) {
  auto decode = [](std::string_view in, bool final = true) {
    return run_decoder([&](size_t pos, TextBuilder& out, CodecError& error) {
      return raw_unicode_escape_decode(bytes(in), in.size(), pos, final, out, error);
    });
  };
  EXPECT_EQ(decode("\\n\xe9\\u263a\\\\u263a"), "16:5c,6e,e9,263a,5c,5c,75,32,36,33,61");
  EXPECT_EQ(decode("\\"), "1:5c");
  EXPECT_EQ(decode("\\", false), "0:");
  EXPECT_EQ(decode("\\u26"), "4:fffd 0-4 truncated \\uXXXX escape");
  EXPECT_EQ(decode("\\U00110000"), "10:fffd 0-10 \\Uxxxxxxxx out of range");
}

TEST(Codecs, Charmap) {
  uint16_t table[] = {'a', 0xFFFE, 0x20AC, 'b', 'a'};
  EXPECT_EQ(run_decoder([&](size_t pos, TextBuilder& out, CodecError& error) {
              return charmap_decode(bytes("\0\1\2\3\5"sv), 5, pos, {table, 5, 2}, out, error);
            }),
            "5:61,fffd,20ac,62,fffd 1-2 character maps to <undefined> 4-5 character maps to <undefined>");
  CharmapEncoder encoder({table, 5, 2});
  EXPECT_EQ(encoder.byte_for(0x20AC), 2);
  EXPECT_EQ(encoder.byte_for('a'), 4);  // the last of equal ones
  EXPECT_EQ(encoder.byte_for(0xFFFE), -1);
  EXPECT_EQ(run_encoder([&](size_t pos, ByteBuilder& out, CodecError& error) {
              return encoder.encode({"bxxb", 4, 1}, pos, out, error);
            }),
            "<03><03> 1-3 character maps to <undefined>");
}

}  // namespace
}  // namespace kaa
