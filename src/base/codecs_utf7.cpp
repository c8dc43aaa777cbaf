// UTF-7: ASCII stands for itself, except '+', which opens a section of base 64 that holds UTF-16. A character outside
// the base-64 alphabet closes the section; '-' is then swallowed, others stand for themselves.
#include "base/codecs.h"

namespace kaa {

namespace {

inline int base64_value(uint32_t c) {
  if (c >= 'A' && c <= 'Z') return static_cast<int>(c) - 'A';
  if (c >= 'a' && c <= 'z') return static_cast<int>(c) - 'a' + 26;
  if (c >= '0' && c <= '9') return static_cast<int>(c) - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

inline uint8_t base64_digit(uint32_t value) {
  return static_cast<uint8_t>("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[value & 63]);
}

// What may be written outside sections: all of ASCII but the control characters other than white space, '+', '\' and
// '~'.
bool written_directly(uint32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return true;
  return c >= ' ' && c < 0x7F && c != '+' && c != '\\' && c != '~';
}

// One UTF-16 unit out of a section.
void add_unit(Utf7State& state, uint32_t unit, TextBuilder& out) {
  if (state.surrogate) {
    uint32_t high = state.surrogate;
    state.surrogate = 0;
    if ((unit & ~0x3FFu) == 0xDC00) {
      out.push(0x10000 + ((high & 0x3FF) << 10 | (unit & 0x3FF)));
      return;
    }
    out.push(high);
  }
  if ((unit & ~0x3FFu) == 0xD800) {
    state.surrogate = unit;
  } else {
    out.push(unit);
  }
}

}  // namespace

size_t utf7_decode(const uint8_t* in, size_t size, size_t pos, bool final, Utf7State& state, TextBuilder& out,
                   CodecError& error) {
  error.reason = nullptr;
  while (pos < size) {
    uint8_t c = in[pos];
    if (state.shifted) {
      int value = base64_value(c);
      if (value >= 0) {
        state.buffer = state.buffer << 6 | static_cast<uint32_t>(value);
        state.bits += 6;
        pos++;
        if (state.bits >= 16) {
          state.bits -= 16;
          uint32_t unit = state.buffer >> state.bits;
          state.buffer &= (1u << state.bits) - 1;
          add_unit(state, unit, out);
        }
        continue;
      }
      state.shifted = false;
      if (state.bits >= 6) return error.set(state.section, pos + 1, "partial character in shift sequence");
      if (state.bits > 0 && state.buffer != 0) {
        return error.set(state.section, pos + 1, "non-zero padding bits in shift sequence");
      }
      if (state.surrogate && c < 0x80 && c != '+') out.push(state.surrogate);
      state.surrogate = 0;
      if (c == '-') pos++;
    } else if (c == '+') {
      state.section = pos++;
      if (pos < size && in[pos] == '-') {
        pos++;
        out.push('+');
      } else if (pos < size && base64_value(in[pos]) < 0) {
        return error.set(state.section, pos + 1, "ill-formed sequence");
      } else {
        state.shifted = true;
        state.bits = state.buffer = state.surrogate = 0;
        state.written = out.length();
      }
    } else if (c < 0x80) {
      out.push(c);
      pos++;
    } else {
      return error.set(pos, pos + 1, "unexpected special character");
    }
  }
  if (!state.shifted) return pos;
  state.shifted = false;
  if (!final) {
    out.truncate(state.written);
    return state.section;
  }
  if (state.surrogate || state.bits >= 6 || (state.bits > 0 && state.buffer != 0)) {
    return error.set(state.section, size, "unterminated shift sequence");
  }
  return pos;
}

void utf7_encode(TextView in, ByteBuilder& out) {
  bool shifted = false;
  uint32_t bits = 0, buffer = 0;
  auto add = [&](uint32_t unit) {
    buffer = buffer << 16 | unit;
    for (bits += 16; bits >= 6;) {
      bits -= 6;
      out.push(base64_digit(buffer >> bits));
    }
    buffer &= (1u << bits) - 1;
  };
  auto flush = [&] {
    if (bits) out.push(base64_digit(buffer << (6 - bits)));
    bits = buffer = 0;
  };
  out.reserve(in.length);
  for (size_t i = 0; i < in.length; i++) {
    uint32_t cp = in[i];
    if (written_directly(cp)) {
      if (shifted) {
        flush();
        shifted = false;
        if (base64_value(cp) >= 0 || cp == '-') out.push('-');
      }
      out.push(static_cast<uint8_t>(cp));
      continue;
    }
    if (!shifted) {
      out.push('+');
      if (cp == '+') {
        out.push('-');
        continue;
      }
      shifted = true;
    }
    if (cp >= 0x10000) {
      add(0xD7C0 + (cp >> 10));
      cp = 0xDC00 | (cp & 0x3FF);
    }
    add(cp);
  }
  flush();
  if (shifted) out.push('-');
}

}  // namespace kaa
