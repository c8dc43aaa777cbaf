// _codecs: what Lib/codecs.py and the encodings package are made from.
#include <ctype.h>
#include <stdio.h>

#include "base/codecs.h"
#include "runtime/codecs_api.h"
#include "modules/codecs/registry.h"
#include "modules/codecs/standard.h"

namespace kaa {

namespace {

// The optional second argument: str or None.
Status errors_argument(Thread& t, Value v, const char* fname, Utf8& out, int position = 2) {
  if (!v || v.is_none()) return {};
  if (!is_str(v)) return RAISE(TypeError, "%s() argument %d must be str or None, not %T", fname, position, v);
  TRY(str_utf8(t, v.as<Str>(), out));
  if (memchr(out.data, 0, out.size)) return RAISE(ValueError, "embedded null character");
  return {};
}
Status str_argument(Thread& t, Value v, const char* fname, int position = 1) {
  if (!is_str(v)) return RAISE(TypeError, "%s() argument %d must be str, not %T", fname, position, v);
  return {};
}
Result<Value> pair(Thread& t, Value v, size_t n) { return TRY(make_tuple(t, v, small_int(static_cast<int64_t>(n)))); }

// Bytes to decode: a buffer or, where the codec is meant for source text, a str in UTF-8.
class Input {
 public:
  Status get(Thread& t, Value v, bool str_allowed = false) {
    if (str_allowed && is_str(v)) {
      TRY(str_utf8(t, v.as<Str>(), utf8_));
      view = utf8_.view();
      return {};
    }
    TRY(hold_.get(t, v));
    view = hold_.view();
    if (IS_EXACT(v, bytes)) source = v;
    return {};
  }
  std::string_view view;
  Value source;

