// bytes and bytearray: ASCII case and character classes, padding, translation, hexadecimal text.
#include "base/binary_text.h"
#include "base/utf8.h"
#include "runtime/codecs_api.h"
#include "types/bytes.h"

namespace kaa {

namespace {

bool is_lower(uint8_t c) { return c >= 'a' && c <= 'z'; }
bool is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }
bool is_alpha(uint8_t c) { return is_lower(c | 0x20); }
bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
uint8_t to_lower(uint8_t c) { return is_upper(c) ? c | 0x20 : c; }
uint8_t to_upper(uint8_t c) { return is_lower(c) ? c & ~0x20 : c; }

// A copy with each byte mapped by f(byte).
template <class F>
Result<Value> map_bytes(Thread& t, Value self, F&& f) {
  size_t n = bytes_view(self).size();
  Value r = TRY(bytes_like(t, self, nullptr, n));
  const uint8_t* p = u8(bytes_view(self));
  uint8_t* q = reinterpret_cast<uint8_t*>(bytes_room(r));
  for (size_t i = 0; i < n; i++) q[i] = f(p[i]);
  return r;
}
template <class F>
Value all_bytes(Value self, F&& f) {
  std::string_view s = bytes_view(self);
  if (s.empty()) return kFalse;
  for (char c : s)
    if (!f(static_cast<uint8_t>(c))) return kFalse;
  return kTrue;
}
// Letters of the wrong case: false; otherwise whether there are letters.
template <class F>
Value case_test(Value self, F&& wrong) {
  bool cased = false;
  for (char c : bytes_view(self)) {
    uint8_t b = static_cast<uint8_t>(c);
    if (!is_alpha(b)) continue;
    if (wrong(b)) return kFalse;
    cased = true;
  }
  return Value::from_bool(cased);
}

}  // namespace

Result<Value> bytes_lower(Thread& t, Args a) { return map_bytes(t, a[0], to_lower); }
Result<Value> bytes_upper(Thread& t, Args a) { return map_bytes(t, a[0], to_upper); }
Result<Value> bytes_swapcase(Thread& t, Args a) {
  return map_bytes(t, a[0], [](uint8_t c) -> uint8_t { return is_alpha(c) ? c ^ 0x20 : c; });
}
Result<Value> bytes_capitalize(Thread& t, Args a) {
  bool first = true;
  return map_bytes(t, a[0], [&](uint8_t c) {
    uint8_t r = first ? to_upper(c) : to_lower(c);
    first = false;
    return r;
  });
}
Result<Value> bytes_title(Thread& t, Args a) {
  bool in_word = false;
  return map_bytes(t, a[0], [&](uint8_t c) {
    uint8_t r = in_word ? to_lower(c) : to_upper(c);
    in_word = is_alpha(c);
    return r;
  });
}

Result<Value> bytes_isalnum(Thread&, Args a) { return all_bytes(a[0], [](uint8_t c) { return is_alpha(c) || is_digit(c); }); }
Result<Value> bytes_isalpha(Thread&, Args a) { return all_bytes(a[0], is_alpha); }
Result<Value> bytes_isdigit(Thread&, Args a) { return all_bytes(a[0], is_digit); }
Result<Value> bytes_isspace(Thread&, Args a) { return all_bytes(a[0], [](uint8_t c) { return c == ' ' || (c >= 9 && c <= 13); }); }
Result<Value> bytes_isascii(Thread&, Args a) {
  std::string_view s = bytes_view(a[0]);
  return Value::from_bool(is_ascii(u8(s), s.size()));
}
Result<Value> bytes_islower(Thread&, Args a) { return case_test(a[0], is_upper); }
Result<Value> bytes_isupper(Thread&, Args a) { return case_test(a[0], is_lower); }
Result<Value> bytes_istitle(Thread&, Args a) {
  bool in_word = false, cased = false;
  for (char ch : bytes_view(a[0])) {
    uint8_t c = static_cast<uint8_t>(ch);
    if (is_upper(c) ? in_word : is_lower(c) && !in_word) return kFalse;
    in_word = is_alpha(c);
    cased |= in_word;
  }
  return Value::from_bool(cased);
}

// ---- padding
static Result<Value> pad(Thread& t, Value self, uint64_t left, uint64_t right, char fill) {
  std::string_view s = bytes_view(self);
  uint64_t n;
  if (__builtin_add_overflow(s.size(), left, &n) || __builtin_add_overflow(n, right, &n) || n > INT64_MAX) return raise_memory(t);
  Value r = TRY(bytes_like(t, self, nullptr, n));
  s = bytes_view(self);
  char* q = bytes_room(r);
  if (left) memset(q, fill, left);
  if (!s.empty()) memcpy(q + left, s.data(), s.size());
  if (right) memset(q + left + s.size(), fill, right);
  return r;
}

