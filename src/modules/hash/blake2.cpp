// BLAKE2b and BLAKE2s (RFC 7693), keyed, salted, personalised, and as nodes of a tree.
//
// The parameter block is xored into the first state; both digests have the same block but for the sizes of its fields:
//   digest size, key size, fanout, depth (a byte each), leaf size (4), node offset (8 / 6), node depth, inner size (a
//   byte each), reserved (14 / 0), salt (16 / 8), person (16 / 8)
#include <bit>

#include "modules/hash/bytes.h"
#include "modules/hash/hash.h"

namespace kaa::digest {

namespace {

constexpr uint8_t kOrder[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};
// The words SHA-512 and SHA-256 start from.
constexpr uint64_t kStart64[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
constexpr uint32_t kStart32[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

struct TraitsB {
  using Word = uint64_t;
  static constexpr const uint64_t* kStart = kStart64;
  static constexpr int kRounds = 12, kTurn[4] = {32, 24, 16, 63};
  static constexpr size_t kOffsetSize = 8, kReserved = 14, kSalt = 16;
};
struct TraitsS {
  using Word = uint32_t;
  static constexpr const uint32_t* kStart = kStart32;
  static constexpr int kRounds = 10, kTurn[4] = {16, 12, 8, 7};
  static constexpr size_t kOffsetSize = 6, kReserved = 0, kSalt = 8;
};

template <typename Traits>
void compress(typename Traits::Word* state, const uint8_t* block, uint64_t length, bool last, bool last_node) {
  using Word = typename Traits::Word;
  Word m[16], v[16];
  for (int i = 0; i < 16; ++i) m[i] = load_little<Word>(block + sizeof(Word) * i);
  for (int i = 0; i < 8; ++i) {
    v[i] = state[i];
    v[i + 8] = Traits::kStart[i];
  }
  v[12] ^= static_cast<Word>(length);
  if (sizeof(Word) == 4) v[13] ^= static_cast<Word>(length >> 32);
  if (last) v[14] = ~v[14];
  if (last && last_node) v[15] = ~v[15];
  auto mix = [&v](int a, int b, int c, int d, Word x, Word y) {
    v[a] += v[b] + x;
    v[d] = std::rotr(v[d] ^ v[a], Traits::kTurn[0]);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], Traits::kTurn[1]);
    v[a] += v[b] + y;
    v[d] = std::rotr(v[d] ^ v[a], Traits::kTurn[2]);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], Traits::kTurn[3]);
  };
#pragma clang loop unroll(full)
  for (int round = 0; round < Traits::kRounds; ++round) {
    const uint8_t* s = kOrder[round % 10];
    mix(0, 4, 8, 12, m[s[0]], m[s[1]]);
    mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(2, 6, 10, 14, m[s[4]], m[s[5]]);
    mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(0, 5, 10, 15, m[s[8]], m[s[9]]);
    mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(2, 7, 8, 13, m[s[12]], m[s[13]]);
    mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  for (int i = 0; i < 8; ++i) state[i] ^= v[i] ^ v[i + 8];
}

template <typename Traits>
bool start(typename Traits::Word* state, size_t digest_size, const Blake2Parameters& p) {
  using Word = typename Traits::Word;
  constexpr size_t kMaxSize = sizeof(Word) * 8;
  if (digest_size == 0 || digest_size > kMaxSize || p.key_size > kMaxSize) return false;
  if (p.salt_size > Traits::kSalt || p.person_size > Traits::kSalt || p.inner_size > kMaxSize) return false;
  if (Traits::kOffsetSize == 6 && p.node_offset >> 48) return false;
  uint8_t block[kMaxSize] = {static_cast<uint8_t>(digest_size), static_cast<uint8_t>(p.key_size), p.fanout, p.depth};
  store_little<uint32_t>(block + 4, p.leaf_size);
  memcpy(block + 8, &p.node_offset, Traits::kOffsetSize);
  uint8_t* rest = block + 8 + Traits::kOffsetSize;
  rest[0] = p.node_depth;
  rest[1] = p.inner_size;
  rest += 2 + Traits::kReserved;
  if (p.salt_size) memcpy(rest, p.salt, p.salt_size);
  if (p.person_size) memcpy(rest + Traits::kSalt, p.person, p.person_size);
  for (int i = 0; i < 8; ++i) state[i] = Traits::kStart[i] ^ load_little<Word>(block + sizeof(Word) * i);
  return true;
}

// The last block is compressed by digest only, so a full buffer waits until more data comes.
template <typename Traits, size_t Block>
void absorb(typename Traits::Word* state, uint8_t* buffer, size_t* used, uint64_t* length, const void* data,
            size_t size) {
  const uint8_t* p = static_cast<const uint8_t*>(data);
  while (size) {
    if (*used == Block) {
      *length += Block;
      compress<Traits>(state, buffer, *length, false, false);
      *used = 0;
    }
    if (*used == 0) {
      for (; size > Block; p += Block, size -= Block) {
        *length += Block;
        compress<Traits>(state, p, *length, false, false);
      }
    }
    size_t part = Block - *used < size ? Block - *used : size;
    memcpy(buffer + *used, p, part);
    *used += part;
    p += part;
    size -= part;
  }
}

template <typename Traits, size_t Block>
void finish_blake(const typename Traits::Word* state, const uint8_t* buffer, size_t used, uint64_t length,
                  bool last_node, uint8_t* out, size_t size) {
  typename Traits::Word copy[8];
  uint8_t block[Block] = {};
  memcpy(copy, state, sizeof copy);
  if (used) memcpy(block, buffer, used);
  compress<Traits>(copy, block, length + used, true, last_node);
  memcpy(out, copy, size);
}

}  // namespace

bool Blake2b::init(const Blake2Parameters& p) {
  digest_size_ = p.digest_size ? p.digest_size : kMaxDigestSize;
  if (!start<TraitsB>(state_, digest_size_, p)) return false;
  length_ = used_ = 0;
  last_node_ = p.last_node;
  if (p.key_size) {
    uint8_t block[kBlockSize] = {};
    memcpy(block, p.key, p.key_size);
    update(block, kBlockSize);
  }
  return true;
}

void Blake2b::update(const void* data, size_t size) {
  absorb<TraitsB, kBlockSize>(state_, buffer_, &used_, &length_, data, size);
}

void Blake2b::digest(uint8_t* out) const {
  finish_blake<TraitsB, kBlockSize>(state_, buffer_, used_, length_, last_node_, out, digest_size_);
}

bool Blake2s::init(const Blake2Parameters& p) {
  digest_size_ = p.digest_size ? p.digest_size : kMaxDigestSize;
  if (!start<TraitsS>(state_, digest_size_, p)) return false;
  length_ = used_ = 0;
  last_node_ = p.last_node;
  if (p.key_size) {
    uint8_t block[kBlockSize] = {};
    memcpy(block, p.key, p.key_size);
    update(block, kBlockSize);
  }
  return true;
}

void Blake2s::update(const void* data, size_t size) {
  absorb<TraitsS, kBlockSize>(state_, buffer_, &used_, &length_, data, size);
}

void Blake2s::digest(uint8_t* out) const {
  finish_blake<TraitsS, kBlockSize>(state_, buffer_, used_, length_, last_node_, out, digest_size_);
}

}  // namespace kaa::digest
