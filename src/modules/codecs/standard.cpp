// The standard codecs: the plain ones of base/codecs.h and base/utf8.h, with error handlers in between.
#include "modules/codecs/standard.h"

#include <string.h>

#include "base/codecs.h"
#include "base/utf8.h"

namespace kaa {

StdCodec standard_codec(const char* name) {
  static constexpr struct { const char* name; StdCodec codec; } k_usual[] = {  // as most write them
      {"utf-8", StdCodec::kUtf8}, {"utf8", StdCodec::kUtf8}, {"ascii", StdCodec::kAscii}, {"latin-1", StdCodec::kLatin1}, {"utf-16", StdCodec::kUtf16},
      {"UTF-8", StdCodec::kUtf8}, {"latin1", StdCodec::kLatin1}, {"iso-8859-1", StdCodec::kLatin1}};
  for (const auto& u : k_usual)
    if (*name == *u.name && !strcmp(name, u.name)) return u.codec;
  char b[16];
  size_t n = 0;
  bool gap = false;
  for (const char* p = name; *p; p++) {
    unsigned char c = static_cast<unsigned char>(*p);
    bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.') {
      if (gap && n) {
        if (n >= sizeof b) return StdCodec::kNone;
        b[n++] = '_';
      }
      gap = false;
      if (n >= sizeof b) return StdCodec::kNone;
      b[n++] = static_cast<char>(upper ? c | 0x20 : c);
    } else {
      gap = true;
    }
  }
  std::string_view s(b, n);
  if (s == "utf_8" || s == "utf8") return StdCodec::kUtf8;
  if (s == "ascii" || s == "us_ascii") return StdCodec::kAscii;
  if (s == "latin1" || s == "latin_1" || s == "iso_8859_1" || s == "iso8859_1") return StdCodec::kLatin1;
  if (s == "utf_16" || s == "utf16") return StdCodec::kUtf16;
  if (s == "utf_32" || s == "utf32") return StdCodec::kUtf32;
  return StdCodec::kNone;
}

Result<Str*> text_result(Thread& t, const TextBuilder& out) {
  if (out.failed()) return raise_memory(t);
  if (!out.length()) return interp().empty_str;
  return str_from_ucs(t, out.kind(), out.data(), out.length());
}

namespace {

// step(in, size, pos, out, error) decodes to the next error.
template <class Step>
Result<Decoded> run_decoder(Thread& t, const char* encoding, std::string_view in, Value source, const char* errors, size_t pos, int byteorder, Step&& step) {
  DecodeJob job{encoding, error_policy(errors), in, source, Value()};
  TextBuilder out;
  for (;;) {
    CodecError e;
    pos = step(reinterpret_cast<const uint8_t*>(job.in.data()), job.in.size(), pos, out, e);
    if (!e.reason) break;
    pos = TRY(handle_decode_error(t, job, e, out));
  }
  Str* s = TRY(text_result(t, out));
  return Decoded{s, pos, byteorder};
}

Status warn_invalid_escape(Thread& t, const uint8_t* in, size_t size, size_t at) {
  if (at == SIZE_MAX || at >= size) return {};
  uint8_t c = in[at];
  if (c >= '4' && c <= '7' && at + 2 < size)
    return warn(t, KAA_TYPE(DeprecationWarning), 1, "\"\\%c%c%c\" is an invalid octal escape sequence. Such sequences will not work in the future. ", c, in[at + 1], in[at + 2]);
  return warn(t, KAA_TYPE(DeprecationWarning), 1, "\"\\%c\" is an invalid escape sequence. Such sequences will not work in the future. ", c);
}

Result<Decoded> decode_units(Thread& t, int unit, std::string_view in, Value source, const char* errors, bool final, int byteorder) {
  const uint8_t* p = reinterpret_cast<const uint8_t*>(in.data());
  size_t pos = 0;
  if (byteorder == 0) {
    Endian mark;
    pos = unit == 2 ? utf16_bom(p, in.size(), &mark) : utf32_bom(p, in.size(), &mark);
    if (pos) byteorder = mark == Endian::kBig ? 1 : -1;
  }
  Endian order = byteorder < 0 ? Endian::kLittle : byteorder > 0 ? Endian::kBig : kNativeEndian;
  const char* name = unit == 2 ? (order == Endian::kBig ? "utf-16-be" : "utf-16-le") : order == Endian::kBig ? "utf-32-be" : "utf-32-le";
  return run_decoder(t, name, in, source, errors, pos, byteorder, [&](const uint8_t* d, size_t n, size_t at, TextBuilder& out, CodecError& e) {
    return unit == 2 ? utf16_decode(d, n, at, order, final, out, e) : utf32_decode(d, n, at, order, final, out, e);
  });
}

// step(text, pos, out, error) encodes to the next error.
template <class Step>
Result<Bytes*> run_encoder(Thread& t, const char* encoding, Str* s, const char* errors, size_t unit, ByteBuilder& out, Step&& step) {
  EncodeJob job{encoding, error_policy(errors), s, unit, Value()};
  Keep keep(s);
  TextView in{s->data(), s->length, s->kind()};
  for (size_t pos = 0;;) {
    CodecError e;
    pos = step(in, pos, out, e);
    if (!e.reason) break;
    pos = TRY(handle_encode_error(t, job, e, out, [&](TextView text) -> Result<bool> {
      CodecError inner;
      step(text, 0, out, inner);
      return !inner.reason;
    }));
  }
  return bytes_result(t, out);
}

Result<Bytes*> encode_units(Thread& t, int unit, const char* name, Str* s, const char* errors, int byteorder) {
  Endian order = byteorder < 0 ? Endian::kLittle : byteorder > 0 ? Endian::kBig : kNativeEndian;
  ByteBuilder out;
  out.reserve((s->length + 1) * static_cast<size_t>(unit));
  if (byteorder == 0) {
    uint32_t mark = 0xFEFF;
    CodecError e;
    if (unit == 2) utf16_encode({&mark, 1, 4}, 0, order, out, e);
    else utf32_encode({&mark, 1, 4}, 0, order, out, e);
  }
  return run_encoder(t, name, s, errors, static_cast<size_t>(unit), out, [&](TextView in, size_t pos, ByteBuilder& o, CodecError& e) {
    return unit == 2 ? utf16_encode(in, pos, order, o, e) : utf32_encode(in, pos, order, o, e);
  });
}

}  // namespace

