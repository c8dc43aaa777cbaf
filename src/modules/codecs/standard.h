// The standard codecs over the error handlers: what _codecs.utf_8_decode() and its like do.
#pragma once
#include "modules/codecs/handlers.h"

namespace kaa {

enum class StdCodec : uint8_t { kNone, kUtf8, kUtf7, kUtf16, kUtf16Le, kUtf16Be, kUtf32, kUtf32Le, kUtf32Be, kAscii, kLatin1, kUnicodeEscape, kRawUnicodeEscape };

// The codec of a name as CPython levels it ("UTF-8" is "utf_8"), of those that str.encode() knows without the registry.
StdCodec standard_codec(const char* name);

struct Decoded {
  Str* text;
  size_t consumed;
  int byteorder;   // of utf-16 and utf-32: -1 little, 1 big, 0 no mark seen
};
// `final` false: an incomplete sequence at the end is left over. `source`: the bytes object that `in` is of, or empty (the caller holds the buffer).
Result<Decoded> decode_standard(Thread& t, StdCodec codec, std::string_view in, Value source, const char* errors, bool final, int byteorder = 0);
Result<Bytes*> encode_standard(Thread& t, StdCodec codec, Str* s, const char* errors, int byteorder = 0);

Result<Str*> text_result(Thread& t, const TextBuilder& out);
inline Result<Bytes*> bytes_result(Thread& t, const ByteBuilder& out) {
  if (out.failed()) return raise_memory(t);
  return new_bytes(t, out.data() ? out.data() : reinterpret_cast<const uint8_t*>(""), out.size());
}

}  // namespace kaa
