// Exception groups (PEP 654). ExceptionGroup has two bases, so it is made at start-up and not a row of exceptions.def.
#include "runtime/call.h"
#include "types/exceptions.h"

namespace kaa {

static Type* g_exception_group;  // immutable after start-up, immortal
Type* exception_group_type() { return g_exception_group; }

static Result<Value> group_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = positional_count(a, kwnames) - 1;
  Type* cls = a.as<Type>(0);
  if (n != 2) return RAISE(TypeError, "BaseExceptionGroup.__new__() takes exactly 2 arguments (%u given)", n);
  if (!is_str(a[1])) return RAISE(TypeError, "BaseExceptionGroup.__new__() argument 1 must be str, not %T", a[1]);
  bool sequence = is_list(a[2]) || is_tuple(a[2]) || (!is_dict(a[2]) && type_of(a[2])->dunder(D_getitem));
  if (!sequence) return RAISE(TypeError, "second argument (exceptions) must be a sequence");
  // repr shows the sequence as it was given: a list or tuple from the exceptions, another one by its text of now.
  Value shown;
  if (is_list(a[2]) || is_tuple(a[2])) shown = Value::from_bool(is_list(a[2]));
  else shown = Value(TRY(repr(t, a[2])));
  Tuple* excs = TRY(tuple_from(t, a[2]));
  if (!excs->size) return RAISE(ValueError, "second argument (exceptions) must be a non-empty sequence");
  bool nested_base = false;
  for (uint64_t i = 0; i < excs->size; i++) {
    if (!is_exception(excs->items[i])) return RAISE(ValueError, "Item %lu of second argument (exceptions) is not an exception", i);
    if (!is_instance(excs->items[i], KAA_TYPE(Exception))) nested_base = true;
  }
  if (cls == g_exception_group) {
    if (nested_base) return RAISE(TypeError, "Cannot nest BaseExceptions in an ExceptionGroup");
  } else if (cls == KAA_TYPE(BaseExceptionGroup)) {
    if (!nested_base) cls = g_exception_group;
  } else if (nested_base && is_subtype(cls, KAA_TYPE(Exception))) {
    return RAISE(TypeError, "Cannot nest BaseExceptions in '%N'", cls);
  }
  ExcGroup* g = TRY(alloc_as<ExcGroup>(t, cls));
  Tuple* args = TRY(tuple_of(t, a.p + 1, n));
  g->args.init(args);
  g->message.init(a[1]);
  g->excs.init(excs);
  g->excs_arg.init(shown);
  return g;
}

static Result<Value> group_init(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "%T() takes no keyword arguments", a[0]);
  TRY(exc_set_args(t, a, kwnames));
  return kNone;
}

static Result<Value> group_str(Thread& t, Args a) {
  ExcGroup* g = a.as<ExcGroup>(0);
  uint64_t n = g->excs.get().as<Tuple>()->size;
  return TRY(str_format(t, "%S (%lu sub-exception%s)", g->message.get(), n, n == 1 ? "" : "s"));
}

static Result<Value> group_repr(Thread& t, Args a) {
  ExcGroup* g = a.as<ExcGroup>(0);
  Value shown = g->excs_arg;
  Tuple* args = g->args.get();
  if (shown == kTrue && !(args->size == 2 && is_list(args->items[1]))) shown = kFalse;  // args were assigned
  if (shown == kTrue) {
    Tuple* u = g->excs.get().as<Tuple>();
    Value l = Value(TRY(list_of(t, u->items, u->size)));
    shown = Value(TRY(repr(t, l)));
  } else if (shown == kFalse) {
    shown = Value(TRY(repr(t, g->excs)));
  }
  return TRY(str_format(t, "%T(%R, %U)", a[0], g->message.get(), shown.as<Str>()));
}

static Result<Value> group_derive(Thread& t, Args a) {
  return call(t, KAA_TYPE(BaseExceptionGroup), a.as<ExcGroup>(0)->message.get(), a[1]);
}

// ---- split and subgroup
// A group like `orig` of some of its exceptions: orig.derive(excs) with orig's traceback, context, cause and notes. None for no exceptions.
static Result<Value> subset(Thread& t, Value orig, List* excs) {
  if (!excs->size) return kNone;
  Value eg = TRY(call_method(t, orig, NAME("derive"), excs));
  if (!is_instance(eg, KAA_TYPE(BaseExceptionGroup))) return RAISE(TypeError, "derive must return an instance of BaseExceptionGroup");
  BaseException* from = orig.as<BaseException>();
  BaseException* to = eg.as<BaseException>();
  if (from->traceback) to->traceback.set(from->traceback);
  to->context.set(from->context);
  to->cause.set(from->cause);
  to->suppress_context = true;  // as setting a cause does, even none
  Opt notes = TRY(lookup_attr(t, orig, NAME("__notes__")));
  if (notes && (is_list(notes.v) || is_tuple(notes.v))) {
    List* copy = TRY(list_from(t, notes.v));
    TRY(set_attr(t, eg, NAME("__notes__"), copy));
  }
  return eg;
}