 private:
  BufferHold hold_;
  Utf8 utf8_;
};

struct CodecRow { const char* decode_name; const char* encode_name; };
constexpr CodecRow row_of(StdCodec c) {
  switch (c) {
    case StdCodec::kUtf8: return {"utf_8_decode", "utf_8_encode"};
    case StdCodec::kUtf7: return {"utf_7_decode", "utf_7_encode"};
    case StdCodec::kUtf16: return {"utf_16_decode", "utf_16_encode"};
    case StdCodec::kUtf16Le: return {"utf_16_le_decode", "utf_16_le_encode"};
    case StdCodec::kUtf16Be: return {"utf_16_be_decode", "utf_16_be_encode"};
    case StdCodec::kUtf32: return {"utf_32_decode", "utf_32_encode"};
    case StdCodec::kUtf32Le: return {"utf_32_le_decode", "utf_32_le_encode"};
    case StdCodec::kUtf32Be: return {"utf_32_be_decode", "utf_32_be_encode"};
    case StdCodec::kAscii: return {"ascii_decode", "ascii_encode"};
    case StdCodec::kLatin1: return {"latin_1_decode", "latin_1_encode"};
    case StdCodec::kUnicodeEscape: return {"unicode_escape_decode", "unicode_escape_encode"};
    case StdCodec::kRawUnicodeEscape: return {"raw_unicode_escape_decode", "raw_unicode_escape_encode"};
    default: return {"", ""};
  }
}

template <StdCodec c>
Result<Value> std_decode(Thread& t, Args a) {
  constexpr bool whole = c == StdCodec::kAscii || c == StdCodec::kLatin1;
  constexpr bool escape = c == StdCodec::kUnicodeEscape || c == StdCodec::kRawUnicodeEscape;
  Input in;
  TRY(in.get(t, a[0], escape));
  Utf8 errors;
  TRY(errors_argument(t, a[1], row_of(c).decode_name, errors));
  bool final = whole || (a[2] ? TRY(truth(t, a[2])) : escape);
  size_t given = in.view.size();  // an error handler may put another object in its place
  Decoded d = TRY(decode_standard(t, c, in.view, in.source, errors.data, final));
  return pair(t, d.text, final ? given : d.consumed);
}

template <StdCodec c>
Result<Value> std_encode(Thread& t, Args a) {
  TRY(str_argument(t, a[0], row_of(c).encode_name));
  Utf8 errors;
  TRY(errors_argument(t, a[1], row_of(c).encode_name, errors));
  int order = (c == StdCodec::kUtf16 || c == StdCodec::kUtf32) && a[2] ? TRY(to_cint(t, a[2])) : 0;
  Bytes* b = TRY(encode_standard(t, c, a.as<Str>(0), errors.data, order));
  return pair(t, b, a.as<Str>(0)->length);
}

template <StdCodec c>
Result<Value> ex_decode(Thread& t, Args a) {
  Input in;
  TRY(in.get(t, a[0]));
  Utf8 errors;
  TRY(errors_argument(t, a[1], c == StdCodec::kUtf16 ? "utf_16_ex_decode" : "utf_32_ex_decode", errors));
  int order = a[2] ? TRY(to_cint(t, a[2])) : 0;
  bool final = a[3] && TRY(truth(t, a[3]));
  Decoded d = TRY(decode_standard(t, c, in.view, in.source, errors.data, final, order));
  return TRY(make_tuple(t, d.text, small_int(static_cast<int64_t>(d.consumed)), small_int(d.byteorder)));
}

Result<Value> m_readbuffer_encode(Thread& t, Args a) {
  Input in;
  TRY(in.get(t, a[0], true));
  Utf8 errors;
  TRY(errors_argument(t, a[1], "readbuffer_encode", errors));
  Bytes* b = TRY(new_bytes(t, in.view.data() ? in.view.data() : "", in.view.size()));
  return pair(t, b, in.view.size());
}

// ---- escapes of bytes literals
Status decode_escapes(Thread& t, std::string_view s, const char* errors, ByteBuilder& out, size_t* first_invalid) {
  auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; };
  for (size_t i = 0; i < s.size();) {
    if (s[i] != '\\') {
      out.push(static_cast<uint8_t>(s[i++]));
      continue;
    }
    size_t start = i++;
    if (i == s.size()) return RAISE(ValueError, "Trailing \\ in string");
    char c = s[i++];
    switch (c) {
      case '\n': continue;
      case '\\': case '\'': case '"': out.push(static_cast<uint8_t>(c)); continue;
      case 'b': out.push('\b'); continue;
      case 'f': out.push('\f'); continue;
      case 't': out.push('\t'); continue;
      case 'n': out.push('\n'); continue;
      case 'r': out.push('\r'); continue;
      case 'v': out.push('\v'); continue;
      case 'a': out.push('\a'); continue;
      case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': {
        int v = c - '0';
        for (int k = 0; k < 2 && i < s.size() && s[i] >= '0' && s[i] <= '7'; k++) v = v * 8 + (s[i++] - '0');
        if (v > 0377 && *first_invalid == SIZE_MAX) *first_invalid = start + 1;
        out.push(static_cast<uint8_t>(v));
        continue;
      }
      case 'x': {
        int hi = i < s.size() ? digit(s[i]) : -1, lo = i + 1 < s.size() ? digit(s[i + 1]) : -1;
        if (hi >= 0 && lo >= 0) {
          out.push(static_cast<uint8_t>(hi << 4 | lo));
          i += 2;
          continue;
        }
        if (hi >= 0) i++;
        if (!errors || !strcmp(errors, "strict")) return RAISE(ValueError, "invalid \\x escape at position %ld", static_cast<int64_t>(start));
        if (!strcmp(errors, "replace")) out.push('?');
        else if (strcmp(errors, "ignore")) return RAISE(ValueError, "decoding error; unknown error handling code: %.400s", errors);
        continue;
      }
      default:
        if (*first_invalid == SIZE_MAX) *first_invalid = start + 1;
        out.push('\\');
        i = start + 1;
        out.push(static_cast<uint8_t>(s[i++]));
    }
  }
  return {};
}

Result<Value> m_escape_decode(Thread& t, Args a) {
  Input in;
  TRY(in.get(t, a[0], true));
  Utf8 errors;
  TRY(errors_argument(t, a[1], "escape_decode", errors));
  ByteBuilder out;
  size_t bad = SIZE_MAX;
  TRY(decode_escapes(t, in.view, errors.data, out, &bad));
  Bytes* b = TRY(bytes_result(t, out));
  if (bad != SIZE_MAX) {
    char c = in.view[bad];
    if (c >= '4' && c <= '7') {
      TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "b\"\\%c%c%c\" is an invalid octal escape sequence. Such sequences will not work in the future. ", c, in.view[bad + 1], in.view[bad + 2]));
    } else {
      TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "b\"\\%c\" is an invalid escape sequence. Such sequences will not work in the future. ", static_cast<uint8_t>(c)));
    }
  }
  return pair(t, b, in.view.size());
}

