// str.__format__: alignment, width and precision.
#include "base/format_spec.h"

#include "types/str.h"

namespace kaa {

static Error raise_format_error(Thread& t, const FormatError& e) {
  switch (e.kind) {
    case FormatErrorKind::kMemoryError: return raise_memory(t);
    case FormatErrorKind::kOverflowError: return RAISE(OverflowError, "%s", e.message.c_str());
    default: return RAISE(ValueError, "%s", e.message.c_str());
  }
}

Result<Str*> format_str(Thread& t, Str* s, TextView spec) {
  FormatSpec f;
  FormatError e;
  Utf8 name;
  TRY(str_utf8(t, s->type()->name, name, true));
  if (!parse_format_spec(spec, name.data, 's', '<', &f, &e, decimal_digit)) return raise_format_error(t, e);
  StringLayout layout;
  if (!layout_string(f, static_cast<int64_t>(s->length), name.data, &layout, &e)) return raise_format_error(t, e);
  return str_pad_slice(t, s, static_cast<size_t>(layout.take), static_cast<size_t>(layout.left), static_cast<size_t>(layout.right), f.fill);
}

Result<Value> str_dunder_format(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "__format__() argument must be str, not %T", a[1]);
  Str *s = a.as<Str>(0), *spec = a.as<Str>(1);
  if (spec->length == 0) return TRY(str(t, s));
  return TRY(format_str(t, s, view_of(spec)));
}

}  // namespace kaa
