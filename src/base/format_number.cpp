// Formatting of int, float and complex values by a parsed format specifier: see format_spec.h.
//
// A number is laid out as
//
//   <left padding> <sign> <prefix> <inner padding> <grouped digits> <point> <grouped fraction> <rest> <right padding>
//
// where at most one of the paddings is there. Zero padding ('=' with fill '0') is no padding but more digits, so that
// separators go through them.
#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/float_text.h"
#include "base/format_spec.h"

namespace kaa {

namespace {

bool fail(FormatError* error, const char* message, FormatErrorKind kind = FormatErrorKind::kValueError) {
  error->kind = kind;
  error->message = message;
  return false;
}
bool no_memory(FormatError* error) { return fail(error, "", FormatErrorKind::kMemoryError); }

// Strings end the process when there is no memory for them: ask before a large one grows.
bool room_for(std::string* out, int64_t bytes) {
  if (bytes < 1 << 16) return true;
  if (bytes > int64_t{1} << 46) return false;
  void* volatile trial = std::malloc(out->size() + static_cast<size_t>(bytes));
  if (trial == nullptr) return false;
  std::free(trial);
  out->reserve(out->size() + static_cast<size_t>(bytes));
  return true;
}

int64_t code_points(const char* utf8) {
  int64_t n = 0;
  for (; *utf8; ++utf8) n += (*utf8 & 0xc0) != 0x80;
  return n;
}

int64_t encoded_size(char32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

void append_fill(std::string* out, char32_t fill, int64_t count) {
  if (fill < 0x80) {
    out->append(static_cast<size_t>(count), static_cast<char>(fill));
  } else {
    for (int64_t i = 0; i < count; ++i) append_code_point(out, fill);
  }
}

NumberLocale separators(Grouping grouping, const NumberLocale& locale) {
  switch (grouping) {
    case Grouping::kComma:
      return {".", ",", "\3"};
    case Grouping::kUnderscore:
      return {".", "_", "\3"};
    case Grouping::kUnderscoreByFour:
      return {".", "_", "\4"};
    case Grouping::kLocale:
      return locale;
    case Grouping::kNone:
      break;
  }
  return {};
}

// The sizes of digit groups from the right, as localeconv() describes them.
class GroupSizes {
 public:
  explicit GroupSizes(const char* grouping) : at_(grouping) {}
  // 0: no further separators.
  int64_t next() {
    if (*at_ == 0) return last_;
    if (*at_ == CHAR_MAX) return 0;
    last_ = *at_++;
    return last_;
  }

 private:
  const char* at_;
  int64_t last_ = 0;
};

// Plans the whole part: its digits with zeros in front until it is min_width wide, and separators between groups.
struct GroupedDigits {
  int64_t zeros = 0;  // put in front
  int64_t separators = 0;
  int64_t width = 0;  // in code points, with the separators
};

GroupedDigits plan_groups(int64_t digits, int64_t min_width, const NumberLocale& marks) {
  GroupedDigits plan;
  int64_t mark_width = code_points(marks.thousands_separator);
  GroupSizes sizes(marks.grouping);
  int64_t remaining = digits, total = 0;
  for (;;) {
    int64_t size = sizes.next();
    int64_t wanted = remaining > min_width ? remaining : min_width;
    int64_t take = size > 0 && size < wanted ? size : wanted;
    if (take < 1) take = 1;
    total += take;
    remaining -= take < remaining ? take : remaining;
    min_width -= take;
    if (size == 0 || (remaining <= 0 && min_width <= 0)) break;
    ++plan.separators;
    min_width -= mark_width;
  }
  plan.zeros = total - digits;
  plan.width = total + plan.separators * mark_width;
  return plan;
}

void append_groups(std::string* out, const char* digits, int64_t n, const GroupedDigits& plan,
                   const NumberLocale& marks) {
  int64_t total = n + plan.zeros;
  if (plan.separators == 0) {
    out->append(static_cast<size_t>(plan.zeros), '0');
    out->append(digits, static_cast<size_t>(n));
    return;
  }
  // Groups are counted from the right: build the text from its end.
  size_t mark_size = std::strlen(marks.thousands_separator);
  out->append(static_cast<size_t>(total) + static_cast<size_t>(plan.separators) * mark_size, '0');
  char* to = out->data() + out->size();
  const char* from = digits + n;
  GroupSizes sizes(marks.grouping);
  int64_t left = total, group = sizes.next(), marks_left = plan.separators;
  while (left > 0) {
    int64_t take = group > 0 && group < left ? group : left;
    for (int64_t i = 0; i < take; ++i) *--to = from > digits ? *--from : '0';
    left -= take;
    if (left > 0 && marks_left > 0) {
      to -= mark_size;
      std::memcpy(to, marks.thousands_separator, mark_size);
      --marks_left;
    }
    group = sizes.next();
  }
}

// The parts of a number in ASCII. `digits` may be empty (inf, nan, a char).
struct NumberParts {
  bool negative = false;
  const char* prefix = "";
  const char* digits = nullptr;
  int64_t digit_count = 0;
  bool has_point = false;
  const char* fraction = nullptr;
  int64_t fraction_count = 0;
  const char* rest = nullptr;  // exponent, '%', or what has no digits
  int64_t rest_size = 0;       // in bytes
  int64_t rest_width = 0;      // in code points
};

bool append_number(std::string* out, const FormatSpec& spec, const NumberParts& parts, const NumberLocale& marks,
                   FormatError* error) {
  char sign = parts.negative ? '-' : spec.sign == '+' || spec.sign == ' ' ? spec.sign : '\0';
  int64_t prefix_size = static_cast<int64_t>(std::strlen(parts.prefix));
  if (spec.width <= 0 && *marks.grouping == 0 && spec.fraction_grouping == Grouping::kNone) {  // nothing to plan
    if (!room_for(out, prefix_size + parts.digit_count + parts.fraction_count + parts.rest_size + 16))
      return no_memory(error);
    if (sign) out->push_back(sign);
    if (prefix_size) out->append(parts.prefix, static_cast<size_t>(prefix_size));
    if (parts.digit_count) out->append(parts.digits, static_cast<size_t>(parts.digit_count));
    if (parts.has_point) out->append(marks.decimal_point);
    if (parts.fraction_count) out->append(parts.fraction, static_cast<size_t>(parts.fraction_count));
    if (parts.rest_size) out->append(parts.rest, static_cast<size_t>(parts.rest_size));
    return true;
  }
  NumberLocale fraction_marks = separators(spec.fraction_grouping, {});
  int64_t fraction_separators =
      spec.fraction_grouping != Grouping::kNone && parts.fraction_count > 0 ? (parts.fraction_count - 1) / 3 : 0;
  int64_t others = (sign != 0) + prefix_size + (parts.has_point ? code_points(marks.decimal_point) : 0) +
                   parts.fraction_count + fraction_separators + parts.rest_width;
  bool zero_padded = spec.fill == '0' && spec.align == '=';
  if (spec.width > 0 && !room_for(out, spec.width)) return no_memory(error);  // before anything is done by the digit
  GroupedDigits plan;
  if (parts.digit_count > 0) plan = plan_groups(parts.digit_count, zero_padded ? spec.width - others : 0, marks);
  int64_t padding = spec.width - others - plan.width;
  if (padding < 0) padding = 0;
  int64_t bytes = (others + plan.width + padding) * encoded_size(spec.fill) +
                  plan.separators * static_cast<int64_t>(std::strlen(marks.thousands_separator)) + 16;
  if (!room_for(out, bytes)) return no_memory(error);

  int64_t left = spec.align == '>' ? padding : spec.align == '^' ? padding / 2 : 0;
  int64_t inner = spec.align == '=' ? padding : 0;
  append_fill(out, spec.fill, left);
  if (sign) out->push_back(sign);
  out->append(parts.prefix, static_cast<size_t>(prefix_size));
  append_fill(out, spec.fill, inner);
  if (parts.digit_count > 0) append_groups(out, parts.digits, parts.digit_count, plan, marks);
  if (parts.has_point) out->append(marks.decimal_point);
  if (fraction_separators == 0) {
    if (parts.fraction_count) out->append(parts.fraction, static_cast<size_t>(parts.fraction_count));
  } else {
    // Groups of a fraction are counted from the point.
    for (int64_t i = 0; i < parts.fraction_count; ++i) {
      if (i && i % 3 == 0) out->append(fraction_marks.thousands_separator);
      out->push_back(parts.fraction[i]);
    }
  }
  if (parts.rest_size) out->append(parts.rest, static_cast<size_t>(parts.rest_size));
  append_fill(out, spec.fill, padding - left - inner);
  return true;
}

bool is_float_type(char32_t type) {
  return type == 'e' || type == 'E' || type == 'f' || type == 'F' || type == 'g' || type == 'G' || type == '%';
}

// The text of a float by type and precision (no width, no grouping), always with a '-' of its own.
struct FloatForm {
  char code;
  int64_t precision;
  unsigned flags;
  bool percent;
};

bool float_form(const FormatSpec& spec, FloatForm* out, FormatError* error) {
  char type = static_cast<char>(spec.type);
  FloatForm form{type, spec.precision, 0, false};
  if (spec.alternate) form.flags |= kAlternateForm;
  if (spec.no_negative_zero) form.flags |= kNoNegativeZero;
  if (spec.precision > INT_MAX) return fail(error, "precision too big");
  int64_t default_precision = 6;
  if (type == '\0') {
    form.flags |= kAddDotZero;
    form.code = 'r';
    default_precision = 0;
  } else if (type == 'n') {
    form.code = 'g';
  } else if (type == '%') {
    form.code = 'f';
    form.percent = true;
  }
  if (form.precision < 0)
    form.precision = default_precision;
  else if (form.code == 'r')
    form.code = 'g';
  *out = form;
  return true;
}

// Cuts the text of a float into its parts.
NumberParts split_float(const char* text, int64_t size) {
  NumberParts parts;
  int64_t at = 0;
  if (at < size && text[at] == '-') {
    parts.negative = true;
    ++at;
  }
  auto is_digit = [&](int64_t i) { return i < size && text[i] >= '0' && text[i] <= '9'; };
  parts.digits = text + at;
  while (is_digit(at)) ++at;
  parts.digit_count = text + at - parts.digits;
  if (at < size && text[at] == '.') {
    parts.has_point = true;
    ++at;
    parts.fraction = text + at;
    while (is_digit(at)) ++at;
    parts.fraction_count = text + at - parts.fraction;
  }
  parts.rest = text + at;
  parts.rest_size = parts.rest_width = size - at;
  return parts;
}

NumberLocale marks_for(const FormatSpec& spec, const FormatContext& context) {
  return separators(spec.type == 'n' ? Grouping::kLocale : spec.grouping, context.locale);
}

bool digits_limit(int64_t max_digits, FormatError* error) {
  char buffer[160];
  std::snprintf(buffer, sizeof buffer,
                "Exceeds the limit (%lld digits) for integer string conversion; use sys.set_int_max_str_digits() to "
                "increase the limit",
                static_cast<long long>(max_digits));
  return fail(error, buffer);
}

bool format_char(std::string* out, const FormatSpec& spec, BigView value, FormatError* error) {
  if (spec.sign != 0) return fail(error, "Sign not allowed with integer format specifier 'c'");
  if (spec.alternate) return fail(error, "Alternate form (#) not allowed with integer format specifier 'c'");
  int64_t c;
  if (!big_to_int64(value, &c))
    return fail(error, "Python int too large to convert to C long", FormatErrorKind::kOverflowError);
  if (c < 0 || c > 0x10ffff) return fail(error, "%c arg not in range(0x110000)", FormatErrorKind::kOverflowError);
  std::string text;
  append_code_point(&text, static_cast<char32_t>(c));
  NumberParts parts;
  parts.rest = text.data();
  parts.rest_size = static_cast<int64_t>(text.size());
  parts.rest_width = 1;
  return append_number(out, spec, parts, {}, error);
}

}  // namespace

bool format_int(std::string* out, const FormatSpec& spec, BigView value, const FormatContext& context,
                FormatError* error) {
  if (is_float_type(spec.type)) {
    double d;
    if (!big_to_double(value, &d))
      return fail(error, "int too large to convert to float", FormatErrorKind::kOverflowError);
    return format_float(out, spec, d, context, error);
  }
  int base = 10;
  const char* prefix = "";
  switch (spec.type) {
    case 'b':
      base = 2;
      prefix = "0b";
      break;
    case 'o':
      base = 8;
      prefix = "0o";
      break;
    case 'x':
      base = 16;
      prefix = "0x";
      break;
    case 'X':
      base = 16;
      prefix = "0X";
      break;
    case 'c':
    case 'd':
    case 'n':
      break;
    default:
      unknown_format_code(spec.type, context.type_name, error);
      return false;
  }
  if (spec.precision != -1) return fail(error, "Precision not allowed in integer format specifier");
  if (spec.no_negative_zero) return fail(error, "Negative zero coercion (z) not allowed in integer format specifier");
  if (spec.type == 'c') return format_char(out, spec, value, error);
  if (base == 10 && big_exceeds_digits(value, context.max_digits)) return digits_limit(context.max_digits, error);

  char local[128];
  int64_t room = big_text_size(value, base);
  char* text =
      room <= static_cast<int64_t>(sizeof local) ? local : static_cast<char*>(std::malloc(static_cast<size_t>(room)));
  if (text == nullptr) return no_memory(error);
  NumberParts parts;
  parts.negative = value.is_negative();
  BigStatus status = big_to_text(text, &parts.digit_count, value.magnitude(), base, context.poll);
  bool done = false;
  if (status == BigStatus::kOk) {
    if (spec.type == 'X')
      for (int64_t i = 0; i < parts.digit_count; ++i)
        if (text[i] >= 'a') text[i] = static_cast<char>(text[i] - ('a' - 'A'));
    parts.digits = text;
    if (spec.alternate) parts.prefix = prefix;
    done = append_number(out, spec, parts, marks_for(spec, context), error);
  } else if (status == BigStatus::kInterrupted) {
    fail(error, "", FormatErrorKind::kInterrupted);
  } else {
    no_memory(error);
  }
  if (text != local) std::free(text);
  return done;
}

bool format_float(std::string* out, const FormatSpec& spec, double value, const FormatContext& context,
                  FormatError* error) {
  if (!is_float_type(spec.type) && spec.type != 'n' && spec.type != 0) {
    unknown_format_code(spec.type, context.type_name, error);
    return false;
  }
  FloatForm form;
  if (!float_form(spec, &form, error)) return false;
  std::string text;
  if (!append_double(&text, form.percent ? value * 100 : value, form.code, form.precision, form.flags))
    return no_memory(error);
  if (form.percent) text.push_back('%');
  NumberParts parts = split_float(text.data(), static_cast<int64_t>(text.size()));
  return append_number(out, spec, parts, marks_for(spec, context), error);
}

bool format_complex(std::string* out, const FormatSpec& spec, double real, double imaginary,
                    const FormatContext& context, FormatError* error) {
  if ((!is_float_type(spec.type) && spec.type != 'n' && spec.type != 0) || spec.type == '%') {
    unknown_format_code(spec.type, context.type_name, error);
    return false;
  }
  FloatForm form;
  if (!float_form(spec, &form, error)) return false;
  if (spec.fill == '0') return fail(error, "Zero padding is not allowed in complex format specifier");
  if (spec.align == '=') return fail(error, "'=' alignment flag is not allowed in complex format specifier");
  // Like repr: parentheses and whole numbers without ".0" where no type is given, and no real part where it is +0.
  form.flags &= ~static_cast<unsigned>(kAddDotZero);
  bool bare = spec.type == 0;
  bool skip_real = bare && real == 0.0 && !std::signbit(real);
  bool parentheses = bare && !skip_real;

  NumberLocale marks = marks_for(spec, context);
  FormatSpec part = spec;  // grouping and sign hold for each part, the width for the whole
  part.width = -1;
  part.align = '>';
  std::string body, text;
  if (parentheses) body.push_back('(');
  if (!skip_real) {
    if (!append_double(&text, real, form.code, form.precision, form.flags)) return no_memory(error);
    if (!append_number(&body, part, split_float(text.data(), static_cast<int64_t>(text.size())), marks, error))
      return false;
    part.sign = '+';
    text.clear();
  }
  if (!append_double(&text, imaginary, form.code, form.precision, form.flags)) return no_memory(error);
  if (!append_number(&body, part, split_float(text.data(), static_cast<int64_t>(text.size())), marks, error))
    return false;
  body.push_back('j');
  if (parentheses) body.push_back(')');

  NumberParts whole;
  whole.rest = body.data();
  whole.rest_size = static_cast<int64_t>(body.size());
  whole.rest_width = code_points(body.c_str());
  FormatSpec outer;
  outer.fill = spec.fill;
  outer.align = spec.align;
  outer.width = spec.width;
  return append_number(out, outer, whole, {}, error);
}

}  // namespace kaa