Result<Value> m_escape_encode(Thread& t, Args a) {
  if (!is_bytes(a[0])) return RAISE(TypeError, "escape_encode() argument 1 must be bytes, not %T", a[0]);
  Utf8 errors;
  TRY(errors_argument(t, a[1], "escape_encode", errors));
  std::string_view s = a.as<Bytes>(0)->view();
  ByteBuilder out;
  for (char ch : s) {
    uint8_t c = static_cast<uint8_t>(ch);
    if (c == '\'' || c == '\\') { out.push('\\'); out.push(c); }
    else if (c == '\t') out.append("\\t", 2);
    else if (c == '\n') out.append("\\n", 2);
    else if (c == '\r') out.append("\\r", 2);
    else if (c < ' ' || c >= 0x7F) {
      char b[8];
      snprintf(b, sizeof b, "\\x%02x", c);
      out.append(b, 4);
    } else out.push(c);
  }
  Bytes* b = TRY(bytes_result(t, out));
  return pair(t, b, s.size());
}

// ---- character maps
Result<Value> m_charmap_decode(Thread& t, Args a) {
  Input in;
  TRY(in.get(t, a[0]));
  Utf8 errors;
  TRY(errors_argument(t, a[1], "charmap_decode", errors));
  return charmap_decode_object(t, in.view, errors.data, a[2]);
}
Result<Value> m_charmap_encode(Thread& t, Args a) {
  TRY(str_argument(t, a[0], "charmap_encode"));
  Utf8 errors;
  TRY(errors_argument(t, a[1], "charmap_encode", errors));
  return charmap_encode_str(t, a.as<Str>(0), errors.data, a[2]);
}
Result<Value> m_charmap_build(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "charmap_build() argument must be str, not %T", a[0]);
  return charmap_build_map(t, a.as<Str>(0));
}

// ---- registry
Status name_argument(Thread& t, Value v, const char* fname, Utf8& out) {
  if (!is_str(v)) return RAISE(TypeError, "%s() argument must be str, not %T", fname, v);
  TRY(str_utf8(t, v.as<Str>(), out));
  if (memchr(out.data, 0, out.size)) return RAISE(ValueError, "embedded null character");
  return {};
}
Result<Value> m_register(Thread& t, Args a) {
  TRY(codecs_register(t, a[0]));
  return kNone;
}
Result<Value> m_unregister(Thread& t, Args a) {
  TRY(codecs_unregister(t, a[0]));
  return kNone;
}
Result<Value> m_lookup(Thread& t, Args a) {
  Utf8 name;
  TRY(name_argument(t, a[0], "lookup", name));
  return codec_lookup(t, name.data);
}
Result<Value> m_encode(Thread& t, Args a) {
  Utf8 encoding, errors;
  TRY(codec_name_argument(t, a[1], "encode", "encoding", encoding));
  TRY(codec_name_argument(t, a[2], "encode", "errors", errors));
  return codecs_encode(t, a[0], encoding.data ? encoding.data : "utf-8", errors.data);
}
Result<Value> m_decode(Thread& t, Args a) {
  Utf8 encoding, errors;
  TRY(codec_name_argument(t, a[1], "decode", "encoding", encoding));
  TRY(codec_name_argument(t, a[2], "decode", "errors", errors));
  return codecs_decode(t, a[0], encoding.data ? encoding.data : "utf-8", errors.data);
}
Result<Value> m_register_error(Thread& t, Args a) {
  TRY(str_argument(t, a[0], "register_error"));
  TRY(codecs_register_error(t, a.as<Str>(0), a[1]));
  return kNone;
}
Result<Value> m_unregister_error(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "_unregister_error() argument must be str, not %T", a[0]);
  bool found = TRY(codecs_unregister_error(t, a.as<Str>(0)));
  return Value::from_bool(found);
}
Result<Value> m_lookup_error(Thread& t, Args a) {
  Utf8 name;
  TRY(name_argument(t, a[0], "lookup_error", name));
  return codec_lookup_error(t, name.data);
}