Result<Decoded> decode_standard(Thread& t, StdCodec codec, std::string_view in, Value source, const char* errors, bool final, int byteorder) {
  const uint8_t* p = reinterpret_cast<const uint8_t*>(in.data());
  Keep keep(source);
  switch (codec) {
    case StdCodec::kUtf8: {
      if (is_ascii(p, in.size())) return Decoded{TRY(new_str_ascii(t, in.data(), in.size())), in.size(), 0};
      size_t n = in.size() - (final ? 0 : utf8_incomplete_tail(p, in.size()));
      Utf8Shape shape = utf8_shape(p, n);
      if (shape.length > 1) {
        Str* s = TRY(alloc_str(t, shape.length, shape.bits));
        if (utf8_fill(p, n, s->inline_data(), shape.length, s->kind())) return Decoded{s, n, 0};
      } else if (utf8_valid(p, n)) {
        const uint8_t* at = p;
        return Decoded{n ? TRY(str_char(t, utf8_next(at))) : interp().empty_str, n, 0};
      }
      return run_decoder(t, "utf-8", in, source, errors, 0, 0, [&](const uint8_t* d, size_t n, size_t pos, TextBuilder& out, CodecError& e) {
        return utf8_decode(d, n, pos, final, out, e);
      });
    }
    case StdCodec::kAscii:
      if (is_ascii(p, in.size())) return Decoded{TRY(new_str_ascii(t, in.data(), in.size())), in.size(), 0};
      return run_decoder(t, "ascii", in, source, errors, 0, 0, [&](const uint8_t* d, size_t n, size_t pos, TextBuilder& out, CodecError& e) {
        return ascii_decode(d, n, pos, out, e);
      });
    case StdCodec::kLatin1: return Decoded{in.empty() ? interp().empty_str : TRY(str_from_ucs(t, 1, in.data(), in.size())), in.size(), 0};
    case StdCodec::kUtf7: {
      Utf7State state;
      return run_decoder(t, "utf7", in, source, errors, 0, 0, [&](const uint8_t* d, size_t n, size_t pos, TextBuilder& out, CodecError& e) {
        return utf7_decode(d, n, pos, final, state, out, e);
      });
    }
    case StdCodec::kUtf16: return decode_units(t, 2, in, source, errors, final, byteorder);
    case StdCodec::kUtf16Le: return decode_units(t, 2, in, source, errors, final, -1);
    case StdCodec::kUtf16Be: return decode_units(t, 2, in, source, errors, final, 1);
    case StdCodec::kUtf32: return decode_units(t, 4, in, source, errors, final, byteorder);
    case StdCodec::kUtf32Le: return decode_units(t, 4, in, source, errors, final, -1);
    case StdCodec::kUtf32Be: return decode_units(t, 4, in, source, errors, final, 1);
    case StdCodec::kUnicodeEscape: {
      size_t invalid = SIZE_MAX;
      Decoded r = TRY(run_decoder(t, "unicodeescape", in, source, errors, 0, 0, [&](const uint8_t* d, size_t n, size_t pos, TextBuilder& out, CodecError& e) {
        return unicode_escape_decode(d, n, pos, final, out, e, &invalid);
      }));
      Keep text(r.text);
      TRY(warn_invalid_escape(t, p, in.size(), invalid));
      return r;
    }
    case StdCodec::kRawUnicodeEscape:
      return run_decoder(t, "rawunicodeescape", in, source, errors, 0, 0, [&](const uint8_t* d, size_t n, size_t pos, TextBuilder& out, CodecError& e) {
        return raw_unicode_escape_decode(d, n, pos, final, out, e);
      });
    case StdCodec::kNone: break;
  }
  return RAISE(SystemError, "no such standard codec");
}

