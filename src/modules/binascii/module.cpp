// binascii: conversions between bytes and texts for them. The conversions themselves are in codecs.cpp.
#include <stdio.h>

#include "base/text_buffer.h"
#include "base/binary_text.h"
#include "modules/new_exception.h"
#include "types/bytes.h"

namespace kaa {

namespace {

Type* g_error;

// Bytes to decode: a buffer, or a str of ASCII.
class AsciiInput {
 public:
  Status get(Thread& t, Value v) {
    if (is_str(v)) {
      if (!v.as<Str>()->is_ascii()) return RAISE(ValueError, "string argument should contain only ASCII characters");
      owner_ = v;
      view = v.as<Str>()->ascii();
      return {};
    }
    if (!has_buffer(v)) return RAISE(TypeError, "argument should be bytes, buffer or ASCII string, not '%.100T'", v);
    TRY(hold_.get(t, v));
    view = hold_.view();
    return {};
  }
  std::string_view view;

 private:
  BufferHold hold_;
  Value owner_;
};

Error raise_error(Thread& t, const binascii::Error& e) {
  if (!e.has_number) return raise(t, g_error, "%s", e.message);
  char b[200];
  snprintf(b, sizeof b, e.message, e.number);
  return raise(t, g_error, "%s", b);
}
Result<Value> trimmed(Thread& t, Bytes* b, size_t size) {
  if (size == b->size) return b;
  Keep keep(b);
  return TRY(new_bytes(t, b->data(), size));
}
Result<bool> flag(Thread& t, Value v, bool missing) { return v ? truth(t, v) : Result<bool>(missing); }
uint8_t* room(Bytes* b) { return reinterpret_cast<uint8_t*>(b->data()); }

Result<Value> a2b_uu(Thread& t, Args a) {
  AsciiInput in;
  TRY(in.get(t, a[0]));
  uint8_t out[binascii::kUuDecodedBound];
  size_t n;
  binascii::Error e = binascii::uu_decode(u8(in.view), in.view.size(), out, &n);
  if (e.message) return raise_error(t, e);
  return TRY(new_bytes(t, out, n));
}
Result<Value> b2a_uu(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  bool backtick = TRY(flag(t, a[1], false));
  if (in.size() > 45) return raise(t, g_error, "At most 45 bytes at once");
  Bytes* b = TRY(new_bytes(t, nullptr, binascii::uu_encoded_size(in.size())));
  binascii::Error e = binascii::uu_encode(u8(in.view()), in.size(), backtick, room(b));
  if (e.message) return raise_error(t, e);
  return b;
}

Result<Value> a2b_base64(Thread& t, Args a) {
  AsciiInput in;
  TRY(in.get(t, a[0]));
  bool strict = TRY(flag(t, a[1], false));
  size_t bound = binascii::base64_decoded_bound(in.view.size()), n = 0;
  if (!bound) return interp().empty_bytes;
  Bytes* b = TRY(new_bytes(t, nullptr, bound));
  binascii::Error e = binascii::base64_decode(u8(in.view), in.view.size(), strict, room(b), &n);
  if (e.message) return raise_error(t, e);
  return trimmed(t, b, n);
}
Result<Value> b2a_base64(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  bool newline = TRY(flag(t, a[1], true));
  size_t n = binascii::base64_encoded_size(in.size(), newline);
  if (!n) return interp().empty_bytes;
  Bytes* b = TRY(new_bytes(t, nullptr, n));
  binascii::base64_encode(u8(in.view()), in.size(), newline, room(b));
  return b;
}

Result<Value> a2b_hex(Thread& t, Args a) {
  AsciiInput in;
  TRY(in.get(t, a[0]));
  if (in.view.size() % 2) return raise(t, g_error, "Odd-length string");
  if (in.view.empty()) return interp().empty_bytes;
  Bytes* b = TRY(new_bytes(t, nullptr, in.view.size() / 2));
  binascii::Error e = binascii::hex_decode(u8(in.view), in.view.size(), room(b));
  if (e.message) return raise_error(t, e);
  return b;
}
Result<Value> b2a_hex(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  Value s = TRY(hex_text(t, in.view(), a[1], a[2]));
  Keep keep(s);
  return TRY(new_bytes(t, s.as<Str>()->data(), s.as<Str>()->length));
}

Result<Value> a2b_qp(Thread& t, Args a) {
  AsciiInput in;
  TRY(in.get(t, a[0]));
  bool header = TRY(flag(t, a[1], false));
  if (in.view.empty()) return interp().empty_bytes;
  Bytes* b = TRY(new_bytes(t, nullptr, in.view.size()));
  return trimmed(t, b, binascii::qp_decode(u8(in.view), in.view.size(), header, room(b)));
}
Result<Value> b2a_qp(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  bool tabs = TRY(flag(t, a[1], false)), text = TRY(flag(t, a[2], true)), header = TRY(flag(t, a[3], false));
  size_t n = binascii::qp_encode(u8(in.view()), in.size(), tabs, text, header, nullptr);
  if (!n) return interp().empty_bytes;
  Bytes* b = TRY(new_bytes(t, nullptr, n));
  binascii::qp_encode(u8(in.view()), in.size(), tabs, text, header, room(b));
  return b;
}

Result<Value> m_crc32(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  uint64_t crc = a[1] ? TRY(to_uint64_mask(t, a[1])) : 0;
  return small_int(binascii::crc32(u8(in.view()), in.size(), static_cast<uint32_t>(crc)));
}
Result<Value> m_crc_hqx(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[0]));
  uint64_t crc = TRY(to_uint64_mask(t, a[1]));
  return small_int(binascii::crc_hqx(u8(in.view()), in.size(), static_cast<uint32_t>(crc & 0xFFFF)));
}

