// Small helpers of the number types' and math's files.
#pragma once
#include <stdlib.h>

#include <string>

#include "base/format_spec.h"
#include "runtime/api.h"

namespace kaa {

// Scratch memory that is freed at the end of the scope; it holds no Values.
class MallocBuffer {
 public:
  MallocBuffer() = default;
  MallocBuffer(const MallocBuffer&) = delete;
  ~MallocBuffer() { free(p_); }
  void* allocate(size_t n) { return p_ = malloc(n ? n : 1); }  // null when memory is short; call it once
 private:
  void* p_ = nullptr;
};

// float(text) and complex(text)'s characters: see text_to_ascii. "could not convert string to float: 'x'"
Result<double> float_from_str(Thread& t, Str* s);

// Formatting of numbers by a format specification: the context (locale for 'n' and the limit of digits), and the error raised.
FormatContext number_format_context(Thread& t, char32_t type, const char* type_name);
Error raise_format_error(Thread& t, const FormatError& e);
TextView text_view(Str* s);

}  // namespace kaa
