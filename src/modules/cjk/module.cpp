// _multibytecodec: the objects around the CJK codecs, and the modules _codecs_cn, _codecs_hk, _codecs_iso2022, _codecs_jp, _codecs_kr, _codecs_tw that give them out.
#include "modules/cjk/cjk.h"
#include "runtime/codecs_api.h"
#include "types/bytes.h"
#include "types/int.h"
#include "types/objmodel.h"
#include "types/str.h"

namespace kaa {

namespace {

using cjk::Codec;
using cjk::CodecState;
using cjk::kDone;
using cjk::kTooFew;

struct CodecObject : Object {
  const Codec* codec;
};
// Incremental encoders and decoders, stream readers and writers. `pending`: what was not enough to decide (a str or bytes; empty: nothing).
struct Stateful : Object {
  const Codec* codec;
  CodecState state;
  Field<> errors, stream, pending;
  template <class F> void each_field(F&& f) { f(errors); f(stream); f(pending); }
};
Type *g_codec, *g_encoder, *g_decoder, *g_reader, *g_writer;

constexpr const char *kIllegalText = "illegal multibyte sequence", *kIncompleteText = "incomplete multibyte sequence";

bool named(Value errors, const char* name) { return errors && is_str(errors) && str_equal_ascii(errors.as<Str>(), name); }
bool is_strict(Value errors) { return !errors || errors.is_none() || named(errors, "strict"); }

// What an error handler answers: a replacement and where to go on.
struct Answer { Value replacement; size_t at; };
Result<Answer> ask_handler(Thread& t, Value errors, Value exception, size_t length, const char* doing, bool bytes_allowed) {
  Utf8 name;
  TRY(str_utf8(t, errors.as<Str>(), name));
  Value handler = TRY(codec_lookup_error(t, name.data));
  Value r = TRY(call(t, handler, exception));
  bool good = is_tuple(r) && r.as<Tuple>()->size == 2 && (is_str(r.as<Tuple>()->items[0]) || (bytes_allowed && is_bytes(r.as<Tuple>()->items[0]))) && is_int(r.as<Tuple>()->items[1]);
  if (!good) return RAISE(TypeError, "%s error handler must return (str, int) tuple", doing);
  int64_t at;
  if (!int_fits64(r.as<Tuple>()->items[1], &at)) at = -1 - static_cast<int64_t>(length);
  if (at < 0) at += static_cast<int64_t>(length);
  if (at < 0 || at > static_cast<int64_t>(length)) return RAISE(IndexError, "position %ld from error handler out of bounds", at);
  return Answer{r.as<Tuple>()->items[0], static_cast<size_t>(at)};
}

// ---- encoding
Status encode_all(Thread& t, const Codec* c, CodecState& state, Str* s, size_t& at, Value errors, bool flush, ByteBuilder& out);

Status encode_error(Thread& t, const Codec* c, CodecState& state, Str* s, size_t& at, size_t count, const char* reason, Value errors, ByteBuilder& out) {
  if (named(errors, "ignore")) {
    at += count;
    return {};
  }
  if (named(errors, "replace")) {
    uint8_t mark = '?';
    size_t i = 0;
    if (c->encode(*c, state, {&mark, 1, 1}, i, true, out) != kDone) out.push('?');
    at += count;
    return {};
  }
  Value e = TRY(call(t, KAA_TYPE(UnicodeEncodeError), TRY(new_str(t, c->name)), s, small_int(static_cast<int64_t>(at)), small_int(static_cast<int64_t>(at + count)), TRY(new_str(t, reason))));
  if (is_strict(errors)) return raise_value(t, e);
  Answer a = TRY(ask_handler(t, errors, e, s->length, "encoding", true));
  if (is_bytes(a.replacement)) {
    out.append(a.replacement.as<Bytes>()->data(), a.replacement.as<Bytes>()->size);
  } else {
    size_t i = 0;
    TRY(encode_all(t, c, state, a.replacement.as<Str>(), i, Value(), true, out));
  }
  at = a.at;
  return {};
}
Status encode_all(Thread& t, const Codec* c, CodecState& state, Str* s, size_t& at, Value errors, bool flush, ByteBuilder& out) {
  Keep keep(s);
  for (;;) {
    int r = c->encode(*c, state, view_of(s), at, flush, out);
    if (out.failed()) return raise_memory(t);
    if (r == kDone) return {};
    if (r == kTooFew) {
      if (!flush) return {};
      TRY(encode_error(t, c, state, s, at, s->length - at, kIncompleteText, errors, out));
    } else {
      TRY(encode_error(t, c, state, s, at, static_cast<size_t>(r), kIllegalText, errors, out));
    }
    TRY(safepoint(t));
  }
}
Result<Bytes*> bytes_of(Thread& t, const ByteBuilder& out) {
  if (out.failed()) return raise_memory(t);
  return new_bytes(t, out.size() ? static_cast<const void*>(out.data()) : "", out.size());
}

// ---- decoding
Status decode_error(Thread& t, const Codec* c, Value owner, std::string_view in, size_t& at, size_t count, const char* reason, Value errors, TextBuilder& out) {
  if (named(errors, "ignore")) {
    at += count;
    return {};
  }
  if (named(errors, "replace")) {
    out.push(0xFFFD);
    at += count;
    return {};
  }
  Value object = IS_EXACT(owner, bytes) && owner.as<Bytes>()->size == in.size() ? owner : Value(TRY(new_bytes(t, in.data(), in.size())));
  Value e = TRY(call(t, KAA_TYPE(UnicodeDecodeError), TRY(new_str(t, c->name)), object, small_int(static_cast<int64_t>(at)), small_int(static_cast<int64_t>(at + count)), TRY(new_str(t, reason))));
  if (is_strict(errors)) return raise_value(t, e);
  Answer a = TRY(ask_handler(t, errors, e, in.size(), "decoding", false));
  out.append(view_of(a.replacement.as<Str>()));
  at = a.at;
  return {};
}
// To the end; with `final`, an incomplete rest is an error, else `at` is left before it.
Status decode_all(Thread& t, const Codec* c, CodecState& state, Value owner, std::string_view in, size_t& at, Value errors, bool final, TextBuilder& out) {
  Keep keep(owner);
  for (;;) {
    int r = c->decode(*c, state, in, at, out);
    if (out.failed()) return raise_memory(t);
    if (r == kDone) return {};
    if (r == kTooFew) {
      if (!final) return {};
      TRY(decode_error(t, c, owner, in, at, in.size() - at, kIncompleteText, errors, out));
    } else {
      TRY(decode_error(t, c, owner, in, at, static_cast<size_t>(r), kIllegalText, errors, out));
    }
    TRY(safepoint(t));
  }
}

Result<Str*> text_argument(Thread& t, Value v) { return is_str(v) ? Result<Str*>(v.as<Str>()) : str(t, v); }
Status errors_argument(Thread& t, Value v, const char* fname) {
  if (!v || v.is_none() || is_str(v)) return {};
  return RAISE(TypeError, "%s() argument 'errors' must be str or None, not %T", fname, v);
}

// ---- MultibyteCodec
Result<Value> codec_encode(Thread& t, Args a) {
  const Codec* c = a.as<CodecObject>(0)->codec;
  TRY(errors_argument(t, a[2], "encode"));
  Str* s = TRY(text_argument(t, a[1]));
  Keep keep(s);
  ByteBuilder out;
  CodecState state;
  if (c->encode_init) c->encode_init(state);
  size_t at = 0;
  TRY(encode_all(t, c, state, s, at, a[2], true, out));
  if (c->encode_reset && s->length) c->encode_reset(*c, state, out);
  return TRY(make_tuple(t, TRY(bytes_of(t, out)), small_int(static_cast<int64_t>(s->length))));
}
Result<Value> codec_decode(Thread& t, Args a) {
  const Codec* c = a.as<CodecObject>(0)->codec;
  TRY(errors_argument(t, a[2], "decode"));
  BufferHold in;
  TRY(in.get(t, a[1]));
  TextBuilder out;
  CodecState state;
  if (c->decode_init) c->decode_init(state);
  size_t at = 0;
  TRY(decode_all(t, c, state, a[1], in.view(), at, a[2], true, out));
  return TRY(make_tuple(t, TRY(str_from_text(t, out)), small_int(static_cast<int64_t>(in.size()))));
}

// ---- stateful objects
Stateful* self_of(Args a) { return a.as<Stateful>(0); }
Result<Stateful*> make_stateful(Thread& t, Type* type, Value errors, const char* name, int position) {
  if (errors && !is_str(errors)) return RAISE(TypeError, "%s() argument %d must be str, not %T", name, position, errors);
  Value codec = TRY(get_attr(t, type, intern_name("codec")));
  if (type_of(codec) != g_codec) return RAISE(TypeError, "codec is unexpected type");
  Value mode = errors ? errors : Value(TRY(new_str(t, "strict")));
  Keep keep(mode);
  Stateful* o = TRY(alloc_as<Stateful>(t, type));
  o->codec = codec.as<CodecObject>()->codec;
  o->errors.init(mode);
  return o;
}
void begin_encoding(Stateful* o) {
  o->state = {};
  if (o->codec->encode_init) o->codec->encode_init(o->state);
  o->pending.clear();
}
void begin_decoding(Stateful* o) {
  o->state = {};
  if (o->codec->decode_init) o->codec->decode_init(o->state);
  o->pending.clear();
}
Result<Value> get_errors(Thread&, Value v) { return v.as<Stateful>()->errors.value(); }
Status set_errors(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "cannot delete attribute");
  if (!is_str(v)) return RAISE(TypeError, "errors must be a string");
  self.as<Stateful>()->errors.set(v);
  return {};
}
Result<Value> get_stream(Thread&, Value v) { return or_none(v.as<Stateful>()->stream.value()); }

// The classes of encodings/ also derive from those of codecs, whose __init__ must not run: __new__ has done it all.
Result<Value> nothing(Thread&, Args, Tuple*) { return kNone; }

// Encodes the text behind what was pending.
Result<Bytes*> encode_more(Thread& t, Stateful* o, Value text, bool final) {
  Str* s = TRY(text_argument(t, text));
  if (o->pending) s = TRY(str_concat(t, o->pending.value().as<Str>(), s));
  Keep keep(s);
  ByteBuilder out;
  size_t at = 0;
  TRY(encode_all(t, o->codec, o->state, s, at, o->errors, final, out));
  if (at < s->length) {
    if (s->length - at > 2) return RAISE(UnicodeError, "pending buffer overflow");
    o->pending.set(TRY(str_substr(t, s, at, s->length)));
  } else {
    o->pending.clear();
  }
  if (final && o->codec->encode_reset) o->codec->encode_reset(*o->codec, o->state, out);
  return bytes_of(t, out);
}
// Decodes what was pending and these bytes.
Result<Str*> decode_more(Thread& t, Stateful* o, Value owner, std::string_view fresh, bool final) {
  Value whole = owner;
  std::string_view in = fresh;
  if (o->pending) {
    Bytes* before = o->pending.value().as<Bytes>();
    Bytes* joined = TRY(new_bytes(t, nullptr, before->size + fresh.size()));
    memcpy(joined->data(), before->data(), before->size);
    if (!fresh.empty()) memcpy(joined->data() + before->size, fresh.data(), fresh.size());
    whole = joined;
    in = joined->view();
  }
  Keep keep(whole);
  TextBuilder out;
  size_t at = 0;
  TRY(decode_all(t, o->codec, o->state, whole, in, at, o->errors, final, out));  // after an error, what was pending still is
  if (at < in.size()) o->pending.set(TRY(new_bytes(t, in.data() + at, in.size() - at)));
  else o->pending.clear();
  return str_from_text(t, out);
}

Result<Value> encoder_new(Thread& t, Args a) {
  Stateful* o = TRY(make_stateful(t, a.as<Type>(0), a[1], "IncrementalEncoder", 1));
  begin_encoding(o);
  return o;
}
Result<Value> encoder_encode(Thread& t, Args a) {
  bool final = a[2] && TRY(truth(t, a[2]));
  return TRY(encode_more(t, self_of(a), a[1], final));
}
Result<Value> encoder_reset(Thread&, Args a) {
  begin_encoding(self_of(a));
  return kNone;
}
// One number: the size of the pending text in UTF-8, that text, the state; the least significant byte first.
Result<Value> encoder_getstate(Thread& t, Args a) {
  Stateful* o = self_of(a);
  uint8_t bytes[32] = {};
  size_t n = 0;
  if (o->pending) {
    Utf8 u;
    TRY(str_utf8(t, o->pending.value().as<Str>(), u));
    if (u.size > 8) return RAISE(UnicodeError, "pending buffer too large");
    n = u.size;
    memcpy(bytes + 1, u.data, n);
  }
  bytes[0] = static_cast<uint8_t>(n);
  memcpy(bytes + 1 + n, o->state.c, 8);
  Value b = TRY(new_bytes(t, bytes, 9 + n));
  return call_method(t, KAA_TYPE(int), intern_name("from_bytes"), b, intern_name("little"));
}
Result<Bytes*> number_bytes(Thread& t, Value v, size_t n) {
  return TRY(call_method(t, v, intern_name("to_bytes"), small_int(static_cast<int64_t>(n)), intern_name("little"))).as<Bytes>();
}
Result<Value> encoder_setstate(Thread& t, Args a) {
  Stateful* o = self_of(a);
  if (!is_int(a[1])) return RAISE(TypeError, "setstate() argument must be int, not %T", a[1]);
  Bytes* b = TRY(number_bytes(t, a[1], 17));
  Keep keep(b);
  size_t n = static_cast<uint8_t>(b->data()[0]);
  if (n > 8) return RAISE(UnicodeError, "pending buffer too large");
  Value pending;
  if (n) pending = TRY(decode_bytes(t, {b->data() + 1, n}, nullptr, "strict"));
  if (pending) o->pending.set(pending);
  else o->pending.clear();
  memcpy(o->state.c, b->data() + 1 + n, 8);
  return kNone;
}

Result<Value> decoder_new(Thread& t, Args a) {
  Stateful* o = TRY(make_stateful(t, a.as<Type>(0), a[1], "IncrementalDecoder", 1));
  begin_decoding(o);
  return o;
}
Result<Value> decoder_decode(Thread& t, Args a) {
  BufferHold in;
  TRY(in.get(t, a[1]));
  bool final = a[2] && TRY(truth(t, a[2]));
  return TRY(decode_more(t, self_of(a), a[1], in.view(), final));
}
Result<Value> decoder_reset(Thread&, Args a) {
  begin_decoding(self_of(a));
  return kNone;
}
Result<Value> decoder_getstate(Thread& t, Args a) {
  Stateful* o = self_of(a);
  uint64_t n;
  memcpy(&n, o->state.c, 8);
  return TRY(make_tuple(t, o->pending ? o->pending.value() : Value(interp().empty_bytes), TRY(make_uint(t, n))));
}
Result<Value> decoder_setstate(Thread& t, Args a) {
  Stateful* o = self_of(a);
  if (!is_tuple(a[1])) return RAISE(TypeError, "setstate() argument must be tuple, not %T", a[1]);
  Tuple* u = a.as<Tuple>(1);
  if (u->size != 2 || !is_bytes(u->items[0]) || !is_int(u->items[1])) return RAISE(TypeError, "setstate(): illegal state argument");
  Bytes* state = TRY(number_bytes(t, u->items[1], 8));
  Bytes* buffer = u->items[0].as<Bytes>();
  if (buffer->size > 8) {
    Value e = TRY(call(t, KAA_TYPE(UnicodeDecodeError), TRY(new_str(t, o->codec->name)), buffer, small_int(0), small_int(static_cast<int64_t>(buffer->size)),
                       TRY(new_str(t, "pending buffer too large"))));
    return raise_value(t, e);
  }
  if (buffer->size) o->pending.set(buffer);
  else o->pending.clear();
  memcpy(o->state.c, state->data(), 8);
  return kNone;
}

// ---- streams
Result<Value> reader_new(Thread& t, Args a) {
  Stateful* o = TRY(make_stateful(t, a.as<Type>(0), a[2], "StreamReader", 2));
  begin_decoding(o);
  o->stream.set(a[1]);
  return o;
}
Result<Value> read_some(Thread& t, Stateful* o, const char* method, int64_t size) {
  if (size == 0) return interp().empty_str;
  for (;;) {
    Value data = size < 0 ? TRY(call_method(t, o->stream, intern_name(method))) : TRY(call_method(t, o->stream, intern_name(method), small_int(size)));
    if (!is_bytes(data)) return RAISE(TypeError, "stream function returned a non-bytes object (%T)", data);
    bool end = data.as<Bytes>()->size == 0;
    Str* s = TRY(decode_more(t, o, data, data.as<Bytes>()->view(), end || size < 0));
    if (size < 0 || s->length || end) return s;
    size = 1;  // a character is incomplete: byte by byte until it is there
  }
}
Result<int64_t> size_argument(Thread& t, Value v) {
  if (!v || v.is_none()) return -1;
  if (!is_int(v)) return RAISE(TypeError, "arg 1 must be an integer");
  return to_ssize(t, v);
}
Result<Value> reader_read(Thread& t, Args a) { return read_some(t, self_of(a), "read", TRY(size_argument(t, a[1]))); }
Result<Value> reader_readline(Thread& t, Args a) { return read_some(t, self_of(a), "readline", TRY(size_argument(t, a[1]))); }
Result<Value> reader_readlines(Thread& t, Args a) {
  Value s = TRY(read_some(t, self_of(a), "read", TRY(size_argument(t, a[1]))));
  return call_method(t, s, intern_name("splitlines"), kTrue);
}
Result<Value> writer_new(Thread& t, Args a) {
  Stateful* o = TRY(make_stateful(t, a.as<Type>(0), a[2], "StreamWriter", 2));
  begin_encoding(o);
  o->stream.set(a[1]);
  return o;
}
Status write_text(Thread& t, Stateful* o, Value text) {
  Bytes* b = TRY(encode_more(t, o, text, false));
  TRY(call_method(t, o->stream, intern_name("write"), b));
  return {};
}
Result<Value> writer_write(Thread& t, Args a) {
  TRY(write_text(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> writer_writelines(Thread& t, Args a) {
  if (!type_of(a[1])->dunder(D_getitem) || is_dict(a[1])) return RAISE(TypeError, "arg must be a sequence object");
  for (int64_t i = 0; i < TRY(length(t, a[1])); i++) TRY(write_text(t, self_of(a), TRY(get_item(t, a[1], small_int(i)))));
  return kNone;
}
Result<Value> writer_reset(Thread& t, Args a) {
  Stateful* o = self_of(a);
  Bytes* b = TRY(encode_more(t, o, interp().empty_str, true));
  begin_encoding(o);
  if (b->size) TRY(call_method(t, o->stream, intern_name("write"), b));
  return kNone;
}

constexpr MethodKind kNew = MethodKind::kNew, kF = MethodKind::kFunction;
constexpr MethodDef k_codec_methods[] = {
    {"encode", codec_encode, "($self, /, input, errors=None)", "The text in this encoding, and its length."},
    {"decode", codec_decode, "($self, /, input, errors=None)", "The text of the bytes, and their number."},
};
constexpr MethodDef k_encoder_methods[] = {
    {"__new__", encoder_new, "($cls, errors='strict')", nullptr, kNew},
    {"__init__", nothing, nullptr, nullptr},
    {"encode", encoder_encode, "($self, /, input, final=False)", "Encodes the next part."},
    {"getstate", encoder_getstate, "($self, /)", "The state as a number."},
    {"setstate", encoder_setstate, "($self, state, /)", "Goes back to a state."},
    {"reset", encoder_reset, "($self, /)", "Begins anew."},
};
constexpr MethodDef k_decoder_methods[] = {
    {"__new__", decoder_new, "($cls, errors='strict')", nullptr, kNew},
    {"__init__", nothing, nullptr, nullptr},
    {"decode", decoder_decode, "($self, /, input, final=False)", "Decodes the next part."},
    {"getstate", decoder_getstate, "($self, /)", "The bytes that wait, and the state as a number."},
    {"setstate", decoder_setstate, "($self, state, /)", "Goes back to a state."},
    {"reset", decoder_reset, "($self, /)", "Begins anew."},
};
constexpr MethodDef k_reader_methods[] = {
    {"__new__", reader_new, "($cls, stream, errors='strict')", nullptr, kNew},
    {"__init__", nothing, nullptr, nullptr},
    {"read", reader_read, "($self, sizeobj=None, /)", "Reads and decodes."},
    {"readline", reader_readline, "($self, sizeobj=None, /)", "Reads and decodes a line."},
    {"readlines", reader_readlines, "($self, sizehintobj=None, /)", "Reads and decodes lines."},
    {"reset", decoder_reset, "($self, /)", "Begins anew."},
};
constexpr MethodDef k_writer_methods[] = {
    {"__new__", writer_new, "($cls, stream, errors='strict')", nullptr, kNew},
    {"__init__", nothing, nullptr, nullptr},
    {"write", writer_write, "($self, strobj, /)", "Encodes and writes."},
    {"writelines", writer_writelines, "($self, lines, /)", "Encodes and writes each."},
    {"reset", writer_reset, "($self, /)", "Writes what the end needs, and begins anew."},
};
constexpr GetSetDef k_incremental_getsets[] = {{"errors", get_errors, set_errors, "How errors are treated."}};
constexpr GetSetDef k_stream_getsets[] = {{"errors", get_errors, set_errors, "How errors are treated."}, {"stream", get_stream, nullptr, "The stream."}};
const TypeSpec k_codec_spec = {.methods = k_codec_methods, .layout = &kLayout<CodecObject>, .flags = kTypeDisallowInstantiation};
const TypeSpec k_encoder_spec = {.methods = k_encoder_methods, .getsets = k_incremental_getsets, .layout = &kLayout<Stateful>, .flags = kTypeBase};
const TypeSpec k_decoder_spec = {.methods = k_decoder_methods, .getsets = k_incremental_getsets, .layout = &kLayout<Stateful>, .flags = kTypeBase};
const TypeSpec k_reader_spec = {.methods = k_reader_methods, .getsets = k_stream_getsets, .layout = &kLayout<Stateful>, .flags = kTypeBase};
const TypeSpec k_writer_spec = {.methods = k_writer_methods, .getsets = k_stream_getsets, .layout = &kLayout<Stateful>, .flags = kTypeBase};

Status make_types(Thread& t) {
  if (g_codec) return {};
  g_encoder = TRY(make_native_type(t, "_multibytecodec.MultibyteIncrementalEncoder", nullptr, k_encoder_spec));
  g_decoder = TRY(make_native_type(t, "_multibytecodec.MultibyteIncrementalDecoder", nullptr, k_decoder_spec));
  g_reader = TRY(make_native_type(t, "_multibytecodec.MultibyteStreamReader", nullptr, k_reader_spec));
  g_writer = TRY(make_native_type(t, "_multibytecodec.MultibyteStreamWriter", nullptr, k_writer_spec));
  g_codec = TRY(make_native_type(t, "_multibytecodec.MultibyteCodec", nullptr, k_codec_spec));
  return {};
}
Status exec(Thread& t, Module* m) {
  TRY(make_types(t));
  TRY(module_add(t, m, "MultibyteIncrementalEncoder", g_encoder));
  TRY(module_add(t, m, "MultibyteIncrementalDecoder", g_decoder));
  TRY(module_add(t, m, "MultibyteStreamReader", g_reader));
  return module_add(t, m, "MultibyteStreamWriter", g_writer);
}

template <const char* const& group>
Result<Value> m_getcodec(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "encoding name must be a string.");
  Utf8 name;
  TRY(str_utf8(t, a.as<Str>(0), name));
  const Codec* c = cjk::find_codec(group, name.view());
  if (!c) return RAISE(LookupError, "no such codec is supported.");
  TRY(make_types(t));
  CodecObject* o = TRY(alloc_as<CodecObject>(t, g_codec));
  o->codec = c;
  return o;
}
#define GROUP(name)                                                                                            \
  constexpr const char* k_group_##name = #name;                                                                \
  constexpr MethodDef k_##name##_functions[] = {{"getcodec", m_getcodec<k_group_##name>, "(object, /)", "The codec of this name.", kF}}
GROUP(cn);
GROUP(hk);
GROUP(iso2022);
GROUP(jp);
GROUP(kr);
GROUP(tw);

}  // namespace

extern const ModuleDef _multibytecodec_module = {.name = "_multibytecodec", .exec = exec};
extern const ModuleDef _codecs_cn_module = {.name = "_codecs_cn", .functions = k_cn_functions};
extern const ModuleDef _codecs_hk_module = {.name = "_codecs_hk", .functions = k_hk_functions};
extern const ModuleDef _codecs_iso2022_module = {.name = "_codecs_iso2022", .functions = k_iso2022_functions};
extern const ModuleDef _codecs_jp_module = {.name = "_codecs_jp", .functions = k_jp_functions};
extern const ModuleDef _codecs_kr_module = {.name = "_codecs_kr", .functions = k_kr_functions};
extern const ModuleDef _codecs_tw_module = {.name = "_codecs_tw", .functions = k_tw_functions};

}  // namespace kaa
