#include "base/codecs.h"

#include "base/utf8.h"

namespace kaa {

namespace {

constexpr const char* kSurrogatesNotAllowed = "surrogates not allowed";
constexpr const char* kUndefined = "character maps to <undefined>";

inline uint32_t read16(const uint8_t* p, Endian order) {
  uint16_t value;
  memcpy(&value, p, 2);
  return order == kNativeEndian ? value : __builtin_bswap16(value);
}

inline uint32_t read32(const uint8_t* p, Endian order) {
  uint32_t value;
  memcpy(&value, p, 4);
  return order == kNativeEndian ? value : __builtin_bswap32(value);
}

inline uint8_t* write16(uint8_t* p, uint32_t unit, Endian order) {
  uint16_t value = static_cast<uint16_t>(unit);
  if (order != kNativeEndian) value = __builtin_bswap16(value);
  memcpy(p, &value, 2);
  return p + 2;
}

inline uint8_t* write32(uint8_t* p, uint32_t cp, Endian order) {
  if (order != kNativeEndian) cp = __builtin_bswap32(cp);
  memcpy(p, &cp, 4);
  return p + 4;
}

inline bool is_surrogate(uint32_t cp) { return (cp & ~0x7FFu) == 0xD800; }
inline bool is_high(uint32_t cp) { return (cp & ~0x3FFu) == 0xD800; }
inline bool is_low(uint32_t cp) { return (cp & ~0x3FFu) == 0xDC00; }

// ASCII and Latin-1: code points below `limit` are bytes; a run of others is one error.
size_t narrow_encode(TextView in, size_t pos, uint32_t limit, const char* reason, ByteBuilder& out, CodecError& error) {
  error.reason = nullptr;
  size_t stop = pos;
  if (in.kind == 1) {
    stop = limit == 0x100 ? in.length : pos + ascii_prefix(in.u8() + pos, in.length - pos);
  } else {
    while (stop < in.length && in[stop] < limit) stop++;
  }
  if (uint8_t* to = out.grow(stop - pos)) text_convert(in.slice(pos, stop), to, 1);
  if (stop == in.length) return stop;
  size_t end = stop + 1;
  while (end < in.length && in[end] >= limit) end++;
  return error.set(stop, end, reason);
}

}  // namespace

size_t ascii_decode(const uint8_t* in, size_t size, size_t pos, TextBuilder& out, CodecError& error) {
  error.reason = nullptr;
  size_t run = ascii_prefix(in + pos, size - pos);
  out.append_latin1(in + pos, run);
  pos += run;
  return pos == size ? pos : error.set(pos, pos + 1, "ordinal not in range(128)");
}

size_t ascii_encode(TextView in, size_t pos, ByteBuilder& out, CodecError& error) {
  return narrow_encode(in, pos, 0x80, "ordinal not in range(128)", out, error);
}

void latin1_decode(const uint8_t* in, size_t size, TextBuilder& out) { out.append_latin1(in, size); }

size_t latin1_encode(TextView in, size_t pos, ByteBuilder& out, CodecError& error) {
  return narrow_encode(in, pos, 0x100, "ordinal not in range(256)", out, error);
}

size_t utf16_bom(const uint8_t* in, size_t size, Endian* order) {
  if (size < 2) return 0;
  if (in[0] == 0xFF && in[1] == 0xFE) {
    *order = Endian::kLittle;
  } else if (in[0] == 0xFE && in[1] == 0xFF) {
    *order = Endian::kBig;
  } else {
    return 0;
  }
  return 2;
}

size_t utf32_bom(const uint8_t* in, size_t size, Endian* order) {
  if (size < 4) return 0;
  uint32_t little = read32(in, Endian::kLittle);
  if (little != 0xFEFF && little != 0xFFFE0000) return 0;
  *order = little == 0xFEFF ? Endian::kLittle : Endian::kBig;
  return 4;
}

template <class F>
static void with_kind(int kind, void* to, F&& f) {
  if (kind == 1) f(static_cast<uint8_t*>(to));
  else if (kind == 2) f(static_cast<uint16_t*>(to));
  else f(static_cast<uint32_t*>(to));
}

template <Endian order>
static size_t decode_units16(const uint8_t* in, size_t size, size_t pos, bool final, TextBuilder& out, CodecError& error) {
  error.reason = nullptr;
  while (size - pos >= 2) {
    // Units up to the next surrogate at once.
    size_t run = 0;
    uint32_t bits = 0;
    for (; size - pos - 2 * run >= 2; run++) {
      uint32_t unit = read16(in + pos + 2 * run, order);
      if (is_surrogate(unit)) break;
      bits |= unit;
    }
    if (run) {
      void* to = out.grow(run, bits);
      if (!to) return size;
      with_kind(out.kind(), to, [&]<typename T>(T* q) {
        for (size_t i = 0; i < run; i++) q[i] = static_cast<T>(read16(in + pos + 2 * i, order));
      });
      pos += 2 * run;
      continue;
    }
    uint32_t unit = read16(in + pos, order);
    if (!is_high(unit)) return error.set(pos, pos + 2, "illegal encoding");
    if (size - pos < 4) return final ? error.set(pos, size, "unexpected end of data") : pos;
    uint32_t low = read16(in + pos + 2, order);
    if (!is_low(low)) return error.set(pos, pos + 2, "illegal UTF-16 surrogate");
    out.push(0x10000 + ((unit & 0x3FF) << 10 | (low & 0x3FF)));
    pos += 4;
  }
  if (pos < size && final) return error.set(pos, size, "truncated data");
  return pos;
}

size_t utf16_decode(const uint8_t* in, size_t size, size_t pos, Endian order, bool final, TextBuilder& out,
                    CodecError& error) {
  return order == Endian::kLittle ? decode_units16<Endian::kLittle>(in, size, pos, final, out, error)
                                  : decode_units16<Endian::kBig>(in, size, pos, final, out, error);
}

size_t utf32_decode(const uint8_t* in, size_t size, size_t pos, Endian order, bool final, TextBuilder& out,
                    CodecError& error) {
  error.reason = nullptr;
  out.reserve((size - pos) / 4);
  for (; size - pos >= 4; pos += 4) {
    uint32_t cp = read32(in + pos, order);
    if (is_surrogate(cp)) return error.set(pos, pos + 4, "code point in surrogate code point range(0xd800, 0xe000)");
    if (cp > 0x10FFFF) return error.set(pos, pos + 4, "code point not in range(0x110000)");
    out.push(cp);
  }
  if (pos < size && final) return error.set(pos, size, "truncated data");
  return pos;
}

// The order is a constant in the loops, so that the compiler can make vector code of them.
template <Endian order, typename T>
static void write_units16(const T* p, size_t n, uint8_t* to) {
  for (size_t i = 0; i < n; i++) {
    uint32_t cp = p[i];
    if (sizeof(T) == 4 && cp >= 0x10000) {
      to = write16(to, 0xD7C0 + (cp >> 10), order);
      cp = 0xDC00 | (cp & 0x3FF);
    }
    to = write16(to, cp, order);
  }
}
template <Endian order, typename T>
static void write_units32(const T* p, size_t n, uint8_t* to) {
  for (size_t i = 0; i < n; i++) write32(to + 4 * i, p[i], order);
}
template <class F>
static void with_units(TextView in, F&& f) {
  if (in.kind == 1) f(in.u8());
  else if (in.kind == 2) f(in.u16());
  else f(in.u32());
}

size_t utf16_encode(TextView in, size_t pos, Endian order, ByteBuilder& out, CodecError& error) {
  error.reason = nullptr;
  size_t stop = find_surrogate(in, pos), units = stop - pos;
  if (in.kind == 4) {
    for (size_t i = pos; i < stop; i++) units += in.u32()[i] >= 0x10000;
  }
  uint8_t* to = out.grow(units * 2);
  if (out.failed()) return in.length;
  with_units(in, [&](auto* p) {
    if (order == Endian::kLittle) write_units16<Endian::kLittle>(p + pos, stop - pos, to);
    else write_units16<Endian::kBig>(p + pos, stop - pos, to);
  });
  return stop == in.length ? stop : error.set(stop, stop + 1, kSurrogatesNotAllowed);
}

size_t utf32_encode(TextView in, size_t pos, Endian order, ByteBuilder& out, CodecError& error) {
  error.reason = nullptr;
  size_t stop = find_surrogate(in, pos);
  uint8_t* to = out.grow((stop - pos) * 4);
  if (out.failed()) return in.length;
  with_units(in, [&](auto* p) {
    if (order == Endian::kLittle) write_units32<Endian::kLittle>(p + pos, stop - pos, to);
    else write_units32<Endian::kBig>(p + pos, stop - pos, to);
  });
  return stop == in.length ? stop : error.set(stop, stop + 1, kSurrogatesNotAllowed);
}

size_t charmap_decode(const uint8_t* in, size_t size, size_t pos, TextView table, TextBuilder& out, CodecError& error) {
  error.reason = nullptr;
  out.reserve(size - pos);
  for (; pos < size; pos++) {
    uint32_t cp = in[pos] < table.length ? table[in[pos]] : 0xFFFE;
    if (cp == 0xFFFE) return error.set(pos, pos + 1, kUndefined);
    out.push(cp);
  }
  return pos;
}

CharmapEncoder::CharmapEncoder(TextView table) {
  for (int16_t& byte : bytes_) byte = -1;
  for (size_t i = 0; i < table.length && i < 256; i++) {
    uint32_t cp = table[i];
    if (cp == 0xFFFE) continue;
    uint32_t slot = hash(cp);
    while (bytes_[slot] >= 0 && keys_[slot] != cp) slot = (slot + 1) % kSlots;
    keys_[slot] = cp;
    bytes_[slot] = static_cast<int16_t>(i);
  }
}

size_t CharmapEncoder::encode(TextView in, size_t pos, ByteBuilder& out, CodecError& error) const {
  error.reason = nullptr;
  out.reserve(in.length - pos);
  for (; pos < in.length; pos++) {
    int byte = byte_for(in[pos]);
    if (byte < 0) {
      size_t end = pos + 1;
      while (end < in.length && byte_for(in[end]) < 0) end++;
      return error.set(pos, end, kUndefined);
    }
    out.push(static_cast<uint8_t>(byte));
  }
  return pos;
}

}  // namespace kaa
