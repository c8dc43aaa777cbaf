// For the tests of the Unicode tables only: the CRC-32 of lines, and code points as text.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace kaa::test {

class Crc32 {
 public:
  Crc32() {
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t c = i;
      for (int k = 0; k < 8; k++) c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
      table_[i] = c;
    }
  }
  void add(std::string_view text) {
    for (char c : text) crc_ = table_[(crc_ ^ static_cast<uint8_t>(c)) & 0xFF] ^ crc_ >> 8;
  }
  uint32_t value() const { return ~crc_; }

 private:
  uint32_t table_[256], crc_ = 0xFFFFFFFFu;
};

inline void add_hexes(std::string& out, TextView text) {
  char hex[16];
  for (size_t i = 0; i < text.length; i++) {
    snprintf(hex, sizeof hex, "%s%x", i ? "," : "", text[i]);
    out += hex;
  }
}

inline std::string hexes(TextView text) {
  std::string out;
  add_hexes(out, text);
  return out;
}

}  // namespace kaa::test
