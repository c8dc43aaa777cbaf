// weakref.ref and the proxies. The table of references is in runtime/weakrefs.cpp.
//
// References from registers are not counted, so an object whose count is 0 may be alive or not: before a reference to such an object is followed,
// a reconcile decides. One whose count has risen since the last reconcile may be held by garbage alone (a tuple that was unpacked), and so may others
// when something was left to the next reconcile: as long as there is a budget for it, that is found out, too.
#include "heap/eager.h"
#include "runtime/call.h"
#include "runtime/weakrefs.h"
#include "types/objmodel.h"

namespace kaa {

static WeakRef* R(Value v) { return v.as<WeakRef>(); }

// A function of its own, so that the object's address is in no register of the caller's when the stack is scanned.
[[gnu::noinline]] static bool is_uncounted(WeakRef* r) { return r->referent && r->referent->count() == 0; }

[[gnu::noinline]] static bool is_unseen(WeakRef* r) { return r->referent && is_counted(r->referent->rc) && (g_looks_owed || (r->referent->rc & (kInZct | kInEager))); }
[[gnu::noinline]] static bool is_held(Thread& t, WeakRef* r) { return held_by_frame(t, r->referent); }

static void reconcile_here(Thread& t, WeakRef* r) {
  if (const void* top = base_of_call(t, Value(r))) t.heap->reconcile_above(top);
  else t.heap->reconcile();
}

// An object with a __del__ takes three steps to die: it is queued, __del__ runs, and what it left is reclaimed.
Value weakref_live(Thread& t, WeakRef* r) {
  if (UNLIKELY(is_unseen(r)) && look_budget().may_look() && !is_held(t, r)) {
    const Type* of = r->referent->type();
    if (worth_asking(of)) {
      look_budget().spend(LookBudget::kReconcile);
      reconcile_here(t, r);
      if (!r->referent) was_worth_asking(of);
    }
  }
  for (int i = 0; i < 3 && is_uncounted(r) && !is_held(t, r); i++) {
    reconcile_here(t, r);
    if (r->referent && (t.poll.load(std::memory_order_relaxed) & kPollFinalizers)) static_cast<void>(run_finalizers(t));
  }
  return weakref_get(r);
}

// ---- ref
static Result<Value> weakref_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, n = a.n - nkw - 1;
  Type* cls = a.as<Type>(0);
  if (nkw && cls == KAA_TYPE(weakref)) return RAISE(TypeError, "ref() takes no keyword arguments");
  if (n < 1) return RAISE(TypeError, "__new__ expected at least 1 argument, got %u", n);
  if (n > 2) return RAISE(TypeError, "__new__ expected at most 2 arguments, got %u", n);
  return TRY(make_weakref(t, cls, a[1], n == 2 ? a[2] : Value()));
}
static Result<Value> weakref_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = a.n - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0) - 1;
  if (n < 1) return RAISE(TypeError, "__init__ expected at least 1 argument, got %u", n);
  if (n > 2) return RAISE(TypeError, "__init__ expected at most 2 arguments, got %u", n);
  return kNone;
}
static Result<Value> weakref_call(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "weakref() takes no keyword arguments");
  if (a.n > 1) return RAISE(TypeError, "weakref expected 0 arguments, got %u", a.n - 1);
  return or_none(weakref_live(t, R(a[0])));
}
static Result<Value> weakref_repr(Thread& t, Args a) {
  void* p = reinterpret_cast<void*>(a[0].bits());
  Value o = weakref_live(t, R(a[0]));
  if (!o) return TRY(str_format(t, "<weakref at %p; dead>", p));
  Opt name = TRY(lookup_special(t, o, NAME("__name__")));
  void* q = reinterpret_cast<void*>(o.bits());
  if (name && is_str(name.v)) return TRY(str_format(t, "<weakref at %p; to '%F' at %p (%U)>", p, o, q, name.v.as<Str>()));
  return TRY(str_format(t, "<weakref at %p; to '%F' at %p>", p, o, q));
}
static Result<Value> weakref_hash(Thread& t, Args a) {
  WeakRef* r = R(a[0]);
  if (r->hash == -1) {
    Value o = weakref_live(t, r);
    if (!o) return RAISE(TypeError, "weak object has gone away");
    r->hash = TRY(hash(t, o));
  }
  return make_int(t, r->hash);
}
template <CompareOp op>
static Result<Value> weakref_compare(Thread& t, Args a) {
  if (!is_instance(a[1], KAA_TYPE(weakref))) return kNotImplemented;
  Value x = weakref_live(t, R(a[0])), y = weakref_live(t, R(a[1]));
  if (!x || !y) return Value::from_bool((a[0] == a[1]) == (op == CompareOp::EQ));
  return compare(t, op, x, y);
}
static Result<Value> weakref_class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }
static Result<Value> get_callback(Thread&, Value v) { return R(v)->referent ? or_none(R(v)->callback) : kNone; }
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

