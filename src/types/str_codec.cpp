// str and the codecs: encode(), and str(bytes, encoding, errors). UTF-8, ASCII and Latin-1 without errors are done here; everything else goes through
// the registry of the _codecs module.
#include <ctype.h>

#include "base/utf8.h"
#include "types/str.h"

namespace kaa {

namespace {

enum class Fast : uint8_t { kNone, kUtf8, kAscii, kLatin1 };

// The encoding's name with case and separators levelled: "UTF-8" is "utf_8".
Fast fast_codec(Value encoding) {
  if (!encoding) return Fast::kUtf8;
  Str* s = encoding.as<Str>();
  if (!s->is_ascii() || s->length > 15) return Fast::kNone;
  char name[16];
  size_t n = 0;
  for (char c : s->ascii()) name[n++] = c == '-' || c == ' ' ? '_' : static_cast<char>(tolower(static_cast<unsigned char>(c)));
  std::string_view v(name, n);
  if (v == "utf_8" || v == "utf8") return Fast::kUtf8;
  if (v == "ascii" || v == "us_ascii") return Fast::kAscii;
  if (v == "latin_1" || v == "latin1" || v == "iso_8859_1" || v == "iso8859_1") return Fast::kLatin1;
  return Fast::kNone;
}

// _codecs' own function for a fast codec: its result is (object, length).
Result<Value> direct(Thread& t, Fast codec, bool encode, Value object, Value errors) {
  const char* names[][2] = {{"utf_8_decode", "utf_8_encode"}, {"ascii_decode", "ascii_encode"}, {"latin_1_decode", "latin_1_encode"}};
  Value f = TRY(import_attr(t, "_codecs", names[static_cast<int>(codec) - 1][encode]));
  Value e = errors ? errors : kNone;
  // utf_8_decode takes incomplete input unless it is told that this is the end.
  Value r = codec == Fast::kUtf8 && !encode ? TRY(call(t, f, object, e, kTrue)) : TRY(call(t, f, object, e));
  return r.as<Tuple>()->items[0];
}

// Through the registry. Text encodings alone: the others (hex, zlib, ...) are for codecs.encode() and codecs.decode().
Result<Value> registered(Thread& t, bool encode, Value object, Value encoding, Value errors) {
  Value lookup = TRY(import_attr(t, "_codecs", "lookup"));
  Value info = TRY(call(t, lookup, encoding));
  const char* verb = encode ? "encode" : "decode";
  if (!IS_EXACT(info, tuple)) {
    Opt text = TRY(lookup_attr(t, info, NAME("_is_text_encoding")));
    if (text) {
      bool yes = TRY(truth(t, text.v));
      if (!yes) return RAISE(LookupError, "'%U' is not a text encoding; use codecs.%s() to handle arbitrary codecs", encoding.as<Str>(), verb);
    }
  }
  Value f = TRY(get_item(t, info, small_int(encode ? 0 : 1)));
  Value r = errors ? TRY(call(t, f, object, errors)) : TRY(call(t, f, object));
  if (!is_tuple(r) || r.as<Tuple>()->size != 2) return RAISE(TypeError, "%s must return a tuple (object, integer)", encode ? "encoder" : "decoder");
  return r.as<Tuple>()->items[0];
}

}  // namespace

Result<Value> encode_str(Thread& t, Str* s, Value encoding, Value errors) {
  Fast codec = fast_codec(encoding);
  TextView v = view_of(s);
  switch (codec) {
    case Fast::kUtf8:
      if (!s->is_ascii() && s->kind() > 1 && find_surrogate(v) < v.length) return direct(t, codec, true, s, errors);
      {
        Bytes* b = TRY(new_bytes(t, nullptr, s->is_ascii() ? s->length : utf8_size(v)));
        if (s->is_ascii()) memcpy(b->data(), v.data, v.length);
        else utf8_write(v, reinterpret_cast<uint8_t*>(b->data()));
        return b;
      }
    case Fast::kAscii:
      if (s->is_ascii()) return TRY(new_bytes(t, v.data, v.length));
      return direct(t, codec, true, s, errors);
    case Fast::kLatin1:
      if (s->kind() == 1) return TRY(new_bytes(t, v.data, v.length));
      return direct(t, codec, true, s, errors);
    case Fast::kNone: break;
  }
  Value r = TRY(registered(t, true, s, encoding, errors));
  if (is_bytes(r)) return r;
  if (is_instance(r, KAA_TYPE(bytearray))) {
    TRY(warn(t, KAA_TYPE(RuntimeWarning), 1, "encoder %U returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types", encoding.as<Str>()));
    ByteArray* b = r.as<ByteArray>();
    return TRY(new_bytes(t, b->data, b->size));
  }
  return RAISE(TypeError, "'%U' encoder returned '%T' instead of 'bytes'; use codecs.encode() to encode to arbitrary types", encoding.as<Str>(), r);
}

Result<Value> decode_buffer(Thread& t, Value object, Value encoding, Value errors) {
  if (is_str(object)) return RAISE(TypeError, "decoding str is not supported");
  if (!has_buffer(object)) return RAISE(TypeError, "decoding to str: need a bytes-like object, %T found", object);
  Fast codec = fast_codec(encoding);
  {
    BufferHold hold;
    TRY(hold.get(t, object));
    const uint8_t* p = reinterpret_cast<const uint8_t*>(hold.data());
    size_t n = hold.size();
    if (codec == Fast::kLatin1) return TRY(str_from_view(t, {p, n, 1}));
    if (codec != Fast::kNone && is_ascii(p, n)) return TRY(new_str_ascii(t, hold.data(), n));
    if (codec == Fast::kUtf8) {
      Utf8Scan scan = utf8_scan(p, n);
      if (!scan.error.reason) {
        if (scan.length == 1) return TRY(str_char(t, [&] { const uint8_t* at = p; return utf8_next(at); }()));
        Str* s = TRY(alloc_str(t, scan.length, scan.max));
        utf8_widen(p, n, s->inline_data(), s->kind());
        return s;
      }
    }
    if (n == 0) return interp().empty_str;
  }
  if (codec != Fast::kNone) return direct(t, codec, false, object, errors);
  // Decoders take any buffer; they see a memoryview, which nothing else refers to.
  Value view = TRY(import_attr(t, "builtins", "memoryview"));
  view = TRY(call(t, view, object));
  Value r = TRY(registered(t, false, view, encoding, errors));
  if (!is_str(r)) return RAISE(TypeError, "'%U' decoder returned '%T' instead of 'str'; use codecs.decode() to decode to arbitrary types", encoding.as<Str>(), r);
  return r;
}

Result<Value> str_encode(Thread& t, Args a) {
  TRY(check_codec_argument(t, a[1], "encode", "encoding"));
  TRY(check_codec_argument(t, a[2], "encode", "errors"));
  return encode_str(t, a.as<Str>(0), a[1], a[2]);
}

}  // namespace kaa
