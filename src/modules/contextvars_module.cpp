// _contextvars: Context, ContextVar, Token.
//
// A Context holds its variables in a Dict that is shared between copies until one of them changes a variable: copy_context() costs the same whatever
// the context holds, and the first set() after it pays for the copy.
#include "modules/contextvars.h"
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

struct TokenObject : Object {
  Field<> context, var, old;
  bool used;
  template <class F> void each_field(F&& f) { f(context); f(var); f(old); }
};

namespace {

Type *g_context, *g_var, *g_token, *g_missing;
Value g_missing_value;
uint64_t g_version;

void changed(ContextObject* c) { c->version = ++g_version; }

Result<ContextObject*> new_context(Thread& t, Dict* vars, bool shared) {
  ContextObject* c = TRY(alloc_as<ContextObject>(t, g_context));
  if (!vars) vars = TRY(new_dict(t));
  c->vars.init(vars);
  c->shared = shared;
  changed(c);
  return c;
}
Result<ContextObject*> current(Thread& t) {
  if (!t.context) {
    ContextObject* c = TRY(new_context(t, nullptr, false));
    t.context = c;
  }
  return t.context.as<ContextObject>();
}
Status make_own(Thread& t, ContextObject* c) {
  if (!c->shared) return {};
  Dict* d = TRY(dict_copy(t, c->vars));
  c->vars.set(d);
  c->shared = false;
  return {};
}

// ---- Context
Result<Value> context_new(Thread& t, Args a, Tuple* kwnames) {
  if (a.n > 1 || (kwnames && kwnames->size)) return RAISE(TypeError, "Context() does not accept any arguments");
  return TRY(new_context(t, nullptr, false));
}
Result<Value> context_copy_of(Thread& t, ContextObject* c) {
  c->shared = true;
  return TRY(new_context(t, c->vars, true));
}
Result<Value> context_copy(Thread& t, Args a) { return context_copy_of(t, a.as<ContextObject>(0)); }
Result<Value> context_run(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  if (a.n - nkw < 2) return RAISE(TypeError, "run() missing 1 required positional argument");
  TRY(context_enter(t, a[0]));
  Result<Value> r = call_args(t, a[1], a.p + 2, a.n - nkw - 2, kwnames);
  context_leave(t, a[0]);
  return r;
}
Status check_key(Thread& t, Value key) {
  if (type_of(key) != g_var) return RAISE(TypeError, "a ContextVar key was expected, got %R", key);
  return {};
}
Result<Value> context_getitem(Thread& t, Args a) {
  TRY(check_key(t, a[1]));
  Opt v = TRY(dict_get(t, a.as<ContextObject>(0)->vars, a[1]));
  if (!v) return raise_class(t, KAA_TYPE(KeyError), a[1]);
  return v.v;
}
Result<Value> context_contains(Thread& t, Args a) {
  TRY(check_key(t, a[1]));
  Opt v = TRY(dict_get(t, a.as<ContextObject>(0)->vars, a[1]));
  return Value::from_bool(static_cast<bool>(v));
}
Result<Value> context_get(Thread& t, Args a) {
  TRY(check_key(t, a[1]));
  Opt v = TRY(dict_get(t, a.as<ContextObject>(0)->vars, a[1]));
  return v ? v.v : a[2] ? a[2] : kNone;
}
Result<Value> context_len(Thread&, Args a) { return small_int(a.as<ContextObject>(0)->vars->used); }
Result<Value> context_iter(Thread& t, Args a) { Value d = TRY(dict_copy(t, a.as<ContextObject>(0)->vars)); return get_iter(t, d); }
Result<Value> context_view(Thread& t, Args a, const char* name) {
  Value d = TRY(dict_copy(t, a.as<ContextObject>(0)->vars));
  return call_method(t, d, intern_name(name));
}
Result<Value> context_keys(Thread& t, Args a) { return context_view(t, a, "keys"); }
Result<Value> context_values(Thread& t, Args a) { return context_view(t, a, "values"); }
Result<Value> context_items(Thread& t, Args a) { return context_view(t, a, "items"); }
Result<Value> context_eq(Thread& t, Args a) {
  if (type_of(a[1]) != g_context) return kNotImplemented;
  return compare(t, CompareOp::EQ, a.as<ContextObject>(0)->vars.get(), a.as<ContextObject>(1)->vars.get());
}
const MethodDef k_context[] = {
    {"__new__", context_new, nullptr, "", MethodKind::kNew},
    {"run", context_run, nullptr, "Calls a function with this context as the current one."},
    {"copy", context_copy, "($self, /)", "A copy."},
    {"get", context_get, "($self, key, default=None, /)", "The value of a variable, or the default."},
    {"keys", context_keys, "($self, /)", "The variables."},
    {"values", context_values, "($self, /)", "Their values."},
    {"items", context_items, "($self, /)", "Pairs of variable and value."},
    {"__getitem__", context_getitem, "($self, key, /)", "self[key]"},
    {"__contains__", context_contains, "($self, key, /)", "key in self"},
    {"__len__", context_len, "($self, /)", "len(self)"},
    {"__iter__", context_iter, "($self, /)", "iter(self)"},
    {"__eq__", context_eq, "($self, value, /)", "self == value"},
};
const TypeSpec k_context_spec = {.doc = "Variables with their values.", .methods = k_context, .layout = &kLayout<ContextObject>, .flags = kTypeWeakrefable | kTypeMapping, .unhashable = "x"};

// ---- ContextVar
Result<ContextVarObject*> store_var(Thread& t, Str* name, Value fallback) {
  int64_t name_hash = TRY(hash(t, name));
  ContextVarObject* v = TRY(alloc_as<ContextVarObject>(t, g_var));
  v->name.init(name);
  v->fallback.init(fallback);
  v->hash = identity_hash(v) ^ name_hash;
  if (v->hash == -1) v->hash = -2;
  return v;
}
Result<Value> var_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, n = a.n - nkw - 1;
  if (n < 1) return RAISE(TypeError, "ContextVar() takes exactly 1 positional argument (0 given)");
  if (n + nkw > 2) return RAISE(TypeError, "ContextVar() takes at most 2 arguments (%u given)", n + nkw);
  if (n > 1) return RAISE(TypeError, "ContextVar() takes exactly 1 positional argument (%u given)", n);
  if (nkw && !str_equal_ascii(kwnames->items[0].as<Str>(), "default"))
    return RAISE(TypeError, "ContextVar() got an unexpected keyword argument '%U'", kwnames->items[0].as<Str>());
  Value fallback = nkw ? a[2] : Value();
  if (!is_str(a[1])) return RAISE(TypeError, "context variable name must be a str");
  return TRY(store_var(t, a[1].as<Str>(), fallback));
}
Result<Value> var_get(Thread& t, Args a) {
  ContextVarObject* v = a.as<ContextVarObject>(0);
  Opt x = TRY(context_var_get(t, v));
  if (x) return x.v;
  if (a[1]) return a[1];
  if (v->fallback) return v->fallback.get();
  return raise_class(t, KAA_TYPE(LookupError), v);
}
Result<Value> var_set(Thread& t, Args a) {
  ContextVarObject* v = a.as<ContextVarObject>(0);
  ContextObject* c = TRY(current(t));
  Opt old = TRY(dict_get_hashed(t, c->vars, v, v->hash));
  TokenObject* k = TRY(alloc_as<TokenObject>(t, g_token));
  k->context.init(c);
  k->var.init(v);
  k->old.init(old.v);
  TRY(make_own(t, c));
  changed(c);
  TRY(dict_set_hashed(t, c->vars, v, v->hash, a[1]));
  return k;
}
Result<Value> var_reset(Thread& t, Args a) {
  ContextVarObject* v = a.as<ContextVarObject>(0);
  if (type_of(a[1]) != g_token) return RAISE(TypeError, "expected an instance of Token, got %R", a[1]);
  TokenObject* k = a.as<TokenObject>(1);
  if (k->used) return RAISE(RuntimeError, "%R has already been used once", a[1]);
  if (k->var.value() != Value(v)) return RAISE(ValueError, "%R was created by a different ContextVar", a[1]);
  ContextObject* c = TRY(current(t));
  if (k->context.value() != Value(c)) return RAISE(ValueError, "%R was created in a different Context", a[1]);
  k->used = true;
  TRY(make_own(t, c));
  changed(c);
  if (k->old) TRY(dict_set_hashed(t, c->vars, v, v->hash, k->old));
  else TRY(dict_pop(t, c->vars, v));
  return kNone;
}
Result<Value> var_hash(Thread& t, Args a) { return make_int(t, a.as<ContextVarObject>(0)->hash); }
Result<Value> var_repr(Thread& t, Args a) {
  ContextVarObject* v = a.as<ContextVarObject>(0);
  if (v->fallback) return TRY(str_format(t, "<ContextVar name=%R default=%R at %p>", Value(v->name.get()), v->fallback.get(), static_cast<void*>(v)));
  return TRY(str_format(t, "<ContextVar name=%R at %p>", Value(v->name.get()), static_cast<void*>(v)));
}
Result<Value> var_name(Thread&, Value s) { return s.as<ContextVarObject>()->name.get(); }
Result<Value> var_class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }
const MethodDef k_var[] = {
    {"__new__", var_new, nullptr, "", MethodKind::kNew},
    {"get", var_get, "($self, default=<unrepresentable>, /)", "The value in the current context."},
    {"set", var_set, "($self, value, /)", "Sets the value in the current context; the token undoes it."},
    {"reset", var_reset, "($self, token, /)", "Takes back what set() did."},
    {"__hash__", var_hash, "($self, /)", "hash(self)"},
    {"__repr__", var_repr, "($self, /)", "repr(self)"},
    {"__class_getitem__", var_class_getitem, "($cls, item, /)", "ContextVar[type]", MethodKind::kClassMethod},
};
const GetSetDef k_var_getsets[] = {{"name", var_name, nullptr, "The name."}};
const TypeSpec k_var_spec = {.doc = "A variable whose value depends on the context.", .methods = k_var, .getsets = k_var_getsets, .layout = &kLayout<ContextVarObject>, .flags = kTypeWeakrefable};

