// The conversions of the binascii module over plain buffers. Each writes to a buffer of the caller's; the bound
// functions say how large it must be. Sizes are in bytes. Sources: RFC 4648 (base64, hex), RFC 2045 and 2047
// (quoted-printable), POSIX uuencode.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kaa::binascii {

// What binascii.Error (or, for a Value, ValueError) is raised with; `message` is null when all went well. Where
// `has_number` is set, the message holds one %zu for `number`.
struct Error {
  const char* message = nullptr;
  size_t number = 0;
  bool has_number = false;
};

// Base64. Encoding writes base64_encoded_size bytes.
size_t base64_encoded_size(size_t size, bool newline);
void base64_encode(const uint8_t* data, size_t size, bool newline, uint8_t* out);
inline size_t base64_decoded_bound(size_t size) { return (size + 3) / 4 * 3; }
// Strict decoding takes nothing but whole quads of the alphabet with padding at the end; otherwise foreign bytes are
// skipped.
Error base64_decode(const uint8_t* data, size_t size, bool strict, uint8_t* out, size_t* out_size);

// Hexadecimal. `group` bytes stand between separators, counted from the right, or from the left when it is negative; 0:
// no separators.
size_t hex_encoded_size(size_t size, long group);
void hex_encode(const uint8_t* data, size_t size, uint8_t separator, long group, uint8_t* out);
// Writes size / 2 bytes.
Error hex_decode(const uint8_t* data, size_t size, uint8_t* out);

// Uuencoded lines: at most 45 bytes. The encoded line ends with a newline.
inline size_t uu_encoded_size(size_t size) { return 2 + (size + 2) / 3 * 4; }
Error uu_encode(const uint8_t* data, size_t size, bool backtick, uint8_t* out);
constexpr size_t kUuDecodedBound = 63;
Error uu_decode(const uint8_t* data, size_t size, uint8_t* out, size_t* out_size);

// Quoted-printable. Decoding writes at most `size` bytes. Encoding with `out` null only counts. Both return the size
// written.
size_t qp_decode(const uint8_t* data, size_t size, bool header, uint8_t* out);
size_t qp_encode(const uint8_t* data, size_t size, bool quote_tabs, bool is_text, bool header, uint8_t* out);

// The CRC of BinHex 4 (polynomial 0x1021), and zlib's CRC-32; both go on from `crc`.
uint32_t crc_hqx(const uint8_t* data, size_t size, uint32_t crc);
uint32_t crc32(const uint8_t* data, size_t size, uint32_t crc);

}  // namespace kaa::binascii
