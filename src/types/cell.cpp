// cell: what holds a variable that functions share.
#include "types/objmodel.h"

namespace kaa {

static Field<>& contents(Value v) { return v.as<CellObject>()->contents; }

static Result<Value> cell_new(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "cell() takes no keyword arguments");
  if (a.n > 2) return RAISE(TypeError, "cell expected at most 1 argument, got %u", a.n - 1);
  CellObject* c = TRY(alloc_as<CellObject>(t, a.as<Type>(0)));
  c->contents.init(a[1]);
  return c;
}
static Result<Value> cell_repr(Thread& t, Args a) {
  void* p = reinterpret_cast<void*>(a[0].bits());
  Value v = contents(a[0]);
  if (!v) return TRY(str_format(t, "<cell at %p: empty>", p));
  return TRY(str_format(t, "<cell at %p: %T object at %p>", p, v, reinterpret_cast<void*>(v.bits())));
}
// By contents; an empty cell comes before a full one.
template <CompareOp op>
static Result<Value> cell_compare(Thread& t, Args a) {
  if (!IS_EXACT(a[1], cell)) return kNotImplemented;
  Value x = contents(a[0]), y = contents(a[1]);
  if (x && y) return compare(t, op, x, y);
  return compare(t, op, small_int(x ? 1 : 0), small_int(y ? 1 : 0));
}
static Result<Value> get_contents(Thread& t, Value self) {
  Value v = contents(self);
  if (!v) return RAISE(ValueError, "Cell is empty");
  return v;
}
static Status set_contents(Thread&, Value self, Value v) { contents(self).set(v); return {}; }

static const MethodDef k_methods[] = {
    {"__new__", cell_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", cell_repr, "($self, /)", "Return repr(self)."},
    {"__lt__", cell_compare<CompareOp::LT>, "($self, value, /)", "Return self<value."},
    {"__le__", cell_compare<CompareOp::LE>, "($self, value, /)", "Return self<=value."},
    {"__eq__", cell_compare<CompareOp::EQ>, "($self, value, /)", "Return self==value."},
    {"__ne__", cell_compare<CompareOp::NE>, "($self, value, /)", "Return self!=value."},
    {"__gt__", cell_compare<CompareOp::GT>, "($self, value, /)", "Return self>value."},
    {"__ge__", cell_compare<CompareOp::GE>, "($self, value, /)", "Return self>=value."},
};
static const GetSetDef k_getsets[] = {{"cell_contents", get_contents, set_contents, nullptr}};
extern const TypeSpec cell_spec = {
    .doc = "cell([contents]): holds a variable of nested functions.", .methods = k_methods, .getsets = k_getsets, .unhashable = "cell"};

}  // namespace kaa
