// string.templatelib: what t"..." makes.
#pragma once
#include "objects/objects.h"

namespace kaa {

struct TemplateObject : Object {
  Field<Tuple*> strings;          // always one more than there are interpolations
  Field<Tuple*> interpolations;
  template <class F> void each_field(F&& f) { f(strings); f(interpolations); }
};
struct TemplateIter : Object {    // strings and interpolations in turn, empty strings left out
  Field<TemplateObject*> source;  // empty: exhausted
  uint64_t index;                 // of the next one: strings at even places, interpolations at odd ones
  template <class F> void each_field(F&& f) { f(source); }
};
struct InterpolationObject : Object {
  Field<> value, expression, conversion, format_spec;
  template <class F> void each_field(F&& f) { f(value); f(expression); f(conversion); f(format_spec); }
};

}  // namespace kaa
