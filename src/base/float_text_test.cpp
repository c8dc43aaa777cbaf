// Float text, parsing and rounding against CPython's answers (float_cases.inc).
#include "base/float_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "base/hash.h"

namespace kaa {
namespace {

struct Case {
  const char* op;
  const char* a;
  const char* b;
  const char* c;
  const char* result;
};
const Case kCases[] = {
#include "base/float_cases.inc"
};

std::string hex_of(double d) {
  char buffer[kDoubleHexSize];
  return std::string(buffer, static_cast<size_t>(double_to_hex(buffer, d)));
}

int64_t size_of(const char* text) { return static_cast<int64_t>(std::strlen(text)); }

double double_of(const char* hex) {
  double d = 0;
  EXPECT_EQ(parse_hex_double(hex, size_of(hex), &d), FloatText::kOk) << hex;
  return d;
}

std::string parsed(FloatText status, double d) {
  if (status == FloatText::kOk) return hex_of(d);
  return status == FloatText::kOverflow ? "!OverflowError" : "!ValueError";
}

std::string run_case(const Case& row) {
  std::string op = row.op;
  double d = 0;
  if (op == "parse") {
    FloatText status = parse_double(row.a, size_of(row.a), &d);
    return parsed(status, d);
  }
  if (op == "fromhex") {
    FloatText status = parse_hex_double(row.a, size_of(row.a), &d);
    return parsed(status, d);
  }
  if (op == "complex") {
    double im = 0;
    if (parse_complex(row.a, size_of(row.a), &d, &im) != FloatText::kOk) return "!ValueError";
    return hex_of(d) + " " + hex_of(im);
  }
  d = double_of(row.a);
  if (op == "repr") {
    char buffer[kDoubleReprSize];
    return std::string(buffer, static_cast<size_t>(double_repr(buffer, d)));
  }
  if (op == "hex") return hex_of(d);
  if (op == "hash") {
    int64_t h = hash_double(d);
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%s%llx", h < 0 ? "-" : "", static_cast<unsigned long long>(h < 0 ? -h : h));
    return buffer;
  }
  if (op == "round") {
    double rounded;
    if (!round_double(d, std::strtoll(row.b, nullptr, 10), &rounded)) return "!OverflowError";
    return hex_of(rounded);
  }
  if (op == "percent") {
    // %[#+].<precision><code>
    unsigned flags = 0;
    const char* at = row.b + 1;
    for (; *at != '.'; ++at) flags |= *at == '#' ? kAlternateForm : kAlwaysSign;
    char* code;
    int64_t precision = std::strtoll(at + 1, &code, 10);
    std::string text;
    EXPECT_TRUE(append_double(&text, d, *code, precision, flags));
    return text;
  }
  return "unknown operation " + op;
}

TEST(FloatText, AsCPython) {
  for (const Case& row : kCases) EXPECT_EQ(run_case(row), row.result) << row.op << " " << row.a << " " << row.b;
}

TEST(FloatText, ReprReadsBack) {
  uint64_t state = 88172645463325252u;
  for (int i = 0; i < 20000; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    double d, back;
    std::memcpy(&d, &state, sizeof d);
    if (!std::isfinite(d)) continue;
    char buffer[kDoubleReprSize];
    int64_t n = double_repr(buffer, d);
    ASSERT_LE(n, 24);
    ASSERT_EQ(parse_double(buffer, n, &back), FloatText::kOk);
    ASSERT_EQ(back, d);
    std::string r;
    ASSERT_TRUE(append_double(&r, d, 'r', 0, kAddDotZero));
    ASSERT_EQ(r, std::string(buffer, static_cast<size_t>(n)));
    ASSERT_EQ(double_of(hex_of(d).c_str()), d);
  }
}

TEST(FloatText, AppendsAfterWhatIsThere) {
  std::string text = "x=";
  ASSERT_TRUE(append_double(&text, -0.04, 'f', 1, kNoNegativeZero));
  ASSERT_TRUE(append_double(&text, -0.06, 'f', 1, kNoNegativeZero));
  ASSERT_TRUE(append_double(&text, 2.0, 'f', 0, kAlwaysSign | kAlternateForm));
  ASSERT_TRUE(append_double(&text, -INFINITY, 'F', 0, kAlwaysSign));
  EXPECT_EQ(text, "x=0.0-0.1+2.-INF");
}

TEST(FloatText, PrefixStopsWhereTheNumberEnds) {
  const char* text = "1.5e+x";
  double d;
  EXPECT_EQ(read_double(text, text + 6, &d), text + 3);
  EXPECT_EQ(d, 1.5);
  EXPECT_EQ(read_double("x", nullptr, &d), nullptr);
  text = "-infinite";
  EXPECT_EQ(read_double(text, text + 9, &d), text + 4);
}

}  // namespace
}  // namespace kaa
