// __format__ of int, float and complex.
#include <locale.h>

#include "base/float_text.h"
#include "base/unicode_props.h"
#include "types/int.h"
#include "types/number_util.h"

namespace kaa {

TextView text_view(Str* s) { return {s->data(), s->length, s->kind()}; }

FormatContext number_format_context(Thread& t, char32_t type, const char* type_name) {
  FormatContext c;
  c.type_name = type_name;
  c.max_digits = interp().int_max_str_digits;
  c.poll = thread_poll(t);
  if (type == 'n') {
    const lconv* l = localeconv();
    c.locale = {l->decimal_point, l->thousands_sep, l->grouping};
  }
  return c;
}

Error raise_format_error(Thread& t, const FormatError& e) {
  switch (e.kind) {
    case FormatErrorKind::kOverflowError: return RAISE(OverflowError, "%s", e.message.c_str());
    case FormatErrorKind::kMemoryError: return raise_memory(t);
    default: return RAISE(ValueError, "%s", e.message.c_str());
  }
}

namespace {

int decimal_digit(char32_t c) { return c < 0x110000 ? unicode::to_decimal(c) : -1; }

// Parses the specification and runs fn(out, spec, context, error) -> bool, again after an interruption.
template <class F>
Result<Value> format_value(Thread& t, Value self, Value spec_value, char default_type, F&& fn) {
  if (!is_str(spec_value)) return RAISE(TypeError, "__format__() argument must be str, not %T", spec_value);
  Str* spec = spec_value.as<Str>();
  if (spec->length == 0) return Value(TRY(str(t, self)));
  Keep k(spec);
  Utf8 name;
  TRY(str_utf8(t, type_of(self)->name, name, true));
  FormatSpec f;
  FormatError e;
  if (!parse_format_spec(text_view(spec), name.data, default_type, '>', &f, &e, decimal_digit)) return raise_format_error(t, e);
  FormatContext c = number_format_context(t, f.type, name.data);
  for (int round = 0;; round++) {
    std::string out;
    if (round == 3) c.poll = Poll{};
    e = FormatError();
    if (fn(&out, f, c, &e)) return Value(TRY(new_str(t, out)));
    if (e.kind != FormatErrorKind::kInterrupted) return raise_format_error(t, e);
    TRY(safepoint(t));
  }
}

}  // namespace

Result<Value> int_m_format(Thread& t, Args a) {
  AnyInt n(a[0]);
  return format_value(t, a[0], a[1], 'd', [&](std::string* out, const FormatSpec& f, const FormatContext& c, FormatError* e) { return format_int(out, f, n, c, e); });
}
Result<Value> float_m_format(Thread& t, Args a) {
  double d = float_value(a[0]);
  return format_value(t, a[0], a[1], '\0', [&](std::string* out, const FormatSpec& f, const FormatContext& c, FormatError* e) { return format_float(out, f, d, c, e); });
}
Result<Value> complex_m_format(Thread& t, Args a) {
  double re = a.as<ComplexObject>(0)->real, im = a.as<ComplexObject>(0)->imag;
  return format_value(t, a[0], a[1], '\0', [&](std::string* out, const FormatSpec& f, const FormatContext& c, FormatError* e) { return format_complex(out, f, re, im, c, e); });
}

}  // namespace kaa
