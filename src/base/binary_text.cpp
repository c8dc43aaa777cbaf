#include "base/binary_text.h"

#include <zlib.h>

#include <cstring>

namespace kaa::binascii {

namespace {

constexpr uint8_t kForeign = 255;

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kHexLower[] = "0123456789abcdef";
constexpr char kHexUpper[] = "0123456789ABCDEF";

struct Table {
  uint8_t value[256];
};
constexpr Table make_base64_values() {
  Table table{};
  for (int i = 0; i < 256; ++i) table.value[i] = kForeign;
  for (int i = 0; i < 64; ++i) table.value[static_cast<uint8_t>(kBase64[i])] = static_cast<uint8_t>(i);
  return table;
}
constexpr Table make_hex_values() {
  Table table{};
  for (int i = 0; i < 256; ++i) table.value[i] = kForeign;
  for (int i = 0; i < 16; ++i) {
    table.value[static_cast<uint8_t>(kHexLower[i])] = static_cast<uint8_t>(i);
    table.value[static_cast<uint8_t>(kHexUpper[i])] = static_cast<uint8_t>(i);
  }
  return table;
}
constexpr Table kBase64Values = make_base64_values();
constexpr Table kHexValues = make_hex_values();

struct HqxTable {
  uint16_t value[256];
};
constexpr HqxTable make_hqx() {
  HqxTable table{};
  for (int i = 0; i < 256; ++i) {
    uint32_t crc = static_cast<uint32_t>(i) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0);
    table.value[i] = static_cast<uint16_t>(crc);
  }
  return table;
}
constexpr HqxTable kHqx = make_hqx();

}  // namespace

size_t base64_encoded_size(size_t size, bool newline) { return (size + 2) / 3 * 4 + newline; }

void base64_encode(const uint8_t* data, size_t size, bool newline, uint8_t* out) {
  for (; size >= 3; data += 3, size -= 3) {
    uint32_t bits = data[0] << 16 | data[1] << 8 | data[2];
    *out++ = kBase64[bits >> 18];
    *out++ = kBase64[bits >> 12 & 63];
    *out++ = kBase64[bits >> 6 & 63];
    *out++ = kBase64[bits & 63];
  }
  if (size) {
    uint32_t bits = data[0] << 16 | (size == 2 ? data[1] << 8 : 0);
    *out++ = kBase64[bits >> 18];
    *out++ = kBase64[bits >> 12 & 63];
    *out++ = size == 2 ? kBase64[bits >> 6 & 63] : '=';
    *out++ = '=';
  }
  if (newline) *out = '\n';
}

Error base64_decode(const uint8_t* data, size_t size, bool strict, uint8_t* out, size_t* out_size) {
  uint8_t* const begin = out;
  size_t i = 0;
  int in_quad = 0, pads = 0;  // characters of the current quad, and the '=' since the last of them
  uint32_t bits = 0;
  auto lonely = [begin, &out] {
    return Error{"Invalid base64-encoded string: number of data characters (%zu) cannot be 1 more than a multiple of 4",
                 static_cast<size_t>(out - begin) / 3 * 4 + 1, true};
  };
  while (i < size) {
    // Whole quads of the alphabet, as long as they come.
    if (in_quad == 0) {
      while (size - i >= 4) {
        uint32_t a = kBase64Values.value[data[i]], b = kBase64Values.value[data[i + 1]];
        uint32_t c = kBase64Values.value[data[i + 2]], d = kBase64Values.value[data[i + 3]];
        if ((a | b | c | d) & 0xC0) break;
        *out++ = static_cast<uint8_t>(a << 2 | b >> 4);
        *out++ = static_cast<uint8_t>(b << 4 | c >> 2);
        *out++ = static_cast<uint8_t>(c << 6 | d);
        i += 4;
      }
      if (i == size) break;
    }
    uint8_t byte = data[i++];
    if (byte == '=') {
      ++pads;
      if (!strict) continue;
      if (in_quad == 0) return {i == 1 ? "Leading padding not allowed" : "Excess padding not allowed"};
      if (in_quad == 1) return lonely();
      if (in_quad + pads > 4) return {"Excess padding not allowed"};
      continue;
    }
    uint32_t value = kBase64Values.value[byte];
    if (value == kForeign) {
      if (strict) return {"Only base64 data is allowed"};
      continue;
    }
    if (strict && pads)
      return {in_quad + pads == 4 ? "Excess data after padding" : "Discontinuous padding not allowed"};
    pads = 0;
    bits = bits << 6 | value;
    switch (in_quad++) {
      case 1:
        *out++ = static_cast<uint8_t>(bits >> 4);
        break;
      case 2:
        *out++ = static_cast<uint8_t>(bits >> 2);
        break;
      case 3:
        *out++ = static_cast<uint8_t>(bits);
        in_quad = 0;
        break;
      default:
        break;
    }
  }
  if (in_quad == 1) return lonely();
  if (in_quad && in_quad + pads < 4) return {"Incorrect padding"};
  *out_size = static_cast<size_t>(out - begin);
  return {};
}

