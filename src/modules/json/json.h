// _json: what json.scanner, json.decoder and json.encoder replace by native code.
#pragma once
#include "runtime/api.h"
#include "types/str.h"

namespace kaa::json {

extern Type* g_scanner;
extern Type* g_encoder;
extern const TypeSpec scanner_spec, encoder_spec;

// Reads a string literal whose opening quote is before `begin`; *end: behind the closing quote. Raises JSONDecodeError.
Result<Value> scan_string(Thread& t, Str* s, size_t begin, bool strict, size_t* end);
Error raise_decode_error(Thread& t, const char* message, Str* s, size_t at);

// Appends the literal of the text, quotes included.
void append_quoted(TextBuilder& out, TextView s, bool ascii);
Result<Value> py_encode_basestring(Thread& t, Args a);
Result<Value> py_encode_basestring_ascii(Thread& t, Args a);

inline void put(TextBuilder& out, std::string_view s) { out.append_latin1(reinterpret_cast<const uint8_t*>(s.data()), s.size()); }

}  // namespace kaa::json
