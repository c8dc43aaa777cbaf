// _locale: the C library's locale. Kaa's own str methods do not depend on it.
#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#include <string>

#include "modules/posix/sys_util.h"

namespace kaa {

namespace {

Type* g_error;

Error locale_error(Thread& t, const char* text) {
  Value v = TRY(new_str(t, text));
  return raise_class(t, g_error, v);
}
Result<Value> text(Thread& t, const char* s) { return TRY(decode_fs(t, s)); }

// The bytes of a str argument; null for None.
Result<Bytes*> str_arg(Thread& t, Value v, const char* func, int position) {
  if (!is_str(v)) return RAISE(TypeError, "%s() argument %d must be str, not %T", func, position, v);
  Bytes* b = TRY(encode_fs(t, v.as<Str>()));
  if (memchr(b->data(), 0, b->size)) return RAISE(ValueError, "embedded null character");
  return b;
}

Result<Value> locale_setlocale(Thread& t, Args a) {
  int category = TRY(to_cint(t, a[0]));
  if (category < LC_CTYPE || category > LC_IDENTIFICATION) return locale_error(t, a[1] && !a[1].is_none() ? "unsupported locale setting" : "locale query failed");
  if (a[1] && !a[1].is_none()) {
    if (!is_str(a[1])) return RAISE(TypeError, "setlocale() argument 2 must be str or None, not %T", a[1]);
    Bytes* name = TRY(str_arg(t, a[1], "setlocale", 2));
    const char* r = setlocale(category, name->data());
    if (!r) return locale_error(t, "unsupported locale setting");
    return text(t, r);
  }
  const char* r = setlocale(category, nullptr);
  if (!r) return locale_error(t, "locale query failed");
  return text(t, r);
}

Result<Value> grouping(Thread& t, const char* s) {
  List* l = TRY(new_list(t));
  if (!*s) return l;
  for (;; s++) {
    TRY(list_append(t, l, small_int(*s)));
    if (!*s || *s == CHAR_MAX) return l;
  }
}
Result<Value> locale_localeconv(Thread& t, Args) {
  struct lconv c = *localeconv();
  Dict* d = TRY(new_dict(t));
  struct Text { const char* name; const char* value; };
  const Text texts[] = {{"int_curr_symbol", c.int_curr_symbol}, {"currency_symbol", c.currency_symbol}, {"mon_decimal_point", c.mon_decimal_point},
                        {"mon_thousands_sep", c.mon_thousands_sep}, {"positive_sign", c.positive_sign}, {"negative_sign", c.negative_sign},
                        {"decimal_point", c.decimal_point}, {"thousands_sep", c.thousands_sep}};
  struct Small { const char* name; char value; };
  const Small smalls[] = {{"int_frac_digits", c.int_frac_digits}, {"frac_digits", c.frac_digits}, {"p_cs_precedes", c.p_cs_precedes},
                          {"p_sep_by_space", c.p_sep_by_space}, {"n_cs_precedes", c.n_cs_precedes}, {"n_sep_by_space", c.n_sep_by_space},
                          {"p_sign_posn", c.p_sign_posn}, {"n_sign_posn", c.n_sign_posn}};
  for (const Text& x : texts) {
    Value v = TRY(text(t, x.value));
    TRY(dict_set_str(t, d, x.name, v));
  }
  for (const Small& x : smalls) TRY(dict_set_str(t, d, x.name, small_int(x.value)));
  Value g = TRY(grouping(t, c.mon_grouping));
  TRY(dict_set_str(t, d, "mon_grouping", g));
  g = TRY(grouping(t, c.grouping));
  TRY(dict_set_str(t, d, "grouping", g));
  return d;
}

// A str as wide characters, which are code points here.
Result<std::wstring> wide(Thread& t, Value v, const char* func, int position) {
  if (!is_str(v)) {
    TRY((Result<Bytes*>(RAISE(TypeError, "%s() argument%s must be str, not %T", func, position ? (position == 1 ? " 1" : " 2") : "", v))));
  }
  Str* s = v.as<Str>();
  std::wstring w;
  for (size_t i = 0; i < s->length; i++) w.push_back(static_cast<wchar_t>(s->at(i)));
  return w;
}
Result<Value> locale_strcoll(Thread& t, Args a) {
  std::wstring x = TRY(wide(t, a[0], "strcoll", 1)), y = TRY(wide(t, a[1], "strcoll", 2));
  for (const std::wstring& w : {x, y})
    if (w.find(L'\0') != std::wstring::npos) return RAISE(ValueError, "embedded null character");
  return small_int(wcscoll(x.c_str(), y.c_str()));
}
Result<Value> locale_strxfrm(Thread& t, Args a) {
  std::wstring x = TRY(wide(t, a[0], "strxfrm", 0));
  if (x.find(L'\0') != std::wstring::npos) return RAISE(ValueError, "embedded null character");
  size_t n = wcsxfrm(nullptr, x.c_str(), 0);
  std::wstring out(n + 1, 0);
  wcsxfrm(out.data(), x.c_str(), n + 1);
  // The weights of the C library are within the range of characters.
  Str* s = TRY(str_from_ucs4(t, reinterpret_cast<const uint32_t*>(out.data()), n));
  return s;
}

// What nl_langinfo may be asked.
constexpr Constant k_langinfo[] = {
#define C(name) {#name, static_cast<int64_t>(name)},
    C(DAY_1) C(DAY_2) C(DAY_3) C(DAY_4) C(DAY_5) C(DAY_6) C(DAY_7) C(ABDAY_1) C(ABDAY_2) C(ABDAY_3) C(ABDAY_4) C(ABDAY_5) C(ABDAY_6)
    C(ABDAY_7) C(MON_1) C(MON_2) C(MON_3) C(MON_4) C(MON_5) C(MON_6) C(MON_7) C(MON_8) C(MON_9) C(MON_10) C(MON_11) C(MON_12) C(ABMON_1)
    C(ABMON_2) C(ABMON_3) C(ABMON_4) C(ABMON_5) C(ABMON_6) C(ABMON_7) C(ABMON_8) C(ABMON_9) C(ABMON_10) C(ABMON_11) C(ABMON_12) C(RADIXCHAR)
    C(THOUSEP) C(CRNCYSTR) C(D_T_FMT) C(D_FMT) C(T_FMT) C(AM_STR) C(PM_STR) C(CODESET) C(T_FMT_AMPM) C(ERA) C(ERA_D_FMT) C(ERA_D_T_FMT)
    C(ERA_T_FMT) C(ALT_DIGITS) C(YESEXPR) C(NOEXPR) C(_DATE_FMT)
#undef C
};
Result<Value> locale_nl_langinfo(Thread& t, Args a) {
  int key = TRY(to_cint(t, a[0]));
  for (const Constant& c : k_langinfo)
    if (c.value == key) {
      const char* s = nl_langinfo(key);
      if (key != ALT_DIGITS || !*s) return text(t, s ? s : "");
      // Many strings, one after the other: joined with semicolons, as far as there are hundred.
      std::string all;
      for (int i = 0; i < 100 && *s; i++, s += strlen(s) + 1) {
        if (i) all += ';';
        all += s;
      }
      return text(t, all.c_str());
    }
  return RAISE(ValueError, "unsupported langinfo constant");
}
Result<Value> locale_getencoding(Thread&, Args) {
  const char* name = nl_langinfo(CODESET);
  return Value(intern_name(name && *name ? name : "UTF-8"));
}

// ---- messages
Result<Value> locale_gettext(Thread& t, Args a) {
  Bytes* b = TRY(str_arg(t, a[0], "gettext", 1));
  return text(t, gettext(b->data()));
}
Result<Value> locale_dgettext(Thread& t, Args a) {
  Bytes* domain = a[0].is_none() ? nullptr : TRY(str_arg(t, a[0], "dgettext", 1));
  Keep k(domain ? Value(domain) : kNone);
  Bytes* b = TRY(str_arg(t, a[1], "dgettext", 2));
  return text(t, dgettext(domain ? domain->data() : nullptr, b->data()));
}
Result<Value> locale_dcgettext(Thread& t, Args a) {
  Bytes* domain = a[0].is_none() ? nullptr : TRY(str_arg(t, a[0], "dcgettext", 1));
  Keep k(domain ? Value(domain) : kNone);
  Bytes* b = TRY(str_arg(t, a[1], "dcgettext", 2));
  int category = TRY(to_cint(t, a[2]));
  return text(t, dcgettext(domain ? domain->data() : nullptr, b->data(), category));
}
Result<Value> locale_textdomain(Thread& t, Args a) {
  Bytes* domain = a[0].is_none() ? nullptr : TRY(str_arg(t, a[0], "textdomain", 1));
  const char* r = textdomain(domain ? domain->data() : nullptr);
  if (!r) return raise_os_error(t, errno);
  return text(t, r);
}
Result<Value> locale_bindtextdomain(Thread& t, Args a) {
  Bytes* domain = TRY(str_arg(t, a[0], "bindtextdomain", 1));
  Keep k(domain);
  if (!domain->size) return locale_error(t, "domain must be a non-empty string");
  Bytes* dir = a[1].is_none() ? nullptr : TRY(fs_bytes(t, a[1]));
  const char* r = bindtextdomain(domain->data(), dir ? dir->data() : nullptr);
  if (!r) return raise_os_error(t, errno);
  return text(t, r);
}
Result<Value> locale_bind_textdomain_codeset(Thread& t, Args a) {
  Bytes* domain = TRY(str_arg(t, a[0], "bind_textdomain_codeset", 1));
  Keep k(domain);
  Bytes* codeset = a[1].is_none() ? nullptr : TRY(str_arg(t, a[1], "bind_textdomain_codeset", 2));
  const char* r = bind_textdomain_codeset(domain->data(), codeset ? codeset->data() : nullptr);
  if (!r) return kNone;
  return text(t, r);
}

#define ROW(name, sig, doc) {#name, locale_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(setlocale, "(category, locale=None, /)", "Sets or asks for the locale of a category."),
    ROW(localeconv, "()", "How the locale writes numbers and money."),
    ROW(strcoll, "(os1, os2, /)", "Compares two strings by the locale."),
    ROW(strxfrm, "(string, /)", "A string that compares as this one does by the locale."),
    ROW(nl_langinfo, "(key, /)", "A text of the locale."),
    ROW(getencoding, "()", "The encoding of the locale."),
    ROW(gettext, "(msg, /)", "The translation of a message."),
    ROW(dgettext, "(domain, msg, /)", "The translation of a message in a domain."),
    ROW(dcgettext, "(domain, msg, category, /)", "The translation of a message in a domain and category."),
    ROW(textdomain, "(domain, /)", "Sets the domain of messages."),
    ROW(bindtextdomain, "(domain, dir, /)", "Sets the folder of a domain."),
    ROW(bind_textdomain_codeset, "(domain, codeset, /)", "Sets the encoding of a domain."),
};
constexpr Constant k_constants[] = {
    {"LC_CTYPE", LC_CTYPE}, {"LC_TIME", LC_TIME}, {"LC_COLLATE", LC_COLLATE}, {"LC_MONETARY", LC_MONETARY}, {"LC_MESSAGES", LC_MESSAGES},
    {"LC_NUMERIC", LC_NUMERIC}, {"LC_ALL", LC_ALL}, {"CHAR_MAX", CHAR_MAX},
};

Status locale_exec(Thread& t, Module* m) {
  if (!g_error) {
    static Value root;
    g_error = TRY(make_exception(t, "locale.Error", KAA_TYPE(Exception), nullptr));
    root = g_error;
    add_root(&root);
  }
  // In CPython's order, which `python -m locale` shows.
  TRY(add_constants(t, m, k_constants));
  TRY(module_add(t, m, "Error", g_error));
  return add_constants(t, m, k_langinfo);
}

}  // namespace

extern const ModuleDef _locale_module = {"_locale", "The C library's locale.", k_functions, locale_exec};

}  // namespace kaa