size_t hex_encoded_size(size_t size, long group) {
  if (group == 0 || size == 0) return size * 2;
  size_t each = group < 0 ? 0 - static_cast<size_t>(group) : static_cast<size_t>(group);
  return size * 2 + (size - 1) / each;
}

void hex_encode(const uint8_t* data, size_t size, uint8_t separator, long group, uint8_t* out) {
  size_t each = group < 0 ? 0 - static_cast<size_t>(group) : static_cast<size_t>(group);
  // Bytes until the next separator; counting from the right makes the first group the odd one.
  size_t left = each == 0 ? size : group > 0 && size % each ? size % each : each;
  for (size_t i = 0; i < size; ++i) {
    if (left == 0) {
      *out++ = separator;
      left = each;
    }
    --left;
    *out++ = kHexLower[data[i] >> 4];
    *out++ = kHexLower[data[i] & 15];
  }
}

Error hex_decode(const uint8_t* data, size_t size, uint8_t* out) {
  if (size % 2) return {"Odd-length string"};
  for (; size; data += 2, size -= 2) {
    uint8_t high = kHexValues.value[data[0]], low = kHexValues.value[data[1]];
    if ((high | low) == kForeign) return {"Non-hexadecimal digit found"};
    *out++ = static_cast<uint8_t>(high << 4 | low);
  }
  return {};
}

Error uu_encode(const uint8_t* data, size_t size, bool backtick, uint8_t* out) {
  if (size > 45) return {"At most 45 bytes at once"};
  auto letter = [backtick](uint32_t six) { return static_cast<uint8_t>(six == 0 && backtick ? '`' : six + ' '); };
  *out++ = letter(static_cast<uint32_t>(size));
  for (size_t i = 0; i < size; i += 3) {
    uint32_t bits = data[i] << 16;
    if (i + 1 < size) bits |= data[i + 1] << 8;
    if (i + 2 < size) bits |= data[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) *out++ = letter(bits >> shift & 63);
  }
  *out = '\n';
  return {};
}

Error uu_decode(const uint8_t* data, size_t size, uint8_t* out, size_t* out_size) {
  if (size == 0) return {"Missing length byte"};
  size_t length = (data[0] - ' ') & 63;
  *out_size = length;
  size_t i = 1;
  uint32_t bits = 0;
  int held = 0;
  for (size_t done = 0; done < length; ++i) {
    uint32_t six = 0;  // a line that ends early lost spaces, which are zeros
    if (i < size && data[i] != '\n' && data[i] != '\r') {
      if (data[i] < ' ' || data[i] > ' ' + 64) return {"Illegal char"};
      six = (data[i] - ' ') & 63;
    }
    bits = bits << 6 | six;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[done++] = static_cast<uint8_t>(bits >> held);
    }
  }
  for (; i < size; ++i) {
    if (data[i] != ' ' && data[i] != '`' && data[i] != '\n' && data[i] != '\r') return {"Trailing garbage"};
  }
  return {};
}

