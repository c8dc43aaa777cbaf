// SipHash-1-3 (Aumasson and Bernstein; one round a block, three at the end) with CPython's keys, so that PYTHONHASHSEED
// gives CPython's hashes of str and bytes, and with them CPython's order of sets.
#pragma once

#include <cstdint>

namespace kaa {

struct HashSecret {
  uint64_t k0 = 0;
  uint64_t k1 = 0;
  uint8_t expat_salt[8] = {};  // the last 8 of the 24 bytes: the salt of pyexpat's parser
};

// PYTHONHASHSEED=seed: 24 bytes from a linear congruential generator; 0 means zero keys.
HashSecret hash_secret_from_seed(uint32_t seed);
// 24 random bytes to a secret.
HashSecret hash_secret_from_bytes(const uint8_t bytes[24]);

uint64_t siphash13(const HashSecret& secret, const void* data, int64_t length);

// hash() of bytes, or of a str given as its code units in the narrowest of 1, 2 or 4 bytes that holds all of them
// (little-endian): 0 for the empty one, -2 for -1.
int64_t hash_bytes(const HashSecret& secret, const void* data, int64_t length);

}  // namespace kaa
