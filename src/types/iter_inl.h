// One step of any iterator from native code, without a call for the iterators over list, tuple and range.
#pragma once
#include "runtime/api.h"

namespace kaa {

// 1: *out is the next item; 0: exhausted; -1: an exception was raised.
inline int iter_step(Thread& t, Value it, Value* out) {
  Object* o = it.object();
  if (o->shape == KAA_SHAPE(list_iterator)) {
    SeqIter* s = static_cast<SeqIter*>(o);
    if (s->seq) {
      List* l = s->seq.value().as<List>();
      if (s->index < l->size) {
        *out = l->items[s->index++];
        return 1;
      }
    }
  } else if (o->shape == KAA_SHAPE(range_iterator)) {
    RangeIter* r = static_cast<RangeIter*>(o);
    if (r->remaining) {
      *out = Value::from_int(r->next);
      r->next += r->step;
      r->remaining--;
      return 1;
    }
    return 0;
  }
  Result<Opt> v = iter_next(t, it);
  if (UNLIKELY(!v.ok())) return -1;
  *out = v.value().v;
  return v.value() ? 1 : 0;
}

// Sets `var` to the next item, or leaves the enclosing iternext function: at the end with `at_end` executed first.
#define ITER_STEP(var, it, at_end)                    \
  Value var;                                          \
  switch (::kaa::iter_step(t, (it), &var)) {          \
    case 0: at_end; return Value();                   \
    case -1: return Error{};                          \
    default: break;                                   \
  }

}  // namespace kaa