static const MethodDef k_ref_methods[] = {
    {"__new__", weakref_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", weakref_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", weakref_hash, "($self, /)", "Return hash(self)."},
    {"__call__", weakref_call, "($self, /, *args, **kwargs)", "Call self as a function."},
    {"__eq__", weakref_compare<CompareOp::EQ>, "($self, value, /)", "Return self==value."},
    {"__ne__", weakref_compare<CompareOp::NE>, "($self, value, /)", "Return self!=value."},
    {"__init__", weakref_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__class_getitem__", weakref_class_getitem, "($cls, object, /)", "ref[...] as a generic alias.", MethodKind::kClassMethod},
};
static const GetSetDef k_ref_getsets[] = {{"__callback__", get_callback, read_only, nullptr}};

static Status set_module(Thread& t, Type* ty) { return dict_set(t, ty->dict, NAME("__module__"), NAME("weakref")); }
extern const TypeSpec weakref_spec = {.doc = "A reference that does not keep its object alive; calling it gives the object or None.",
                                      .methods = k_ref_methods, .getsets = k_ref_getsets, .init = set_module};

// ---- proxies: every operation is the object's
Result<Value> make_weak_proxy(Thread& t, Value o, Value callback) {
  return TRY(make_weakref(t, is_callable(o) ? KAA_TYPE(weakcallableproxy) : KAA_TYPE(weakproxy), o, callback));
}

// The object behind v if it is a proxy, else v itself.
static Result<Value> behind(Thread& t, Value v) {
  if (!IS_EXACT(v, weakproxy) && !IS_EXACT(v, weakcallableproxy)) return v;
  Value o = weakref_live(t, R(v));
  if (!o) return RAISE(ReferenceError, "weakly-referenced object no longer exists");
  return o;
}

template <BinaryOp op>
static Result<Value> proxy_binary(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0])), y = TRY(behind(t, a[1]));
  return binary_op(t, op, x, y);
}
template <BinaryOp op>
static Result<Value> proxy_reflected(Thread& t, Args a) {
  Value x = TRY(behind(t, a[1])), y = TRY(behind(t, a[0]));
  return binary_op(t, op, x, y);
}
template <BinaryOp op>
static Result<Value> proxy_inplace(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0])), y = TRY(behind(t, a[1]));
  return inplace_op(t, op, x, y);
}
template <CompareOp op>
static Result<Value> proxy_compare(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0])), y = TRY(behind(t, a[1]));
  return compare(t, op, x, y);
}
static Result<Value> proxy_pow(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0])), y = TRY(behind(t, a[1]));
  Value m = a[2] ? TRY(behind(t, a[2])) : Value();
  return power(t, x, y, m);
}
static Result<Value> proxy_rpow(Thread& t, Args a) {
  Value x = TRY(behind(t, a[1])), y = TRY(behind(t, a[0]));
  Value m = a[2] ? TRY(behind(t, a[2])) : Value();
  return power(t, x, y, m);
}
static Result<Value> builtin_of(Thread& t, const char* name, Value x, Value y = Value()) {
  Value f = dict_get_str(interp().builtins, intern_name(name));
  if (!f) return RAISE(NameError, "name '%s' is not defined", name);
  return y ? call(t, f, x, y) : call(t, f, x);
}
static Result<Value> proxy_divmod(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0])), y = TRY(behind(t, a[1]));
  return builtin_of(t, "divmod", x, y);
}
static Result<Value> proxy_rdivmod(Thread& t, Args a) {
  Value x = TRY(behind(t, a[1])), y = TRY(behind(t, a[0]));
  return builtin_of(t, "divmod", x, y);
}
static Result<Value> proxy_neg(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return unary_neg(t, x); }
static Result<Value> proxy_pos(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return unary_pos(t, x); }
static Result<Value> proxy_invert(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return unary_invert(t, x); }
static Result<Value> proxy_abs(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return builtin_of(t, "abs", x); }
static Result<Value> proxy_int(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return call(t, KAA_TYPE(int), x); }
static Result<Value> proxy_float(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return call(t, KAA_TYPE(float), x); }
static Result<Value> proxy_index(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return to_index(t, x); }
static Result<Value> proxy_bytes(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return call_method(t, x, dunder_name(D_bytes)); }
static Result<Value> proxy_reversed(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return call_method(t, x, dunder_name(D_reversed)); }
static Result<Value> proxy_str(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return TRY(str(t, x)); }
static Result<Value> proxy_repr(Thread& t, Args a) {
  void* p = reinterpret_cast<void*>(a[0].bits());
  Value o = weakref_live(t, R(a[0]));
  if (!o) return TRY(str_format(t, "<weakproxy at %p; dead>", p));
  return TRY(str_format(t, "<weakproxy at %p; to '%F' at %p>", p, o, reinterpret_cast<void*>(o.bits())));
}
static Result<Value> proxy_bool(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0]));
  bool b = TRY(truth(t, x));
  return Value::from_bool(b);
}
static Result<Value> proxy_getattribute(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0]));
  Str* name = TRY(attribute_name(t, a[1]));
  return get_attr(t, x, name);
}
static Result<Value> proxy_setattr(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0]));
  Str* name = TRY(attribute_name(t, a[1]));
  TRY(set_attr(t, x, name, a[2]));
  return kNone;
}
static Result<Value> proxy_delattr(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0]));
  Str* name = TRY(attribute_name(t, a[1]));
  TRY(set_attr(t, x, name, Value()));
  return kNone;
}
static Result<Value> proxy_iter(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); return get_iter(t, x); }
static Result<Value> proxy_next(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0]));
  if (!type_of(x)->iternext && !type_of(x)->dunder(D_next)) return RAISE(TypeError, "Weakref proxy referenced a non-iterator '%T' object", x);
  Opt v = TRY(iter_next(t, x));
  if (!v) return raise_stop_iteration(t);
  return v.v;
}
static Result<Value> proxy_len(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0]));
  int64_t n = TRY(length(t, x));
  return make_int(t, n);
}
static Result<Value> proxy_getitem(Thread& t, Args a) { Value x = TRY(behind(t, a[0])), k = TRY(behind(t, a[1])); return get_item(t, x, k); }
static Result<Value> proxy_setitem(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); TRY(set_item(t, x, a[1], a[2])); return kNone; }
static Result<Value> proxy_delitem(Thread& t, Args a) { Value x = TRY(behind(t, a[0])); TRY(del_item(t, x, a[1])); return kNone; }
static Result<Value> proxy_contains(Thread& t, Args a) {
  Value x = TRY(behind(t, a[0]));
  bool r = TRY(contains(t, x, a[1]));
  return Value::from_bool(r);
}
static Result<Value> proxy_call(Thread& t, Args a, Tuple* kwnames) {
  Value x = TRY(behind(t, a[0]));
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  return call_args(t, x, a.p + 1, a.n - 1 - nkw, kwnames);
}

