// The _collections module, and _tuplegetter, the descriptor of a named tuple's fields.
#include "modules/collections/collections.h"
#include "types/objmodel.h"

namespace kaa {
namespace collections {

Type *g_deque, *g_deque_iterator, *g_deque_reverse_iterator, *g_defaultdict, *g_ordered_dict, *g_odict_iterator, *g_odict_keys, *g_odict_values, *g_odict_items,
    *g_tuplegetter;

Result<Value> instance_state(Thread& t, Value v) { return object_getstate(t, v, false); }

namespace {

struct TupleGetter : Object {
  int64_t index;
  Field<> doc;
  template <class F> void each_field(F&& f) { f(doc); }
};

Result<Value> tuplegetter_new(Thread& t, Args a, Tuple* kwnames) {
  TRY(no_keywords(t, "_tuplegetter", a[0], g_tuplegetter, kwnames));
  TRY(check_count(t, "_tuplegetter", positional_count(a, kwnames) - 1, 2, 2));
  int64_t index = TRY(to_c_ssize(t, a[1]));
  TupleGetter* g = TRY(alloc_as<TupleGetter>(t, a.as<Type>(0)));
  g->index = index;
  g->doc.init(a[2]);
  return g;
}

Result<Value> tuplegetter_get(Thread& t, Args a) {
  TupleGetter* g = a.as<TupleGetter>(0);
  Value obj = a[1];
  if (!obj || obj.is_none()) return a[0];
  if (!is_tuple(obj)) return RAISE(TypeError, "descriptor for index '%ld' for tuple subclasses doesn't apply to '%T' object", g->index, obj);
  if (static_cast<uint64_t>(g->index) >= obj.as<Tuple>()->size) return RAISE(IndexError, "tuple index out of range");
  return obj.as<Tuple>()->items[g->index];
}
Result<Value> tuplegetter_set(Thread& t, Args) { return RAISE(AttributeError, "can't set attribute"); }
Result<Value> tuplegetter_delete(Thread& t, Args) { return RAISE(AttributeError, "can't delete attribute"); }

Result<Value> tuplegetter_repr(Thread& t, Args a) {
  TupleGetter* g = a.as<TupleGetter>(0);
  return TRY(str_format(t, "%U(%ld, %R)", type_of(a[0])->name.get(), g->index, g->doc.value()));
}
Result<Value> tuplegetter_reduce(Thread& t, Args a) {
  TupleGetter* g = a.as<TupleGetter>(0);
  return TRY(make_tuple(t, type_of(a[0]), TRY(make_tuple(t, small_int(g->index), g->doc.value()))));
}

const MethodDef k_tuplegetter[] = {
    {"__new__", tuplegetter_new, nullptr, "_tuplegetter(index, doc)", MethodKind::kNew},
    {"__get__", tuplegetter_get, "($self, instance, owner=None, /)", "The item of the tuple."},
    {"__set__", tuplegetter_set, "($self, instance, value, /)", "Always fails."},
    {"__delete__", tuplegetter_delete, "($self, instance, /)", "Always fails."},
    {"__repr__", tuplegetter_repr, "($self, /)", "Text of the call that makes it."},
    {"__reduce__", tuplegetter_reduce, "($self, /)", "For pickling."},
};
const GetSetDef k_tuplegetter_getsets[] = {
    {"__doc__", [](Thread&, Value v) -> Result<Value> { Value d = v.as<TupleGetter>()->doc; return d ? d : kNone; },
     [](Thread&, Value self, Value v) -> Status {
       if (v) self.as<TupleGetter>()->doc.set(v);
       else self.as<TupleGetter>()->doc.clear();
       return {};
     },
     nullptr},
};

}  // namespace

const TypeSpec tuplegetter_spec = {.methods = k_tuplegetter, .getsets = k_tuplegetter_getsets, .layout = &kLayout<TupleGetter>};

namespace {

struct Row { Type** type; const char* name; Type* base; const TypeSpec& spec; bool visible; };
const Row k_rows[] = {
    {&g_deque, "collections.deque", nullptr, deque_spec, true},
    {&g_deque_iterator, "collections._deque_iterator", nullptr, deque_iterator_spec, true},
    {&g_deque_reverse_iterator, "collections._deque_reverse_iterator", nullptr, deque_reverse_iterator_spec, true},
    {&g_defaultdict, "collections.defaultdict", KAA_TYPE(dict), defaultdict_spec, true},
    {&g_ordered_dict, "collections.OrderedDict", KAA_TYPE(dict), ordered_dict_spec, true},
    {&g_tuplegetter, "collections._tuplegetter", nullptr, tuplegetter_spec, true},
    {&g_odict_iterator, "odict_iterator", nullptr, odict_iterator_spec, false},
    {&g_odict_keys, "odict_keys", KAA_TYPE(dict_keys), odict_keys_spec, false},
    {&g_odict_values, "odict_values", KAA_TYPE(dict_values), odict_values_spec, false},
    {&g_odict_items, "odict_items", KAA_TYPE(dict_items), odict_items_spec, false},
};

Status exec(Thread& t, Module* m) {
  for (const Row& row : k_rows) {
    if (!*row.type) *row.type = TRY(make_native_type(t, row.name, row.base, row.spec));
    if (row.visible) TRY(module_add(t, m, strchr(row.name, '.') + 1, *row.type));
  }
  return {};
}

const MethodDef k_functions[] = {
    {"_count_elements", count_elements, "(mapping, iterable, /)", "Counts the items of an iterable in a mapping.", MethodKind::kFunction},
};

}  // namespace
}  // namespace collections

extern const ModuleDef _collections_module = {
    .name = "_collections", .doc = "The native part of collections.", .functions = collections::k_functions, .exec = collections::exec};

}  // namespace kaa