// ---- Token
Result<Value> token_var(Thread&, Value s) { return s.as<TokenObject>()->var.get(); }
Result<Value> token_old(Thread&, Value s) { Value v = s.as<TokenObject>()->old; return v ? v : g_missing_value; }
Result<Value> token_repr(Thread& t, Args a) {
  TokenObject* k = a.as<TokenObject>(0);
  return TRY(str_format(t, "<Token%s var=%R at %p>", k->used ? " used" : "", k->var.get(), static_cast<void*>(k)));
}
Result<Value> token_enter(Thread&, Args a) { return a[0]; }
Result<Value> token_exit(Thread& t, Args a) {
  Value args[2] = {a.as<TokenObject>(0)->var.get(), a[0]};
  return var_reset(t, {args, 2});
}
const MethodDef k_token[] = {
    {"__repr__", token_repr, "($self, /)", "repr(self)"},
    {"__enter__", token_enter, "($self, /)", "The token itself."},
    {"__exit__", token_exit, "($self, type, value, traceback, /)", "Resets the variable."},
    {"__class_getitem__", var_class_getitem, "($cls, item, /)", "Token[type]", MethodKind::kClassMethod},
};
const GetSetDef k_token_getsets[] = {{"var", token_var, nullptr, "The variable."}, {"old_value", token_old, nullptr, "The value before, or Token.MISSING."}};
const TypeSpec k_token_spec = {.doc = "What ContextVar.set() returns.", .methods = k_token, .getsets = k_token_getsets, .layout = &kLayout<TokenObject>, .flags = kTypeDisallowInstantiation | kTypeWeakrefable, .unhashable = "x"};
Result<Value> missing_repr(Thread&, Args) { return NAME("<Token.MISSING>"); }
const MethodDef k_missing[] = {{"__repr__", missing_repr, "($self, /)", "repr(self)"}};
const TypeSpec k_missing_spec = {.doc = "The mark of a missing value.", .methods = k_missing, .flags = kTypeDisallowInstantiation};