constexpr MethodKind kF = MethodKind::kFunction;
#define CODEC(id, c, decode_sig, encode_sig)                                                      \
  {#id "_decode", std_decode<StdCodec::c>, decode_sig, "Decodes; (text, bytes used).", kF},       \
  {#id "_encode", std_encode<StdCodec::c>, encode_sig, "Encodes; (bytes, characters used).", kF}
#define DECODE_PARTS "(data, errors=None, final=False, /)"
#define ENCODE "(str, errors=None, /)"
constexpr MethodDef k_functions[] = {
    {"register", m_register, "(search_function, /)", "Adds a function that finds codecs by name.", kF},
    {"unregister", m_unregister, "(search_function, /)", "Removes a search function and forgets what was found.", kF},
    {"lookup", m_lookup, "(encoding, /)", "The codec of this name: (encoder, decoder, stream reader, stream writer).", kF},
    {"encode", m_encode, "(obj, encoding='utf-8', errors='strict')", "Encodes with a codec of any kind.", kF},
    {"decode", m_decode, "(obj, encoding='utf-8', errors='strict')", "Decodes with a codec of any kind.", kF},
    {"register_error", m_register_error, "(errors, handler, /)", "Names an error handler.", kF},
    {"_unregister_error", m_unregister_error, "(errors, /)", "Removes an error handler; whether there was one.", kF},
    {"lookup_error", m_lookup_error, "(name, /)", "The error handler of this name.", kF},
    CODEC(utf_8, kUtf8, DECODE_PARTS, ENCODE),
    CODEC(utf_7, kUtf7, DECODE_PARTS, ENCODE),
    CODEC(utf_16, kUtf16, DECODE_PARTS, "(str, errors=None, byteorder=0, /)"),
    CODEC(utf_16_le, kUtf16Le, DECODE_PARTS, ENCODE),
    CODEC(utf_16_be, kUtf16Be, DECODE_PARTS, ENCODE),
    CODEC(utf_32, kUtf32, DECODE_PARTS, "(str, errors=None, byteorder=0, /)"),
    CODEC(utf_32_le, kUtf32Le, DECODE_PARTS, ENCODE),
    CODEC(utf_32_be, kUtf32Be, DECODE_PARTS, ENCODE),
    CODEC(ascii, kAscii, "(data, errors=None, /)", ENCODE),
    CODEC(latin_1, kLatin1, "(data, errors=None, /)", ENCODE),
    CODEC(unicode_escape, kUnicodeEscape, "(data, errors=None, final=True, /)", ENCODE),
    CODEC(raw_unicode_escape, kRawUnicodeEscape, "(data, errors=None, final=True, /)", ENCODE),
    {"utf_16_ex_decode", ex_decode<StdCodec::kUtf16>, "(data, errors=None, byteorder=0, final=False, /)", "Decodes; (text, bytes used, byte order).", kF},
    {"utf_32_ex_decode", ex_decode<StdCodec::kUtf32>, "(data, errors=None, byteorder=0, final=False, /)", "Decodes; (text, bytes used, byte order).", kF},
    {"readbuffer_encode", m_readbuffer_encode, "(data, errors=None, /)", "The bytes of a buffer; (bytes, their number).", kF},
    {"escape_decode", m_escape_decode, "(data, errors=None, /)", "Takes escapes of bytes literals for what they mean.", kF},
    {"escape_encode", m_escape_encode, "(data, errors=None, /)", "Writes bytes with escapes.", kF},
    {"charmap_decode", m_charmap_decode, "(data, errors=None, mapping=None, /)", "Decodes by a table or mapping.", kF},
    {"charmap_encode", m_charmap_encode, "(str, errors=None, mapping=None, /)", "Encodes by a mapping.", kF},
    {"charmap_build", m_charmap_build, "(map, /)", "The mapping for encoding that belongs to a table of characters.", kF},
};

Status codecs_exec(Thread& t, Module*) { return charmap_init(t); }

}  // namespace

extern const ModuleDef _codecs_module = {"_codecs", "The registry of codecs, and the codecs that are native.", k_functions, codecs_exec};

}  // namespace kaa
