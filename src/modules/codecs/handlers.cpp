// Error handlers of codecs: the native forms that encoders and decoders use, and the functions that lookup_error() answers.
#include "modules/codecs/handlers.h"

#include <ctype.h>
#include <stdio.h>

#include "base/codecs.h"
#include "base/unicode_db.h"
#include "runtime/codecs_api.h"

namespace kaa {

namespace {

bool is_surrogate(uint32_t c) { return c >= 0xD800 && c <= 0xDFFF; }
void push_ascii(TextBuilder& out, const char* s) {
  for (; *s; s++) out.push(static_cast<uint8_t>(*s));
}
void push_backslash(TextBuilder& out, uint32_t c) {
  char b[16];
  snprintf(b, sizeof b, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
  push_ascii(out, b);
}
void push_xml(TextBuilder& out, uint32_t c) {
  char b[16];
  snprintf(b, sizeof b, "&#%u;", c);
  push_ascii(out, b);
}
void push_named(TextBuilder& out, uint32_t c) {
  char name[unicode::kMaxName + 1];
  size_t n = unicode::name(c, name);
  if (!n) return push_backslash(out, c);
  name[n] = 0;
  push_ascii(out, "\\N{");
  push_ascii(out, name);
  out.push('}');
}
// A surrogate as the encoding would write it if it were a character.
void put_surrogate(std::string& out, UnitEncoding e, uint32_t c) {
  if (e.bytes == 1) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
    return;
  }
  for (int i = 0; i < e.bytes; i++) out += static_cast<char>(c >> (8 * (e.big ? e.bytes - 1 - i : i)));
}
// The surrogate that stands at p, or -1; its size in *size.
int64_t get_surrogate(const uint8_t* p, size_t n, UnitEncoding e, size_t* size) {
  *size = e.bytes == 1 ? 3 : static_cast<size_t>(e.bytes);
  if (n < *size) return -1;
  uint32_t c = 0;
  if (e.bytes == 1) {
    if ((p[0] & 0xF0) != 0xE0 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80) return -1;
    c = (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
  } else {
    for (int i = 0; i < e.bytes; i++) c |= static_cast<uint32_t>(p[e.big ? e.bytes - 1 - i : i]) << (8 * i);
  }
  return is_surrogate(c) ? static_cast<int64_t>(c) : -1;
}

}  // namespace

UnitEncoding unit_encoding(std::string_view name) {
  char b[16];
  if (name.size() > 12) return {0, false};
  size_t n = 0;
  for (char c : name) b[n++] = c == '_' ? '-' : static_cast<char>(tolower(static_cast<unsigned char>(c)));
  std::string_view s(b, n);
  if (s == "cp-utf8") return {1, false};
  if (!s.starts_with("utf")) return {0, false};
  s.remove_prefix(3);
  if (s.starts_with("-")) s.remove_prefix(1);
  if (s == "8") return {1, false};
  int bytes = s.starts_with("16") ? 2 : s.starts_with("32") ? 4 : 0;
  if (!bytes) return {0, false};
  s.remove_prefix(2);
  if (s.starts_with("-")) s.remove_prefix(1);
  if (s.empty() && b[n - 1] != '-')  // "utf-16-" is no name
    return {bytes, kNativeEndian == Endian::kBig};
  if (s == "le") return {bytes, false};
  if (s == "be") return {bytes, true};
  return {0, false};
}

ErrorPolicy error_policy(const char* name) {
  if (!name) return {nullptr, ErrorMode::kStrict};
  std::string_view s(name);
  ErrorMode m = s == "strict"              ? ErrorMode::kStrict
                : s == "ignore"            ? ErrorMode::kIgnore
                : s == "replace"           ? ErrorMode::kReplace
                : s == "surrogateescape"   ? ErrorMode::kSurrogateEscape
                : s == "surrogatepass"     ? ErrorMode::kSurrogatePass
                : s == "backslashreplace"  ? ErrorMode::kBackslash
                : s == "xmlcharrefreplace" ? ErrorMode::kXmlCharRef
                                           : ErrorMode::kNamed;
  return {name, m};
}

// ---- exceptions
static Result<Value> decode_exception(Thread& t, DecodeJob& job, size_t start, size_t end, const char* reason) {
  if (!job.exception) {
    Value object = job.source ? job.source : TRY(new_bytes(t, job.in.data() ? job.in.data() : "", job.in.size()));
    Value enc = TRY(new_str(t, job.encoding)), why = TRY(new_str(t, reason));
    job.exception = TRY(call(t, KAA_TYPE(UnicodeDecodeError), enc, object, small_int(static_cast<int64_t>(start)), small_int(static_cast<int64_t>(end)), why));
    return job.exception;
  }
  ExcUnicode* e = job.exception.as<ExcUnicode>();
  e->start.set(small_int(static_cast<int64_t>(start)));
  e->end.set(small_int(static_cast<int64_t>(end)));
  e->reason.set(TRY(new_str(t, reason)));
  return job.exception;
}
Error raise_decode_error(Thread& t, DecodeJob& job, size_t start, size_t end, const char* reason) {
  Result<Value> e = decode_exception(t, job, start, end, reason);
  return e.ok() ? raise_value(t, e.value()) : Error{};
}
static Result<Value> encode_exception(Thread& t, EncodeJob& job, size_t start, size_t end, const char* reason) {
  if (!job.exception) {
    Value enc = TRY(new_str(t, job.encoding)), why = TRY(new_str(t, reason));
    job.exception = TRY(call(t, KAA_TYPE(UnicodeEncodeError), enc, job.in, small_int(static_cast<int64_t>(start)), small_int(static_cast<int64_t>(end)), why));
    return job.exception;
  }
  ExcUnicode* e = job.exception.as<ExcUnicode>();
  e->start.set(small_int(static_cast<int64_t>(start)));
  e->end.set(small_int(static_cast<int64_t>(end)));
  e->reason.set(TRY(new_str(t, reason)));
  return job.exception;
}
Error raise_encode_error(Thread& t, EncodeJob& job, size_t start, size_t end, const char* reason) {
  Result<Value> e = encode_exception(t, job, start, end, reason);
  return e.ok() ? raise_value(t, e.value()) : Error{};
}

// Where a handler says to go on.
static Result<size_t> handler_position(Thread& t, Value v, size_t size) {
  int64_t pos = TRY(to_ssize(t, v));
  int64_t given = pos;
  if (pos < 0) pos += static_cast<int64_t>(size);
  if (pos < 0 || pos > static_cast<int64_t>(size)) return RAISE(IndexError, "position %ld from error handler out of bounds", given < 0 ? pos : given);
  return static_cast<size_t>(pos);
}

// ---- decoding
Result<size_t> handle_decode_error(Thread& t, DecodeJob& job, const CodecError& e, TextBuilder& out) {
  const uint8_t* p = reinterpret_cast<const uint8_t*>(job.in.data());
  switch (job.errors.mode) {
    case ErrorMode::kIgnore: return e.end;
    case ErrorMode::kReplace: out.push(0xFFFD); return e.end;
    case ErrorMode::kBackslash:
      for (size_t i = e.start; i < e.end; i++) push_backslash(out, p[i]);
      return e.end;
    case ErrorMode::kSurrogateEscape: {
      size_t i = e.start;
      for (; i < e.end && i < e.start + 4 && p[i] >= 0x80; i++) out.push(0xDC00u + p[i]);
      if (i > e.start) return i;
      return raise_decode_error(t, job, e.start, e.end, e.reason);
    }
    case ErrorMode::kSurrogatePass: {
      UnitEncoding u = unit_encoding(job.encoding);
      size_t size;
      int64_t c = u.bytes ? get_surrogate(p + e.start, job.in.size() - e.start, u, &size) : -1;
      if (c < 0) return raise_decode_error(t, job, e.start, e.end, e.reason);
      out.push(static_cast<uint32_t>(c));
      return e.start + size;
    }
    case ErrorMode::kStrict: return raise_decode_error(t, job, e.start, e.end, e.reason);
    case ErrorMode::kXmlCharRef: case ErrorMode::kNamed: break;
  }
  Value handler = TRY(codec_lookup_error(t, job.errors.name));
  Value exc = TRY(decode_exception(t, job, e.start, e.end, e.reason));
  Value r = TRY(call(t, handler, exc));
  if (!is_tuple(r) || r.as<Tuple>()->size != 2 || !is_str(r.as<Tuple>()->items[0]) || !is_int(r.as<Tuple>()->items[1]))
    return RAISE(TypeError, "decoding error handler must return (str, int) tuple");
  Value object = exc.as<ExcUnicode>()->object;
  if (!object || !is_bytes(object)) return RAISE(TypeError, "exception attribute object must be bytes");
  job.source = object;
  job.in = object.as<Bytes>()->view();
  size_t next = TRY(handler_position(t, r.as<Tuple>()->items[1], job.in.size()));
  Str* text = r.as<Tuple>()->items[0].as<Str>();
  out.append({text->data(), text->length, text->kind()});
  return next;
}

// ---- encoding
Status encode_replacement(Thread& t, EncodeJob& job, const CodecError& e, EncodeReplacement& r) {
  r.next = e.end;
  switch (job.errors.mode) {
    case ErrorMode::kIgnore: return {};
    case ErrorMode::kReplace:
      for (size_t i = e.start; i < e.end; i++) r.text.push('?');
      return {};
    case ErrorMode::kXmlCharRef:
      for (size_t i = e.start; i < e.end; i++) push_xml(r.text, job.in->at(i));
      return {};
    case ErrorMode::kBackslash:
      for (size_t i = e.start; i < e.end; i++) push_backslash(r.text, job.in->at(i));
      return {};
    case ErrorMode::kSurrogateEscape: {
      r.is_bytes = true;
      size_t i = e.start;
      for (; i < e.end; i++) {
        uint32_t c = job.in->at(i);
        if (c < 0xDC80 || c > 0xDCFF) break;
        r.bytes += static_cast<char>(c);
      }
      if (i < e.end) return raise_encode_error(t, job, i, e.end, e.reason);
      return {};
    }
    case ErrorMode::kSurrogatePass: {
      UnitEncoding u = unit_encoding(job.encoding);
      r.is_bytes = true;
      for (size_t i = e.start; i < e.end; i++) {
        uint32_t c = job.in->at(i);
        if (!u.bytes || !is_surrogate(c)) return raise_encode_error(t, job, e.start, e.end, e.reason);
        put_surrogate(r.bytes, u, c);
      }
      return {};
    }
    case ErrorMode::kStrict: return raise_encode_error(t, job, e.start, e.end, e.reason);
    case ErrorMode::kNamed: break;
  }
  Value handler = TRY(codec_lookup_error(t, job.errors.name));
  Value exc = TRY(encode_exception(t, job, e.start, e.end, e.reason));
  Value v = TRY(call(t, handler, exc));
  Tuple* u = is_tuple(v) && v.as<Tuple>()->size == 2 ? v.as<Tuple>() : nullptr;
  if (!u || !is_int(u->items[1]) || (!is_str(u->items[0]) && !is_bytes(u->items[0])))
    return RAISE(TypeError, "encoding error handler must return (str/bytes, int) tuple");
  r.next = TRY(handler_position(t, u->items[1], job.in->length));
  Value with = u->items[0];
  if (is_bytes(with)) {
    r.is_bytes = true;
    r.bytes = with.as<Bytes>()->view();
  } else {
    // What the Unicode encodings cannot have is a surrogate: for it they take bytes, or plain ASCII.
    if (unit_encoding(job.encoding).bytes && !with.as<Str>()->is_ascii()) return raise_encode_error(t, job, e.start, e.end, e.reason);
    r.text.append({with.as<Str>()->data(), with.as<Str>()->length, with.as<Str>()->kind()});
  }
  return {};
}

// ---- the handlers as functions of an exception
namespace {

enum class Kind { kEncode, kDecode, kTranslate, kOther };
struct Span {
  Kind kind = Kind::kOther;
  ExcUnicode* e = nullptr;
  Value object;
  size_t start = 0, end = 0, size = 0;
};

Error wrong_exception(Thread& t, Value v) { return RAISE(TypeError, "don't know how to handle %T in error callback", v); }

// The range that the exception speaks of, cut to its object.
Result<Span> span_of(Thread& t, Value v) {
  Span s;
  if (is_instance(v, KAA_TYPE(UnicodeEncodeError))) s.kind = Kind::kEncode;
  else if (is_instance(v, KAA_TYPE(UnicodeDecodeError))) s.kind = Kind::kDecode;
  else if (is_instance(v, KAA_TYPE(UnicodeTranslateError))) s.kind = Kind::kTranslate;
  else return s;
  s.e = v.as<ExcUnicode>();
  s.object = s.e->object;
  if (s.kind == Kind::kDecode) {
    if (!s.object || !is_bytes(s.object)) return s.object ? RAISE(TypeError, "UnicodeError 'object' attribute must be a bytes") : RAISE(TypeError, "UnicodeError 'object' attribute is not set");
    s.size = s.object.as<Bytes>()->size;
  } else {
    if (!s.object || !is_str(s.object)) return s.object ? RAISE(TypeError, "UnicodeError 'object' attribute must be a string") : RAISE(TypeError, "UnicodeError 'object' attribute is not set");
    s.size = s.object.as<Str>()->length;
  }
  int64_t n = static_cast<int64_t>(s.size);
  int64_t a = s.e->start ? TRY(to_ssize(t, s.e->start)) : 0, b = s.e->end ? TRY(to_ssize(t, s.e->end)) : 0;
  if (a < 0) a = 0;
  if (a >= n) a = n ? n - 1 : 0;
  if (b < 1) b = n ? 1 : 0;
  if (b > n) b = n;
  s.start = static_cast<size_t>(a);
  s.end = static_cast<size_t>(b);
  return s;
}
Result<Value> answer(Thread& t, TextBuilder& out, size_t next) {
  if (out.failed()) return raise_memory(t);
  Str* s = out.length() ? TRY(str_from_ucs(t, out.kind(), out.data(), out.length())) : interp().empty_str;
  return TRY(make_tuple(t, s, small_int(static_cast<int64_t>(next))));
}

Result<Value> strict_errors(Thread& t, Args a) {
  if (!is_exception(a[0])) return RAISE(TypeError, "codec must pass exception instance");
  return raise_value(t, a[0]);
}
Result<Value> ignore_errors(Thread& t, Args a) {
  Span s = TRY(span_of(t, a[0]));
  if (s.kind == Kind::kOther) return wrong_exception(t, a[0]);
  TextBuilder out;
  return answer(t, out, s.end);
}
Result<Value> replace_errors(Thread& t, Args a) {
  Span s = TRY(span_of(t, a[0]));
  TextBuilder out;
  if (s.kind == Kind::kOther) return wrong_exception(t, a[0]);
  if (s.kind == Kind::kDecode) out.push(0xFFFD);
  else for (size_t i = s.start; i < s.end; i++) out.push(s.kind == Kind::kEncode ? '?' : 0xFFFD);
  return answer(t, out, s.end);
}
template <void push(TextBuilder&, uint32_t)>
Result<Value> escape_errors(Thread& t, Args a) {
  Span s = TRY(span_of(t, a[0]));
  bool all = push == push_backslash;
  if (s.kind == Kind::kOther || (s.kind != Kind::kEncode && !all)) return wrong_exception(t, a[0]);
  TextBuilder out;
  for (size_t i = s.start; i < s.end; i++) push(out, s.kind == Kind::kDecode ? static_cast<uint8_t>(s.object.as<Bytes>()->data()[i]) : s.object.as<Str>()->at(i));
  return answer(t, out, s.end);
}
Result<Value> surrogateescape_errors(Thread& t, Args a) {
  Span s = TRY(span_of(t, a[0]));
  if (s.kind == Kind::kEncode) {
    std::string bytes;
    for (size_t i = s.start; i < s.end; i++) {
      uint32_t c = s.object.as<Str>()->at(i);
      if (c < 0xDC80 || c > 0xDCFF) return raise_value(t, a[0]);
      bytes += static_cast<char>(c);
    }
    return TRY(make_tuple(t, TRY(new_bytes(t, bytes.data(), bytes.size())), small_int(static_cast<int64_t>(s.end))));
  }
  if (s.kind != Kind::kDecode) return wrong_exception(t, a[0]);
  TextBuilder out;
  size_t i = s.start;
  for (; i < s.end && i < s.start + 4; i++) {
    uint8_t b = static_cast<uint8_t>(s.object.as<Bytes>()->data()[i]);
    if (b < 0x80) break;
    out.push(0xDC00u + b);
  }
  if (i == s.start) return raise_value(t, a[0]);
  return answer(t, out, i);
}
Result<Value> surrogatepass_errors(Thread& t, Args a) {
  Span s = TRY(span_of(t, a[0]));
  if (s.kind != Kind::kEncode && s.kind != Kind::kDecode) return wrong_exception(t, a[0]);
  Value enc = s.e->encoding;
  if (!enc || !is_str(enc)) return RAISE(TypeError, "UnicodeError 'encoding' attribute must be a string");
  Utf8 name;
  TRY(str_utf8(t, enc.as<Str>(), name));
  UnitEncoding u = unit_encoding(name.view());
  if (!u.bytes) return raise_value(t, a[0]);
  if (s.kind == Kind::kEncode) {
    std::string bytes;
    for (size_t i = s.start; i < s.end; i++) {
      uint32_t c = s.object.as<Str>()->at(i);
      if (!is_surrogate(c)) return raise_value(t, a[0]);
      put_surrogate(bytes, u, c);
    }
    return TRY(make_tuple(t, TRY(new_bytes(t, bytes.data(), bytes.size())), small_int(static_cast<int64_t>(s.end))));
  }
  size_t size;
  int64_t c = get_surrogate(reinterpret_cast<const uint8_t*>(s.object.as<Bytes>()->data()) + s.start, s.size - s.start, u, &size);
  if (c < 0) return raise_value(t, a[0]);
  TextBuilder out;
  out.push(static_cast<uint32_t>(c));
  return answer(t, out, s.start + size);
}

}  // namespace

const char* const k_error_handler_names[8] = {"strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace", "surrogateescape", "surrogatepass"};
constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_error_handlers[8] = {
    {"strict_errors", strict_errors, "(exception, /)", "Raises the exception.", kF},
    {"ignore_errors", ignore_errors, "(exception, /)", "Leaves out what is wrong.", kF},
    {"replace_errors", replace_errors, "(exception, /)", "Puts a question mark, or U+FFFD when decoding.", kF},
    {"xmlcharrefreplace_errors", escape_errors<push_xml>, "(exception, /)", "Puts XML character references.", kF},
    {"backslashreplace_errors", escape_errors<push_backslash>, "(exception, /)", "Puts backslash escapes.", kF},
    {"namereplace_errors", escape_errors<push_named>, "(exception, /)", "Puts \\N{...} escapes.", kF},
    {"surrogateescape", surrogateescape_errors, "(exception, /)", "Decodes bytes that are wrong as surrogates, and encodes those as the bytes.", kF},
    {"surrogatepass", surrogatepass_errors, "(exception, /)", "Treats surrogates like other characters.", kF},
};

}  // namespace kaa