size_t qp_decode(const uint8_t* data, size_t size, bool header, uint8_t* out) {
  uint8_t* const begin = out;
  size_t i = 0;
  while (i < size) {
    uint8_t byte = data[i++];
    if (byte != '=') {
      *out++ = header && byte == '_' ? ' ' : byte;
      continue;
    }
    if (i == size) break;
    if (data[i] == '\n' || data[i] == '\r') {
      // A soft line break: nothing up to the end of the line counts.
      while (i < size && data[i] != '\n') ++i;
      if (i < size) ++i;
    } else if (data[i] == '=') {
      *out++ = '=';
      ++i;
    } else if (size - i >= 2 && kHexValues.value[data[i]] != kForeign && kHexValues.value[data[i + 1]] != kForeign) {
      *out++ = static_cast<uint8_t>(kHexValues.value[data[i]] << 4 | kHexValues.value[data[i + 1]]);
      i += 2;
    } else {
      *out++ = '=';
    }
  }
  return static_cast<size_t>(out - begin);
}

namespace {

constexpr size_t kQpLine = 76;

// Writes quoted-printable, or only counts.
class QpWriter {
 public:
  QpWriter(uint8_t* out, bool crlf) : out_(out), crlf_(crlf) {}

  size_t size() const { return size_; }
  size_t column() const { return column_; }

  void plain(uint8_t byte) {
    put(byte);
    ++column_;
  }
  void quoted(uint8_t byte) {
    put('=');
    put(static_cast<uint8_t>(kHexUpper[byte >> 4]));
    put(static_cast<uint8_t>(kHexUpper[byte & 15]));
    column_ += 3;
  }
  void soft_break() {
    put('=');
    new_line();
  }
  // Ends a line of the text. Space at its end would be lost on the way, so it is quoted after all.
  void hard_break() {
    if (size_ && (last_ == ' ' || last_ == '\t')) {
      uint8_t blank = last_;
      --size_;
      quoted(blank);
    }
    new_line();
  }

 private:
  void put(uint8_t byte) {
    if (out_) out_[size_] = byte;
    ++size_;
    last_ = byte;
  }
  void new_line() {
    if (crlf_) put('\r');
    put('\n');
    column_ = 0;
  }

  uint8_t* out_;
  size_t size_ = 0;
  size_t column_ = 0;
  uint8_t last_ = 0;
  bool crlf_;
};

}  // namespace

size_t qp_encode(const uint8_t* data, size_t size, bool quote_tabs, bool is_text, bool header, uint8_t* out) {
  // The first line's end decides how all lines end.
  const void* line_end = size ? memchr(data, '\n', size) : nullptr;
  const uint8_t* first_end = static_cast<const uint8_t*>(line_end);
  QpWriter writer(out, first_end && first_end > data && first_end[-1] == '\r');
  for (size_t i = 0; i < size; ++i) {
    const uint8_t byte = data[i];
    const bool last = i + 1 == size;
    const uint8_t next = last ? 0 : data[i + 1];
    bool quote = byte > 126 || byte == '=' || (header && byte == '_');
    if (byte == '.' && writer.column() == 0)
      quote |= last || next == '\n' || next == '\r' || next == 0;  // ends a mail by itself
    if (byte == '\r' || byte == '\n') {
      quote |= !is_text;
    } else if (byte == ' ' || byte == '\t') {
      quote |= last || quote_tabs;
    } else {
      quote |= byte < 33;
    }
    if (quote) {
      if (writer.column() + 3 >= kQpLine) writer.soft_break();
      writer.quoted(byte);
    } else if (is_text && (byte == '\n' || (byte == '\r' && next == '\n' && !last))) {
      writer.hard_break();
      if (byte == '\r') ++i;
    } else {
      if (!last && next != '\n' && writer.column() + 1 >= kQpLine) writer.soft_break();
      writer.plain(header && byte == ' ' ? '_' : byte);
    }
  }
  return writer.size();
}

uint32_t crc_hqx(const uint8_t* data, size_t size, uint32_t crc) {
  crc &= 0xFFFF;
  for (; size; ++data, --size) crc = (crc << 8 & 0xFF00) ^ kHqx.value[crc >> 8 ^ *data];
  return crc;
}

uint32_t crc32(const uint8_t* data, size_t size, uint32_t crc) {
  return size ? static_cast<uint32_t>(::crc32_z(crc, data, size)) : crc;  // zlib takes a null buffer for a new start
}

}  // namespace kaa::binascii