Result<Bytes*> encode_standard(Thread& t, StdCodec codec, Str* s, const char* errors, int byteorder) {
  TextView in{s->data(), s->length, s->kind()};
  Keep keep(s);
  ByteBuilder out;
  switch (codec) {
    case StdCodec::kUtf8:
      if (s->is_ascii()) return new_bytes(t, in.data, in.length);
      if (in.length <= 64 && find_surrogate(in) == in.length) {  // measuring takes as long as writing
        uint8_t text[4 * 64];
        return new_bytes(t, text, static_cast<size_t>(utf8_write(in, text) - text));
      }
      if (s->kind() == 1 || find_surrogate(in) == in.length) {
        Bytes* b = TRY(new_bytes(t, nullptr, utf8_size(in)));
        utf8_write({s->data(), s->length, s->kind()}, reinterpret_cast<uint8_t*>(b->data()));
        return b;
      }
      return run_encoder(t, "utf-8", s, errors, 1, out, [](TextView v, size_t pos, ByteBuilder& o, CodecError& e) { return utf8_encode(v, pos, o, e); });
    case StdCodec::kAscii:
      if (s->is_ascii()) return new_bytes(t, in.data, in.length);
      return run_encoder(t, "ascii", s, errors, 1, out, [](TextView v, size_t pos, ByteBuilder& o, CodecError& e) { return ascii_encode(v, pos, o, e); });
    case StdCodec::kLatin1:
      if (s->kind() == 1) return new_bytes(t, in.data, in.length);
      return run_encoder(t, "latin-1", s, errors, 1, out, [](TextView v, size_t pos, ByteBuilder& o, CodecError& e) { return latin1_encode(v, pos, o, e); });
    case StdCodec::kUtf7: utf7_encode(in, out); return bytes_result(t, out);
    case StdCodec::kUtf16: return encode_units(t, 2, byteorder < 0 ? "utf-16-le" : byteorder > 0 ? "utf-16-be" : "utf-16", s, errors, byteorder);
    case StdCodec::kUtf16Le: return encode_units(t, 2, "utf-16-le", s, errors, -1);
    case StdCodec::kUtf16Be: return encode_units(t, 2, "utf-16-be", s, errors, 1);
    case StdCodec::kUtf32: return encode_units(t, 4, byteorder < 0 ? "utf-32-le" : byteorder > 0 ? "utf-32-be" : "utf-32", s, errors, byteorder);
    case StdCodec::kUtf32Le: return encode_units(t, 4, "utf-32-le", s, errors, -1);
    case StdCodec::kUtf32Be: return encode_units(t, 4, "utf-32-be", s, errors, 1);
    case StdCodec::kUnicodeEscape: unicode_escape_encode(in, out); return bytes_result(t, out);
    case StdCodec::kRawUnicodeEscape: raw_unicode_escape_encode(in, out); return bytes_result(t, out);
    case StdCodec::kNone: break;
  }
  return RAISE(SystemError, "no such standard codec");
}

}  // namespace kaa
