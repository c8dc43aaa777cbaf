// format(): libmpdec does it for the specifications it knows; for others the library's pure Decimal, in a context like the current one.
#include <stdlib.h>

#include <string>

#include "modules/decimal/decimal.h"
#include "runtime/warnings.h"

namespace kaa::decimal {

namespace {

// A text of the locale's encoding as UTF-8, which libmpdec wants.
bool locale_utf8(const char* s, std::string& out) {
  out.clear();
  mbstate_t shift = {};
  size_t left = strlen(s);
  while (left) {
    wchar_t ch;
    size_t n = mbrtowc(&ch, s, left, &shift);
    if (n == 0 || n > left) return false;
    uint32_t c = static_cast<uint32_t>(ch);
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xC0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 63));
    } else if (c < 0x10000) {
      out += static_cast<char>(0xE0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 63));
      out += static_cast<char>(0x80 | (c & 63));
    } else {
      out += static_cast<char>(0xF0 | c >> 18);
      out += static_cast<char>(0x80 | (c >> 12 & 63));
      out += static_cast<char>(0x80 | (c >> 6 & 63));
      out += static_cast<char>(0x80 | (c & 63));
    }
    s += n;
    left -= n;
  }
  return true;
}

// One entry of the dict that stands for localeconv().
Status override_text(Thread& t, Value dict, const char* key, std::string& storage, const char** out) {
  Opt v = TRY(dict_get(t, dict.as<Dict>(), intern_name(key)));
  if (!v) return {};
  if (!is_str(v.v)) return RAISE(TypeError, "internal error in dec_mpd_qformat: override values must be str, not %T", v.v);
  Utf8 text;
  TRY(str_utf8(t, v.v.as<Str>(), text));
  storage = text.view();
  *out = storage.c_str();
  return {};
}

Result<Value> pure_format(Thread& t, Context* c, const mpd_t* d, Value spec) {
  Value text = TRY(to_text(t, d, true));
  Value number = TRY(call(t, TRY(import_attr(t, "_pydecimal", "Decimal")), text));
  Value context = TRY(call(t, TRY(import_attr(t, "_pydecimal", "Context")), TRY(make_int(t, c->ctx.prec)), Value(state().roundings[c->ctx.round]), TRY(make_int(t, c->ctx.emin)),
                           TRY(make_int(t, c->ctx.emax)), small_int(c->capitals), small_int(c->ctx.clamp)));
  Result<Value> r = call_method(t, number, NAME("__format__"), spec, context);
  if (r.ok() || !exc_matches(t, KAA_TYPE(ValueError))) return r;
  clear_exc(t);
  return RAISE(ValueError, "invalid format string");
}
}  // namespace

Result<Value> decimal_format(Thread& t, Args a) {
  const mpd_t* d = dec_of(a[0]);
  Context* c = TRY(current(t));
  if (!is_str(a[1])) return RAISE(TypeError, "format arg must be str");
  if (a[2] && !is_dict(a[2])) return RAISE(TypeError, "optional argument must be a dict");
  Utf8 given;
  TRY(str_utf8(t, a[1].as<Str>(), given));
  std::string fmt(given.view());
  bool upper = !fmt.empty() && fmt.back() == 'N';
  if (upper) {
    TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "Format specifier 'N' is deprecated and slated for removal in Python 3.18"));
    fmt.back() = 'n';
  }
  // A NUL as the fill character would end the text: another one that nothing else in the result can be stands for it meanwhile.
  bool nul_fill = !fmt.empty() && fmt[0] == 0;
  if (nul_fill) fmt[0] = 1;
  mpd_spec_t spec;
  if (fmt.find('\0') != std::string::npos || !mpd_parse_fmt_str(&spec, fmt.c_str(), c->capitals)) return pure_format(t, c, d, a[1]);
  std::string dot, sep, grouping;
  if (a[2]) {
    TRY(override_text(t, a[2], "decimal_point", dot, &spec.dot));
    TRY(override_text(t, a[2], "thousands_sep", sep, &spec.sep));
    TRY(override_text(t, a[2], "grouping", grouping, &spec.grouping));
    if (mpd_validate_lconv(&spec) < 0) return RAISE(ValueError, "invalid override dict");
  } else {
    if (spec.dot && static_cast<unsigned char>(spec.dot[0]) >= 128 && locale_utf8(spec.dot, dot)) spec.dot = dot.c_str();
    if (spec.sep && static_cast<unsigned char>(spec.sep[0]) >= 128 && locale_utf8(spec.sep, sep)) spec.sep = sep.c_str();
  }
  uint32_t status = 0;
  char* text = mpd_qformat_spec(d, &spec, &c->ctx, &status);
  if (!text) {
    if (status & MPD_Malloc_error) return raise_memory(t);
    return RAISE(ValueError, "format specification exceeds internal limits of _decimal");
  }
  size_t n = strlen(text);
  if (upper)
    for (size_t i = 0; i < n; i++)
      if (text[i] >= 'a' && text[i] <= 'z') text[i] = static_cast<char>(text[i] - 32);
  if (nul_fill)
    for (size_t i = 0; i < n; i++)
      if (text[i] == 1) text[i] = 0;
  Result<Str*> r = new_str(t, {text, n});
  mpd_free(text);
  return r;
}

}  // namespace kaa::decimal