namespace {
struct Matcher {
  Value what;
  bool by_type;
  Result<bool> operator()(Thread& t, Value exc) const {
    if (by_type) {
      if (is_type(what)) return is_instance(exc, what.as<Type>());
      for (uint64_t i = 0; i < what.as<Tuple>()->size; i++)
        if (is_instance(exc, what.as<Tuple>()->items[i].as<Type>())) return true;
      return false;
    }
    Value r = TRY(call(t, what, exc));
    return truth(t, r);
  }
};

Result<Matcher> make_matcher(Thread& t, Value v) {
  if (is_exception_class(v)) return Matcher{v, true};
  if (is_tuple(v)) {
    bool all = true;
    for (uint64_t i = 0; i < v.as<Tuple>()->size; i++) all &= is_exception_class(v.as<Tuple>()->items[i]);
    if (all) return Matcher{v, true};
  } else if (is_callable(v) && !is_type(v)) {
    return Matcher{v, false};
  }
  return RAISE(TypeError, "expected an exception type, a tuple of exception types, or a callable (other than a class)");
}

struct Halves { Value match = kNone, rest = kNone; };

Result<Halves> split(Thread& t, Value exc, const Matcher& m, bool want_rest) {
  TRY(native_enter(t, " in exceptiongroup_split_recursive"));
  Halves out;
  bool whole = TRY(m(t, exc));
  if (whole) {
    out.match = exc;
    return out;
  }
  if (!is_instance(exc, KAA_TYPE(BaseExceptionGroup))) {
    if (want_rest) out.rest = exc;
    return out;
  }
  Tuple* excs = exc.as<ExcGroup>()->excs.get().as<Tuple>();
  Keep k(excs);
  List* match = TRY(new_list(t));
  List* rest = TRY(new_list(t));
  for (uint64_t i = 0; i < excs->size; i++) {
    Halves h = TRY(split(t, excs->items[i], m, want_rest));
    if (!h.match.is_none()) TRY(list_append(t, match, h.match));
    if (!h.rest.is_none()) TRY(list_append(t, rest, h.rest));
  }
  out.match = TRY(subset(t, exc, match));
  if (want_rest) out.rest = TRY(subset(t, exc, rest));
  return out;
}
}  // namespace

static Result<Value> group_split(Thread& t, Args a) {
  Matcher m = TRY(make_matcher(t, a[1]));
  Halves h = TRY(split(t, a[0], m, true));
  return TRY(make_tuple(t, h.match, h.rest));
}
static Result<Value> group_subgroup(Thread& t, Args a) {
  Matcher m = TRY(make_matcher(t, a[1]));
  Halves h = TRY(split(t, a[0], m, false));
  return h.match;
}
static Result<Value> group_class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }

static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

static const MethodDef k_methods[] = {
    {"__new__", group_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", group_repr, "($self, /)", "Return repr(self)."},
    {"__str__", group_str, "($self, /)", "Return str(self)."},
    {"__init__", group_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__class_getitem__", group_class_getitem, "($cls, object, /)", "BaseExceptionGroup[...] as a generic alias.", MethodKind::kClassMethod},
    {"derive", group_derive, "($self, excs, /)", "A new group with this one's message; overridden by subclasses."},
    {"split", group_split, "($self, matcher_value, /)", "The part that matches and the rest, as a pair."},
    {"subgroup", group_subgroup, "($self, matcher_value, /)", "The part that matches."},
};
static const GetSetDef k_getsets[] = {
    {"message", exc_get<ExcGroup, &ExcGroup::message>, read_only, "exception message"},
    {"exceptions", exc_get<ExcGroup, &ExcGroup::excs>, read_only, "nested exceptions"},
};
extern const TypeSpec BaseExceptionGroup_spec = {.doc = "Several exceptions raised together.", .methods = k_methods, .getsets = k_getsets};

static const TypeSpec k_exception_group_spec = {
    .doc = "Several exceptions raised together, all of them instances of Exception.", .methods = {}, .getsets = {}, .flags = kTypeBase};

Status init_exceptions(Thread& t) {
  Type* ty = TRY(make_native_type(t, "builtins.ExceptionGroup", KAA_TYPE(BaseExceptionGroup), k_exception_group_spec));
  Tuple* bases = TRY(make_tuple(t, Value(KAA_TYPE(BaseExceptionGroup)), Value(KAA_TYPE(Exception))));
  relink_bases(ty, ty->bases, bases);
  ty->bases.set(bases);
  Tuple* mro = TRY(compute_mro(t, ty));
  ty->mro.set(mro);
  type_modified(ty);
  update_dunders(ty);
  g_exception_group = ty;
  return {};
}

}  // namespace kaa
