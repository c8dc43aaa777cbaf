// What the files about bytes and bytearray share. Most methods serve both types: they read a view of self and make a result of self's kind.
// Arguments are converted first, since that may run Python code that resizes a bytearray; self's view is taken after it.
#pragma once
#include "base/text_buffer.h"
#include "runtime/api.h"
#include "types/buffer.h"

namespace kaa {

inline bool is_bytearray(Value v) { return v.is_object() && is_instance(v, KAA_TYPE(bytearray)); }
inline std::string_view bytes_view(Value self) {  // of a bytes or bytearray
  if (is_bytes(self)) return self.as<Bytes>()->view();
  return {self.as<ByteArray>()->data ? self.as<ByteArray>()->data : "", self.as<ByteArray>()->size};
}
inline const uint8_t* u8(std::string_view s) { return reinterpret_cast<const uint8_t*>(s.data()); }

Result<ByteArray*> new_bytearray(Thread& t, const void* p, size_t n);  // p null: uninitialised
// A bytes, or for a bytearray a bytearray, of the exact type. The source may lie within self.
Result<Value> bytes_like(Thread& t, Value self, const void* p, size_t n);
inline Result<Value> bytes_like(Thread& t, Value self, std::string_view s) { return bytes_like(t, self, s.data(), s.size()); }
// The result of an operation that changed nothing: self if it is an exact bytes, else a copy.
Result<Value> bytes_unchanged(Thread& t, Value self);
// Room in a bytes or bytearray that was just made.
inline char* bytes_room(Value v) { return is_bytes(v) ? v.as<Bytes>()->data() : v.as<ByteArray>()->data; }

// A slice over `length` items: start, start + step, ...; count of them. ValueError, TypeError.
// The parts are evaluated first, since that may run Python code that changes the length.
struct SliceParts { int64_t start, stop, step; };
struct IndexRange { int64_t start, stop, step, count; };
Result<SliceParts> slice_parts(Thread& t, SliceObject* s);
IndexRange fit_slice(const SliceParts& parts, int64_t length);
// Optional start and end of find() and its like, cut to [0, length].
struct FindRange { int64_t start, end; };
Result<FindRange> find_range(Thread& t, Value start, Value end, int64_t length);
// An index that counts from the end when negative; IndexError with this text.
Result<int64_t> checked_index(Thread& t, Value key, int64_t length, const char* message);

// 0..255; ValueError with this text.
Result<int> byte_value(Thread& t, Value v, const char* message);
// The bytes that bytes(source) or bytearray(source) hold, but for strings and sizes: buffers and iterables of ints. `what`: the type's name.
Result<Value> bytes_from_object(Thread& t, Value source, const char* what);
// b'...'. A bytearray's has a backslash before every single quote, whatever the quotes around.
Result<Str*> bytes_repr_text(Thread& t, std::string_view s, bool of_bytearray);

// hex(): digits, optionally with separators (see bytes.hex).
Result<Value> hex_text(Thread& t, std::string_view data, Value sep, Value bytes_per_sep);

// str % args for bytes (percent_format.cpp).
Result<Value> percent_format_bytes(Thread& t, std::string_view format, Value args, bool to_bytearray);

#define BYTES_METHODS(M)                                                                                                                        \
  M(len) M(getitem) M(contains) M(add) M(mul) M(mod) M(rmod) M(iter)                                                                             \
  M(find) M(rfind) M(index) M(rindex) M(count) M(startswith) M(endswith) M(replace) M(split) M(rsplit) M(partition) M(rpartition)                \
  M(splitlines) M(strip) M(lstrip) M(rstrip) M(removeprefix) M(removesuffix) M(join)                                                             \
  M(capitalize) M(lower) M(upper) M(title) M(swapcase) M(isalnum) M(isalpha) M(isascii) M(isdigit) M(islower) M(isspace) M(istitle) M(isupper)   \
  M(center) M(ljust) M(rjust) M(zfill) M(expandtabs) M(translate) M(maketrans) M(decode) M(hex) M(fromhex)
#define M(name) Result<Value> bytes_##name(Thread& t, Args a);
BYTES_METHODS(M)
#undef M

// The rows that both method tables have.
#define SHARED_BYTES_ROWS                                                                                                                       \
  {"__len__", bytes_len, "($self, /)", "The number of bytes."},                                                                                 \
  {"__getitem__", bytes_getitem, "($self, key, /)", "A byte as an int, or a part."},                                                            \
  {"__contains__", bytes_contains, "($self, key, /)", "Whether a byte (an int) or a sequence of bytes occurs."},                                \
  {"__add__", bytes_add, "($self, value, /)", "Both, one after the other."},                                                                    \
  {"__mul__", bytes_mul, "($self, value, /)", "Repeated so many times."},                                                                       \
  {"__rmul__", bytes_mul, "($self, value, /)", "Repeated so many times."},                                                                      \
  {"__mod__", bytes_mod, "($self, value, /)", "printf-style formatting."},                                                                      \
  {"__rmod__", bytes_rmod, "($self, value, /)", "printf-style formatting."},                                                                    \
  {"__iter__", bytes_iter, "($self, /)", "Iterates over the bytes as ints."},                                                                   \
  {"__buffer__", buffer_dunder, "($self, flags, /)", "A memoryview of the bytes."},                                                             \
  {"find", bytes_find, "($self, sub, start=None, end=None, /)", "The lowest index in [start:end] where sub stands, or -1."},                    \
  {"rfind", bytes_rfind, "($self, sub, start=None, end=None, /)", "The highest index in [start:end] where sub stands, or -1."},                 \
  {"index", bytes_index, "($self, sub, start=None, end=None, /)", "As find(), but absence is a ValueError."},                                   \
  {"rindex", bytes_rindex, "($self, sub, start=None, end=None, /)", "As rfind(), but absence is a ValueError."},                                \
  {"count", bytes_count, "($self, sub, start=None, end=None, /)", "How often sub occurs in [start:end] without overlaps."},                     \
  {"startswith", bytes_startswith, "($self, prefix, start=None, end=None, /)", "Whether [start:end] begins with the prefix, or one of a tuple."}, \
  {"endswith", bytes_endswith, "($self, suffix, start=None, end=None, /)", "Whether [start:end] ends with the suffix, or one of a tuple."},     \
  {"replace", bytes_replace, "($self, old, new, count=-1, /)", "A copy with the first `count` (or all) occurrences of old replaced by new."},   \
  {"split", bytes_split, "($self, /, sep=None, maxsplit=-1)", "The parts between separators; without one, between runs of whitespace."},        \
  {"rsplit", bytes_rsplit, "($self, /, sep=None, maxsplit=-1)", "As split(), beginning at the end."},                                           \
  {"partition", bytes_partition, "($self, sep, /)", "What is before the first separator, the separator, what is behind it."},                   \
  {"rpartition", bytes_rpartition, "($self, sep, /)", "What is before the last separator, the separator, what is behind it."},                  \
  {"splitlines", bytes_splitlines, "($self, /, keepends=False)", "The lines, without their ends unless keepends is true."},                     \
  {"strip", bytes_strip, "($self, bytes=None, /)", "Without whitespace, or any of the bytes given, at both ends."},                             \
  {"lstrip", bytes_lstrip, "($self, bytes=None, /)", "Without whitespace, or any of the bytes given, at the start."},                           \
  {"rstrip", bytes_rstrip, "($self, bytes=None, /)", "Without whitespace, or any of the bytes given, at the end."},                             \
  {"removeprefix", bytes_removeprefix, "($self, prefix, /)", "Without the prefix, if it is there."},                                            \
  {"removesuffix", bytes_removesuffix, "($self, suffix, /)", "Without the suffix, if it is there."},                                            \
  {"join", bytes_join, "($self, iterable_of_bytes, /)", "The items one after the other, with self between them."},                              \
  {"capitalize", bytes_capitalize, "($self, /)", "The first letter in upper case, the others in lower case (ASCII)."},                          \
  {"lower", bytes_lower, "($self, /)", "ASCII letters in lower case."},                                                                         \
  {"upper", bytes_upper, "($self, /)", "ASCII letters in upper case."},                                                                         \
  {"title", bytes_title, "($self, /)", "Each word's first letter in upper case, the others in lower case (ASCII)."},                            \
  {"swapcase", bytes_swapcase, "($self, /)", "Upper and lower case of ASCII letters exchanged."},                                               \
  {"isalnum", bytes_isalnum, "($self, /)", "Whether all bytes are ASCII letters or digits, and there is one."},                                 \
  {"isalpha", bytes_isalpha, "($self, /)", "Whether all bytes are ASCII letters, and there is one."},                                           \
  {"isascii", bytes_isascii, "($self, /)", "Whether all bytes are below 128."},                                                                 \
  {"isdigit", bytes_isdigit, "($self, /)", "Whether all bytes are ASCII digits, and there is one."},                                            \
  {"islower", bytes_islower, "($self, /)", "Whether there are letters, and all are in lower case (ASCII)."},                                    \
  {"isspace", bytes_isspace, "($self, /)", "Whether all bytes are ASCII whitespace, and there is one."},                                        \
  {"istitle", bytes_istitle, "($self, /)", "Whether there are letters, in upper case just at the start of words (ASCII)."},                     \
  {"isupper", bytes_isupper, "($self, /)", "Whether there are letters, and all are in upper case (ASCII)."},                                    \
  {"center", bytes_center, "($self, width, fillchar=b' ', /)", "In the middle of a field of this width."},                                      \
  {"ljust", bytes_ljust, "($self, width, fillchar=b' ', /)", "At the left of a field of this width."},                                          \
  {"rjust", bytes_rjust, "($self, width, fillchar=b' ', /)", "At the right of a field of this width."},                                         \
  {"zfill", bytes_zfill, "($self, width, /)", "Filled with zeros behind the sign to this width."},                                              \
  {"expandtabs", bytes_expandtabs, "($self, /, tabsize=8)", "Tabs replaced by spaces up to the next multiple of tabsize columns."},             \
  {"translate", bytes_translate, "($self, table, /, delete=b'')", "Each byte looked up in a table of 256, after some are deleted."},            \
  {"maketrans", bytes_maketrans, "(frm, to, /)", "A table for translate().", MethodKind::kStatic},                                              \
  {"decode", bytes_decode, "($self, /, encoding='utf-8', errors='strict')", "The text that the bytes encode."},                                 \
  {"hex", bytes_hex, "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "Two hexadecimal digits for each byte, as a str.\n\nWith a separator they stand in groups, counted from the right, or from the left for a negative number.\n\n"  \
   ">>> bytearray(b'snake').hex()\n'736e616b65'\n>>> b'snake'.hex('-', 2)\n'73-6e61-6b65'\n>>> b'snake'.hex(':', -4)\n'736e616b:65'\n"                  \
   ">>> bytearray(b'snake').hex(' ')\n'73 6e 61 6b 65'\n>>> b''.hex('-')\n''"},                                                                          \
  {"fromhex", bytes_fromhex, "($type, string, /)", "From hexadecimal digits; whitespace is skipped.", MethodKind::kClassMethod}

}  // namespace kaa
