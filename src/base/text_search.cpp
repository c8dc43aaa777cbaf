#include "base/text_search.h"

#include <cstdlib>

#include "base/simd.h"

namespace kaa {

namespace {

template <typename T>
constexpr size_t kLanes = 16 / sizeof(T);

template <typename T>
inline Bytes16 fill(T x) {
  if constexpr (sizeof(T) == 1) return Bytes16::fill8(x);
  if constexpr (sizeof(T) == 2) return Bytes16::fill16(x);
  if constexpr (sizeof(T) == 4) return Bytes16::fill32(x);
}

template <typename T>
inline Bytes16 equal(Bytes16 a, Bytes16 b) {
  if constexpr (sizeof(T) == 1) return a.equal8(b);
  if constexpr (sizeof(T) == 2) return a.equal16(b);
  if constexpr (sizeof(T) == 4) return a.equal32(b);
}

template <typename T>
size_t find_one(const T* hay, size_t n, T c) {
  if constexpr (sizeof(T) == 1) {
    const void* at = n ? memchr(hay, c, n) : nullptr;
    return at ? static_cast<size_t>(static_cast<const T*>(at) - hay) : kNotFound;
  }
  size_t i = 0;
  Bytes16 wanted = fill<T>(c);
  for (; i + kLanes<T> <= n; i += kLanes<T>) {
    unsigned mask = equal<T>(Bytes16::load(hay + i), wanted).high_bits();
    if (mask) return i + static_cast<size_t>(__builtin_ctz(mask)) / sizeof(T);
  }
  for (; i < n; i++) {
    if (hay[i] == c) return i;
  }
  return kNotFound;
}

template <typename T>
size_t rfind_one(const T* hay, size_t n, T c) {
  Bytes16 wanted = fill<T>(c);
  size_t i = n;
  for (; i >= kLanes<T>; i -= kLanes<T>) {
    unsigned mask = equal<T>(Bytes16::load(hay + i - kLanes<T>), wanted).high_bits();
    if (mask) return i - kLanes<T> + static_cast<size_t>(31 - __builtin_clz(mask)) / sizeof(T);
  }
  while (i-- > 0) {
    if (hay[i] == c) return i;
  }
  return kNotFound;
}

template <typename T>
size_t count_one(const T* hay, size_t n, T c) {
  size_t bits = 0, count = 0, i = 0;
  Bytes16 wanted = fill<T>(c);
  for (; i + kLanes<T> <= n; i += kLanes<T>) {
    bits += static_cast<size_t>(__builtin_popcount(equal<T>(Bytes16::load(hay + i), wanted).high_bits()));
  }
  for (; i < n; i++) count += hay[i] == c;
  return count + bits / sizeof(T);
}

// An array read from its start or from its end, so that one search serves both directions.
template <typename T, bool kBackward>
struct Sequence {
  const T* data;
  size_t length;
  T operator[](size_t i) const { return kBackward ? data[length - 1 - i] : data[i]; }
};

// The start of the maximal suffix under the order of characters or its reverse, and that suffix's period.
template <typename Seq>
size_t maximal_suffix(const Seq& x, bool reversed, size_t* period) {
  size_t suffix = 0, candidate = 1, k = 0, p = 1;
  while (candidate + k < x.length) {
    auto a = x[candidate + k], b = x[suffix + k];
    if (a == b) {
      if (k + 1 == p) {
        candidate += p;
        k = 0;
      } else {
        k++;
      }
    } else if ((a < b) != reversed) {
      candidate += k + 1;
      k = 0;
      p = candidate - suffix;
    } else {
      suffix = candidate;
      candidate++;
      k = 0;
      p = 1;
    }
  }
  *period = p;
  return suffix;
}

// The two-way algorithm. The needle is cut in two at a critical position; its right part is compared first, left to
// right, and a mismatch there shifts by as much as matched. For periodic needles the matched prefix is remembered.
template <typename Seq>
size_t two_way(const Seq& hay, const Seq& needle) {
  size_t n = hay.length, m = needle.length, p1, p2;
  size_t s1 = maximal_suffix(needle, false, &p1), s2 = maximal_suffix(needle, true, &p2);
  size_t cut = s1 > s2 ? s1 : s2, period = s1 > s2 ? p1 : p2;
  bool periodic = cut + period <= m;
  for (size_t i = 0; periodic && i < cut; i++) periodic = needle[i] == needle[i + period];
  if (!periodic) period = (cut > m - cut ? cut : m - cut) + 1;
  size_t memory = 0;  // how much of the needle's start is known to match at `pos`
  for (size_t pos = 0; pos + m <= n;) {
    size_t i = cut > memory ? cut : memory;
    while (i < m && needle[i] == hay[pos + i]) i++;
    if (i < m) {
      pos += i - cut + 1;
      memory = 0;
      continue;
    }
    i = cut;
    while (i > memory && needle[i - 1] == hay[pos + i - 1]) i--;
    if (i <= memory) return pos;
    pos += period;
    memory = periodic ? m - period : 0;
  }
  return kNotFound;
}

// How much comparing is allowed for candidates before `progress` characters are passed; beyond it two_way is cheaper.
inline bool over_budget(size_t work, size_t progress, size_t m) { return work > 8 * progress + 16 * m + 256; }

// Compares the inner part of a candidate whose two ends match; adds what it cost.
template <typename T>
inline bool same(const T* at, const T* needle, size_t m, size_t& work) {
  constexpr size_t kShort = 8;
  if (m <= kShort + 2) {
    for (size_t i = 1; i + 1 < m; i++) {
      if (at[i] != needle[i]) return false;
    }
    return true;
  }
  work++;
  for (size_t i = 1; i <= kShort; i++) {
    if (at[i] != needle[i]) return false;
  }
  work += m;
  return memcmp(at + kShort + 1, needle + kShort + 1, (m - kShort - 1) * sizeof(T)) == 0;
}

template <typename T>
size_t find_in(const T* hay, size_t n, const T* needle, size_t m) {
  if (m > n) return kNotFound;
  if (m == 0) return 0;
  if (m == 1) return find_one(hay, n, needle[0]);
  size_t work = 0, i = 0, last = n - m;  // candidates are 0 .. last
  Bytes16 first_wanted = fill<T>(needle[0]), last_wanted = fill<T>(needle[m - 1]);
  while (i + kLanes<T> <= last + 1) {
    Bytes16 firsts = equal<T>(Bytes16::load(hay + i), first_wanted);
    Bytes16 lasts = equal<T>(Bytes16::load(hay + i + m - 1), last_wanted);
    unsigned mask = (firsts & lasts).high_bits();
    while (mask) {
      unsigned bit = static_cast<unsigned>(__builtin_ctz(mask));
      size_t at = i + bit / sizeof(T);
      if (same(hay + at, needle, m, work)) return at;
      mask &= ~(((1u << sizeof(T)) - 1) << bit);
    }
    i += kLanes<T>;
    if (over_budget(work, i, m)) {
      size_t rest = two_way(Sequence<T, false>{hay + i, n - i}, Sequence<T, false>{needle, m});
      return rest == kNotFound ? kNotFound : rest + i;
    }
  }
  for (; i <= last; i++) {
    if (hay[i] == needle[0] && hay[i + m - 1] == needle[m - 1] && same(hay + i, needle, m, work)) return i;
  }
  return kNotFound;
}

template <typename T>
size_t rfind_in(const T* hay, size_t n, const T* needle, size_t m) {
  if (m > n) return kNotFound;
  if (m == 0) return n;
  if (m == 1) return rfind_one(hay, n, needle[0]);
  size_t work = 0, left = n - m + 1;  // candidates are 0 .. left - 1
  Bytes16 first_wanted = fill<T>(needle[0]), last_wanted = fill<T>(needle[m - 1]);
  while (left >= kLanes<T>) {
    size_t i = left - kLanes<T>;
    Bytes16 firsts = equal<T>(Bytes16::load(hay + i), first_wanted);
    Bytes16 lasts = equal<T>(Bytes16::load(hay + i + m - 1), last_wanted);
    unsigned mask = (firsts & lasts).high_bits();
    while (mask) {
      unsigned bit = 31 - static_cast<unsigned>(__builtin_clz(mask));
      size_t at = i + bit / sizeof(T);
      if (same(hay + at, needle, m, work)) return at;
      mask &= ~(((1u << sizeof(T)) - 1) << (bit / sizeof(T) * sizeof(T)));
    }
    left = i;
    if (over_budget(work, n - left, m)) {
      size_t rest_length = left + m - 1;  // what the candidates that are left may touch
      if (left == 0) return kNotFound;
      size_t rest = two_way(Sequence<T, true>{hay, rest_length}, Sequence<T, true>{needle, m});
      return rest == kNotFound ? kNotFound : rest_length - rest - m;
    }
  }
  while (left-- > 0) {
    if (hay[left] == needle[0] && hay[left + m - 1] == needle[m - 1] && same(hay + left, needle, m, work)) return left;
  }
  return kNotFound;
}

template <typename T>
size_t count_in(const T* hay, size_t n, const T* needle, size_t m, size_t max) {
  if (m == 0) return n < max ? n + 1 : max;
  if (m == 1) {
    size_t count = count_one(hay, n, needle[0]);
    return count < max ? count : max;
  }
  size_t count = 0;
  while (count < max) {
    size_t at = find_in(hay, n, needle, m);
    if (at == kNotFound) break;
    count++;
    hay += at + m;
    n -= at + m;
  }
  return count;
}

// Calls `f` with the two arrays in the haystack's kind. A narrower needle is widened into a buffer first (on the stack
// when it is short); without memory for a long one, `f` is not called.
template <typename F>
size_t with_same_kind(TextView hay, TextView needle, size_t otherwise, F f) {
  if (needle.kind > hay.kind || needle.length > hay.length) return otherwise;
  if (needle.kind == hay.kind) return f(needle.data);
  uint32_t small[64];
  size_t bytes = needle.length * static_cast<size_t>(hay.kind);
  void* wide = bytes <= sizeof(small) ? small : malloc(bytes);
  if (!wide) return otherwise;
  text_convert(needle, wide, hay.kind);
  size_t result = f(wide);
  if (wide != small) free(wide);
  return result;
}

}  // namespace

size_t find_u8(const uint8_t* hay, size_t n, const uint8_t* needle, size_t m) { return find_in(hay, n, needle, m); }
size_t find_u16(const uint16_t* hay, size_t n, const uint16_t* needle, size_t m) { return find_in(hay, n, needle, m); }
size_t find_u32(const uint32_t* hay, size_t n, const uint32_t* needle, size_t m) { return find_in(hay, n, needle, m); }
size_t rfind_u8(const uint8_t* hay, size_t n, const uint8_t* needle, size_t m) { return rfind_in(hay, n, needle, m); }
size_t rfind_u16(const uint16_t* hay, size_t n, const uint16_t* needle, size_t m) {
  return rfind_in(hay, n, needle, m);
}
size_t rfind_u32(const uint32_t* hay, size_t n, const uint32_t* needle, size_t m) {
  return rfind_in(hay, n, needle, m);
}
size_t count_u8(const uint8_t* hay, size_t n, const uint8_t* needle, size_t m, size_t max) {
  return count_in(hay, n, needle, m, max);
}
size_t count_u16(const uint16_t* hay, size_t n, const uint16_t* needle, size_t m, size_t max) {
  return count_in(hay, n, needle, m, max);
}
size_t count_u32(const uint32_t* hay, size_t n, const uint32_t* needle, size_t m, size_t max) {
  return count_in(hay, n, needle, m, max);
}

size_t text_find(TextView hay, TextView needle) {
  return with_same_kind(hay, needle, kNotFound, [&](const void* wide) {
    if (hay.kind == 1) return find_in(hay.u8(), hay.length, static_cast<const uint8_t*>(wide), needle.length);
    if (hay.kind == 2) return find_in(hay.u16(), hay.length, static_cast<const uint16_t*>(wide), needle.length);
    return find_in(hay.u32(), hay.length, static_cast<const uint32_t*>(wide), needle.length);
  });
}

size_t text_rfind(TextView hay, TextView needle) {
  return with_same_kind(hay, needle, kNotFound, [&](const void* wide) {
    if (hay.kind == 1) return rfind_in(hay.u8(), hay.length, static_cast<const uint8_t*>(wide), needle.length);
    if (hay.kind == 2) return rfind_in(hay.u16(), hay.length, static_cast<const uint16_t*>(wide), needle.length);
    return rfind_in(hay.u32(), hay.length, static_cast<const uint32_t*>(wide), needle.length);
  });
}

size_t text_count(TextView hay, TextView needle, size_t max) {
  return with_same_kind(hay, needle, 0, [&](const void* wide) {
    if (hay.kind == 1) return count_in(hay.u8(), hay.length, static_cast<const uint8_t*>(wide), needle.length, max);
    if (hay.kind == 2) return count_in(hay.u16(), hay.length, static_cast<const uint16_t*>(wide), needle.length, max);
    return count_in(hay.u32(), hay.length, static_cast<const uint32_t*>(wide), needle.length, max);
  });
}

size_t text_find_char(TextView hay, uint32_t cp, size_t from) {
  if (kind_for(cp) > hay.kind || from >= hay.length) return kNotFound;
  TextView rest = hay.slice(from, hay.length);
  size_t at = hay.kind == 1   ? find_one(rest.u8(), rest.length, static_cast<uint8_t>(cp))
              : hay.kind == 2 ? find_one(rest.u16(), rest.length, static_cast<uint16_t>(cp))
                              : find_one(rest.u32(), rest.length, cp);
  return at == kNotFound ? at : at + from;
}

size_t text_rfind_char(TextView hay, uint32_t cp) {
  if (kind_for(cp) > hay.kind) return kNotFound;
  if (hay.kind == 1) return rfind_one(hay.u8(), hay.length, static_cast<uint8_t>(cp));
  if (hay.kind == 2) return rfind_one(hay.u16(), hay.length, static_cast<uint16_t>(cp));
  return rfind_one(hay.u32(), hay.length, cp);
}

TextPlaces::TextPlaces(TextView hay, TextView needle, size_t max) : hay_(hay), needle_(needle), empty_(needle.length == 0) {
  if (empty_) {
    count_ = hay.length < max ? hay.length + 1 : max;
    return;
  }
  if (needle.kind > hay.kind) return;
  find_some(max < kMax ? max : kMax);
  count_ = known_;
  if (count_ == kMax) count_ += text_count(hay.slice(from_, hay.length), needle, max - count_);
}

// One pass over sixteen bytes of positions at a time, on the needle's first and last character. Leaves the rest to the general search, whose time is
// linear, when too many candidates prove false.
template <typename T>
void TextPlaces::scan(size_t max) {
  const T *p = static_cast<const T*>(hay_.data), *q = static_cast<const T*>(needle_.data);
  size_t n = hay_.length, m = needle_.length, i = from_, misses = 0;
  Bytes16 first = fill<T>(q[0]), last = fill<T>(q[m - 1]);
  for (; i + m + kLanes<T> - 1 <= n; i += kLanes<T>) {
    unsigned mask = (equal<T>(Bytes16::load(p + i), first) & equal<T>(Bytes16::load(p + i + m - 1), last)).high_bits();
    if constexpr (sizeof(T) == 2) mask &= 0x5555;
    for (; mask; mask &= mask - 1) {
      size_t c = i + static_cast<size_t>(__builtin_ctz(mask)) / sizeof(T);
      if (c < from_) continue;
      if (m > 2 && memcmp(p + c, q, m * sizeof(T)) != 0) {
        if (++misses > 32) return;
        continue;
      }
      if (known_ == max) return;
      at_[known_++] = c;
      from_ = c + m;
    }
  }
  if (from_ < i) from_ = i;
}

void TextPlaces::find_some(size_t max) {
  known_ = used_ = 0;
  if (hay_.kind == 1) scan<uint8_t>(max);
  if (hay_.kind == 2 && needle_.kind == 2) scan<uint16_t>(max);
  while (known_ < max) {
    size_t i;
    if (needle_.length == 1) {
      i = text_find_char(hay_, needle_[0], from_);
    } else {
      i = text_find(hay_.slice(from_, hay_.length), needle_);
      if (i != kNotFound) i += from_;
    }
    if (i == kNotFound) return;
    at_[known_++] = i;
    from_ = i + needle_.length;
  }
}

}  // namespace kaa
