// Position tables in packed form: for .pyc files, and for code whose positions nobody has asked for (most code never raises).
//
// Each entry: start (difference), line (zigzag difference), end line - line, column, end column (zigzag each), as little-endian base-128 numbers.
#pragma once
#include <string>

#include "bytecode/bytecode.h"

namespace kaa {

// Reads such numbers; where the bytes end early or are damaged, ok is false from then on, and the numbers are 0.
struct PackedNumbers {
  const uint8_t *p, *end;
  bool ok = true;
  uint32_t number() {
    uint64_t v = 0;
    for (int shift = 0; shift < 35 && p < end; shift += 7) {
      uint8_t b = *p++;
      v |= static_cast<uint64_t>(b & 0x7F) << shift;
      if (b < 0x80) return static_cast<uint32_t>(v);
    }
    ok = false;
    return 0;
  }
};

void pack_positions(const PositionEntry* p, uint32_t n, int32_t firstlineno, std::string& out);
// Fills n entries. Where the bytes end early or are damaged, the rest says "no position".
void unpack_positions(const char* data, size_t size, int32_t firstlineno, PositionEntry* out, uint32_t n);

}  // namespace kaa
