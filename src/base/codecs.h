// The codecs that are written in C in CPython, on plain buffers. All behave alike:
//
//   pos = X_decode(in, size, pos, ..., final, out, error)
//
// decodes from `pos` on, appends to `out`, and returns where it stopped. `error.reason` null: at the end, or, when
// `final` is false, before an incomplete sequence. Otherwise it stopped at error.start == the returned position;
// [error.start, error.end) and the reason are what UnicodeDecodeError gets. The caller appends a replacement and goes
// on where its handler says. Encoders are the same the other way round, with positions in code points. UTF-8 is in
// utf8.h.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/text_buffer.h"

namespace kaa {

enum class Endian : uint8_t { kLittle, kBig };
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
constexpr Endian kNativeEndian = Endian::kBig;
#else
constexpr Endian kNativeEndian = Endian::kLittle;
#endif

size_t ascii_decode(const uint8_t* in, size_t size, size_t pos, TextBuilder& out, CodecError& error);
size_t ascii_encode(TextView in, size_t pos, ByteBuilder& out, CodecError& error);
void latin1_decode(const uint8_t* in, size_t size, TextBuilder& out);
size_t latin1_encode(TextView in, size_t pos, ByteBuilder& out, CodecError& error);

// The byte order mark at the start: sets the order and returns its size (2 or 4), or returns 0.
size_t utf16_bom(const uint8_t* in, size_t size, Endian* order);
size_t utf32_bom(const uint8_t* in, size_t size, Endian* order);
size_t utf16_decode(const uint8_t* in, size_t size, size_t pos, Endian order, bool final, TextBuilder& out,
                    CodecError& error);
size_t utf32_decode(const uint8_t* in, size_t size, size_t pos, Endian order, bool final, TextBuilder& out,
                    CodecError& error);
// These write no mark: to get one, put U+FEFF first. Each lone surrogate is an error of its own.
size_t utf16_encode(TextView in, size_t pos, Endian order, ByteBuilder& out, CodecError& error);
size_t utf32_encode(TextView in, size_t pos, Endian order, ByteBuilder& out, CodecError& error);

// UTF-7 (RFC 2152) keeps state within a base-64 section, which survives an error inside it only as "not in a section".
struct Utf7State {
  bool shifted = false;
  uint32_t bits = 0;  // how many bits of `buffer` count
  uint32_t buffer = 0;
  uint32_t surrogate = 0;  // a high surrogate that waits for its low one
  size_t section = 0;      // where the section's '+' stands
  size_t written = 0;      // out.length() at its start
};
// An error within a section starts at its '+', before the position where decoding goes on: the caller continues from
// error.end (or where its handler says) with the same state. With `final` false an open section is taken back from
// `out`, and its start is returned.
size_t utf7_decode(const uint8_t* in, size_t size, size_t pos, bool final, Utf7State& state, TextBuilder& out,
                   CodecError& error);
void utf7_encode(TextView in, ByteBuilder& out);

// Backslash escapes as in string literals. `first_invalid` receives the position of the character after the backslash
// of the first escape that is not known ("\q": a warning), or of the first octal digit of one above 0o377; SIZE_MAX
// stays.
size_t unicode_escape_decode(const uint8_t* in, size_t size, size_t pos, bool final, TextBuilder& out,
                             CodecError& error, size_t* first_invalid);
void unicode_escape_encode(TextView in, ByteBuilder& out);
// Latin-1 in which only \uXXXX and \UXXXXXXXX are escapes.
size_t raw_unicode_escape_decode(const uint8_t* in, size_t size, size_t pos, bool final, TextBuilder& out,
                                 CodecError& error);
void raw_unicode_escape_encode(TextView in, ByteBuilder& out);

// Character maps given as a text: byte b stands for table[b]; U+FFFE and bytes beyond the table's end are undefined.
size_t charmap_decode(const uint8_t* in, size_t size, size_t pos, TextView table, TextBuilder& out, CodecError& error);

// The reverse of such a table, for encoding: a hash of at most 256 entries. The first of equal characters wins not: the
// last byte does, as in a dict made from the table in order.
class CharmapEncoder {
 public:
  explicit CharmapEncoder(TextView table);
  int byte_for(uint32_t cp) const {  // -1: none
    for (uint32_t slot = hash(cp);; slot = (slot + 1) % kSlots) {
      if (bytes_[slot] < 0) return -1;
      if (keys_[slot] == cp) return bytes_[slot];
    }
  }
  size_t encode(TextView in, size_t pos, ByteBuilder& out, CodecError& error) const;

 private:
  static constexpr uint32_t kSlots = 512;
  static uint32_t hash(uint32_t cp) { return (cp * 0x9E3779B1u) >> 23; }
  uint32_t keys_[kSlots];
  int16_t bytes_[kSlots];
};

}  // namespace kaa
