#include "base/siphash.h"

#include <cstring>

namespace kaa {

namespace {

inline uint64_t rotate(uint64_t x, int n) { return x << n | x >> (64 - n); }

struct SipState {
  uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = rotate(v1, 13) ^ v0;
    v0 = rotate(v0, 32);
    v2 += v3;
    v3 = rotate(v3, 16) ^ v2;
    v0 += v3;
    v3 = rotate(v3, 21) ^ v0;
    v2 += v1;
    v1 = rotate(v1, 17) ^ v2;
    v2 = rotate(v2, 32);
  }
};

uint64_t load64(const uint8_t* p) {
  uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

}  // namespace

HashSecret hash_secret_from_bytes(const uint8_t bytes[24]) {
  HashSecret secret;
  secret.k0 = load64(bytes);
  secret.k1 = load64(bytes + 8);
  std::memcpy(secret.expat_salt, bytes + 16, 8);
  return secret;
}

HashSecret hash_secret_from_seed(uint32_t seed) {
  if (seed == 0) return {};
  uint8_t bytes[24];
  uint32_t x = seed;
  for (uint8_t& byte : bytes) {
    x = x * 214013u + 2531011u;
    byte = static_cast<uint8_t>(x >> 16);
  }
  return hash_secret_from_bytes(bytes);
}

uint64_t siphash13(const HashSecret& secret, const void* data, int64_t length) {
  // The constants spell "somepseudorandomlygeneratedbytes".
  SipState s{secret.k0 ^ 0x736f6d6570736575ull, secret.k1 ^ 0x646f72616e646f6dull, secret.k0 ^ 0x6c7967656e657261ull,
             secret.k1 ^ 0x7465646279746573ull};
  auto* p = static_cast<const uint8_t*>(data);
  uint64_t last = static_cast<uint64_t>(length) << 56;
  for (; length >= 8; length -= 8, p += 8) {
    uint64_t m = load64(p);
    s.v3 ^= m;
    s.round();
    s.v0 ^= m;
  }
  for (int64_t i = 0; i < length; ++i) last |= static_cast<uint64_t>(p[i]) << (8 * i);
  s.v3 ^= last;
  s.round();
  s.v0 ^= last;
  s.v2 ^= 0xff;
  s.round();
  s.round();
  s.round();
  return (s.v0 ^ s.v1) ^ (s.v2 ^ s.v3);
}

int64_t hash_bytes(const HashSecret& secret, const void* data, int64_t length) {
  if (length == 0) return 0;
  auto h = static_cast<int64_t>(siphash13(secret, data, length));
  return h == -1 ? -2 : h;
}

}  // namespace kaa
