#include "bytecode/positions.h"

namespace kaa {

namespace {
void put(std::string& out, uint32_t v) {
  for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
  out += static_cast<char>(v);
}
uint32_t zigzag(int64_t v) { return static_cast<uint32_t>(static_cast<uint32_t>(v) << 1 ^ static_cast<uint32_t>(static_cast<int32_t>(v) >> 31)); }
int32_t unzigzag(uint32_t v) { return static_cast<int32_t>(v >> 1 ^ (0u - (v & 1))); }

}  // namespace

// Differences are taken modulo 2^32, so that any table survives.
void pack_positions(const PositionEntry* p, uint32_t n, int32_t firstlineno, std::string& out) {
  uint32_t at = 0;
  int32_t line = firstlineno;
  for (uint32_t i = 0; i < n; i++) {
    const PositionEntry& e = p[i];
    put(out, e.start - at);
    put(out, zigzag(int64_t{e.line} - line));
    put(out, zigzag(int64_t{e.end_line} - e.line));
    put(out, zigzag(e.col));
    put(out, zigzag(e.end_col));
    at = e.start;
    line = e.line;
  }
}

void unpack_positions(const char* data, size_t size, int32_t firstlineno, PositionEntry* out, uint32_t n) {
  PackedNumbers b{reinterpret_cast<const uint8_t*>(data), reinterpret_cast<const uint8_t*>(data) + size};
  uint32_t at = 0;
  uint32_t line = static_cast<uint32_t>(firstlineno);
  for (uint32_t i = 0; i < n; i++) {
    PositionEntry& e = out[i];
    uint32_t start = at + b.number();
    line += static_cast<uint32_t>(unzigzag(b.number()));
    uint32_t end_line = line + static_cast<uint32_t>(unzigzag(b.number()));
    int32_t col = unzigzag(b.number()), end_col = unzigzag(b.number());
    if (!b.ok || start < at) {
      for (; i < n; i++) out[i] = {at, -1, -1, -1, -1};
      return;
    }
    at = start;
    e = {start, static_cast<int32_t>(line), static_cast<int32_t>(end_line), col, end_col};
  }
}

}  // namespace kaa
