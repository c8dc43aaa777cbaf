// The parser of format specifiers, and the layout of strings. Numbers are in format_number.cpp.
#include "base/format_spec.h"

#include <cstdio>

namespace kaa {

namespace {

bool is_align(char32_t c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

bool fail(FormatError* error, const char* message) {
  error->kind = FormatErrorKind::kValueError;
  error->message = message;
  return false;
}

// 'x' as it stands in messages: itself where it is visible ASCII, else its number.
void append_visible(std::string* out, char32_t c) {
  if (c > 32 && c < 128) {
    out->push_back(static_cast<char>(c));
  } else {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "\\x%x", static_cast<unsigned>(c));
    out->append(buffer);
  }
}

// CPython's messages take 200 bytes of a type's name at most.
void append_type_name(std::string* out, const char* name) {
  for (int i = 0; i < 200 && name[i]; ++i) out->push_back(name[i]);
}

bool cannot_group(FormatError* error, Grouping grouping, char32_t type) {
  error->kind = FormatErrorKind::kValueError;
  error->message = grouping == Grouping::kComma ? "Cannot specify ',' with '" : "Cannot specify '_' with '";
  append_visible(&error->message, type);
  error->message += "'.";
  return false;
}

template <class C>
struct Reader {
  const C* text;
  int64_t length;
  int64_t at = 0;
  DecimalDigitFunction digit;

  int64_t left() const { return length - at; }
  bool next_is(char32_t c) const { return at < length && text[at] == c; }
  bool take(char32_t c) {
    if (!next_is(c)) return false;
    ++at;
    return true;
  }
  // Digits to a number; *value stays where there are none. False when it passes 63 bits.
  bool number(int64_t* value) {
    int64_t sum = 0;
    bool any = false;
    for (; at < length; ++at) {
      char32_t c = text[at];
      int d = c < 128 ? (c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1) : digit ? digit(c) : -1;
      if (d < 0) break;
      if (__builtin_mul_overflow(sum, int64_t{10}, &sum) || __builtin_add_overflow(sum, int64_t{d}, &sum)) return false;
      any = true;
    }
    if (any) *value = sum;
    return true;
  }
  // ',' or '_', but not both; false for both.
  bool separator(Grouping* out) {
    if (take(',')) *out = Grouping::kComma;
    if (next_is('_')) {
      if (*out != Grouping::kNone) return false;
      *out = Grouping::kUnderscore;
      ++at;
    }
    return !(*out == Grouping::kUnderscore && next_is(','));
  }
};

}  // namespace

void append_code_point(std::string* out, char32_t c) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out->push_back(static_cast<char>(0xc0 | c >> 6));
    out->push_back(static_cast<char>(0x80 | (c & 0x3f)));
  } else if (c < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | c >> 12));
    out->push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3f)));
  } else {
    out->push_back(static_cast<char>(0xf0 | c >> 18));
    out->push_back(static_cast<char>(0x80 | (c >> 12 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3f)));
  }
}

void unknown_format_code(char32_t code, const char* type_name, FormatError* error) {
  error->kind = FormatErrorKind::kValueError;
  error->message = "Unknown format code '";
  append_visible(&error->message, code);
  error->message += "' for object of type '";
  append_type_name(&error->message, type_name);
  error->message += "'";
}

template <class C>
static bool parse(const C* text, int64_t length, const char* type_name, char default_type, char default_align,
                  FormatSpec* out, FormatError* error, DecimalDigitFunction digit) {
  FormatSpec spec;
  spec.align = default_align;
  spec.type = static_cast<unsigned char>(default_type);
  Reader<C> in{text, length, 0, digit};
  bool fill_given = false;

  if (in.left() >= 2 && is_align(text[1])) {
    spec.fill = text[0];
    spec.align = static_cast<char>(text[1]);
    fill_given = spec.align_given = true;
    in.at = 2;
  } else if (in.left() >= 1 && is_align(text[0])) {
    spec.align = static_cast<char>(text[0]);
    spec.align_given = true;
    in.at = 1;
  }
  if (in.next_is('+') || in.next_is('-') || in.next_is(' ')) spec.sign = static_cast<char>(text[in.at++]);
  spec.no_negative_zero = in.take('z');
  spec.alternate = in.take('#');
  if (!fill_given && in.take('0')) {
    spec.fill = '0';
    // Only where the default is '>': '010' pads a str on its right.
    if (!spec.align_given && default_align == '>') spec.align = '=';
  }
  if (!in.number(&spec.width)) return fail(error, "Too many decimal digits in format string");
  if (!in.separator(&spec.grouping)) return fail(error, "Cannot specify both ',' and '_'.");
  if (in.take('.')) {
    if (!in.number(&spec.precision)) return fail(error, "Too many decimal digits in format string");
    if (!in.separator(&spec.fraction_grouping)) return fail(error, "Cannot specify both ',' and '_'.");
    if (spec.precision < 0 && spec.fraction_grouping == Grouping::kNone)
      return fail(error, "Format specifier missing precision");
  }
  if (in.left() > 1) {
    error->kind = FormatErrorKind::kValueError;
    error->message = "Invalid format specifier '";
    for (int64_t i = 0; i < length; ++i) append_code_point(&error->message, text[i]);
    error->message += "' for object of type '";
    append_type_name(&error->message, type_name);
    error->message += "'";
    return false;
  }
  if (in.left() == 1) spec.type = text[in.at];

  if (spec.grouping != Grouping::kNone) {
    switch (spec.type) {
      case 'd':
      case 'e':
      case 'f':
      case 'g':
      case 'E':
      case 'F':
      case 'G':
      case '%':
      case 0:
        break;
      case 'b':
      case 'o':
      case 'x':
      case 'X':
        if (spec.grouping != Grouping::kUnderscore) return cannot_group(error, spec.grouping, spec.type);
        spec.grouping = Grouping::kUnderscoreByFour;
        break;
      default:
        return cannot_group(error, spec.grouping, spec.type);
    }
  }
  if (spec.type == 'n' && spec.fraction_grouping != Grouping::kNone)
    return cannot_group(error, spec.fraction_grouping, spec.type);
  *out = spec;
  return true;
}

bool parse_format_spec(TextView text, const char* type_name, char default_type, char default_align, FormatSpec* out,
                       FormatError* error, DecimalDigitFunction digit) {
  auto run = [&](auto* p) {
    return parse(p, static_cast<int64_t>(text.length), type_name, default_type, default_align, out, error, digit);
  };
  return text.kind == 1 ? run(text.u8()) : text.kind == 2 ? run(text.u16()) : run(text.u32());
}

bool layout_string(const FormatSpec& spec, int64_t length, const char* type_name, StringLayout* out,
                   FormatError* error) {
  if (spec.type != 's') {
    unknown_format_code(spec.type, type_name, error);
    return false;
  }
  if (spec.sign != 0)
    return fail(error, spec.sign == ' ' ? "Space not allowed in string format specifier"
                                        : "Sign not allowed in string format specifier");
  if (spec.no_negative_zero) return fail(error, "Negative zero coercion (z) not allowed in string format specifier");
  if (spec.alternate) return fail(error, "Alternate form (#) not allowed in string format specifier");
  if (spec.align == '=') return fail(error, "'=' alignment not allowed in string format specifier");
  out->take = spec.precision >= 0 && spec.precision < length ? spec.precision : length;
  int64_t padding = spec.width > out->take ? spec.width - out->take : 0;
  out->left = spec.align == '>' ? padding : spec.align == '^' ? padding / 2 : 0;
  out->right = padding - out->left;
  return true;
}

}  // namespace kaa
