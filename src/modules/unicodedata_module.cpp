// unicodedata: what base/unicode_db.h and base/unicode_norm.h know, once for the current version and once, as methods of `ucd_3_2_0`, for 3.2.0.
#include "base/unicode_norm.h"
#include "types/str.h"

namespace kaa {
namespace {

using unicode::Version;

// The character of a one-character string. `where`: " 1" when the message counts arguments.
Result<uint32_t> char_arg(Thread& t, Value v, const char* fname, const char* where) {
  if (!is_str(v)) return RAISE(TypeError, "%s() argument%s must be a unicode character, not %T", fname, where, v);
  Str* s = v.as<Str>();
  if (s->length != 1) {
    return RAISE(TypeError, "%s(): argument%s must be a unicode character, not a string of length %lu", fname, where, s->length);
  }
  return s->at(0);
}

Result<Value> ascii_value(Thread& t, const char* text) { return TRY(new_str_ascii(t, text, strlen(text))); }

// Every question is a function of a version and the arguments behind self.
template <Version V> Result<Value> category_of(Thread& t, Value* a) {
  return ascii_value(t, unicode::category(TRY(char_arg(t, a[0], "category", "")), V));
}
template <Version V> Result<Value> bidirectional_of(Thread& t, Value* a) {
  return ascii_value(t, unicode::bidirectional(TRY(char_arg(t, a[0], "bidirectional", "")), V));
}
template <Version V> Result<Value> east_asian_width_of(Thread& t, Value* a) {
  return ascii_value(t, unicode::east_asian_width(TRY(char_arg(t, a[0], "east_asian_width", "")), V));
}
template <Version V> Result<Value> combining_of(Thread& t, Value* a) {
  return small_int(unicode::combining(TRY(char_arg(t, a[0], "combining", "")), V));
}
template <Version V> Result<Value> mirrored_of(Thread& t, Value* a) {
  return small_int(unicode::mirrored(TRY(char_arg(t, a[0], "mirrored", "")), V));
}
template <Version V> Result<Value> decomposition_of(Thread& t, Value* a) {
  char text[unicode::kMaxDecompositionText];
  size_t n = unicode::decomposition_text(TRY(char_arg(t, a[0], "decomposition", "")), text, V);
  return TRY(new_str_ascii(t, text, n));
}
template <Version V> Result<Value> decimal_of(Thread& t, Value* a) {
  int value = unicode::decimal(TRY(char_arg(t, a[0], "decimal", " 1")), V);
  if (value >= 0) return small_int(value);
  if (a[1]) return a[1];
  return RAISE(ValueError, "not a decimal");
}
template <Version V> Result<Value> digit_of(Thread& t, Value* a) {
  int value = unicode::digit(TRY(char_arg(t, a[0], "digit", " 1")));
  if (value >= 0) return small_int(value);
  if (a[1]) return a[1];
  return RAISE(ValueError, "not a digit");
}
template <Version V> Result<Value> numeric_of(Thread& t, Value* a) {
  double value;
  if (unicode::numeric(TRY(char_arg(t, a[0], "numeric", " 1")), &value, V)) return make_float(t, value);
  if (a[1]) return a[1];
  return RAISE(ValueError, "not a numeric character");
}
template <Version V> Result<Value> name_of(Thread& t, Value* a) {
  char text[unicode::kMaxName];
  size_t n = unicode::name(TRY(char_arg(t, a[0], "name", " 1")), text, V);
  if (n) return TRY(new_str_ascii(t, text, n));
  if (a[1]) return a[1];
  return RAISE(ValueError, "no such name");
}

Result<Value> no_such_name(Thread& t, std::string_view name) {
  // Bytes that are no UTF-8 are shown as U+FFFD.
  Bytes* raw = TRY(new_bytes(t, name.data(), name.size()));
  Value text = TRY(decode_buffer(t, raw, NAME("utf-8"), NAME("replace")));
  return RAISE(KeyError, "undefined character name '%S'", text);
}
template <Version V> Result<Value> lookup_of(Thread& t, Value* a) {
  Utf8 text;
  BufferHold bytes;
  std::string_view name;
  if (is_str(a[0])) {
    TRY(str_utf8(t, a[0].as<Str>(), text));
    name = text.view();
  } else if (is_instance(a[0], KAA_TYPE(bytearray))) {
    return RAISE(TypeError, "lookup() argument must be read-only bytes-like object, not bytearray");
  } else {
    TRY(bytes.get(t, a[0]));
    name = bytes.view();
  }
  if (name.size() > 256) return RAISE(KeyError, "name too long");
  unicode::Lookup found = unicode::lookup(name);
  if (!found.length) return no_such_name(t, name);
  if (V == Version::k3_2_0 && found.kind != unicode::Lookup::kName) return no_such_name(t, name);
  return TRY(str_from_ucs4(t, found.code_points, found.length));
}

Result<unicode::Form> form_and_text(Thread& t, Value* a, const char* fname) {
  for (int i = 0; i < 2; i++)
    if (!is_str(a[i])) return RAISE(TypeError, "%s() argument %d must be str, not %T", fname, i + 1, a[i]);
  static const char* const k_forms[] = {"NFD", "NFKD", "NFC", "NFKC"};
  for (int i = 0; i < 4; i++)
    if (str_equal_ascii(a[0].as<Str>(), k_forms[i])) return static_cast<unicode::Form>(i);
  return RAISE(ValueError, "invalid normalization form");
}
template <Version V> Result<Value> is_normalized_of(Thread& t, Value* a) {
  unicode::Form form = TRY(form_and_text(t, a, "is_normalized"));
  Str* s = a[1].as<Str>();
  return Value::from_bool(s->is_ascii() || unicode::is_normalized(view_of(s), form, V));
}
template <Version V> Result<Value> normalize_of(Thread& t, Value* a) {
  unicode::Form form = TRY(form_and_text(t, a, "normalize"));
  Str* s = a[1].as<Str>();
  if (s->is_ascii() || (V == Version::k16_0 && unicode::quick_check(view_of(s), form) == unicode::Quick::kYes)) return TRY(str_exact(t, s));
  TextBuilder out;
  if (!unicode::normalize(view_of(s), form, out, V)) return raise_memory(t);
  return TRY(str_from_text(t, out));
}

// The functions of the module have no self among their arguments, the methods of UCD do.
template <Result<Value> (*F)(Thread&, Value*)>
Result<Value> as_function(Thread& t, Args a) {
  Value v[2] = {a[0], a[1]};
  return F(t, v);
}
template <Result<Value> (*F)(Thread&, Value*)>
Result<Value> as_method(Thread& t, Args a) {
  Value v[2] = {a[1], a[2]};
  return F(t, v);
}

#define QUESTIONS(ROW)                                                                                                                  \
  ROW(decimal, "chr, default=<unrepresentable>, /", "The decimal digit's value that a character has, else the default or ValueError.") \
  ROW(digit, "chr, default=<unrepresentable>, /", "The digit's value that a character has, else the default or ValueError.")           \
  ROW(numeric, "chr, default=<unrepresentable>, /", "The number that a character means, a float, else the default or ValueError.")     \
  ROW(category, "chr, /", "The general category of a character, as 'Lu'.")                                                             \
  ROW(bidirectional, "chr, /", "The bidirectional class of a character, '' if it has none.")                                           \
  ROW(combining, "chr, /", "The canonical combining class of a character, 0 if it has none.")                                          \
  ROW(mirrored, "chr, /", "1 for a character that is mirrored in text from right to left, else 0.")                                    \
  ROW(east_asian_width, "chr, /", "The East Asian width of a character, as 'Na'.")                                                     \
  ROW(decomposition, "chr, /", "What a character decomposes to, as text: hexadecimal code points behind an optional tag.")             \
  ROW(name, "chr, default=<unrepresentable>, /", "The name of a character, else the default or ValueError.")                           \
  ROW(lookup, "name, /", "The character (or the sequence) of that name; KeyError if there is none.")                                   \
  ROW(is_normalized, "form, unistr, /", "Whether a text is in the normal form 'NFC', 'NFKC', 'NFD' or 'NFKD'.")                        \
  ROW(normalize, "form, unistr, /", "The normal form 'NFC', 'NFKC', 'NFD' or 'NFKD' of a text.")

#define ROW(name, sig, doc) {#name, as_function<name##_of<Version::k16_0>>, "(" sig ")", doc, MethodKind::kFunction},
const MethodDef k_functions[] = {QUESTIONS(ROW)};
#undef ROW
#define ROW(name, sig, doc) {#name, as_method<name##_of<Version::k3_2_0>>, "($self, " sig ")", doc},
const MethodDef k_methods[] = {QUESTIONS(ROW)};
#undef ROW

struct Ucd : Object {
  template <class F> void each_field(F&&) {}
};
const GetSetDef k_getsets[] = {
    {"unidata_version", [](Thread& t, Value) -> Result<Value> { return ascii_value(t, "3.2.0"); }, nullptr, "The version of the database."},
};
const TypeSpec k_ucd_spec = {.doc = "An older version of the database.",
                             .methods = k_methods,
                             .getsets = k_getsets,
                             .layout = &kLayout<Ucd>,
                             .flags = kTypeDisallowInstantiation | kTypeImmutable};

Status exec(Thread& t, Module* m) {
  Type* type = TRY(make_native_type(t, "unicodedata.UCD", nullptr, k_ucd_spec));
  TRY(module_add(t, m, "UCD", type));
  TRY(module_add(t, m, "ucd_3_2_0", TRY(alloc<Ucd>(t, type->root))));
  return module_add(t, m, "unidata_version", TRY(ascii_value(t, "16.0.0")));
}

}  // namespace

extern const ModuleDef unicodedata_module = {.name = "unicodedata", .doc = "The Unicode character database, version 16.0.0.", .functions = k_functions, .exec = exec};

}  // namespace kaa
