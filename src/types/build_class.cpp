// builtins.__build_class__: what a class statement does with its body function, bases and keywords.
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

// The bases with those that have __mro_entries__ replaced by what it gives (PEP 560); the same tuple when there is none.
static Result<Tuple*> resolve_bases(Thread& t, Tuple* bases) {
  List* out = nullptr;
  for (uint64_t i = 0; i < bases->size; i++) {
    Value b = bases->items[i];
    Opt entries{};
    if (!is_type(b)) entries = TRY(lookup_attr(t, b, dunder_name(D_mro_entries)));
    if (!entries) {
      if (out) TRY(list_append(t, out, b));
      continue;
    }
    Value r = TRY(call(t, entries.v, bases));
    if (!is_tuple(r)) return RAISE(TypeError, "__mro_entries__ must return a tuple");
    if (!out) out = TRY(list_of(t, bases->items, i));
    TRY(list_extend(t, out, r));
  }
  if (!out) return bases;
  return tuple_of(t, out->items, out->size);
}

Result<Value> build_class(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, n = a.n - nkw;
  if (n < 2) return RAISE(TypeError, "__build_class__: not enough arguments");
  if (!IS_EXACT(a[0], function)) return RAISE(TypeError, "__build_class__: func must be a function");
  if (!is_str(a[1])) return RAISE(TypeError, "__build_class__: name is not a string");
  Function* body = a.as<Function>(0);
  Value name = a[1];
  Tuple* orig_bases = TRY(tuple_of(t, a.p + 2, n - 2));

  // Keywords without `metaclass`, as names and a tuple that keeps the values.
  Value meta;
  List* names = TRY(new_list(t));
  List* values = TRY(new_list(t));
  for (uint32_t i = 0; i < nkw; i++) {
    Value key = kwnames->items[i], v = a.p[n + i];
    if (is_str(key) && str_equal_ascii(key.as<Str>(), "metaclass")) { meta = v; continue; }
    TRY(list_append(t, names, key));
    TRY(list_append(t, values, v));
  }
  Tuple* bases = TRY(resolve_bases(t, orig_bases));
  bool is_class = true;
  if (!meta) meta = bases->size ? type_of(bases->items[0]) : KAA_TYPE(type);
  else is_class = is_type(meta);
  if (is_class) meta = Value(TRY(best_metaclass(t, meta.as<Type>(), bases)));

  Tuple* kw = names->size ? TRY(tuple_of(t, names->items, names->size)) : nullptr;
  auto call_meta = [&](Value f, Value ns) -> Result<Value> {
    size_t fixed = ns ? 3 : 2;
    Tuple* args = TRY(new_tuple(t, fixed + values->size));
    tuple_init(args, 0, name);
    tuple_init(args, 1, bases);
    if (ns) tuple_init(args, 2, ns);
    for (uint64_t i = 0; i < values->size; i++) tuple_init(args, fixed + i, values->items[i]);
    Keep k(args);
    return call_args(t, f, args->items, fixed, kw);
  };

  Value ns;
  Opt prepare = TRY(lookup_attr(t, meta, dunder_name(D_prepare)));
  if (!prepare) ns = Value(TRY(new_dict(t)));
  else ns = TRY(call_meta(prepare.v, Value()));
  if (!type_of(ns)->dunder(D_getitem)) {
    if (is_class) return RAISE(TypeError, "%N.__prepare__() must return a mapping, not %T", meta.as<Type>(), ns);
    return RAISE(TypeError, "<metaclass>.__prepare__() must return a mapping, not %T", ns);
  }

  Value cell = TRY(run_code(t, body->code, body->globals, ns, body->closure));
  if (bases != orig_bases) TRY(set_item(t, ns, NAME("__orig_bases__"), orig_bases));
  Value cls = TRY(call_meta(meta, ns));
  if (is_type(cls) && IS_EXACT(cell, cell)) {
    Value set = cell.as<CellObject>()->contents;
    if (!set) return RAISE(RuntimeError, "__class__ not set defining %R as %R. Was __classcell__ propagated to type.__new__?", name, cls);
    if (set != cls) return RAISE(TypeError, "__class__ set to %R defining %R as %R", set, name, cls);
  }
  return cls;
}

}  // namespace kaa
