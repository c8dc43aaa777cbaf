#include "modules/random/mt19937.h"

#include <cstring>

namespace kaa::random {

namespace {

constexpr size_t kShift = 397;

uint32_t twist(uint32_t high, uint32_t low) {
  uint32_t joined = (high & 0x80000000u) | (low & 0x7fffffffu);
  return (joined >> 1) ^ (joined & 1 ? 0x9908b0dfu : 0);
}

}  // namespace

void Mt19937::seed(uint32_t value) {
  uint32_t last = value;  // in a register: each step waits for the one before
  state_[0] = last;
  for (uint32_t i = 1; i < kWords; ++i) state_[i] = last = 1812433253u * (last ^ (last >> 30)) + i;
  index_ = kWords;
}

void Mt19937::seed(const uint32_t* key, size_t length) {
  seed(19650218u);
  size_t i = 1;
  uint32_t last = state_[0];
  auto mix = [&](uint32_t factor, uint32_t plus) {
    state_[i] = last = (state_[i] ^ ((last ^ (last >> 30)) * factor)) + plus;
    if (++i == kWords) {
      state_[0] = last;
      i = 1;
    }
  };
  size_t j = 0;
  for (size_t k = length > kWords ? length : kWords; k > 0; --k) {
    mix(1664525u, key[j] + static_cast<uint32_t>(j));
    if (++j >= length) j = 0;
  }
  for (size_t k = kWords - 1; k > 0; --k) {
    mix(1566083941u, 0u - static_cast<uint32_t>(i));
  }
  state_[0] = 0x80000000u;
}

void Mt19937::refill() {
  size_t i = 0;
  for (; i < kWords - kShift; ++i) state_[i] = state_[i + kShift] ^ twist(state_[i], state_[i + 1]);
  for (; i < kWords - 1; ++i) state_[i] = state_[i + kShift - kWords] ^ twist(state_[i], state_[i + 1]);
  state_[i] = state_[kShift - 1] ^ twist(state_[i], state_[0]);
  index_ = 0;
}

uint32_t Mt19937::next() {
  if (index_ >= kWords) refill();
  uint32_t y = state_[index_++];
  y ^= y >> 11;
  y ^= y << 7 & 0x9d2c5680u;
  y ^= y << 15 & 0xefc60000u;
  return y ^ y >> 18;
}

double Mt19937::next_double() {
  uint64_t high = next() >> 5;  // 27 bits, then 26
  uint64_t low = next() >> 6;
  return static_cast<double>(high << 26 | low) * 0x1p-53;
}

void Mt19937::get_bits(size_t bits, uint32_t* words) {
  for (; bits >= 32; bits -= 32) *words++ = next();
  if (bits) *words = next() >> (32 - bits);
}

bool Mt19937::set_state(const uint32_t* words, uint32_t index) {
  if (index > kWords) return false;
  memcpy(state_, words, sizeof state_);
  index_ = index;
  return true;
}

}  // namespace kaa::random
