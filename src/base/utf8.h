// UTF-8 and its variant WTF-8, in which surrogates may stand like any other code point. Errors are those of CPython's
// utf-8 codec: the same reasons over the same bytes (the "maximal subpart" practice of Unicode, section 3.9).
//
// Making a str: utf8_shape tells length and kind without checking anything; utf8_fill decodes to an array of that size and checks on the way, since
// nearly all bytes are valid and a second look costs as much as the first. Bytes with errors go through utf8_decode, which stops at each error (see
// CodecError).
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/text_buffer.h"

namespace kaa {

enum class Surrogates : uint8_t { kForbid, kAllow };

struct Utf8Scan {
  size_t bytes =
      0;  // how many bytes are good; all of them unless `error` is set or a sequence is incomplete at the end
  size_t length = 0;  // code points in those
  uint32_t max = 0;   // the largest code point, exact
  CodecError error;
};

// `final` false: a sequence that is cut off by the end is no error; `bytes` then stops before it.
Utf8Scan utf8_scan(const uint8_t* in, size_t size, bool final = true, Surrogates surrogates = Surrogates::kForbid);
bool utf8_valid(const uint8_t* in, size_t size, Surrogates surrogates = Surrogates::kForbid);
bool is_ascii(const uint8_t* in, size_t size);
// How many of the first bytes are ASCII.
size_t ascii_prefix(const uint8_t* in, size_t size);

// What valid bytes hold: how many code points, and a bound of the largest, of the same kind (0x7F, 0xFF, 0xFFFF, 0x10FFFF). Of other bytes it tells
// something that utf8_fill can cope with.
struct Utf8Shape {
  size_t length;
  uint32_t bits;
};
Utf8Shape utf8_shape(const uint8_t* in, size_t size);
// Decodes all to an array of `length` code points of `kind` bytes, as utf8_shape told them. False: not valid; what the array holds then means nothing.
bool utf8_fill(const uint8_t* in, size_t size, void* to, size_t length, int kind, Surrogates surrogates = Surrogates::kForbid);
// How many bytes at the end are the beginning of a sequence that more bytes could complete.
size_t utf8_incomplete_tail(const uint8_t* in, size_t size);

// The number of code points in valid UTF-8 or WTF-8.
size_t utf8_length(const uint8_t* valid, size_t size);
// Decodes valid UTF-8 or WTF-8 to an array of `kind` bytes a code point, which must hold them; returns their number.
size_t utf8_widen(const uint8_t* valid, size_t size, void* to, int kind);
// One code point of valid WTF-8; advances `at`.
uint32_t utf8_next(const uint8_t*& at);

// Decodes from `pos` to the first error or the end; returns where it stopped: `size`, the start of the error, or (with
// `final` false) the start of an incomplete sequence.
size_t utf8_decode(const uint8_t* in, size_t size, size_t pos, bool final, TextBuilder& out, CodecError& error,
                   Surrogates surrogates = Surrogates::kForbid);

// Bytes that the text takes; a surrogate takes three.
size_t utf8_size(TextView text);
// Writes exactly utf8_size(text) bytes, surrogates included (WTF-8), and returns the end.
uint8_t* utf8_write(TextView text, uint8_t* to);
// Writes one code point, at most four bytes; returns the end.
uint8_t* utf8_put(uint32_t cp, uint8_t* to);
// The index of the first surrogate, or text.length.
size_t find_surrogate(TextView text, size_t from = 0);

// Encodes from `pos` to the first run of surrogates ("surrogates not allowed") or the end; returns where it stopped.
size_t utf8_encode(TextView in, size_t pos, ByteBuilder& out, CodecError& error);

}  // namespace kaa
