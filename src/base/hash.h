// The hashes that Python defines by their algorithm, or whose values are seen in the order of sets: numbers, pointers,
// tuples, frozensets. -1 is no hash value (CPython keeps it for errors): it becomes another.
#pragma once

#include <cstdint>

namespace kaa {

inline constexpr int64_t kHashInfinity = 314159;

inline int64_t hash_not_minus_one(uint64_t h) { return h == UINT64_MAX ? -2 : static_cast<int64_t>(h); }

// hash() of an int: modulo 2**61 - 1, keeping the sign. See big_hash for larger ones.
inline int64_t hash_int64(int64_t v) {
  constexpr int64_t kModulus = (int64_t{1} << 61) - 1;
  int64_t h = v % kModulus;
  return h == -1 ? -2 : h;
}

// The same for a number of at most 62 bits, without a division.
inline int64_t small_int_hash(int64_t i) {
  constexpr int64_t kModulus = (int64_t{1} << 61) - 1;
  if (static_cast<uint64_t>(i + (kModulus - 1)) > 2 * (kModulus - 1)) [[unlikely]] i += i < 0 ? kModulus : -kModulus;
  return i == -1 ? -2 : i;
}

// An address: the low bits are always the same, so they go to the top.
inline int64_t hash_pointer(const void* p) {
  auto a = reinterpret_cast<uint64_t>(p);
  return hash_not_minus_one(a >> 4 | a << 60);
}

// hash() of a float that is no NaN (NaNs hash by identity: hash_pointer): equal to the hash of an equal int or
// Fraction.
int64_t hash_double(double d);

// hash() of a complex from the hashes of its parts.
inline int64_t hash_complex(int64_t real, int64_t imaginary) {
  return hash_not_minus_one(static_cast<uint64_t>(real) + 1000003u * static_cast<uint64_t>(imaginary));
}

// Tuples: xxHash's lane mixing, in order. add() each item's hash, then finish() with their number.
class TupleHash {
 public:
  void add(int64_t item_hash) {
    state_ += static_cast<uint64_t>(item_hash) * kPrime2;
    state_ = (state_ << 31 | state_ >> 33) * kPrime1;
  }
  int64_t finish(int64_t length) const {
    uint64_t h = state_ + (static_cast<uint64_t>(length) ^ (kPrime5 ^ 3527539u));
    return h == UINT64_MAX ? 1546275796 : static_cast<int64_t>(h);
  }
  // The same without the length mixed in: slices.
  int64_t finish_fixed() const { return state_ == UINT64_MAX ? 1546275796 : static_cast<int64_t>(state_); }

 private:
  static constexpr uint64_t kPrime1 = 11400714785074694791u;
  static constexpr uint64_t kPrime2 = 14029467366897019727u;
  static constexpr uint64_t kPrime5 = 2870177450012600261u;
  uint64_t state_ = kPrime5;
};

// Frozensets: independent of order. add() each item's hash, then finish() with their number.
class FrozensetHash {
 public:
  void add(int64_t item_hash) {
    auto h = static_cast<uint64_t>(item_hash);
    state_ ^= ((h ^ 89869747u) ^ (h << 16)) * 3644798167u;
  }
  int64_t finish(int64_t length) const {
    uint64_t h = state_ ^ (static_cast<uint64_t>(length) + 1) * 1927868237u;
    h ^= (h >> 11) ^ (h >> 25);
    h = h * 69069u + 907133923u;
    return h == UINT64_MAX ? 590923713 : static_cast<int64_t>(h);
  }

 private:
  uint64_t state_ = 0;
};

}  // namespace kaa