enum class Side { kLeft, kRight, kBoth };
static Result<Value> justify(Thread& t, Args a, const char* fname, Side text_at) {
  int64_t width = TRY(to_ssize(t, a[1]));
  char fill = ' ';
  if (a[2]) {
    if (!is_bytes(a[2]) && !is_bytearray(a[2])) return RAISE(TypeError, "%s() argument 2 must be a byte string of length 1, not %T", fname, a[2]);
    std::string_view f = bytes_view(a[2]);
    if (f.size() != 1) {
      return RAISE(TypeError, "%s(): argument 2 must be a byte string of length 1, not a %s object of length %lu", fname, is_bytes(a[2]) ? "bytes" : "bytearray",
                   static_cast<uint64_t>(f.size()));
    }
    fill = f[0];
  }
  int64_t n = static_cast<int64_t>(bytes_view(a[0]).size());
  if (width <= n) return bytes_unchanged(t, a[0]);
  uint64_t gap = static_cast<uint64_t>(width - n);
  if (text_at == Side::kLeft) return pad(t, a[0], 0, gap, fill);
  if (text_at == Side::kRight) return pad(t, a[0], gap, 0, fill);
  uint64_t left = gap / 2 + (gap & static_cast<uint64_t>(width) & 1);
  return pad(t, a[0], left, gap - left, fill);
}
Result<Value> bytes_ljust(Thread& t, Args a) { return justify(t, a, "ljust", Side::kLeft); }
Result<Value> bytes_rjust(Thread& t, Args a) { return justify(t, a, "rjust", Side::kRight); }
Result<Value> bytes_center(Thread& t, Args a) { return justify(t, a, "center", Side::kBoth); }

Result<Value> bytes_zfill(Thread& t, Args a) {
  int64_t width = TRY(to_ssize(t, a[1])), n = static_cast<int64_t>(bytes_view(a[0]).size());
  if (width <= n) return bytes_unchanged(t, a[0]);
  Value r = TRY(pad(t, a[0], static_cast<uint64_t>(width - n), 0, '0'));
  char* q = bytes_room(r);
  char& sign = q[width - n];
  if (n && (sign == '+' || sign == '-')) {
    q[0] = sign;
    sign = '0';
  }
  return r;
}

Result<Value> bytes_expandtabs(Thread& t, Args a) {
  int tab = a[1] ? TRY(to_cint(t, a[1])) : 8;
  std::string_view s = bytes_view(a[0]);
  // fn(character, how often) for what comes out.
  auto walk = [&](auto&& fn) {
    int64_t column = 0;
    for (char c : s) {
      if (c == '\t') {
        int64_t n = tab > 0 ? tab - column % tab : 0;
        column += n;
        fn(' ', static_cast<uint64_t>(n));
      } else {
        column = c == '\n' || c == '\r' ? 0 : column + 1;
        fn(c, uint64_t{1});
      }
    }
  };
  uint64_t total = 0;
  walk([&](char, uint64_t n) { total += n; });
  if (total > INT64_MAX) return RAISE(OverflowError, "result too long");
  Value r = TRY(bytes_like(t, a[0], nullptr, total));
  s = bytes_view(a[0]);
  char* q = bytes_room(r);
  walk([&](char c, uint64_t n) {
    memset(q, c, n);
    q += n;
  });
  return r;
}

// ---- translation
Result<Value> bytes_translate(Thread& t, Args a) {
  BufferHold table_hold, delete_hold, self_hold;
  const uint8_t* table = nullptr;
  if (!a[1].is_none()) {
    TRY(table_hold.get(t, a[1]));
    if (table_hold.size() != 256) return RAISE(ValueError, "translation table must be 256 characters long");
    table = u8(table_hold.view());
  }
  bool drop[256] = {};
  if (a[2]) {
    TRY(delete_hold.get(t, a[2]));
    for (char c : delete_hold.view()) drop[static_cast<uint8_t>(c)] = true;
  }
  TRY(self_hold.get(t, a[0]));
  std::string_view s = self_hold.view();
  size_t n = 0;
  bool changed = false;
  for (char ch : s) {
    uint8_t c = static_cast<uint8_t>(ch);
    n += !drop[c];
    changed |= drop[c] || (table && table[c] != c);
  }
  if (!changed) return bytes_unchanged(t, a[0]);
  Value r = TRY(bytes_like(t, a[0], nullptr, n));
  char* q = bytes_room(r);
  for (char ch : s) {
    uint8_t c = static_cast<uint8_t>(ch);
    if (!drop[c]) *q++ = static_cast<char>(table ? table[c] : c);
  }
  return r;
}

Result<Value> bytes_maketrans(Thread& t, Args a) {
  BufferHold from, to;
  TRY(from.get(t, a[0]));
  TRY(to.get(t, a[1]));
  if (from.size() != to.size()) return RAISE(ValueError, "maketrans arguments must have same length");
  Bytes* r = TRY(new_bytes(t, nullptr, 256));
  for (int i = 0; i < 256; i++) r->data()[i] = static_cast<char>(i);
  for (size_t i = 0; i < from.size(); i++) r->data()[static_cast<uint8_t>(from.data()[i])] = to.data()[i];
  return r;
}

