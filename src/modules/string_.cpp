// _string: the reader of str.format's markup, for string.Formatter.
#include "types/format_markup.h"

namespace kaa {

namespace {

struct MarkupIter : Object {  // yields (literal, field name, format spec, conversion)
  Field<Str*> text;
  uint64_t position;
  template <class F> void each_field(F&& f) { f(text); }
};
struct NameIter : Object {    // yields (is attribute, name or index)
  Field<Str*> text;
  uint64_t position;
  template <class F> void each_field(F&& f) { f(text); }
};

struct State { Type* markup_iter; Type* name_iter; };
State g_state;  // immortal types

Result<Value> piece(Thread& t, Str* s, Range r) { return TRY(str_substr(t, s, r.start, r.end)); }

Result<Value> markup_iter_next(Thread& t, Object* o) {
  MarkupIter* it = static_cast<MarkupIter*>(o);
  Str* s = it->text;
  MarkupReader reader(view_of(s), {it->position, s->length});
  Markup m;
  bool more = TRY(reader.next(t, m));
  if (!more) return Value();
  it->position = reader.position();
  Value literal = TRY(piece(t, s, m.literal)), name = kNone, spec = kNone, conversion = kNone;
  if (m.field) {
    name = TRY(piece(t, s, m.name));
    spec = TRY(piece(t, s, m.spec));
    if (m.conversion) conversion = TRY(str_char(t, m.conversion));
  }
  return TRY(make_tuple(t, literal, name, spec, conversion));
}

Result<Value> name_iter_next(Thread& t, Object* o) {
  NameIter* it = static_cast<NameIter*>(o);
  Str* s = it->text;
  NameReader reader(view_of(s), {it->position, s->length});
  NamePart p;
  bool more = TRY(reader.next(t, p));
  if (!more) return Value();
  it->position = reader.position();
  Value name = p.index >= 0 ? TRY(make_int(t, p.index)) : TRY(piece(t, s, p.name));
  return TRY(make_tuple(t, Value::from_bool(p.attribute), name));
}

const TypeSpec k_markup_iter_spec = {.iternext = markup_iter_next, .layout = &kLayout<MarkupIter>, .flags = kTypeDisallowInstantiation};
const TypeSpec k_name_iter_spec = {.iternext = name_iter_next, .layout = &kLayout<NameIter>, .flags = kTypeDisallowInstantiation};

Result<Value> formatter_parser(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "expected str, got %T", a[0]);
  MarkupIter* it = TRY(alloc<MarkupIter>(t, g_state.markup_iter->root));
  it->text.init(a.as<Str>(0));
  return it;
}

Result<Value> formatter_field_name_split(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "expected str, got %T", a[0]);
  Str* s = a.as<Str>(0);
  Range first = first_name(view_of(s), {0, s->length});
  int64_t index = TRY(markup_number(t, view_of(s), first));
  Value name = index >= 0 ? TRY(make_int(t, index)) : TRY(piece(t, s, first));
  NameIter* it = TRY(alloc<NameIter>(t, g_state.name_iter->root));
  it->text.init(s);
  it->position = first.end;
  return TRY(make_tuple(t, name, it));
}

Status string_exec(Thread& t, Module*) {
  g_state.markup_iter = TRY(make_native_type(t, "formatteriterator", nullptr, k_markup_iter_spec));
  g_state.name_iter = TRY(make_native_type(t, "fieldnameiterator", nullptr, k_name_iter_spec));
  return {};
}

const MethodDef k_functions[] = {
    {"formatter_parser", formatter_parser, "(string, /)", "Iterates over the parts of a format: (literal, field name, format spec, conversion).", MethodKind::kFunction},
    {"formatter_field_name_split", formatter_field_name_split, "(string, /)", "(first part, iterator over the others) of a field name.", MethodKind::kFunction},
};

}  // namespace

extern const ModuleDef _string_module = {"_string", "The markup of str.format, taken apart.", k_functions, string_exec};

}  // namespace kaa
