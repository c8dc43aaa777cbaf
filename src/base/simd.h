// Sixteen bytes at a time: SSE2 where there is, two 64-bit words elsewhere. Only what text scanning needs. Loads may be
// unaligned; masks have one bit a byte, the first byte in bit 0.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace kaa {

#if defined(__SSE2__)

struct Bytes16 {
  __m128i v;
  static Bytes16 load(const void* p) { return {_mm_loadu_si128(static_cast<const __m128i*>(p))}; }
  static Bytes16 fill8(uint8_t x) { return {_mm_set1_epi8(static_cast<char>(x))}; }
  static Bytes16 fill16(uint16_t x) { return {_mm_set1_epi16(static_cast<short>(x))}; }
  static Bytes16 fill32(uint32_t x) { return {_mm_set1_epi32(static_cast<int>(x))}; }
  Bytes16 operator|(Bytes16 b) const { return {_mm_or_si128(v, b.v)}; }
  Bytes16 operator&(Bytes16 b) const { return {_mm_and_si128(v, b.v)}; }
  // Bytes of lanes that are equal become 0xFF, others 0.
  Bytes16 equal8(Bytes16 b) const { return {_mm_cmpeq_epi8(v, b.v)}; }
  Bytes16 equal16(Bytes16 b) const { return {_mm_cmpeq_epi16(v, b.v)}; }
  Bytes16 equal32(Bytes16 b) const { return {_mm_cmpeq_epi32(v, b.v)}; }
  // The top bit of each byte.
  unsigned high_bits() const { return static_cast<unsigned>(_mm_movemask_epi8(v)); }
  bool any() const { return _mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_setzero_si128())) != 0xFFFF; }
  // The larger of each two unsigned bytes.
  Bytes16 max8(Bytes16 b) const { return {_mm_max_epu8(v, b.v)}; }
  // Bytes from 0x80 up to 0xBF become 0xFF, others 0.
  Bytes16 continuations() const { return {_mm_cmplt_epi8(v, _mm_set1_epi8(-64))}; }
  Bytes16 minus8(Bytes16 b) const { return {_mm_sub_epi8(v, b.v)}; }
  // The sum of the bytes.
  size_t sum8() const {
    __m128i s = _mm_sad_epu8(v, _mm_setzero_si128());
    return static_cast<size_t>(_mm_cvtsi128_si32(s)) + static_cast<size_t>(_mm_extract_epi16(s, 4));
  }
  void store(void* p) const { _mm_storeu_si128(static_cast<__m128i*>(p), v); }
  // The sixteen bytes as sixteen 16-bit units (this is where the Latin-1 part of a text becomes a wider one).
  void store_widened16(uint16_t* p) const {
    __m128i zero = _mm_setzero_si128();
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm_unpacklo_epi8(v, zero));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 8), _mm_unpackhi_epi8(v, zero));
  }
};

#else

struct Bytes16 {
  uint64_t lo, hi;
  static Bytes16 load(const void* p) {
    Bytes16 b;
    memcpy(&b, p, 16);
    return b;
  }
  static Bytes16 fill8(uint8_t x) { return fill64(x * 0x0101010101010101u); }
  static Bytes16 fill16(uint16_t x) { return fill64(x * 0x0001000100010001u); }
  static Bytes16 fill32(uint32_t x) { return fill64(x * 0x0000000100000001u); }
  static Bytes16 fill64(uint64_t x) { return {x, x}; }
  Bytes16 operator|(Bytes16 b) const { return {lo | b.lo, hi | b.hi}; }
  Bytes16 operator&(Bytes16 b) const { return {lo & b.lo, hi & b.hi}; }
  template <typename T>
  Bytes16 equal(Bytes16 b) const {
    T x[16 / sizeof(T)], y[16 / sizeof(T)];
    memcpy(x, this, 16);
    memcpy(y, &b, 16);
    for (size_t i = 0; i < 16 / sizeof(T); i++) x[i] = x[i] == y[i] ? static_cast<T>(~T{0}) : T{0};
    return load(x);
  }
  Bytes16 equal8(Bytes16 b) const { return equal<uint8_t>(b); }
  Bytes16 equal16(Bytes16 b) const { return equal<uint16_t>(b); }
  Bytes16 equal32(Bytes16 b) const { return equal<uint32_t>(b); }
  unsigned high_bits() const {
    uint8_t x[16];
    memcpy(x, this, 16);
    unsigned mask = 0;
    for (int i = 0; i < 16; i++) mask |= static_cast<unsigned>(x[i] >> 7) << i;
    return mask;
  }
  bool any() const { return (lo | hi) != 0; }
  template <typename F>
  Bytes16 each8(Bytes16 b, F&& f) const {
    uint8_t x[16], y[16];
    memcpy(x, this, 16);
    memcpy(y, &b, 16);
    for (int i = 0; i < 16; i++) x[i] = static_cast<uint8_t>(f(x[i], y[i]));
    return load(x);
  }
  Bytes16 max8(Bytes16 b) const {
    return each8(b, [](uint8_t x, uint8_t y) { return x > y ? x : y; });
  }
  Bytes16 continuations() const {
    return each8(*this, [](uint8_t x, uint8_t) { return (x & 0xC0) == 0x80 ? 0xFF : 0; });
  }
  Bytes16 minus8(Bytes16 b) const {
    return each8(b, [](uint8_t x, uint8_t y) { return x - y; });
  }
  size_t sum8() const {
    uint8_t x[16];
    memcpy(x, this, 16);
    size_t sum = 0;
    for (uint8_t byte : x) sum += byte;
    return sum;
  }
  void store(void* p) const { memcpy(p, this, 16); }
  void store_widened16(uint16_t* p) const {
    uint8_t x[16];
    memcpy(x, this, 16);
    for (int i = 0; i < 16; i++) p[i] = x[i];
  }
};

#endif

// Calls found(index) for each byte c in p[0, n), in order, until it returns false; sixteen are compared at once.
template <class F>
inline void each_byte(const uint8_t* p, size_t n, uint8_t c, F&& found) {
  Bytes16 wanted = Bytes16::fill8(c);
  size_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (unsigned mask = Bytes16::load(p + i).equal8(wanted).high_bits(); mask; mask &= mask - 1)
      if (!found(i + static_cast<size_t>(__builtin_ctz(mask)))) return;
  for (; i < n; i++)
    if (p[i] == c && !found(i)) return;
}

}  // namespace kaa
