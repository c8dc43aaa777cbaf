// MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4): 32- or 64-bit words, blocks mixed into a state, the length at the end.
#include <bit>

#include "modules/hash/bytes.h"
#include "modules/hash/hash.h"

namespace kaa::digest {

namespace {

// floor(2**32 * abs(sin(i + 1)))
constexpr uint32_t kSines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
// The first bits of the fractional parts of the cube roots of the first primes.
constexpr uint32_t kRoots256[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
constexpr uint64_t kRoots512[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};
// Of the square roots of the first eight primes (256, 512), and the next eight (384; 224 takes the low halves).
constexpr uint32_t kStart256[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};
constexpr uint32_t kStart224[8] = {
    0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4,
};
constexpr uint64_t kStart512[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};
constexpr uint64_t kStart384[8] = {
    0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
    0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
};

void md5_block(uint32_t* state, const uint8_t* block) {
  static constexpr int kTurns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  uint32_t x[16];
  for (int i = 0; i < 16; ++i) x[i] = load_little<uint32_t>(block + 4 * i);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
#pragma clang loop unroll(full)
  for (int i = 0; i < 64; ++i) {
    uint32_t mixed;
    int word;
    switch (i / 16) {
      case 0:
        mixed = (b & c) | (~b & d);
        word = i;
        break;
      case 1:
        mixed = (b & d) | (c & ~d);
        word = (5 * i + 1) % 16;
        break;
      case 2:
        mixed = b ^ c ^ d;
        word = (3 * i + 5) % 16;
        break;
      default:
        mixed = c ^ (b | ~d);
        word = 7 * i % 16;
        break;
    }
    uint32_t turned = std::rotl(a + mixed + x[word] + kSines[i], kTurns[i / 16][i % 4]);
    a = d;
    d = c;
    c = b;
    b += turned;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

void sha1_block(uint32_t* state, const uint8_t* block) {
  uint32_t w[80];
  for (int i = 0; i < 16; ++i) w[i] = load_big<uint32_t>(block + 4 * i);
  for (int i = 16; i < 80; ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  auto round = [&](uint32_t mixed, uint32_t constant, uint32_t word) {
    uint32_t next = std::rotl(a, 5) + mixed + e + constant + word;
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  };
  for (int i = 0; i < 20; ++i) round((b & c) | (~b & d), 0x5a827999, w[i]);
  for (int i = 20; i < 40; ++i) round(b ^ c ^ d, 0x6ed9eba1, w[i]);
  for (int i = 40; i < 60; ++i) round((b & c) | (b & d) | (c & d), 0x8f1bbcdc, w[i]);
  for (int i = 60; i < 80; ++i) round(b ^ c ^ d, 0xca62c1d6, w[i]);
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

// SHA-256 and SHA-512 differ in the word, the rounds, the constants and the distances of their rotations.
struct Traits256 {
  using Word = uint32_t;
  static constexpr int kRounds = 64;
  static constexpr const uint32_t* kConstants = kRoots256;
  static constexpr int kSum0[3] = {2, 13, 22}, kSum1[3] = {6, 11, 25}, kSmall0[3] = {7, 18, 3},
                       kSmall1[3] = {17, 19, 10};
};
struct Traits512 {
  using Word = uint64_t;
  static constexpr int kRounds = 80;
  static constexpr const uint64_t* kConstants = kRoots512;
  static constexpr int kSum0[3] = {28, 34, 39}, kSum1[3] = {14, 18, 41}, kSmall0[3] = {1, 8, 7},
                       kSmall1[3] = {19, 61, 6};
};

template <typename Traits>
void sha2_block(typename Traits::Word* state, const uint8_t* block) {
  using Word = typename Traits::Word;
  auto sum = [](Word x, const int* by) { return std::rotr(x, by[0]) ^ std::rotr(x, by[1]) ^ std::rotr(x, by[2]); };
  auto small = [](Word x, const int* by) { return std::rotr(x, by[0]) ^ std::rotr(x, by[1]) ^ (x >> by[2]); };
  Word w[Traits::kRounds];
  for (int i = 0; i < 16; ++i) w[i] = load_big<Word>(block + sizeof(Word) * i);
  for (int i = 16; i < Traits::kRounds; ++i) {
    w[i] = small(w[i - 2], Traits::kSmall1) + w[i - 7] + small(w[i - 15], Traits::kSmall0) + w[i - 16];
  }
  Word a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
#pragma clang loop unroll_count(8)
  for (int i = 0; i < Traits::kRounds; ++i) {
    Word first = h + sum(e, Traits::kSum1) + ((e & f) ^ (~e & g)) + Traits::kConstants[i] + w[i];
    Word second = sum(a, Traits::kSum0) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const Word mixed[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state[i] += mixed[i];
}

// Writes the first `size` bytes of the state, whose words are big-endian.
template <typename Word>
void write_big(uint8_t* out, const Word* state, size_t size) {
  for (size_t i = 0; i * sizeof(Word) < size; ++i) {
    uint8_t word[sizeof(Word)];
    store_big(word, state[i]);
    size_t left = size - i * sizeof(Word);
    memcpy(out + i * sizeof(Word), word, left < sizeof(Word) ? left : sizeof(Word));
  }
}

}  // namespace

Md5::Md5() : state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476} {}

void Md5::update(const void* data, size_t size) { feed<64>(state_, buffer_, &length_, data, size, md5_block); }

void Md5::digest(uint8_t* out) const {
  Md5 copy = *this;
  finish<64, 8>(copy.state_, buffer_, length_, false, md5_block);
  memcpy(out, copy.state_, kDigestSize);
}

Sha1::Sha1() : state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0} {}

void Sha1::update(const void* data, size_t size) { feed<64>(state_, buffer_, &length_, data, size, sha1_block); }

void Sha1::digest(uint8_t* out) const {
  Sha1 copy = *this;
  finish<64, 8>(copy.state_, buffer_, length_, true, sha1_block);
  write_big(out, copy.state_, kDigestSize);
}

Sha256::Sha256(size_t bits) : digest_size_(bits / 8) {
  memcpy(state_, bits == 224 ? kStart224 : kStart256, sizeof state_);
}

void Sha256::update(const void* data, size_t size) {
  feed<64>(state_, buffer_, &length_, data, size, sha2_block<Traits256>);
}

void Sha256::digest(uint8_t* out) const {
  Sha256 copy = *this;
  finish<64, 8>(copy.state_, buffer_, length_, true, sha2_block<Traits256>);
  write_big(out, copy.state_, digest_size_);
}

Sha512::Sha512(size_t bits) : digest_size_(bits / 8) {
  memcpy(state_, bits == 384 ? kStart384 : kStart512, sizeof state_);
}

void Sha512::update(const void* data, size_t size) {
  feed<128>(state_, buffer_, &length_, data, size, sha2_block<Traits512>);
}

void Sha512::digest(uint8_t* out) const {
  Sha512 copy = *this;
  finish<128, 16>(copy.state_, buffer_, length_, true, sha2_block<Traits512>);
  write_big(out, copy.state_, digest_size_);
}

}  // namespace kaa::digest
