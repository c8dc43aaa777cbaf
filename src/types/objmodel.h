// What the files about object, type, descriptors, functions and exceptions offer to each other, to builtins and to start-up.
#pragma once
#include "runtime/types.h"

namespace kaa {

// builtins.__build_class__(func, name, /, *bases, [metaclass], **kwds); the last kwnames->size of the arguments are keyword values.
Result<Value> build_class(Thread& t, Args a, Tuple* kwnames);

// Start-up, after the static types: makes ExceptionGroup (which has two bases) and puts nothing anywhere; see exception_group_type().
Status init_exceptions(Thread& t);
Type* exception_group_type();
// Start-up: makes types.SimpleNamespace, types.GenericAlias and typing.Union (types.UnionType).
Status init_object_model(Thread& t);
Type* simple_namespace_type();
Type* generic_alias_type();
Type* union_type();
bool is_type_alias(Value v);                       // modules/typing/type_alias.cpp
Result<Value> new_simple_namespace(Thread& t);     // empty; attributes are set with set_attr
// a | b for types, None, generic aliases and unions; kNotImplemented for others.
Result<Value> make_union(Thread& t, Value a, Value b);
// Union of the members (flattened, without duplicates); a single one is returned as it is.
Result<Value> union_of(Thread& t, Tuple* members);
// A type parameter, or anything else that has __typing_subst__, in order of first appearance.
Result<Value> collect_parameters(Thread& t, Value args);
Result<Value> substitute_parameters(Thread& t, Value self, Value args, Value params, Value item);  // a tuple of new arguments
Status append_type_repr(Thread& t, List* pieces, Value p);  // appends the text of one argument as X[...] and X | Y show it
Result<Str*> join_text(Thread& t, List* pieces);            // concatenates strings

// `__module__` of a type: any object, or AttributeError.
Result<Value> type_module(Thread& t, Type* ty);
// "module.qualname", without the module for builtins.
Result<Str*> type_full_name(Thread& t, Type* ty);
// The attributes of a class and its bases go into `into`, nearer ones over farther ones; for dir().
Status merge_class_dict(Thread& t, Dict* into, Value cls);
Result<Value> keys_list(Thread& t, Dict* d);
// The str that an attribute name must be (interned), or TypeError.
Result<Str*> attribute_name(Thread& t, Value v);
// "X" of a signature text without its self: "($self, key, /)" gives "(key, /)"; None without a signature.
Result<Value> text_signature(Thread& t, const char* sig);
// super(start, obj).name along obj_type's mro behind `start`; empty when there is none.
Result<Opt> super_lookup(Thread& t, Type* start, Type* obj_type, Value obj, Str* name);
// The type that super(start, obj) looks in, or TypeError.
Result<Type*> super_check(Thread& t, Type* start, Value obj);
// Arguments of a __get__ row: None means missing, both missing is an error.
struct GetArgs { Value obj; Type* type; };
Result<GetArgs> get_arguments(Thread& t, Args a);
// (getattr, (owner, name)), which unpickles to an attribute.
Result<Value> reduce_to_getattr(Thread& t, Value owner, Value name);
// Binds the arguments behind self of a raw row to `sig`, under the name `fname`; out[0] is self.
Status bind_row(Thread& t, const char* fname, const MethodDef& row, Args a, Tuple* kwnames, Value* out);
// The object of a weak reference, empty when it is dead. An object that only registers hold is looked for first (weakref.cpp).
Value weakref_live(Thread& t, WeakRef* r);
Result<Value> make_weak_proxy(Thread& t, Value o, Value callback);  // weakref.proxy(o[, callback]); callback may be empty
inline Value or_none(Value v) { return v ? v : kNone; }
// copyreg, and the default of object.__getstate__.
Result<Value> object_getstate(Thread& t, Value o, bool required);
Result<Value> object_reduce_ex(Thread& t, Value o, int64_t protocol);

}  // namespace kaa
