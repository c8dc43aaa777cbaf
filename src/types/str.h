// What the files about str share: views, filling in new strings, arguments of methods, and the natives of the method table (str.cpp).
#pragma once
#include <charconv>

#include "base/text_buffer.h"
#include "runtime/api.h"

namespace kaa {

inline TextView view_of(const Str* s) { return {s->data(), s->length, s->kind()}; }
// The largest character that a string of this kind may have.
inline uint32_t str_max(const Str* s) { return s->is_ascii() ? 0x7F : s->kind() == 1 ? 0xFF : s->kind() == 2 ? 0xFFFF : 0x10FFFF; }
// Characters into a string that is being made, which must be of a kind that holds them.
void str_put(Str* to, size_t at, TextView from);
void str_fill(Str* to, size_t at, size_t n, uint32_t cp);
// A new string of the class (str or a subclass): uninitialised characters.
Result<Str*> alloc_str_as(Thread& t, Type* cls, size_t length, uint32_t max_char);
// A string of the smallest kind. The view's characters must not move during the call (a str's do not, while it lives).
Result<Str*> str_from_view(Thread& t, TextView v);
Result<Str*> str_from_text(Thread& t, const TextBuilder& b);
// The name (kStrInterned) that these characters spell in ASCII; null: there is none yet. hash: that of such a string.
Str* known_name(const char* p, size_t n, int64_t* hash);
// The same text as an exact str: s itself unless it is an instance of a subclass.
Result<Str*> str_exact(Thread& t, Str* s);
// str(object) for a buffer: bytes decoded by a codec. Empty encoding or errors: the defaults.
Result<Value> decode_buffer(Thread& t, Value object, Value encoding, Value errors);
// str.encode(): a Bytes. The strings are UTF-8; null: the defaults.
Result<Value> encode_str(Thread& t, Str* s, Value encoding, Value errors);

// The arguments `encoding` and `errors` of methods: missing, or a str that C code could take.
Status check_codec_argument(Thread& t, Value v, const char* fname, const char* name);

// Appends the decimal digits.
inline void push_decimal(TextBuilder& out, int64_t i) {
  char b[24];
  char* end = std::to_chars(b, b + sizeof b, i).ptr;
  out.append_latin1(reinterpret_cast<uint8_t*>(b), static_cast<size_t>(end - b));
}

// repr() of the text.
Result<Str*> str_repr_text(Thread& t, Str* s);

// A slice over `length` items: indices start, start + step, ...; count of them. ValueError, TypeError.
struct SliceSpan { int64_t start, step, count; };
Result<SliceSpan> slice_span(Thread& t, SliceObject* s, int64_t length);
// Optional start and end of find() and its like, cut to [0, length]; start may be behind end.
struct Bounds { int64_t start, end; };
Result<Bounds> slice_bounds(Thread& t, Value start, Value end, int64_t length);

// A parameter that counts: OverflowError "Python int too large to convert to C ssize_t".
Result<int64_t> ssize_argument(Thread& t, Value v);

// Pads a text: left and right fill characters around.
Result<Str*> str_pad(Thread& t, Str* s, size_t left, size_t right, uint32_t fill);
Result<Str*> str_pad_slice(Thread& t, Str* s, size_t take, size_t left, size_t right, uint32_t fill);  // of the first `take` characters
int decimal_digit(char32_t c);  // of any script; -1: none. For parse_format_spec

// printf-style formatting (percent_format.cpp). Args: a tuple, a mapping, or the one value.
Result<Str*> percent_format_str(Thread& t, Str* format, Value args);
Result<Value> percent_format_bytes(Thread& t, std::string_view format, Value args, bool to_bytearray);

// str.__format__ of an exact or derived str whose specification is not empty (str_format_spec.cpp).
Result<Str*> format_str(Thread& t, Str* s, TextView spec);

#define STR_METHODS(M)                                                                                                                    \
  M(find) M(rfind) M(index) M(rindex) M(count) M(startswith) M(endswith) M(replace) M(split) M(rsplit) M(partition) M(rpartition)          \
  M(splitlines) M(strip) M(lstrip) M(rstrip) M(removeprefix) M(removesuffix) M(join) M(lower) M(upper) M(title) M(capitalize) M(swapcase)  \
  M(casefold) M(isalpha) M(isalnum) M(isascii) M(isdecimal) M(isdigit) M(isnumeric) M(islower) M(isupper) M(istitle) M(isspace)            \
  M(isprintable) M(isidentifier) M(expandtabs) M(zfill) M(center) M(ljust) M(rjust) M(translate) M(maketrans) M(encode) M(format_map)      \
  M(dunder_format) M(mod) M(rmod)
#define M(name) Result<Value> str_##name(Thread& t, Args a);
STR_METHODS(M)
#undef M
Result<Value> str_format_method(Thread& t, Args a, Tuple* kwnames);

}  // namespace kaa
