// Encoding and decoding for TextIOWrapper.
#include "base/text_buffer.h"
#include "base/utf8.h"
#include "runtime/codecs_api.h"
#include "modules/io/textio.h"

namespace kaa {

namespace {

const char* codec_name(TextCodec c) { return c == TextCodec::kUtf8 ? "utf-8" : c == TextCodec::kAscii ? "ascii" : "latin-1"; }

// Decodes what has errors: through the codec and its error handlers.
Result<Str*> decode_slowly(Thread& t, TextIO* x, const uint8_t* p, size_t n) {
  Utf8 errors;
  TRY(str_utf8(t, x->errors.get().as<Str>(), errors));
  Value v = TRY(decode_bytes(t, {reinterpret_cast<const char*>(p), n}, codec_name(x->codec), errors.data));
  return v.as<Str>();
}

// p stays valid: its owner is held by the caller, or it is a copy.
Result<Str*> decode_utf8(Thread& t, TextIO* x, const uint8_t* p, size_t n, bool final) {
  if (is_ascii(p, n)) {
    x->npartial = 0;
    return new_str_ascii(t, reinterpret_cast<const char*>(p), n);
  }
  size_t rest = final ? 0 : utf8_incomplete_tail(p, n);
  Utf8Shape shape = utf8_shape(p, n - rest);
  Str* out = interp().empty_str;
  if (n > rest) {
    out = TRY(alloc_str(t, shape.length, shape.bits));
    if (!utf8_fill(p, n - rest, out->inline_data(), shape.length, out->kind())) out = TRY(decode_slowly(t, x, p, n - rest));
  }
  x->npartial = static_cast<uint8_t>(rest);
  for (size_t i = 0; i < rest; i++) x->partial[i] = p[n - rest + i];
  return out;
}

Result<Str*> decode_native(Thread& t, TextIO* x, const uint8_t* p, size_t n, bool final) {
  switch (x->codec) {
    case TextCodec::kLatin1: return str_from_ucs(t, 1, p, n, true);
    case TextCodec::kAscii:
      if (is_ascii(p, n)) return new_str_ascii(t, reinterpret_cast<const char*>(p), n);
      return decode_slowly(t, x, p, n);
    default: break;
  }
  if (!x->npartial) return decode_utf8(t, x, p, n, final);
  ByteBuilder joined;
  joined.append(x->partial, x->npartial);
  joined.append(p, n);
  if (joined.failed()) return raise_memory(t);
  return decode_utf8(t, x, joined.data(), joined.size(), final);
}

}  // namespace

TextCodec text_codec_of(Str* encoding) {
  char name[16];
  size_t n = encoding->length;
  if (!encoding->is_ascii() || n >= sizeof name) return TextCodec::kOther;
  for (size_t i = 0; i < n; i++) {
    char c = static_cast<char>(encoding->at(i));
    name[i] = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  std::string_view s(name, n);
  if (s == "utf-8" || s == "utf8") return TextCodec::kUtf8;
  if (s == "ascii" || s == "us-ascii") return TextCodec::kAscii;
  if (s == "latin-1" || s == "latin1" || s == "iso-8859-1" || s == "iso8859-1") return TextCodec::kLatin1;
  return TextCodec::kOther;
}

Status text_open_codec(Thread& t, TextIO* x) {
  Str* encoding = x->encoding.get().as<Str>();
  x->codec = text_codec_of(encoding);
  x->npartial = 0;
  x->newlines = {x->newline.get().is_none(), false, 0};
  x->decoder.clear();
  x->encoder.clear();
  if (x->codec != TextCodec::kOther) return {};
  Utf8 name;
  TRY(str_utf8(t, encoding, name));
  Value info = TRY(codec_lookup(t, name.data));
  if (type_of(info) != KAA_TYPE(tuple)) {
    Opt text = TRY(lookup_attr(t, info, NAME("_is_text_encoding")));
    if (text && !TRY(truth(t, text.v))) return RAISE(LookupError, "'%U' is not a text encoding", encoding);
  }
  if (x->can_read) x->decoder.set(TRY(call_method(t, info, NAME("incrementaldecoder"), x->errors.get())));
  if (x->can_write) x->encoder.set(TRY(call_method(t, info, NAME("incrementalencoder"), x->errors.get())));
  return {};
}

Result<Str*> text_decode(Thread& t, TextIO* x, Value data, bool final) {
  Str* text;
  if (x->codec == TextCodec::kOther) {
    Value v = TRY(call_method(t, x->decoder, NAME("decode"), data, Value::from_bool(final)));
    if (!is_str(v)) return RAISE(TypeError, "decoder should return a string result, not '%T'", v);
    text = v.as<Str>();
  } else if (is_bytes(data)) {
    Keep keep(data);
    Bytes* b = data.as<Bytes>();
    text = TRY(decode_native(t, x, reinterpret_cast<const uint8_t*>(b->data()), b->size, final));
  } else {
    if (!has_buffer(data)) return RAISE(TypeError, "can't concat %T to bytes", data);
    BufferHold hold;
    TRY(hold.get(t, data));
    text = TRY(decode_native(t, x, reinterpret_cast<const uint8_t*>(hold.data()), hold.size(), final));
  }
  return x->universal ? newline_step(t, x->newlines, text, final) : Result<Str*>(text);
}

Result<DecoderState> text_decoder_state(Thread& t, TextIO* x) {
  DecoderState s{interp().empty_bytes, 0};
  if (x->codec == TextCodec::kOther) {
    Value v = TRY(call_method(t, x->decoder, NAME("getstate")));
    if (!is_tuple(v) || v.as<Tuple>()->size != 2) return RAISE(TypeError, "illegal decoder state");
    s.held = v.as<Tuple>()->items[0];
    if (!is_bytes(s.held)) return RAISE(TypeError, "illegal decoder state: the first item should be a bytes object, not '%T'", s.held);
    if (!is_int(v.as<Tuple>()->items[1])) return RAISE(TypeError, "illegal decoder state");
    s.flags = TRY(to_int64(t, v.as<Tuple>()->items[1]));
  } else if (x->npartial) {
    s.held = Value(TRY(new_bytes(t, x->partial, x->npartial)));
  }
  if (x->universal) s.flags = s.flags << 1 | (x->newlines.pending_cr ? 1 : 0);
  return s;
}

Status text_set_decoder_state(Thread& t, TextIO* x, Value held, int64_t flags) {
  if (x->universal) {
    x->newlines.pending_cr = flags & 1;
    flags >>= 1;
  }
  if (x->codec == TextCodec::kOther) {
    Value n = TRY(make_int(t, flags));
    Value state = TRY(make_tuple(t, held, n));
    TRY(call_method(t, x->decoder, NAME("setstate"), state));
    return {};
  }
  Bytes* b = held.as<Bytes>();
  x->npartial = static_cast<uint8_t>(b->size < sizeof x->partial ? b->size : 0);
  memcpy(x->partial, b->data(), x->npartial);
  return {};
}

Status text_reset_decoder(Thread& t, TextIO* x) {
  x->npartial = 0;
  x->newlines.pending_cr = false;
  if (x->universal) x->newlines.seen = 0;
  if (x->codec == TextCodec::kOther && x->decoder) TRY(call_method(t, x->decoder, NAME("reset")));
  return {};
}

Status text_reset_encoder(Thread& t, TextIO* x, bool at_start) {
  if (!x->encoder) return {};
  if (at_start) TRY(call_method(t, x->encoder, NAME("reset")));
  else TRY(call_method(t, x->encoder, NAME("setstate"), small_int(0)));  // no byte order mark in the middle
  return {};
}

// ---- encoding
static Result<char*> pending_room(Thread& t, TextIO* x, uint64_t n) {
  uint64_t want = x->pending_size + n;
  if (want > x->pending_cap) {
    uint64_t cap = x->pending_cap ? x->pending_cap * 2 : 256;
    if (cap < want) cap = want;
    char* p = static_cast<char*>(heap().reallocate_raw(x->pending, x->pending_cap, cap));
    if (!p) return raise_memory(t);
    x->pending = p;
    x->pending_cap = cap;
  }
  return x->pending + x->pending_size;
}
static Status append_pending(Thread& t, TextIO* x, const void* data, uint64_t n) {
  if (!n) return {};
  char* to = TRY(pending_room(t, x, n));
  memcpy(to, data, n);
  x->pending_size += n;
  return {};
}

// Before a piece is added that would make pending exceed the chunk size, what there is goes down.
static Status make_way(Thread& t, TextIO* x, uint64_t n) {
  while (x->pending_size && x->pending_size + n > static_cast<uint64_t>(x->chunk_size)) TRY(text_write_pending(t, x));  // a write may add to it again
  return {};
}

Status text_encode(Thread& t, TextIO* x, Str* s) {
  if (x->codec == TextCodec::kOther) {
    Value v = TRY(call_method(t, x->encoder, NAME("encode"), Value(s)));
    if (!is_bytes(v)) return RAISE(TypeError, "encoder should return a bytes object, not '%T'", v);
    TRY(make_way(t, x, v.as<Bytes>()->size));
    Keep keep(v);
    return append_pending(t, x, v.as<Bytes>()->data(), v.as<Bytes>()->size);
  }
  Keep keep(s);
  if (s->is_ascii() || (x->codec == TextCodec::kLatin1 && s->kind() == 1)) {
    TRY(make_way(t, x, s->length));
    return append_pending(t, x, s->data(), s->length);
  }
  TextView view{s->data(), s->length, s->kind()};
  if (x->codec == TextCodec::kUtf8 && (s->kind() == 1 || find_surrogate(view) == s->length)) {
    uint64_t n = utf8_size(view);
    TRY(make_way(t, x, n));
    char* to = TRY(pending_room(t, x, n));
    utf8_write(view, reinterpret_cast<uint8_t*>(to));
    x->pending_size += n;
    return {};
  }
  Utf8 errors;
  TRY(str_utf8(t, x->errors.get().as<Str>(), errors));
  Value v = TRY(encode_str(t, s, codec_name(x->codec), errors.data));
  TRY(make_way(t, x, v.as<Bytes>()->size));
  Keep keep_bytes(v);
  return append_pending(t, x, v.as<Bytes>()->data(), v.as<Bytes>()->size);
}

}  // namespace kaa