Result<Value> copy_context(Thread& t, Args) { return context_copy_of(t, TRY(current(t))); }
const MethodDef k_functions[] = {{"copy_context", copy_context, "()", "A copy of the current context.", MethodKind::kFunction}};

Status contextvars_exec(Thread& t, Module* m) {
  if (!g_context) {
    g_context = TRY(make_native_type(t, "_contextvars.Context", nullptr, k_context_spec));
    g_var = TRY(make_native_type(t, "_contextvars.ContextVar", nullptr, k_var_spec));
    g_token = TRY(make_native_type(t, "_contextvars.Token", nullptr, k_token_spec));
    g_missing = TRY(make_native_type(t, "_contextvars.Token.MISSING", nullptr, k_missing_spec));
    Object* o = TRY(alloc_instance(t, g_missing));
    o->rc |= kImmortal;
    g_missing_value = o;
    TRY(dict_set_str(t, g_token->dict, "MISSING", o));
    type_modified(g_token);
  }
  TRY(module_add(t, m, "Context", g_context));
  TRY(module_add(t, m, "ContextVar", g_var));
  return module_add(t, m, "Token", g_token);
}

}  // namespace

Status context_enter(Thread& t, Value context) {
  if (type_of(context) != g_context) return RAISE(TypeError, "an instance of Context was expected");
  ContextObject* c = context.as<ContextObject>();
  if (c->entered) return RAISE(RuntimeError, "cannot enter context: %R is already entered", Value(c));
  c->prev.set(t.context);
  c->entered = true;
  t.context = c;
  return {};
}
void context_leave(Thread& t, Value context) {
  ContextObject* c = context.as<ContextObject>();
  t.context = c->prev;
  c->prev.clear();
  c->entered = false;
}

Result<ContextVarObject*> new_context_var(Thread& t, const char* name) {
  TRY(import_module(t, "_contextvars"));
  return store_var(t, intern_name(name), Value());
}
Result<Opt> context_var_get(Thread& t, ContextVarObject* v) {
  ContextObject* c = TRY(current(t));
  if (v->seen_version == c->version) return Opt{v->seen};
  Opt x = TRY(dict_get_hashed(t, c->vars, v, v->hash));
  v->seen = x.v;
  v->seen_version = c->version;
  return x;
}
Status context_var_set(Thread& t, ContextVarObject* v, Value value) {
  ContextObject* c = TRY(current(t));
  TRY(make_own(t, c));
  changed(c);
  return dict_set_hashed(t, c->vars, v, v->hash, value);
}

extern const ModuleDef _contextvars_module = {"_contextvars", "Context variables.", k_functions, contextvars_exec};

}  // namespace kaa
