// str and the codecs: encode(), and str(bytes, encoding, errors). The codecs themselves are in modules/codecs.
#include "base/utf8.h"
#include "runtime/codecs_api.h"
#include "types/str.h"

namespace kaa {

Result<Value> encode_str(Thread& t, Str* s, Value encoding, Value errors) {
  Utf8 enc, err;
  TRY(codec_name_argument(t, encoding, "encode", "encoding", enc));
  TRY(codec_name_argument(t, errors, "encode", "errors", err));
  return encode_str(t, s, enc.data, err.data);
}

Result<Value> decode_buffer(Thread& t, Value object, Value encoding, Value errors) {
  if (is_str(object)) return RAISE(TypeError, "decoding str is not supported");
  if (names_utf8(encoding) && !errors && is_bytes(object)) {
    std::string_view text = object.as<Bytes>()->view();
    if (is_ascii(reinterpret_cast<const uint8_t*>(text.data()), text.size())) return TRY(new_str_ascii(t, text.data(), text.size()));
  }
  if (!has_buffer(object)) return RAISE(TypeError, "decoding to str: need a bytes-like object, %T found", object);
  Utf8 enc, err;
  TRY(codec_name_argument(t, encoding, "str", "encoding", enc));
  TRY(codec_name_argument(t, errors, "str", "errors", err));
  return decode_object(t, object, enc.data, err.data);
}

Status check_codec_argument(Thread& t, Value v, const char* fname, const char* name) {
  Utf8 text;
  return codec_name_argument(t, v, fname, name, text);
}

Result<Value> str_encode(Thread& t, Args a) {
  Str* s = a.as<Str>(0);
  if (s->is_ascii() && names_utf8(a[1]) && !a[2]) return TRY(new_bytes(t, s->data(), s->length));
  return encode_str(t, s, a[1], a[2]);
}

}  // namespace kaa
