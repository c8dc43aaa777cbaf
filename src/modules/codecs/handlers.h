// Error handlers of codecs. The standard ones, named by the `errors` argument, are applied natively; others are called with a UnicodeDecodeError or
// UnicodeEncodeError and say what to put in place and where to go on.
#pragma once
#include <string>

#include "base/text_buffer.h"
#include "runtime/api.h"

namespace kaa {

enum class ErrorMode : uint8_t { kStrict, kIgnore, kReplace, kXmlCharRef, kBackslash, kSurrogateEscape, kSurrogatePass, kNamed };
struct ErrorPolicy {
  const char* name;  // null: strict
  ErrorMode mode;
};
ErrorPolicy error_policy(const char* name);

// What is being decoded. A handler may put other bytes in the exception's `object`; decoding then goes on in those.
struct DecodeJob {
  const char* encoding;
  ErrorPolicy errors;
  std::string_view in;
  Value source;        // holds `in` when it is a bytes; else empty, and the caller holds it
  Value exception;     // made at the first error that needs one
};
// Deals with an error: appends the replacement, returns the position where decoding goes on.
Result<size_t> handle_decode_error(Thread& t, DecodeJob& job, const CodecError& e, TextBuilder& out);

struct EncodeJob {
  const char* encoding;
  ErrorPolicy errors;
  Str* in;
  size_t unit = 1;     // bytes a replacement must be a multiple of
  Value exception;
};
// `encode` appends a replacement text to the output; false: it cannot be encoded.
template <class F> Result<size_t> handle_encode_error(Thread& t, EncodeJob& job, const CodecError& e, ByteBuilder& out, F&& encode);

// How a standard handler treats an encoding error: text to encode, or bytes as they are. kNamed: the registered handler.
struct EncodeReplacement {
  TextBuilder text;
  std::string bytes;
  bool is_bytes = false;
  size_t next = 0;
};
Status encode_replacement(Thread& t, EncodeJob& job, const CodecError& e, EncodeReplacement& r);
Error raise_encode_error(Thread& t, EncodeJob& job, size_t start, size_t end, const char* reason);
Error raise_decode_error(Thread& t, DecodeJob& job, size_t start, size_t end, const char* reason);

template <class F>
Result<size_t> handle_encode_error(Thread& t, EncodeJob& job, const CodecError& e, ByteBuilder& out, F&& encode) {
  EncodeReplacement r;
  TRY(encode_replacement(t, job, e, r));
  if (r.is_bytes) {
    if (r.bytes.size() % job.unit) return raise_encode_error(t, job, e.start, e.end, e.reason);
    out.append(r.bytes.data(), r.bytes.size());
    return r.next;
  }
  if (r.text.failed()) return raise_memory(t);
  size_t before = out.size();
  if (r.text.length()) {
    Result<bool> done = encode(r.text.view());
    if (!done.ok()) return Error{};
    if (!done.value()) {
      out.truncate(before);
      return raise_encode_error(t, job, e.start, e.end, e.reason);
    }
  }
  return r.next;
}

// The native handlers as Python functions, by name; empty when there is none of that name.
extern const MethodDef k_error_handlers[8];
extern const char* const k_error_handler_names[8];

// Whether this is one of the UTF encodings whose surrogates "surrogatepass" writes: bytes a code unit, and the order. 0: none.
struct UnitEncoding { int bytes; bool big; };
UnitEncoding unit_encoding(std::string_view name);

}  // namespace kaa
