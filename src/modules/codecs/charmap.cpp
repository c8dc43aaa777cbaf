// Character maps: codecs given by a table of 256 characters, or by a mapping of any kind.
#include "base/codecs.h"
#include "modules/codecs/handlers.h"
#include "modules/codecs/registry.h"
#include "modules/codecs/standard.h"

namespace kaa {

namespace {

// What charmap_build() makes of a table: its reverse.
struct EncodingMap : Object {
  CharmapEncoder* encoder;  // malloc
  template <class F> void each_field(F&&) {}
};
Type* g_encoding_map_type;  // immortal

// ---- decoding
// The text for a byte from a mapping: appended; false when it is undefined.
Result<bool> decode_byte(Thread& t, Value mapping, uint8_t byte, TextBuilder& out) {
  Result<Value> r = get_item(t, mapping, small_int(byte));
  if (!r.ok()) {
    if (!exc_matches(t, KAA_TYPE(LookupError))) return Error{};
    clear_exc(t);
    return false;
  }
  Value v = r.value();
  if (v.is_none()) return false;
  if (is_int(v)) {
    Value i = TRY(to_index(t, v));
    if (!i.is_int() || i.as_int() < 0 || i.as_int() > 0x10FFFF) return RAISE(TypeError, "character mapping must be in range(0x110000)");
    if (i.as_int() == 0xFFFE) return false;
    out.push(static_cast<uint32_t>(i.as_int()));
    return true;
  }
  if (is_str(v)) {
    Str* s = v.as<Str>();
    if (s->length == 1 && s->at(0) == 0xFFFE) return false;
    out.append({s->data(), s->length, s->kind()});
    return true;
  }
  return RAISE(TypeError, "character mapping must return integer, None or str");
}

// ---- encoding
// The bytes for a character from a mapping: appended; false when it is undefined.
Result<bool> encode_char(Thread& t, Value mapping, uint32_t cp, ByteBuilder& out) {
  Result<Value> r = get_item(t, mapping, small_int(cp));
  if (!r.ok()) {
    if (!exc_matches(t, KAA_TYPE(LookupError))) return Error{};
    clear_exc(t);
    return false;
  }
  Value v = r.value();
  if (v.is_none()) return false;
  if (is_int(v)) {
    Value i = TRY(to_index(t, v));
    if (!i.is_int() || i.as_int() < 0 || i.as_int() > 255) return RAISE(TypeError, "character mapping must be in range(256)");
    out.push(static_cast<uint8_t>(i.as_int()));
    return true;
  }
  if (is_bytes(v)) {
    out.append(v.as<Bytes>()->data(), v.as<Bytes>()->size);
    return true;
  }
  return RAISE(TypeError, "character mapping must return integer, bytes or None, not %.400T", v);
}

Result<Value> with_length(Thread& t, Value v, size_t n) { return TRY(make_tuple(t, v, small_int(static_cast<int64_t>(n)))); }

Result<Value> map_size(Thread& t, Args) { return make_int(t, sizeof(EncodingMap) + sizeof(CharmapEncoder)); }
constexpr MethodDef k_map_methods[] = {{"size", map_size, "($self, /)", "Bytes that the map takes."}};

}  // namespace

template <> struct LayoutTraits<EncodingMap> {
  static constexpr Death death = Death::kCustom;
  static void destroy(EncodingMap* m) { delete m->encoder; }
};
static const TypeSpec k_encoding_map_spec = {.doc = "A table of characters, reversed for encoding.", .methods = k_map_methods, .layout = &kLayout<EncodingMap>,
                                             .flags = kTypeDisallowInstantiation};

Status charmap_init(Thread& t) {
  if (!g_encoding_map_type) g_encoding_map_type = TRY(make_native_type(t, "builtins.EncodingMap", nullptr, k_encoding_map_spec));
  return {};
}

Result<Value> charmap_decode_object(Thread& t, std::string_view in, const char* errors, Value mapping) {
  if (!mapping || mapping.is_none()) {
    Decoded d = TRY(decode_standard(t, StdCodec::kLatin1, in, Value(), errors, true));
    return with_length(t, d.text, in.size());
  }
  DecodeJob job{"charmap", error_policy(errors), in, Value(), Value()};
  TextBuilder out;
  Keep keep(mapping);
  size_t total = in.size();
  if (IS_EXACT(mapping, str)) {
    Str* table = mapping.as<Str>();
    for (size_t pos = 0;;) {
      CodecError e;
      pos = charmap_decode(reinterpret_cast<const uint8_t*>(job.in.data()), job.in.size(), pos, {table->data(), table->length, table->kind()}, out, e);
      if (!e.reason) break;
      pos = TRY(handle_decode_error(t, job, e, out));
    }
  } else {
    for (size_t pos = 0; pos < job.in.size();) {
      bool found = TRY(decode_byte(t, mapping, static_cast<uint8_t>(job.in[pos]), out));
      if (found) {
        pos++;
        continue;
      }
      CodecError e;
      e.set(pos, pos + 1, "character maps to <undefined>");
      pos = TRY(handle_decode_error(t, job, e, out));
    }
  }
  Str* s = TRY(text_result(t, out));
  return with_length(t, s, total);
}

Result<Value> charmap_encode_str(Thread& t, Str* s, const char* errors, Value mapping) {
  if (!mapping || mapping.is_none()) {
    Bytes* b = TRY(encode_standard(t, StdCodec::kLatin1, s, errors));
    return with_length(t, b, s->length);
  }
  EncodeJob job{"charmap", error_policy(errors), s, 1, Value()};
  ByteBuilder out;
  Keep keep(s), keep_mapping(mapping);
  TextView in{s->data(), s->length, s->kind()};
  if (mapping.is_object() && mapping.object()->type() == g_encoding_map_type) {
    const CharmapEncoder& map = *mapping.as<EncodingMap>()->encoder;
    for (size_t pos = 0;;) {
      CodecError e;
      pos = map.encode(in, pos, out, e);
      if (!e.reason) break;
      pos = TRY(handle_encode_error(t, job, e, out, [&](TextView text) -> Result<bool> {
        CodecError inner;
        map.encode(text, 0, out, inner);
        return !inner.reason;
      }));
    }
  } else {
    ByteBuilder scratch;
    for (size_t pos = 0; pos < in.length;) {
      bool found = TRY(encode_char(t, mapping, in[pos], out));
      if (found) {
        pos++;
        continue;
      }
      CodecError e;  // a run of undefined characters is one error
      size_t end = pos + 1;
      for (; end < in.length; end++) {
        scratch.truncate(0);
        bool ok = TRY(encode_char(t, mapping, in[end], scratch));
        if (ok) break;
      }
      e.set(pos, end, "character maps to <undefined>");
      pos = TRY(handle_encode_error(t, job, e, out, [&](TextView text) -> Result<bool> {
        for (size_t i = 0; i < text.length; i++) {
          bool ok = TRY(encode_char(t, mapping, text[i], out));
          if (!ok) return false;
        }
        return true;
      }));
    }
  }
  Bytes* b = TRY(bytes_result(t, out));
  return with_length(t, b, s->length);
}

Result<Value> charmap_build_map(Thread& t, Str* table) {
  size_t n = table->length < 256 ? table->length : 256;
  if (!n) return RAISE(TypeError, "bad argument type for built-in operation");
  bool simple = n == 256 && table->at(0) == 0;
  for (size_t i = 1; i < n && simple; i++) simple = table->at(i) != 0 && table->at(i) < 0xFFFF;
  if (simple) {
    EncodingMap* m = TRY(alloc<EncodingMap>(t, g_encoding_map_type->root));
    m->encoder = new CharmapEncoder(TextView{table->data(), n, table->kind()});
    return m;
  }
  Dict* d = TRY(new_dict(t));
  for (size_t i = 0; i < n; i++) TRY(dict_set(t, d, small_int(table->at(i)), small_int(static_cast<int64_t>(i))));
  return d;
}

}  // namespace kaa