// ---- text
Result<Value> bytes_decode(Thread& t, Args a) {
  if (names_utf8(a[1]) && !a[2] && is_bytes(a[0])) {
    std::string_view text = a.as<Bytes>(0)->view();
    if (is_ascii(reinterpret_cast<const uint8_t*>(text.data()), text.size())) return TRY(new_str_ascii(t, text.data(), text.size()));
  }
  Utf8 encoding, errors;
  TRY(codec_name_argument(t, a[1], "decode", "encoding", encoding));
  TRY(codec_name_argument(t, a[2], "decode", "errors", errors));
  return decode_object(t, a[0], encoding.data, errors.data);
}

Result<Value> hex_text(Thread& t, std::string_view data, Value sep, Value bytes_per_sep) {
  long group = 0;
  uint8_t separator = 0;
  if (sep) {
    int64_t n = TRY(length(t, sep));  // by __len__, also of a subclass
    if (n != 1) return RAISE(ValueError, "sep must be length 1.");
    if (is_str(sep)) {
      if (sep.as<Str>()->length != 1 || !sep.as<Str>()->is_ascii()) return RAISE(ValueError, "sep must be ASCII.");
      separator = static_cast<uint8_t>(sep.as<Str>()->at(0));
    } else if (is_bytes(sep)) {
      if (sep.as<Bytes>()->size != 1) return RAISE(ValueError, "sep must be length 1.");
      separator = static_cast<uint8_t>(sep.as<Bytes>()->data()[0]);
      if (separator > 127) return RAISE(ValueError, "sep must be ASCII.");
    } else {
      return RAISE(TypeError, "sep must be str or bytes.");
    }
    group = 1;
  }
  if (bytes_per_sep) {
    int g = TRY(to_cint(t, bytes_per_sep));
    if (sep) group = g;
  }
  if (data.size() > (size_t{1} << 45)) return raise_memory(t);
  if (data.empty()) return interp().empty_str;
  Str* r = TRY(alloc_str(t, binascii::hex_encoded_size(data.size(), group), 0x7F));
  binascii::hex_encode(u8(data), data.size(), separator, group, static_cast<uint8_t*>(r->inline_data()));
  return r;
}

Result<Value> bytes_hex(Thread& t, Args a) {
  BufferHold self;
  TRY(self.get(t, a[0]));
  return hex_text(t, self.view(), a[1], a[2]);
}

Result<Value> bytes_fromhex(Thread& t, Args a) {
  BufferHold hold;
  Utf8 utf8;
  std::string_view s;
  Str* text = nullptr;
  if (is_str(a[1])) {
    text = a.as<Str>(1);
    if (text->is_ascii()) {
      s = text->ascii();
    } else {  // the first bad character decides
      size_t digits = 0;
      for (size_t i = 0; i < text->length; i++) {
        uint32_t c = text->at(i);
        bool hex = c < 128 && (is_digit(static_cast<uint8_t>(c)) || ((c | 32) >= 'a' && (c | 32) <= 'f'));
        bool space = c == ' ' || (c >= 9 && c <= 13);
        if (hex) digits++;
        else if (!space || digits % 2) return RAISE(ValueError, "non-hexadecimal number found in fromhex() arg at position %lu", static_cast<uint64_t>(i));
      }
    }
  } else if (has_buffer(a[1])) {
    TRY(hold.get(t, a[1]));
    s = hold.view();
  } else {
    return RAISE(TypeError, "fromhex() argument must be str or bytes-like, not %T", a[1]);
  }
  Keep keep(text);
  auto digit = [](char c) { return is_digit(static_cast<uint8_t>(c)) ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; };
  ByteBuilder out;
  out.reserve(s.size() / 2);
  for (size_t i = 0; i < s.size();) {
    char c = s[i];
    if (c == ' ' || (c >= 9 && c <= 13)) {
      i++;
      continue;
    }
    int hi = digit(c);
    if (hi < 0) return RAISE(ValueError, "non-hexadecimal number found in fromhex() arg at position %lu", static_cast<uint64_t>(i));
    if (i + 1 == s.size()) return RAISE(ValueError, "fromhex() arg must contain an even number of hexadecimal digits");
    int lo = digit(s[i + 1]);
    if (lo < 0) return RAISE(ValueError, "non-hexadecimal number found in fromhex() arg at position %lu", static_cast<uint64_t>(i + 1));
    out.push(static_cast<uint8_t>(hi << 4 | lo));
    i += 2;
  }
  if (out.failed()) return raise_memory(t);
  Type* cls = a.as<Type>(0);
  if (cls == KAA_TYPE(bytearray)) return new_bytearray(t, out.data() ? out.data() : reinterpret_cast<const uint8_t*>(""), out.size());
  Bytes* b = TRY(new_bytes(t, out.data() ? out.data() : reinterpret_cast<const uint8_t*>(""), out.size()));
  if (cls == KAA_TYPE(bytes)) return b;
  return call(t, cls, b);
}

}  // namespace kaa
