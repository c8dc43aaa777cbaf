// string.templatelib.Template and Interpolation, and what t"..." calls.
#include "objects/template.h"

#include "types/str.h"

namespace kaa {

namespace {

Status template_init(Thread& t, Type* ty) { return dict_set(t, ty->dict, NAME("__module__"), NAME("string.templatelib")); }

Result<TemplateObject*> new_template(Thread& t, Tuple* strings, Tuple* interpolations) {
  TemplateObject* o = TRY(alloc<TemplateObject>(t, KAA_SHAPE(template_)));
  o->strings.init(strings);
  o->interpolations.init(interpolations);
  return o;
}

// Puts together alternating parts: strings that meet are joined, and where interpolations meet an empty string stands between them.
class Parts {
 public:
  explicit Parts(Thread& thread) : t(thread) {}
  Status start() {
    strings_ = TRY(new_list(t));
    interpolations_ = TRY(new_list(t));
    return {};
  }
  Status add(Value v) {
    if (IS_EXACT(v, interpolation)) {
      if (!after_string_) TRY(list_append(t, strings_, interp().empty_str));
      after_string_ = false;
      return list_append(t, interpolations_, v);
    }
    if (!after_string_) {
      after_string_ = true;
      return list_append(t, strings_, v);
    }
    Value& last = strings_->items[strings_->size - 1];
    Str* joined = TRY(str_concat(t, last.as<Str>(), v.as<Str>()));
    Value& slot = strings_->items[strings_->size - 1];
    Value old = slot;
    inc(joined);
    slot = joined;
    dec(old);
    return {};
  }
  Result<TemplateObject*> finish() {
    if (!after_string_) TRY(list_append(t, strings_, interp().empty_str));
    Tuple* s = TRY(tuple_from(t, strings_));
    Tuple* i = TRY(tuple_from(t, interpolations_));
    return new_template(t, s, i);
  }

 private:
  Thread& t;
  List* strings_ = nullptr;
  List* interpolations_ = nullptr;
  bool after_string_ = false;
};

Result<Value> template_new(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "Template.__new__ only accepts *args arguments");
  Parts parts(t);
  TRY(parts.start());
  for (uint32_t i = 1; i < a.n; i++) {
    Value v = a[i];
    if (!is_str(v) && !IS_EXACT(v, interpolation)) return RAISE(TypeError, "Template.__new__ *args need to be of type 'str' or 'Interpolation', got %T", v);
    TRY(parts.add(v));
  }
  return TRY(parts.finish());
}

Result<Value> template_add(Thread& t, Args a) {
  const char* name = "string.templatelib.Template";
  if (!IS_EXACT(a[1], template_)) return RAISE(TypeError, "can only concatenate %s (not \"%T\") to %s", name, a[1], name);
  TemplateObject *x = a.as<TemplateObject>(0), *y = a.as<TemplateObject>(1);
  Parts parts(t);
  TRY(parts.start());
  for (TemplateObject* o : {x, y}) {
    for (uint64_t i = 0; i < o->strings->size; i++) {
      TRY(parts.add(o->strings->items[i]));
      if (i < o->interpolations->size) TRY(parts.add(o->interpolations->items[i]));
    }
  }
  return TRY(parts.finish());
}

Result<Value> template_repr(Thread& t, Args a) {
  TemplateObject* o = a.as<TemplateObject>(0);
  TRY(native_enter(t, " while getting the repr of an object"));
  if (repr_enter(t, o)) return TRY(new_str(t, "Template(...)"));
  Result<Str*> r = str_format(t, "Template(strings=%R, interpolations=%R)", o->strings.value(), o->interpolations.value());
  repr_leave(t, o);
  return TRY(r);
}

Result<Value> template_iter(Thread& t, Args a) {
  TemplateIter* it = TRY(alloc<TemplateIter>(t, KAA_SHAPE(template_iterator)));
  it->source.init(a.as<TemplateObject>(0));
  return it;
}
Result<Value> template_next(Thread&, Object* self) {
  TemplateIter* it = static_cast<TemplateIter*>(self);
  if (!it->source) return Value();
  TemplateObject* o = it->source;
  while (it->index / 2 < o->strings->size) {
    uint64_t i = it->index++;
    if (i % 2 == 0) {
      Value s = o->strings->items[i / 2];
      if (s.as<Str>()->length) return s;
    } else if (i / 2 < o->interpolations->size) {
      return o->interpolations->items[i / 2];
    }
  }
  it->source.clear();
  return Value();
}

Result<Value> template_strings(Thread&, Value self) { return self.as<TemplateObject>()->strings.value(); }
Result<Value> template_interpolations(Thread&, Value self) { return self.as<TemplateObject>()->interpolations.value(); }
Result<Value> template_values(Thread& t, Value self) {
  Tuple* from = self.as<TemplateObject>()->interpolations;
  Tuple* u = TRY(new_tuple(t, from->size));
  for (uint64_t i = 0; i < from->size; i++) tuple_init(u, i, from->items[i].as<InterpolationObject>()->value);
  return u;
}

Result<Value> template_reduce(Thread& t, Args a) {
  Value f = TRY(import_attr(t, "string.templatelib", "_template_unpickle"));
  TemplateObject* o = a.as<TemplateObject>(0);
  Tuple* args = TRY(make_tuple(t, o->strings.value(), o->interpolations.value()));
  return TRY(make_tuple(t, f, args));
}
Result<Value> template_class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }

const MethodDef k_template_methods[] = {
    {"__new__", template_new, nullptr, "Makes a template of strings and interpolations.", MethodKind::kNew},
    {"__repr__", template_repr, "($self, /)", "The parts."},
    {"__add__", template_add, "($self, value, /)", "Both templates' parts, one behind the other."},
    {"__iter__", template_iter, "($self, /)", "Iterates over the strings that are not empty and the interpolations, in order."},
    {"__reduce__", template_reduce, "($self, /)", "For pickling."},
    {"__class_getitem__", template_class_getitem, "($cls, object, /)", "A generic alias.", MethodKind::kClassMethod},
};
const GetSetDef k_template_getsets[] = {
    {"strings", template_strings, nullptr, "The strings: one more than there are interpolations."},
    {"interpolations", template_interpolations, nullptr, "The interpolations."},
    {"values", template_values, nullptr, "The interpolations' values."},
};

// ---- Interpolation
Result<Value> new_interpolation(Thread& t, Value value, Value expression, Value conversion, Value spec) {
  InterpolationObject* o = TRY(alloc<InterpolationObject>(t, KAA_SHAPE(interpolation)));
  o->value.init(value);
  o->expression.init(expression);
  o->conversion.init(conversion);
  o->format_spec.init(spec);
  return o;
}

Result<Value> interpolation_new(Thread& t, Args a) {
  Value expression = a[2] ? a[2] : Value(interp().empty_str), conversion = a[3] ? a[3] : kNone, spec = a[4] ? a[4] : Value(interp().empty_str);
  if (!is_str(expression)) return RAISE(TypeError, "Interpolation() argument 'expression' must be str, not %T", expression);
  if (!conversion.is_none()) {
    if (!is_str(conversion)) return RAISE(TypeError, "Interpolation() argument 'conversion' must be str, not %T", conversion);
    Str* c = conversion.as<Str>();
    if (c->length != 1 || !(c->at(0) == 's' || c->at(0) == 'r' || c->at(0) == 'a'))
      return RAISE(ValueError, "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'");
  }
  if (!is_str(spec)) return RAISE(TypeError, "Interpolation() argument 'format_spec' must be str, not %T", spec);
  return new_interpolation(t, a[1], expression, conversion, spec);
}

