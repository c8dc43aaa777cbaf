// Words from and to bytes in a given order, and the block buffer that the older digests share.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kaa::digest {

static_assert(std::endian::native == std::endian::little);

template <typename Word>
inline Word load_little(const uint8_t* p) {
  Word word;
  memcpy(&word, p, sizeof word);
  return word;
}
template <typename Word>
inline void store_little(uint8_t* p, Word word) {
  memcpy(p, &word, sizeof word);
}
inline uint32_t swap_bytes(uint32_t word) { return __builtin_bswap32(word); }
inline uint64_t swap_bytes(uint64_t word) { return __builtin_bswap64(word); }
template <typename Word>
inline Word load_big(const uint8_t* p) {
  return swap_bytes(load_little<Word>(p));
}
template <typename Word>
inline void store_big(uint8_t* p, Word word) {
  store_little(p, swap_bytes(word));
}

// Passes whole blocks of the data to `compress`; what is left over waits in the buffer, which holds *length % Block
// bytes.
template <size_t Block, typename State, typename Compress>
inline void feed(State* state, uint8_t* buffer, uint64_t* length, const void* data, size_t size, Compress compress) {
  const uint8_t* p = static_cast<const uint8_t*>(data);
  size_t used = *length % Block;
  *length += size;
  if (used) {
    size_t part = Block - used < size ? Block - used : size;
    memcpy(buffer + used, p, part);
    p += part;
    size -= part;
    if (used + part < Block) return;
    compress(state, buffer);
  }
  for (; size >= Block; p += Block, size -= Block) compress(state, p);
  if (size) memcpy(buffer, p, size);
}

// The padding of MD5, SHA-1 and SHA-2: a one bit, zeros, and the length in bits in the last LengthBytes bytes.
template <size_t Block, size_t LengthBytes, typename State, typename Compress>
inline void finish(State* state, const uint8_t* rest, uint64_t length, bool big, Compress compress) {
  uint8_t block[Block] = {};
  size_t used = length % Block;
  if (used) memcpy(block, rest, used);
  block[used++] = 0x80;
  if (used > Block - LengthBytes) {
    compress(state, block);
    memset(block, 0, Block);
  }
  if (big) {
    if (LengthBytes == 16) block[Block - 9] = static_cast<uint8_t>(length >> 61);
    store_big<uint64_t>(block + Block - 8, length << 3);
  } else {
    store_little<uint64_t>(block + Block - 8, length << 3);
  }
  compress(state, block);
}

}  // namespace kaa::digest
