// The format mini-language of format() and f-strings:
//
//   [[fill]align][sign][z][#][0][width][grouping][.precision[grouping] or .grouping][type]
//
// Parsing, and complete formatting of int, float and complex values; for str the padding is computed and the caller
// copies. Results and messages are in UTF-8, where a lone surrogate (a fill char may be one) stands as its three bytes.
// Errors are CPython 3.14's, to be raised as the kind says.
#pragma once

#include <cstdint>
#include <string>

#include "base/bigint.h"
#include "base/text_buffer.h"

namespace kaa {

void append_code_point(std::string* out, char32_t c);

enum class FormatErrorKind : uint8_t { kNone, kValueError, kOverflowError, kMemoryError, kInterrupted };
struct FormatError {
  FormatErrorKind kind = FormatErrorKind::kNone;
  std::string message;
};

enum class Grouping : uint8_t { kNone, kComma, kUnderscore, kUnderscoreByFour, kLocale };

struct FormatSpec {
  char32_t fill = ' ';
  char32_t type = 0;
  char align = '>';  // < > = ^
  char sign = 0;     // + - space, or 0
  bool align_given = false;
  bool alternate = false;
  bool no_negative_zero = false;
  Grouping grouping = Grouping::kNone;
  Grouping fraction_grouping = Grouping::kNone;
  int64_t width = -1;  // -1: not given
  int64_t precision = -1;
};

// The value of a decimal digit outside ASCII, or -1: format() takes any Unicode digit. Null: ASCII alone.
using DecimalDigitFunction = int (*)(char32_t);

// Default types and alignments: int 'd' '>', float and complex '\0' '>', str 's' '<'.
[[nodiscard]] bool parse_format_spec(TextView text, const char* type_name, char default_type, char default_align,
                                     FormatSpec* out, FormatError* error, DecimalDigitFunction digit = nullptr);

// What type 'n' takes from the locale, in UTF-8; grouping as localeconv() gives it (sizes from the right, the last one
// repeats, CHAR_MAX ends).
struct NumberLocale {
  const char* decimal_point = ".";
  const char* thousands_separator = "";
  const char* grouping = "";
};

struct FormatContext {
  const char* type_name = "";  // of the value, for messages
  NumberLocale locale;         // for type 'n'
  int64_t max_digits = 0;      // sys.get_int_max_str_digits(); 0: no limit
  Poll poll;
};

// All append to *out. `spec` was parsed with the defaults of the type.
[[nodiscard]] bool format_int(std::string* out, const FormatSpec& spec, BigView value, const FormatContext& context,
                              FormatError* error);
[[nodiscard]] bool format_float(std::string* out, const FormatSpec& spec, double value, const FormatContext& context,
                                FormatError* error);
[[nodiscard]] bool format_complex(std::string* out, const FormatSpec& spec, double real, double imaginary,
                                  const FormatContext& context, FormatError* error);

// For a str of `length` code points: the first `take` of them, with `left` and `right` fill chars around.
struct StringLayout {
  int64_t take = 0, left = 0, right = 0;
};
[[nodiscard]] bool layout_string(const FormatSpec& spec, int64_t length, const char* type_name, StringLayout* out,
                                 FormatError* error);

// "Unknown format code 'x' for object of type 'int'"
void unknown_format_code(char32_t code, const char* type_name, FormatError* error);

}  // namespace kaa
