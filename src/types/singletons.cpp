// The types of None, NotImplemented and Ellipsis: calling them gives the one instance.
#include "runtime/plain.h"
#include "types/objmodel.h"

namespace kaa {

static Result<Value> single(Thread& t, Args a, Tuple* kwnames, const char* name, Value v) {
  if (a.n > 1 || (kwnames && kwnames->size)) return RAISE(TypeError, "%s takes no arguments", name);
  return v;
}
static Result<Value> none_new(Thread& t, Args a, Tuple* k) { return single(t, a, k, "NoneType", kNone); }
static Result<Value> not_implemented_new(Thread& t, Args a, Tuple* k) { return single(t, a, k, "NotImplementedType", kNotImplemented); }
static Result<Value> ellipsis_new(Thread& t, Args a, Tuple* k) { return single(t, a, k, "EllipsisType", kEllipsis); }

static Result<Value> none_repr(Thread&, Args) { return NAME("None"); }
static Result<Value> not_implemented_repr(Thread&, Args) { return NAME("NotImplemented"); }
static Result<Value> ellipsis_repr(Thread&, Args) { return NAME("Ellipsis"); }
static Result<Value> none_hash(Thread&, Args) { return small_int(kNoneHash); }
static Result<Value> none_bool(Thread&, Args) { return kFalse; }
static Result<Value> none_eq(Thread&, Args a) { return a[1].is_none() ? kTrue : kNotImplemented; }
static Result<Value> none_ne(Thread&, Args a) { return a[1].is_none() ? kFalse : kNotImplemented; }
static Result<Value> not_implemented_bool(Thread& t, Args) { return RAISE(TypeError, "NotImplemented should not be used in a boolean context"); }

#define NEW_ROW(fn) {"__new__", fn, "($cls, /, *args, **kwargs)", "Create and return a new object.", MethodKind::kNew}
static const MethodDef k_none_methods[] = {
    NEW_ROW(none_new),
    {"__repr__", none_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", none_hash, "($self, /)", "Return hash(self)."},
    {"__eq__", none_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", none_ne, "($self, value, /)", "Return self!=value."},
    {"__bool__", none_bool, "($self, /)", "True if self else False"},
};
extern const TypeSpec NoneType_spec = {.doc = "The type of None.", .methods = k_none_methods, .getsets = {}};
static const MethodDef k_not_implemented_methods[] = {
    NEW_ROW(not_implemented_new),
    {"__repr__", not_implemented_repr, "($self, /)", "Return repr(self)."},
    {"__bool__", not_implemented_bool, "($self, /)", "True if self else False"},
    {"__reduce__", not_implemented_repr, "($self, /)", "The name, as pickle saves it."},
};
extern const TypeSpec NotImplementedType_spec = {.doc = "The type of NotImplemented.", .methods = k_not_implemented_methods, .getsets = {}};
static const MethodDef k_ellipsis_methods[] = {
    NEW_ROW(ellipsis_new),
    {"__repr__", ellipsis_repr, "($self, /)", "Return repr(self)."},
    {"__reduce__", ellipsis_repr, "($self, /)", "The name, as pickle saves it."},
};
extern const TypeSpec ellipsis_spec = {.doc = "The type of Ellipsis.", .methods = k_ellipsis_methods, .getsets = {}};

}  // namespace kaa
