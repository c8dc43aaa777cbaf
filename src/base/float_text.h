// Doubles from and to text, as Python reads and writes them, and what else Python asks of a double's exact value.
// Sources: std::to_chars and std::from_chars (libstdc++ 12: Ryu, Ryu Printf, fast_float: shortest, exact, and correctly
// rounded); everything about form (when an exponent is shown, underscores, hexadecimal) is here.
#pragma once

#include <cstdint>
#include <string>

namespace kaa {

class BigBuf;

// ---- to text -------------------------------------------------------------------------------------------------------

inline constexpr int64_t kDoubleReprSize = 32;
// repr(d): the shortest digits that read back as d. Gives the number of chars written; no terminating zero.
int64_t double_repr(char* out, double d);

enum DoubleTextFlags : unsigned {
  kAlwaysSign = 1,      // '+' before what is not negative
  kAddDotZero = 2,      // "1" becomes "1.0" (only where no exponent is shown)
  kAlternateForm = 4,   // the '#' of formats: always a point, and g keeps its zeros
  kNoNegativeZero = 8,  // the 'z' of formats: no '-' before a result of zeros
};
// Appends d as PyOS_double_to_string does. code: one of e E f F g G, or r for the shortest digits (precision unused).
// precision >= 0. False: no memory.
[[nodiscard]] bool append_double(std::string* out, double d, char code, int64_t precision, unsigned flags);

inline constexpr int64_t kDoubleHexSize = 32;
// float.hex(); gives the number of chars.
int64_t double_to_hex(char* out, double d);

// ---- from text -----------------------------------------------------------------------------------------------------

enum class FloatText : uint8_t { kOk, kInvalid, kOverflow, kTooLong, kNoMemory };

// Reads the longest number at the start of [text, end), without underscores or spaces: [sign] digits with a point and
// an exponent, "inf", "infinity" or "nan" in any case. Gives where it ends, or null where there is none. Too large
// gives an infinity, too small a zero.
const char* read_double(const char* text, const char* end, double* out);
// float(text) for the whole text; spaces are the caller's to strip, underscores may stand between digits.
FloatText parse_double(const char* text, int64_t length, double* out);
// complex(text) for the whole text, spaces as in Python (outside, and inside the parentheses).
FloatText parse_complex(const char* text, int64_t length, double* real, double* imaginary);
// float.fromhex(text); kOverflow: "hexadecimal value too large to represent as a float".
FloatText parse_hex_double(const char* text, int64_t length, double* out);

// ---- exact value ---------------------------------------------------------------------------------------------------

// d == numerator / denominator in lowest terms, denominator > 0; d is finite. False: no memory.
[[nodiscard]] bool double_ratio(double d, BigBuf* numerator, BigBuf* denominator);
// round(d, digits): the exact value rounded half to even at that decimal. False: the result is beyond the largest
// double.
[[nodiscard]] bool round_double(double d, int64_t digits, double* out);

}  // namespace kaa