Result<Value> interpolation_repr(Thread& t, Args a) {
  InterpolationObject* o = a.as<InterpolationObject>(0);
  TRY(native_enter(t, " while getting the repr of an object"));
  return TRY(str_format(t, "Interpolation(%R, %R, %R, %R)", o->value.value(), o->expression.value(), o->conversion.value(), o->format_spec.value()));
}
Result<Value> interpolation_reduce(Thread& t, Args a) {
  InterpolationObject* o = a.as<InterpolationObject>(0);
  Tuple* args = TRY(make_tuple(t, o->value.value(), o->expression.value(), o->conversion.value(), o->format_spec.value()));
  return TRY(make_tuple(t, Value(KAA_TYPE(interpolation)), args));
}
Result<Value> interpolation_value(Thread&, Value self) { return self.as<InterpolationObject>()->value.value(); }
Result<Value> interpolation_expression(Thread&, Value self) { return self.as<InterpolationObject>()->expression.value(); }
Result<Value> interpolation_conversion(Thread&, Value self) { return self.as<InterpolationObject>()->conversion.value(); }
Result<Value> interpolation_format_spec(Thread&, Value self) { return self.as<InterpolationObject>()->format_spec.value(); }

const MethodDef k_interpolation_methods[] = {
    {"__new__", interpolation_new, "($cls, value, expression='', conversion=None, format_spec='')", "Makes an interpolation.", MethodKind::kNew},
    {"__repr__", interpolation_repr, "($self, /)", "The four attributes."},
    {"__reduce__", interpolation_reduce, "($self, /)", "For pickling."},
    {"__class_getitem__", template_class_getitem, "($cls, object, /)", "A generic alias.", MethodKind::kClassMethod},
};
const GetSetDef k_interpolation_getsets[] = {
    {"value", interpolation_value, nullptr, "The value."},
    {"expression", interpolation_expression, nullptr, "The text of the expression."},
    {"conversion", interpolation_conversion, nullptr, "'s', 'r', 'a', or None."},
    {"format_spec", interpolation_format_spec, nullptr, "The format specification, '' for none."},
};
const char* const k_interpolation_match[] = {"value", "expression", "conversion", "format_spec", nullptr};

}  // namespace

Result<Value> make_interpolation(Thread& t, Value value, Value expr, int conversion, Value spec) {
  if (!is_str(expr) || (spec && !spec.is_none() && !is_str(spec))) return RAISE(SystemError, "wrong parts of an interpolation");
  Value c = conversion == 0 ? kNone : Value(interp().latin1[static_cast<int>(" sra"[conversion])]);
  return new_interpolation(t, value, expr, c, spec && !spec.is_none() ? spec : Value(interp().empty_str));
}

Result<Value> make_template(Thread& t, Value strings, Value interpolations) {
  bool fine = IS_EXACT(strings, tuple) && IS_EXACT(interpolations, tuple) && strings.as<Tuple>()->size == interpolations.as<Tuple>()->size + 1;
  for (uint64_t i = 0; fine && i < strings.as<Tuple>()->size; i++) fine = is_str(strings.as<Tuple>()->items[i]);
  for (uint64_t i = 0; fine && i < interpolations.as<Tuple>()->size; i++) fine = IS_EXACT(interpolations.as<Tuple>()->items[i], interpolation);
  if (!fine) return RAISE(SystemError, "wrong parts of a template");
  return TRY(new_template(t, strings.as<Tuple>(), interpolations.as<Tuple>()));
}

extern const TypeSpec template__spec = {
    .doc = "Template(*parts): what a t-string makes, strings and interpolations.",
    .methods = k_template_methods,
    .getsets = k_template_getsets,
    .init = template_init,
};
extern const TypeSpec template_iterator_spec = {.iternext = template_next, .init = template_init};
extern const TypeSpec interpolation_spec = {
    .doc = "Interpolation(value, expression='', conversion=None, format_spec=''): a replacement field of a t-string.",
    .methods = k_interpolation_methods,
    .getsets = k_interpolation_getsets,
    .match_args = k_interpolation_match,
    .init = template_init,
};

}  // namespace kaa