constexpr MethodKind kF = MethodKind::kFunction;
constexpr MethodDef k_functions[] = {
    {"a2b_uu", a2b_uu, "(data, /)", "Decodes a uuencoded line.", kF},
    {"b2a_uu", b2a_uu, "(data, /, *, backtick=False)", "Uuencodes a line of at most 45 bytes.", kF},
    {"a2b_base64", a2b_base64, "(data, /, *, strict_mode=False)", "Decodes base64.", kF},
    {"b2a_base64", b2a_base64, "(data, /, *, newline=True)", "Encodes to base64.", kF},
    {"a2b_hex", a2b_hex, "(hexstr, /)", "Decodes hexadecimal digits.", kF},
    {"unhexlify", a2b_hex, "(hexstr, /)", "Decodes hexadecimal digits.", kF},
    {"b2a_hex", b2a_hex, "(data, sep=<unrepresentable>, bytes_per_sep=1)", "Two hexadecimal digits for each byte.", kF},
    {"hexlify", b2a_hex, "(data, sep=<unrepresentable>, bytes_per_sep=1)", "Two hexadecimal digits for each byte.", kF},
    {"a2b_qp", a2b_qp, "(data, header=False)", "Decodes quoted-printable.", kF},
    {"b2a_qp", b2a_qp, "(data, quotetabs=False, istext=True, header=False)", "Encodes to quoted-printable.", kF},
    {"crc32", m_crc32, "(data, crc=0, /)", "CRC-32, going on from crc.", kF},
    {"crc_hqx", m_crc_hqx, "(data, crc, /)", "The CRC of BinHex 4, going on from crc.", kF},
};

Status binascii_exec(Thread& t, Module* m) {
  static Root<> error, incomplete;
  if (!g_error) {
    g_error = TRY(new_exception(t, "binascii", "Error", KAA_TYPE(ValueError)));
    error = g_error;
    incomplete = TRY(new_exception(t, "binascii", "Incomplete", KAA_TYPE(Exception)));
  }
  TRY(module_add(t, m, "Error", error));
  return module_add(t, m, "Incomplete", incomplete);
}

}  // namespace

extern const ModuleDef binascii_module = {"binascii", "Conversions between binary data and ASCII.", k_functions, binascii_exec};

}  // namespace kaa
