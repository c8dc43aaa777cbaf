// SHA-3 and SHAKE (FIPS 202): the sponge over Keccak-f[1600].
#include <bit>

#include "modules/hash/bytes.h"
#include "modules/hash/hash.h"

namespace kaa::digest {

namespace {

constexpr uint64_t kRoundConstants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};
// The lanes in the order in which step pi moves them, starting from lane 1, and the distance rho turns each.
constexpr uint8_t kLane[24] = {10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1};
constexpr uint8_t kTurn[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                               27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};

void permute(uint64_t* a) {
  for (uint64_t constant : kRoundConstants) {
    uint64_t column[5];
    for (int x = 0; x < 5; ++x) column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (int x = 0; x < 5; ++x) {
      uint64_t mixed = column[(x + 4) % 5] ^ std::rotl(column[(x + 1) % 5], 1);
      for (int y = 0; y < 25; y += 5) a[x + y] ^= mixed;
    }
    uint64_t moving = a[1];
#pragma clang loop unroll(full)
    for (int i = 0; i < 24; ++i) {
      uint64_t next = a[kLane[i]];
      a[kLane[i]] = std::rotl(moving, kTurn[i]);
      moving = next;
    }
    for (int y = 0; y < 25; y += 5) {
      uint64_t row[5];
      for (int x = 0; x < 5; ++x) row[x] = a[y + x];
      for (int x = 0; x < 5; ++x) a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
    a[0] ^= constant;
  }
}

}  // namespace

Sha3::Sha3(Kind kind, size_t bits) : capacity_(bits / 4), kind_(kind) {}

void Sha3::update(const void* data, size_t size) {
  const uint8_t* p = static_cast<const uint8_t*>(data);
  uint8_t* state = reinterpret_cast<uint8_t*>(state_);
  const size_t rate = block_size();
  while (size) {
    if (used_ == 0 && size >= rate) {
      for (size_t i = 0; i < rate / 8; ++i) state_[i] ^= load_little<uint64_t>(p + 8 * i);
      permute(state_);
      p += rate;
      size -= rate;
      continue;
    }
    state[used_++] ^= *p++;
    --size;
    if (used_ == rate) {
      permute(state_);
      used_ = 0;
    }
  }
}

void Sha3::digest(uint8_t* out, size_t size) const {
  Sha3 copy = *this;
  uint8_t* state = reinterpret_cast<uint8_t*>(copy.state_);
  const size_t rate = block_size();
  state[used_] ^= suffix();
  state[rate - 1] ^= 0x80;
  for (;;) {
    permute(copy.state_);
    size_t part = size < rate ? size : rate;
    if (part) memcpy(out, state, part);
    out += part;
    size -= part;
    if (!size) return;
  }
}

}  // namespace kaa::digest
