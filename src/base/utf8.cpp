#include "base/utf8.h"

#include "base/simd.h"

namespace kaa {

namespace {

constexpr const char* kInvalidStart = "invalid start byte";
constexpr const char* kInvalidContinuation = "invalid continuation byte";
constexpr const char* kUnexpectedEnd = "unexpected end of data";

inline bool continues(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// One sequence whose first byte is not ASCII. `length` is its bytes if it is good; else 0 and `bad` bytes are at fault
// for `reason` (kUnexpectedEnd: all that are left).
struct Sequence {
  uint32_t cp;
  unsigned length, bad;
  const char* reason;
};

inline Sequence fault(unsigned bad, const char* reason) { return {0, 0, bad, reason}; }

inline Sequence read_sequence(const uint8_t* p, size_t left, bool allow_surrogates) {
  uint8_t a = p[0];
  if (a < 0xC2 || a > 0xF4) return fault(1, kInvalidStart);
  unsigned need = a < 0xE0 ? 2 : a < 0xF0 ? 3 : 4;
  if (left >= 2) {
    // The second byte alone tells overlong forms, surrogates and what lies beyond U+10FFFF.
    uint8_t low = 0x80, high = 0xBF;
    if (a == 0xE0) low = 0xA0;
    if (a == 0xED && !allow_surrogates) high = 0x9F;
    if (a == 0xF0) low = 0x90;
    if (a == 0xF4) high = 0x8F;
    if (p[1] < low || p[1] > high) return fault(1, kInvalidContinuation);
  }
  for (unsigned i = 2; i < need && i < left; i++) {
    if (!continues(p[i])) return fault(i, kInvalidContinuation);
  }
  if (left < need) return fault(static_cast<unsigned>(left), kUnexpectedEnd);
  if (need == 2) return {(a & 0x1Fu) << 6 | (p[1] & 0x3Fu), 2, 0, nullptr};
  if (need == 3) return {(a & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu), 3, 0, nullptr};
  return {(a & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu), 4, 0, nullptr};
}

// Whether a failed read may yet succeed when more bytes come. The first two bytes of a surrogate count as well, so that
// an error handler that accepts surrogates sees all three.
inline bool may_go_on(const Sequence& s, const uint8_t* p, size_t left) {
  return s.reason == kUnexpectedEnd || (left == 2 && p[0] == 0xED && p[1] >= 0xA0 && continues(p[1]));
}

inline uint32_t next(const uint8_t*& at) {
  uint32_t a = *at++;
  if (a < 0x80) return a;
  uint32_t b = *at++ & 0x3Fu;
  if (a < 0xE0) return (a & 0x1Fu) << 6 | b;
  uint32_t c = *at++ & 0x3Fu;
  if (a < 0xF0) return (a & 0x0Fu) << 12 | b << 6 | c;
  uint32_t d = *at++ & 0x3Fu;
  return (a & 0x07u) << 18 | b << 12 | c << 6 | d;
}

constexpr int kShortRun = 12;  // ASCII characters in a row that are looked at one by one

// The bytes from p on that are ASCII, copied; blocks pay only where no other character comes soon.
template <typename T>
inline void copy_ascii(const uint8_t*& p, const uint8_t* end, T*& to) {
  for (int run = 0; p < end && *p < 0x80; run++) {
    *to++ = *p++;
    if (run < kShortRun) continue;
    for (; end - p >= 16; p += 16, to += 16) {
      Bytes16 block = Bytes16::load(p);
      if (block.high_bits()) break;
      if constexpr (sizeof(T) == 1) {
        block.store(to);
      } else if constexpr (sizeof(T) == 2) {
        block.store_widened16(to);
      } else {
        for (int i = 0; i < 16; i++) to[i] = p[i];
      }
    }
    run = 0;
  }
}

template <typename T>
size_t widen(const uint8_t* p, size_t size, T* to) {
  const uint8_t* end = p + size;
  T* start = to;
  while (p < end) {
    copy_ascii(p, end, to);
    while (p < end && *p >= 0x80) *to++ = static_cast<T>(next(p));
  }
  return static_cast<size_t>(to - start);
}

// Decodes and checks at once. A character is written for a byte that begins one and for no other, so that the array
// holds them whatever the bytes are.
// ASCII as in copy_ascii, where words are short and other characters near: sixteen bytes are written at once, of which as many count as are ASCII.
template <typename T>
inline void copy_short_ascii(const uint8_t*& p, const uint8_t* end, T*& to, T* to_end) {
  if constexpr (sizeof(T) <= 2) {
    while (end - p >= 16 && to_end - to >= 16) {
      Bytes16 block = Bytes16::load(p);
      unsigned other = block.high_bits();
      if constexpr (sizeof(T) == 1) block.store(to);
      else block.store_widened16(to);
      int n = other ? __builtin_ctz(other) : 16;
      p += n;
      to += n;
      if (other) return;
    }
  }
  copy_ascii(p, end, to);
}

template <typename T>
bool fill(const uint8_t* p, size_t size, T* to, size_t length, bool allow_surrogates) {
  const uint8_t* end = p + size;
  T* to_end = to + length;
  while (p < end) {
    copy_short_ascii(p, end, to, to_end);
    while (end - p >= 4) {  // two characters of two bytes in one comparison
      uint32_t four = p[0] | static_cast<uint32_t>(p[1]) << 8 | static_cast<uint32_t>(p[2]) << 16 | static_cast<uint32_t>(p[3]) << 24;
      if ((four & 0xC0E0C0E0) != 0x80C080C0) break;
      uint32_t a = (four & 0x1F) << 6 | (four >> 8 & 0x3F), b = (four >> 16 & 0x1F) << 6 | (four >> 24 & 0x3F);
      if (a < 0x80 || b < 0x80) return false;
      to[0] = static_cast<T>(a);
      to[1] = static_cast<T>(b);
      to += 2;
      p += 4;
    }
    while (end - p >= 2) {
      uint32_t two = p[0] | static_cast<uint32_t>(p[1]) << 8;
      if ((two & 0xC0E0) != 0x80C0) break;
      uint32_t cp = (two & 0x1F) << 6 | (two >> 8 & 0x3F);
      if (cp < 0x80) return false;
      *to++ = static_cast<T>(cp);
      p += 2;
    }
    if constexpr (sizeof(T) > 1) {
      while (end - p >= 3 && (p[0] & 0xF0) == 0xE0) {
        uint32_t cp = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        if (!continues(p[1]) || !continues(p[2]) || cp < 0x800 || ((cp & ~0x7FFu) == 0xD800 && !allow_surrogates))
          return false;
        *to++ = static_cast<T>(cp);
        p += 3;
      }
    }
    if (p == end) return true;
    if (*p < 0x80) continue;
    Sequence s = read_sequence(p, static_cast<size_t>(end - p), allow_surrogates);
    if (s.length == 0) return false;
    *to++ = static_cast<T>(s.cp);
    p += s.length;
  }
  return true;
}

inline uint8_t* put(uint32_t cp, uint8_t* to) {
  if (cp < 0x80) {
    *to++ = static_cast<uint8_t>(cp);
  } else if (cp < 0x800) {
    *to++ = static_cast<uint8_t>(0xC0 | cp >> 6);
    *to++ = static_cast<uint8_t>(0x80 | (cp & 0x3F));
  } else if (cp < 0x10000) {
    *to++ = static_cast<uint8_t>(0xE0 | cp >> 12);
    *to++ = static_cast<uint8_t>(0x80 | (cp >> 6 & 0x3F));
    *to++ = static_cast<uint8_t>(0x80 | (cp & 0x3F));
  } else {
    *to++ = static_cast<uint8_t>(0xF0 | cp >> 18);
    *to++ = static_cast<uint8_t>(0x80 | (cp >> 12 & 0x3F));
    *to++ = static_cast<uint8_t>(0x80 | (cp >> 6 & 0x3F));
    *to++ = static_cast<uint8_t>(0x80 | (cp & 0x3F));
  }
  return to;
}

template <typename T>
size_t encoded_size(const T* p, size_t n) {
  size_t size = n;
  // Sums as narrow as the characters, so that the compiler vectorizes them: at most three a character over 16384 of
  // them.
  using Sum = uint16_t;
  for (size_t i = 0; i < n;) {
    size_t stop = n - i > 16384 ? i + 16384 : n;
    Sum sum = 0;
    for (; i < stop; i++) {
      sum = static_cast<Sum>(sum + (p[i] >= 0x80) + (p[i] >= 0x800) + (static_cast<uint32_t>(p[i]) >= 0x10000));
    }
    size += sum;
  }
  return size;
}

inline uint8_t* put_two(uint32_t cp, uint8_t* to) {
  to[0] = static_cast<uint8_t>(0xC0 | cp >> 6);
  to[1] = static_cast<uint8_t>(0x80 | (cp & 0x3F));
  return to + 2;
}

// Characters of the same length often follow each other.
template <typename T>
uint8_t* write_all(const T* p, size_t n, uint8_t* to) {
  const T* end = p + n;
  while (p < end) {
    for (; p < end && *p < 0x80; p++) *to++ = static_cast<uint8_t>(*p);
    if constexpr (sizeof(T) == 1) {
      for (; p < end && *p >= 0x80; p++) to = put_two(*p, to);
    } else {
      for (; p < end && *p >= 0x80 && *p < 0x800; p++) to = put_two(*p, to);
      for (; p < end && *p >= 0x800; p++) to = put(*p, to);
    }
  }
  return to;
}

template <typename T>
size_t surrogate_index(const T* p, size_t from, size_t n) {
  constexpr size_t kBlock = 64;  // looked at as a whole first, by vector code
  size_t i = from;
  for (; i + kBlock <= n; i += kBlock) {
    T any = 0;
    for (size_t k = 0; k < kBlock; k++) any |= static_cast<T>((p[i + k] & ~static_cast<T>(0x7FF)) == 0xD800);
    if (any) break;
  }
  for (; i < n; i++) {
    if ((p[i] & ~static_cast<T>(0x7FF)) == 0xD800) return i;
  }
  return n;
}

}  // namespace

size_t ascii_prefix(const uint8_t* in, size_t size) {
  size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    Bytes16 all =
        Bytes16::load(in + i) | Bytes16::load(in + i + 16) | Bytes16::load(in + i + 32) | Bytes16::load(in + i + 48);
    if (all.high_bits()) break;
  }
  for (; i + 16 <= size; i += 16) {
    unsigned mask = Bytes16::load(in + i).high_bits();
    if (mask) return i + static_cast<size_t>(__builtin_ctz(mask));
  }
  // The rest by words that overlap what is known already, or each other.
  if (size >= 16) {
    unsigned mask = Bytes16::load(in + size - 16).high_bits();
    return mask ? size - 16 + static_cast<size_t>(__builtin_ctz(mask)) : size;
  }
  if (size >= 8) {
    uint64_t a, b;
    memcpy(&a, in, 8);
    memcpy(&b, in + size - 8, 8);
    if (!((a | b) & 0x8080808080808080)) [[likely]] return size;
  } else if (size >= 4) {
    uint32_t a, b;
    memcpy(&a, in, 4);
    memcpy(&b, in + size - 4, 4);
    if (!((a | b) & 0x80808080)) [[likely]] return size;
  }
  while (i < size && in[i] < 0x80) i++;
  return i;
}

bool is_ascii(const uint8_t* in, size_t size) { return ascii_prefix(in, size) == size; }

Utf8Scan utf8_scan(const uint8_t* in, size_t size, bool final, Surrogates surrogates) {
  Utf8Scan scan;
  bool allow = surrogates == Surrogates::kAllow;
  const uint8_t *p = in, *end = in + size;
  uint32_t max = 0;  // of what is not ASCII
  while (p < end) {
    uint32_t a = *p;
    size_t left = static_cast<size_t>(end - p);
    if (a < 0x80) {
      int run = 0;
      while (p < end && *p < 0x80 && run < kShortRun) p++, run++;
      if (run == kShortRun) p += ascii_prefix(p, static_cast<size_t>(end - p));
      continue;
    }
    // The good cases first; anything else is looked at closely by read_sequence.
    if (a >= 0xC2 && a < 0xE0 && left >= 2 && continues(p[1])) {
      uint32_t cp = (a & 0x1F) << 6 | (p[1] & 0x3Fu);
      if (cp > max) max = cp;
      p += 2;
      continue;
    }
    const uint8_t* before = p;
    for (; end - p >= 3 && (p[0] & 0xF0) == 0xE0 && continues(p[1]) && continues(p[2]); p += 3) {
      uint32_t cp = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
      if (cp < 0x800 || ((cp & ~0x7FFu) == 0xD800 && !allow)) break;
      if (cp > max) max = cp;
    }
    if (p != before) continue;
    Sequence s = read_sequence(p, left, allow);
    if (s.length == 0) {
      size_t pos = static_cast<size_t>(p - in);
      if (final || !may_go_on(s, p, left)) scan.error.set(pos, pos + s.bad, s.reason);
      break;
    }
    if (s.cp > max) max = s.cp;
    p += s.length;
  }
  scan.bytes = static_cast<size_t>(p - in);
  scan.max = max ? max : text_max({in, scan.bytes, 1});
  scan.length = max ? utf8_length(in, scan.bytes) : scan.bytes;
  return scan;
}

bool utf8_valid(const uint8_t* in, size_t size, Surrogates surrogates) {
  return utf8_scan(in, size, true, surrogates).bytes == size;
}

Utf8Shape utf8_shape(const uint8_t* in, size_t size) {
  size_t continuations = 0, i = 0;
  uint32_t max = 0;  // of the bytes: the one that begins the largest character tells how many bytes it has
  Bytes16 most = Bytes16::fill8(0);
  while (i + 16 <= size) {
    size_t stop = size - i > 255 * 16 ? i + 255 * 16 : size;  // what a sum of one byte holds
    Bytes16 sums = Bytes16::fill8(0);
    for (; i + 16 <= stop; i += 16) {
      Bytes16 block = Bytes16::load(in + i);
      most = most.max8(block);
      sums = sums.minus8(block.continuations());
    }
    continuations += sums.sum8();
  }
  uint8_t bytes[16];
  most.store(bytes);
  for (uint8_t byte : bytes) max |= byte >= 0xF0 ? 0x10FFFFu : byte >= 0xC4 ? 0xFFFFu : byte >= 0x80 ? 0xFFu : 0x7Fu;
  for (; i < size; i++) {
    continuations += continues(in[i]);
    max |= in[i] >= 0xF0 ? 0x10FFFFu : in[i] >= 0xC4 ? 0xFFFFu : in[i] >= 0x80 ? 0xFFu : 0x7Fu;
  }
  return {size - continuations, max};
}

size_t utf8_length(const uint8_t* valid, size_t size) { return utf8_shape(valid, size).length; }

bool utf8_fill(const uint8_t* in, size_t size, void* to, size_t length, int kind, Surrogates surrogates) {
  bool allow = surrogates == Surrogates::kAllow;
  if (kind == 1) return fill(in, size, static_cast<uint8_t*>(to), length, allow);
  if (kind == 2) return fill(in, size, static_cast<uint16_t*>(to), length, allow);
  return fill(in, size, static_cast<uint32_t*>(to), length, allow);
}

size_t utf8_incomplete_tail(const uint8_t* in, size_t size) {
  for (size_t k = 1; k <= 3 && k <= size; k++) {
    uint8_t c = in[size - k];
    if (continues(c)) continue;
    if (c < 0xC2) return 0;
    Utf8Scan s = utf8_scan(in + size - k, k, false);
    return s.bytes == 0 && !s.error.reason ? k : 0;
  }
  return 0;
}

uint32_t utf8_next(const uint8_t*& at) { return next(at); }

size_t utf8_widen(const uint8_t* valid, size_t size, void* to, int kind) {
  if (kind == 1) return widen(valid, size, static_cast<uint8_t*>(to));
  if (kind == 2) return widen(valid, size, static_cast<uint16_t*>(to));
  return widen(valid, size, static_cast<uint32_t*>(to));
}

size_t utf8_decode(const uint8_t* in, size_t size, size_t pos, bool final, TextBuilder& out, CodecError& error,
                   Surrogates surrogates) {
  // Where there is one error others are often near: a short stretch is decoded at once, without measuring it first.
  constexpr size_t kNear = 64;
  bool allow = surrogates == Surrogates::kAllow;
  error.reason = nullptr;
  for (size_t stop = size - pos < kNear ? size : pos + kNear; pos < stop;) {
    if (in[pos] < 0x80) {
      out.push(in[pos++]);
      continue;
    }
    Sequence s = read_sequence(in + pos, size - pos, allow);
    if (s.length == 0) {
      if (final || !may_go_on(s, in + pos, size - pos)) error.set(pos, pos + s.bad, s.reason);
      return pos;
    }
    out.push(s.cp);
    pos += s.length;
  }
  if (pos == size) return pos;
  Utf8Scan scan = utf8_scan(in + pos, size - pos, final, surrogates);
  if (void* to = out.grow(scan.length, scan.max)) utf8_widen(in + pos, scan.bytes, to, out.kind());
  error = scan.error;
  error.start += pos;
  error.end += pos;
  return pos + scan.bytes;
}

size_t utf8_size(TextView text) {
  if (text.kind == 1) {
    size_t size = text.length, i = 0;
    for (; i + 16 <= text.length; i += 16)
      size += static_cast<size_t>(__builtin_popcount(Bytes16::load(text.u8() + i).high_bits()));
    for (; i < text.length; i++) size += text.u8()[i] >> 7;
    return size;
  }
  if (text.kind == 2) return encoded_size(text.u16(), text.length);
  return encoded_size(text.u32(), text.length);
}

uint8_t* utf8_put(uint32_t cp, uint8_t* to) { return put(cp, to); }

uint8_t* utf8_write(TextView text, uint8_t* to) {
  if (text.kind == 2) return write_all(text.u16(), text.length, to);
  if (text.kind == 4) return write_all(text.u32(), text.length, to);
  const uint8_t *p = text.u8(), *end = p + text.length;
  while (end - p >= 16) {
    Bytes16 block = Bytes16::load(p);
    if (block.high_bits() == 0) {
      block.store(to);
      to += 16;
    } else {
      to = write_all(p, 16, to);
    }
    p += 16;
  }
  return write_all(p, static_cast<size_t>(end - p), to);
}

size_t find_surrogate(TextView text, size_t from) {
  if (text.kind == 1) return text.length;
  if (text.kind == 2) return surrogate_index(text.u16(), from, text.length);
  return surrogate_index(text.u32(), from, text.length);
}

size_t utf8_encode(TextView in, size_t pos, ByteBuilder& out, CodecError& error) {
  error.reason = nullptr;
  size_t stop = find_surrogate(in, pos);
  TextView good = in.slice(pos, stop);
  size_t size = utf8_size(good);
  if (uint8_t* to = out.grow(size)) utf8_write(good, to);
  if (stop == in.length) return stop;
  size_t end = stop + 1;
  while (end < in.length && (in[end] & ~0x7FFu) == 0xD800) end++;
  return error.set(stop, end, "surrogates not allowed");
}

}  // namespace kaa
