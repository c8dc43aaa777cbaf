// unicode_escape and raw_unicode_escape.
#include "base/codecs.h"
#include "base/unicode_db.h"

namespace kaa {

namespace {

inline int hex_value(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads `count` hexadecimal digits; `at` moves behind the last good one.
enum class HexRead { kDone, kBadDigit, kAtEnd };
HexRead read_hex(const uint8_t* in, size_t size, size_t& at, int count, uint32_t* value) {
  *value = 0;
  for (; count > 0; at++, count--) {
    if (at >= size) return HexRead::kAtEnd;
    int digit = hex_value(in[at]);
    if (digit < 0) return HexRead::kBadDigit;
    *value = *value << 4 | static_cast<uint32_t>(digit);
  }
  return HexRead::kDone;
}

void put_hex(ByteBuilder& out, char letter, uint32_t value, int digits) {
  out.push('\\');
  out.push(static_cast<uint8_t>(letter));
  for (int i = digits - 1; i >= 0; i--) out.push(static_cast<uint8_t>("0123456789abcdef"[value >> (4 * i) & 15]));
}

// Copies the bytes up to the next backslash; returns its position.
size_t copy_plain(const uint8_t* in, size_t size, size_t pos, TextBuilder& out) {
  const void* found = memchr(in + pos, '\\', size - pos);
  size_t stop = found ? static_cast<size_t>(static_cast<const uint8_t*>(found) - in) : size;
  out.append_latin1(in + pos, stop - pos);
  return stop;
}

// What a one-letter escape stands for, or -1.
int simple_escape(uint8_t c) {
  switch (c) {
    case '\\':
    case '\'':
    case '"':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 'v':
      return '\v';
    case 'a':
      return '\a';
    default:
      return -1;
  }
}

}  // namespace

size_t unicode_escape_decode(const uint8_t* in, size_t size, size_t pos, bool final, TextBuilder& out,
                             CodecError& error, size_t* first_invalid) {
  error.reason = nullptr;
  while (pos < size) {
    if (in[pos] != '\\') {
      pos = copy_plain(in, size, pos, out);
      continue;
    }
    size_t at = pos + 1;
    if (at >= size) return final ? error.set(pos, at, "\\ at end of string") : pos;
    uint8_t c = in[at++];
    if (c == '\n') {
      pos = at;
      continue;
    }
    if (int simple = simple_escape(c); simple >= 0) {
      out.push(static_cast<uint32_t>(simple));
      pos = at;
      continue;
    }
    if (c >= '0' && c <= '7') {
      uint32_t value = c - '0';
      for (int i = 0; i < 2 && at < size && in[at] >= '0' && in[at] <= '7'; i++) value = value << 3 | (in[at++] - '0');
      if (value > 0377 && *first_invalid == SIZE_MAX) *first_invalid = pos + 1;
      out.push(value);
      pos = at;
      continue;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
      const char* reason = c == 'x'   ? "truncated \\xXX escape"
                           : c == 'u' ? "truncated \\uXXXX escape"
                                      : "truncated \\UXXXXXXXX escape";
      uint32_t value;
      HexRead read = read_hex(in, size, at, c == 'x' ? 2 : c == 'u' ? 4 : 8, &value);
      if (read == HexRead::kAtEnd && !final) return pos;
      if (read != HexRead::kDone) return error.set(pos, at, reason);
      if (value > 0x10FFFF) return error.set(pos, at, "illegal Unicode character");
      out.push(value);
      pos = at;
      continue;
    }
    if (c == 'N') {
      const char* reason = "malformed \\N character escape";
      if (at >= size) return final ? error.set(pos, at, reason) : pos;
      if (in[at] != '{') return error.set(pos, at, reason);
      size_t name = ++at;
      while (at < size && in[at] != '}') at++;
      if (at >= size) return final ? error.set(pos, at, reason) : pos;
      if (at == name) return error.set(pos, at, reason);
      unicode::Lookup found = unicode::lookup({reinterpret_cast<const char*>(in + name), at - name});
      at++;
      if (found.kind != unicode::Lookup::kName && found.kind != unicode::Lookup::kAlias) {
        return error.set(pos, at, "unknown Unicode character name");
      }
      out.push(found.code_points[0]);
      pos = at;
      continue;
    }
    if (*first_invalid == SIZE_MAX) *first_invalid = at - 1;
    out.push('\\');
    out.push(c);
    pos = at;
  }
  return pos;
}

void unicode_escape_encode(TextView in, ByteBuilder& out) {
  out.reserve(in.length);
  for (size_t i = 0; i < in.length; i++) {
    uint32_t cp = in[i];
    if (cp == '\\') {
      out.append("\\\\", 2);
    } else if (cp >= ' ' && cp < 0x7F) {
      out.push(static_cast<uint8_t>(cp));
    } else if (cp == '\t') {
      out.append("\\t", 2);
    } else if (cp == '\n') {
      out.append("\\n", 2);
    } else if (cp == '\r') {
      out.append("\\r", 2);
    } else if (cp < 0x100) {
      put_hex(out, 'x', cp, 2);
    } else if (cp < 0x10000) {
      put_hex(out, 'u', cp, 4);
    } else {
      put_hex(out, 'U', cp, 8);
    }
  }
}

size_t raw_unicode_escape_decode(const uint8_t* in, size_t size, size_t pos, bool final, TextBuilder& out,
                                 CodecError& error) {
  error.reason = nullptr;
  while (pos < size) {
    if (in[pos] != '\\') {
      pos = copy_plain(in, size, pos, out);
      continue;
    }
    size_t at = pos + 1;
    if (at >= size) {
      if (!final) return pos;
      out.push('\\');
      return at;
    }
    uint8_t c = in[at++];
    if (c != 'u' && c != 'U') {
      // The second of two backslashes starts no escape.
      out.push('\\');
      out.push(c);
      pos = at;
      continue;
    }
    uint32_t value;
    HexRead read = read_hex(in, size, at, c == 'u' ? 4 : 8, &value);
    if (read == HexRead::kAtEnd && !final) return pos;
    if (read != HexRead::kDone) {
      return error.set(pos, at, c == 'u' ? "truncated \\uXXXX escape" : "truncated \\UXXXXXXXX escape");
    }
    if (value > 0x10FFFF) return error.set(pos, at, "\\Uxxxxxxxx out of range");
    out.push(value);
    pos = at;
  }
  return pos;
}

void raw_unicode_escape_encode(TextView in, ByteBuilder& out) {
  out.reserve(in.length);
  for (size_t i = 0; i < in.length; i++) {
    uint32_t cp = in[i];
    if (cp < 0x100) {
      out.push(static_cast<uint8_t>(cp));
    } else if (cp < 0x10000) {
      put_hex(out, 'u', cp, 4);
    } else {
      put_hex(out, 'U', cp, 8);
    }
  }
}

}  // namespace kaa
