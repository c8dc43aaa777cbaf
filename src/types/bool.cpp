// bool: an int type with two values, which are constants in the word.
#include "types/int.h"

namespace kaa {

#define ROW(name) Result<Value> bool_m_##name(Thread&, Args); Result<Value> bool_r_##name(Thread&, Args);
ROW(and) ROW(or) ROW(xor)
#undef ROW

namespace {

Result<Value> bool_new(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "bool() takes no keyword arguments");
  if (a.n > 2) return RAISE(TypeError, "bool expected at most 1 argument, got %u", a.n - 1);
  if (a.n < 2) return kFalse;
  bool b = TRY(truth(t, a[1]));
  return Value::from_bool(b);
}
Result<Value> bool_repr(Thread&, Args a) { return Value(a[0] == kTrue ? NAME("True") : NAME("False")); }
Result<Value> bool_invert(Thread& t, Args a) {
  TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
           "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int "
           "object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want "
           "the bitwise inversion of the underlying int."));
  return small_int(a[0] == kTrue ? -2 : -1);
}

const MethodDef k_methods[] = {
    {"__new__", bool_new, "($cls, object=False, /)", "The truth value of an object.", MethodKind::kNew},
    {"__repr__", bool_repr, "($self, /)", "Return repr(self)."},
    {"__invert__", bool_invert, "($self, /)", "~self"},
    {"__and__", bool_m_and, "($self, value, /)", "Return self&value."},
    {"__rand__", bool_r_and, "($self, value, /)", "Return value&self."},
    {"__xor__", bool_m_xor, "($self, value, /)", "Return self^value."},
    {"__rxor__", bool_r_xor, "($self, value, /)", "Return value^self."},
    {"__or__", bool_m_or, "($self, value, /)", "Return self|value."},
    {"__ror__", bool_r_or, "($self, value, /)", "Return value|self."},
};

}  // namespace

extern const TypeSpec bool_spec = {
    .doc = "The two truth values True and False: ints that equal 1 and 0. bool(x) is the truth of x.", .methods = k_methods};

}  // namespace kaa
