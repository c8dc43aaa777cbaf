// The Mersenne Twister MT19937 (Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998, with the array
// seeding of their 2002 revision), giving the numbers of CPython's _random.Random bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kaa::random {

class Mt19937 {
 public:
  static constexpr size_t kWords = 624;

  Mt19937() { seed(5489); }
  void seed(uint32_t value);
  // Seeds from any number of 32-bit words, least significant first (random.seed(int) passes the absolute value's words,
  // one word of 0 for 0).
  void seed(const uint32_t* key, size_t length);

  uint32_t next();
  // Uniform in [0, 1), a multiple of 2**-53.
  double next_double();
  // Fills words, least significant first, with `bits` random bits; (bits + 31) / 32 words are written.
  void get_bits(size_t bits, uint32_t* words);

  // The state that Random.getstate shows: 624 words, and how many of them are used up (0..624).
  const uint32_t* state() const { return state_; }
  uint32_t index() const { return index_; }
  // False, and no change, when the index is above 624.
  [[nodiscard]] bool set_state(const uint32_t* words, uint32_t index);

 private:
  void refill();

  uint32_t state_[kWords];
  uint32_t index_;
};

}  // namespace kaa::random
