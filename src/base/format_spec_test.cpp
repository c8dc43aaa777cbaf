// format() of int, float, complex and str against CPython's answers (format_cases.inc).
#include "base/format_spec.h"

#include <gtest/gtest.h>

#include <climits>
#include <cstring>
#include <string>
#include <vector>

#include "base/float_text.h"

namespace kaa {
namespace {

struct Case {
  const char* type;
  const char* value;
  const char* spec;
  const char* kind;  // "=" or the exception
  const char* result;
};
const Case kCases[] = {
#include "base/format_cases.inc"
};

std::vector<uint32_t> code_points(const std::string& text) {
  std::vector<uint32_t> out;
  for (size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i++]);
    int more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    uint32_t v = more == 0 ? c : c & (0x3fu >> more);
    while (more--) v = v << 6 | (static_cast<unsigned char>(text[i++]) & 0x3f);
    out.push_back(v);
  }
  return out;
}

double double_of(const std::string& hex) {
  double d = 0;
  EXPECT_EQ(parse_hex_double(hex.data(), static_cast<int64_t>(hex.size()), &d), FloatText::kOk) << hex;
  return d;
}

int arabic_digit(char32_t c) { return c >= 0x660 && c <= 0x669 ? static_cast<int>(c - 0x660) : -1; }

bool run(const Case& row, std::string* out, FormatError* error) {
  std::string type = row.type, value = row.value, spec_text = row.spec;
  if (spec_text == "NUL") spec_text = std::string(1, '\0');
  std::vector<uint32_t> points = code_points(spec_text);
  bool is_str = type == "str", is_int = type == "int" || type == "bool";
  FormatSpec spec;
  if (!parse_format_spec({points.data(), points.size(), 4}, row.type,
                         is_str   ? 's'
                         : is_int ? 'd'
                                  : '\0',
                         is_str ? '<' : '>', &spec, error, arabic_digit))
    return false;
  FormatContext context;
  context.type_name = row.type;
  if (is_int) {
    IntScan scan = scan_int(value.data(), static_cast<int64_t>(value.size()), 16, 0);
    BigBuf number;
    EXPECT_TRUE(number.reserve(scan.limbs));
    EXPECT_EQ(big_from_scan(number.data(), &number.size, scan, value.data()), BigStatus::kOk);
    return format_int(out, spec, number, context, error);
  }
  if (type == "float") return format_float(out, spec, double_of(value), context, error);
  if (type == "complex") {
    size_t space = value.find(' ');
    return format_complex(out, spec, double_of(value.substr(0, space)), double_of(value.substr(space + 1)), context,
                          error);
  }
  std::vector<uint32_t> text = code_points(value);
  StringLayout layout;
  if (!layout_string(spec, static_cast<int64_t>(text.size()), row.type, &layout, error)) return false;
  for (int64_t i = 0; i < layout.left; ++i) append_code_point(out, spec.fill);
  for (int64_t i = 0; i < layout.take; ++i) append_code_point(out, text[static_cast<size_t>(i)]);
  for (int64_t i = 0; i < layout.right; ++i) append_code_point(out, spec.fill);
  return true;
}

TEST(FormatSpec, AsCPython) {
  for (const Case& row : kCases) {
    std::string out, kind = "=";
    FormatError error;
    if (!run(row, &out, &error)) {
      out = error.message;
      kind = error.kind == FormatErrorKind::kValueError      ? "ValueError"
             : error.kind == FormatErrorKind::kOverflowError ? "OverflowError"
                                                             : "?";
    }
    EXPECT_EQ(out, row.result) << row.type << " " << row.value << " '" << row.spec << "'";
    EXPECT_EQ(kind, row.kind) << row.type << " " << row.value << " '" << row.spec << "'";
  }
}

std::string with_locale(const char* spec_text, int64_t value, NumberLocale locale) {
  FormatSpec spec;
  FormatError error;
  EXPECT_TRUE(
      parse_format_spec({spec_text, std::strlen(spec_text), 1}, "int", 'd', '>', &spec, &error));
  FormatContext context;
  context.locale = locale;
  std::string out;
  EXPECT_TRUE(format_int(&out, spec, SmallBig(value), context, &error));
  return out;
}

TEST(FormatSpec, LocaleGrouping) {
  EXPECT_EQ(with_locale("n", 1234567890, {",", ".", "\3"}), "1.234.567.890");
  EXPECT_EQ(with_locale("n", 1234567890, {".", ",", "\3\2"}), "1,23,45,67,890");
  const char once[] = {3, CHAR_MAX, 0};
  EXPECT_EQ(with_locale("n", 1234567890, {".", ",", once}), "1234567,890");
  // A separator of more bytes than chars: a narrow no-break space.
  EXPECT_EQ(with_locale("n", 1234567, {",", "\xe2\x80\xaf", "\3"}),
            "1\xe2\x80\xaf"
            "234\xe2\x80\xaf"
            "567");
  EXPECT_EQ(with_locale("010n", 1234567, {",", "\xe2\x80\xaf", "\3"}),
            "01\xe2\x80\xaf"
            "234\xe2\x80\xaf"
            "567");
  EXPECT_EQ(with_locale("d", 1234567, {",", ".", "\3"}), "1234567");
}

TEST(FormatSpec, RefusesWhatHasNoMemory) {
  FormatSpec spec;
  FormatError error;
  const char text[] = "9000000000000000000";
  ASSERT_TRUE(parse_format_spec({text, sizeof text - 1, 1}, "int", 'd', '>', &spec, &error));
  std::string out;
  EXPECT_FALSE(format_int(&out, spec, SmallBig(1), {}, &error));
  EXPECT_EQ(error.kind, FormatErrorKind::kMemoryError);
}

TEST(FormatSpec, DigitLimit) {
  BigBuf number;
  SmallBig ten(10), e(5000);
  ASSERT_TRUE(number.reserve(big_pow_size(ten, e)));
  ASSERT_EQ(big_pow(number.data(), &number.size, ten, e), BigStatus::kOk);
  FormatSpec spec;
  spec.type = 'd';
  FormatContext context;
  context.max_digits = 4300;
  FormatError error;
  std::string out;
  EXPECT_FALSE(format_int(&out, spec, number, context, &error));
  EXPECT_EQ(error.message,
            "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to "
            "increase the limit");
  spec.type = 'x';
  EXPECT_TRUE(format_int(&out, spec, number, context, &error));
}

}  // namespace
}  // namespace kaa