#define UNARY(name, fn, doc) {"__" name "__", fn, "($self, /)", doc}
#define BINARY(name, op, sign)                                                                      \
  {"__" name "__", proxy_binary<BinaryOp::op>, "($self, value, /)", "Return self" sign "value."},   \
  {"__r" name "__", proxy_reflected<BinaryOp::op>, "($self, value, /)", "Return value" sign "self."}, \
  {"__i" name "__", proxy_inplace<BinaryOp::op>, "($self, value, /)", "Return self" sign "=value."}
#define COMPARE(name, op, sign) {"__" name "__", proxy_compare<CompareOp::op>, "($self, value, /)", "Return self" sign "value."}
#define PROXY_ROWS                                                                                  \
  UNARY("repr", proxy_repr, "Return repr(self)."), UNARY("str", proxy_str, "Return str(self)."),    \
  {"__getattribute__", proxy_getattribute, "($self, name, /)", "Return getattr(self, name)."},      \
  {"__setattr__", proxy_setattr, "($self, name, value, /)", "Implement setattr(self, name, value)."}, \
  {"__delattr__", proxy_delattr, "($self, name, /)", "Implement delattr(self, name)."},             \
  COMPARE("lt", LT, "<"), COMPARE("le", LE, "<="), COMPARE("eq", EQ, "=="), COMPARE("ne", NE, "!="), \
  COMPARE("gt", GT, ">"), COMPARE("ge", GE, ">="),                                                  \
  UNARY("iter", proxy_iter, "Implement iter(self)."), UNARY("next", proxy_next, "Implement next(self)."), \
  BINARY("add", ADD, "+"), BINARY("sub", SUB, "-"), BINARY("mul", MUL, "*"), BINARY("truediv", DIV, "/"), \
  BINARY("floordiv", FLOORDIV, "//"), BINARY("mod", MOD, "%"), BINARY("matmul", MATMUL, "@"),       \
  BINARY("lshift", LSHIFT, "<<"), BINARY("rshift", RSHIFT, ">>"), BINARY("and", AND, "&"),          \
  BINARY("or", OR, "|"), BINARY("xor", XOR, "^"),                                                   \
  {"__pow__", proxy_pow, "($self, value, mod=None, /)", "Return pow(self, value, mod)."},           \
  {"__rpow__", proxy_rpow, "($self, value, mod=None, /)", "Return pow(value, self, mod)."},         \
  {"__ipow__", proxy_inplace<BinaryOp::POW>, "($self, value, /)", "Return self**=value."},          \
  {"__divmod__", proxy_divmod, "($self, value, /)", "Return divmod(self, value)."},                 \
  {"__rdivmod__", proxy_rdivmod, "($self, value, /)", "Return divmod(value, self)."},               \
  UNARY("neg", proxy_neg, "-self"), UNARY("pos", proxy_pos, "+self"), UNARY("abs", proxy_abs, "abs(self)"), \
  UNARY("invert", proxy_invert, "~self"), UNARY("bool", proxy_bool, "True if self else False"),     \
  UNARY("int", proxy_int, "int(self)"), UNARY("float", proxy_float, "float(self)"),                 \
  UNARY("index", proxy_index, "Return self as an integer."), UNARY("len", proxy_len, "Return len(self)."), \
  {"__getitem__", proxy_getitem, "($self, key, /)", "Return self[key]."},                           \
  {"__setitem__", proxy_setitem, "($self, key, value, /)", "Set self[key] to value."},              \
  {"__delitem__", proxy_delitem, "($self, key, /)", "Delete self[key]."},                           \
  {"__contains__", proxy_contains, "($self, key, /)", "Return bool(key in self)."}

static const MethodDef k_proxy_methods[] = {
    PROXY_ROWS,
    UNARY("bytes", proxy_bytes, "bytes(self)"),
    UNARY("reversed", proxy_reversed, "reversed(self)"),
};
extern const TypeSpec weakproxy_spec = {
    .doc = "Stands for an object without keeping it alive.", .methods = k_proxy_methods, .getsets = {}, .unhashable = "proxy", .init = set_module};
static const MethodDef k_callable_proxy_methods[] = {
    PROXY_ROWS,
    {"__call__", proxy_call, "($self, /, *args, **kwargs)", "Call self as a function."},
};
extern const TypeSpec weakcallableproxy_spec = {.doc = "Stands for a callable object without keeping it alive.",
                                                .methods = k_callable_proxy_methods, .getsets = {}, .unhashable = "proxy", .init = set_module};

}  // namespace kaa
