// Making and changing types.
#pragma once
#include "runtime/api.h"

namespace kaa {

// A flag of heap types beside those of objects/shape.h: a special method is a native one of a type that is no base (class A: __len__ = list.__len__).
// Its native function must not see an instance before its type was checked.
constexpr uint64_t kTypeForeignDunder = uint64_t{1} << 41;


extern Str* const* const kDunderNames;             // interned names by Dunder
Str* dunder_name(Dunder d);
int find_dunder(Str* interned_name);               // Dunder or -1

Status init_static_types(Thread& t);               // start-up: all rows of types.def
void init_type_memory();                           // before anything is allocated: shapes and headers of the static types
// type.__new__: a class made by Python code. kwargs (may be null) go to __init_subclass__.
Result<Type*> new_class(Thread& t, Type* meta, Str* name, Tuple* bases, Dict* ns, Tuple* kwnames, const Value* kwvalues);
Result<Tuple*> compute_mro(Thread& t, Type* ty);   // C3
Result<Type*> best_metaclass(Thread& t, Type* meta, Tuple* bases);
Result<Tuple*> class_mro(Thread& t, Type* ty);     // what cls.mro() says: compute_mro() or the metaclass's own
void relink_bases(Type* ty, Tuple* old, Tuple* now);  // ty leaves the lists of subclasses of `old`'s members, and joins those of `now`'s
void type_modified(Type* ty);                      // new versions for ty and its subclasses
void free_retired_shapes();                        // shapes of dead classes, once there are many (after a collection)
void flush_attr_caches();                          // the loop's attribute caches in all code (interp/ops_attr.cpp); walks the heap
void forget_slot_facts(Type* ty, Str* name);       // the same, unless no instance ever had an attribute of that name (null: any) in a slot
Status type_set_attr(Thread& t, Type* ty, Str* name, Value v);  // empty v: delete; updates special methods
void set_recipe(Type* ty);                         // how instances die, after layout, attributes or finalizer changed
void update_dunders(Type* ty);                     // all of them, after bases or mro changed
Result<Value> new_native_function(Thread& t, const MethodDef* def, Type* owner, Value self, Value module, Type* as = nullptr);
Result<Value> descr_get(Thread& t, Value descr, Value obj, Type* ty);  // obj empty: looked up on the class itself
bool is_data_descriptor(Value v);
Field<Dict*>* native_dict_field(Object* o);        // of functions, modules, ...: their own attribute dict; null for others
Shape* new_root_shape(Type* ty, uint32_t inline_cap);
Value shape_get(Object* o, Str* name);             // attribute in slots or dict of an instance with attr_offset; empty if absent
Status shape_set(Thread& t, Object* o, Str* name, Value v);
Result<bool> shape_delete(Thread& t, Object* o, Str* name);
Result<Dict*> instance_dict(Thread& t, Object* o); // moves the attributes into a Dict
Status set_attribute_error(Thread& t, Value obj, Str* name);  // raises AttributeError with name and obj; always fails
Result<Opt> type_lookup_attr(Thread& t, Type* ty, Str* name); // type.__getattribute__
Status type_generic_set_attr(Thread& t, Type* ty, Str* name, Value v);  // type.__setattr__ and __delattr__
Result<Value> module_get_attr(Thread& t, Value o, Str* name); // module.__getattribute__
size_t object_size(Object* o);                     // bytes of the object itself
Result<Value> type_call(Thread& t, Type* ty, const Value* a, size_t n, Tuple* kwnames);

}  // namespace kaa
