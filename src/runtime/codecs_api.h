// Encoding and decoding for native code. The codecs that CPython has in C (utf-8, ascii, latin-1, utf-16, utf-32) are used directly; other names
// go through the codec registry and its search functions. Null encoding: utf-8. Null errors: strict. Names are UTF-8.
#pragma once
#include <string_view>

#include "runtime/api.h"

namespace kaa {

// bytes to a str: as bytes.decode().
Result<Value> decode_bytes(Thread& t, std::string_view data, const char* encoding, const char* errors);
// The same for a bytes-like object, which other codecs receive as it is.
Result<Value> decode_object(Thread& t, Value object, const char* encoding, const char* errors);
// str to bytes: as str.encode().
Result<Value> encode_str(Thread& t, Str* s, const char* encoding, const char* errors);
// The filesystem encoding: utf-8 with surrogateescape.
Result<Str*> decode_fs(Thread& t, std::string_view data);
Result<Bytes*> encode_fs(Thread& t, Str* s);

// An optional argument that names an encoding or an error handler: str (or missing: out.data stays null).
// TypeError "fname() argument 'name' must be str, not X", ValueError "embedded null character".
Status codec_name_argument(Thread& t, Value v, const char* fname, const char* name, Utf8& out);
// Whether an argument says UTF-8 in so many words, or nothing.
inline bool names_utf8(Value encoding) { return !encoding || (IS_EXACT(encoding, str) && (encoding == NAME("utf-8") || str_equal_ascii(encoding.as<Str>(), "utf-8"))); }

// A path argument: str, bytes or os.PathLike.
class PathArg {
 public:
  const char* c_str() const { return bytes_->data(); }
  std::string_view view() const { return bytes_->view(); }
  Value object;             // the str or bytes itself, for error messages
  bool is_bytes = false;    // results should be bytes, too
  // A name read from the system, in the kind of the argument.
  Result<Value> result(Thread& t, std::string_view name) const;

 private:
  friend Status fs_path(Thread&, Value, PathArg&, const char*, const char*);
  Bytes* bytes_ = nullptr;  // found on the native stack by the collector
};
// TypeError "fname: argname should be string, bytes or os.PathLike, not X"; without fname "expected str, bytes or os.PathLike object, not X".
// ValueError "fname: embedded null character in argname"; without fname "embedded null byte" (or "embedded null character" for a str).
Status fs_path(Thread& t, Value v, PathArg& out, const char* fname = nullptr, const char* argname = "path");

// codecs.lookup(): the tuple (encode, decode, stream reader, stream writer). LookupError.
Result<Value> codec_lookup(Thread& t, const char* encoding);
// codecs.lookup_error(); null: strict.
Result<Value> codec_lookup_error(Thread& t, const char* name);

}  // namespace kaa
