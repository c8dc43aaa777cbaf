// Shared by the files about exceptions: access to plain fields as attributes, and the common parts of constructors.
#pragma once
#include "types/objmodel.h"

namespace kaa {

// A field of the struct as an attribute: None when empty; deleting empties it.
template <class E, Field<> E::*M>
Result<Value> exc_get(Thread&, Value self) { return or_none((static_cast<E*>(self.object())->*M).get()); }
template <class E, Field<> E::*M>
Status exc_set(Thread&, Value self, Value v) { (static_cast<E*>(self.object())->*M).set(v); return {}; }
#define EXC_FIELD(E, name, field, doc) {name, exc_get<E, &E::field>, exc_set<E, &E::field>, doc}

// Splits the arguments of a raw `__init__`/`__new__`: the positional ones behind self; keywords are an error unless `known` are among them.
inline uint32_t positional_count(Args a, Tuple* kwnames) { return a.n - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0); }
Status no_keywords(Thread& t, const char* name, Tuple* kwnames);
// Sets args to the positional arguments behind self.
Status exc_set_args(Thread& t, Args a, Tuple* kwnames);
Result<Value> base_exception_new(Thread& t, Args a, Tuple* kwnames);
Result<Value> base_exception_str(Thread& t, Args a);
// A copy of the instance's attributes.
Result<Dict*> exc_attributes(Thread& t, Value self);

}  // namespace kaa
