// Position tables in packed form: for .pyc files, and for code whose positions nobody has asked for (most code never raises).
//
// Each entry: start (difference), line (zigzag difference), end line - line, column, end column (zigzag each), as little-endian base-128 numbers.
#pragma once
#include <string>

#include "bytecode/bytecode.h"

namespace kaa {

void pack_positions(const PositionEntry* p, uint32_t n, int32_t firstlineno, std::string& out);
// Fills n entries. Where the bytes end early or are damaged, the rest says "no position".
void unpack_positions(const char* data, size_t size, int32_t firstlineno, PositionEntry* out, uint32_t n);

}  // namespace kaa
