// Searching in arrays of one, two or four bytes a character, in time linear in the two lengths.
//
// Short searches compare sixteen bytes of positions at once on the first and the last character of the needle. When too
// many candidates prove false the search goes on with the two-way algorithm (M. Crochemore and D. Perrin, "Two-way
// string-matching", Journal of the ACM 38, 1991), whose worst case is linear and which needs no tables.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/text_buffer.h"

namespace kaa {

constexpr size_t kNotFound = SIZE_MAX;

// The first or the last place of `needle` (m characters) in `hay` (n characters), or kNotFound. An empty needle is
// found at 0, or at n from the right.
size_t find_u8(const uint8_t* hay, size_t n, const uint8_t* needle, size_t m);
size_t find_u16(const uint16_t* hay, size_t n, const uint16_t* needle, size_t m);
size_t find_u32(const uint32_t* hay, size_t n, const uint32_t* needle, size_t m);
size_t rfind_u8(const uint8_t* hay, size_t n, const uint8_t* needle, size_t m);
size_t rfind_u16(const uint16_t* hay, size_t n, const uint16_t* needle, size_t m);
size_t rfind_u32(const uint32_t* hay, size_t n, const uint32_t* needle, size_t m);
// How often the needle occurs without overlaps, at most `max` times; an empty one n + 1 times.
size_t count_u8(const uint8_t* hay, size_t n, const uint8_t* needle, size_t m, size_t max = SIZE_MAX);
size_t count_u16(const uint16_t* hay, size_t n, const uint16_t* needle, size_t m, size_t max = SIZE_MAX);
size_t count_u32(const uint32_t* hay, size_t n, const uint32_t* needle, size_t m, size_t max = SIZE_MAX);

// The same for texts, of whatever kinds. The kinds must be the smallest possible (as a str's are): a needle of a wider
// kind than the haystack's is then nowhere in it.
size_t text_find(TextView hay, TextView needle);
size_t text_rfind(TextView hay, TextView needle);
size_t text_count(TextView hay, TextView needle, size_t max = SIZE_MAX);
// One character.
size_t text_find_char(TextView hay, uint32_t cp, size_t from = 0);
size_t text_rfind_char(TextView hay, uint32_t cp);

// All places of a text in another, without overlaps, for replacing: how many, and then one after the other. An empty needle stands before each character
// and at the end. Both texts must outlive it.
class TextPlaces {
 public:
  TextPlaces(TextView hay, TextView needle, size_t max);
  size_t count() const { return count_; }
  size_t next() {  // at most count() times
    if (empty_) return used_++;
    if (used_ == known_) find_some(kMax);
    return at_[used_++];
  }

 private:
  static constexpr size_t kMax = 128;
  void find_some(size_t max);
  template <typename T> void scan(size_t max);
  TextView hay_, needle_;
  bool empty_;
  size_t from_ = 0;  // what follows the places in at_
  size_t known_ = 0, used_ = 0, count_ = 0;
  size_t at_[kMax];
};

}  // namespace kaa
