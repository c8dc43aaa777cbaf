// Exceptions, with, generators' delegation, import, patterns, intrinsics.
#include "interp/frame_type.h"
#include "interp/generator.h"
#include "interp/interp.h"
#include "runtime/traceback.h"

namespace kaa {

// ---- raising
static Value handled_exception(Thread& t) {
  for (ExcState* s = t.exc_state; s; s = s->prev)
    if (s->exc && !s->exc.is_none()) return s->exc;
  return Value();
}
static Result<Value> as_exception(Thread& t, Value v, const char* what) {
  if (is_exception_class(v)) {
    if (Type* ty = v.as<Type>(); is_plain_exception(ty) && ty->dunder(D_init) == KAA_TYPE(BaseException)->dunder(D_init)) return make_plain_exception(t, ty, nullptr, 0);
    Value e = TRY(call(t, v));
    if (!is_exception(e)) return RAISE(TypeError, "calling %R should have returned an instance of BaseException, not %T", v, e);
    return e;
  }
  if (is_exception(v)) return v;
  return RAISE(TypeError, "%s", what);
}
static Error do_raise(Thread& t, Value* r, const Word* pc) {
  if (pc->c == 0) {
    Value e = handled_exception(t);
    if (!e) return RAISE(RuntimeError, "No active exception to reraise");
    t.exc = e;
    return {};
  }
  Result<Value> e = as_exception(t, r[pc->a], "exceptions must derive from BaseException");
  if (!e.ok()) return {};
  BaseException* exc = e.value().as<BaseException>();
  if (pc->c == 2) {
    Value cause = r[pc->b];
    if (cause.is_none()) {
      exc->cause.clear();
    } else {
      Result<Value> c = as_exception(t, cause, "exception causes must derive from BaseException");
      if (!c.ok()) return {};
      exc->cause.set(c.value());
    }
    exc->suppress_context = true;
  }
  return raise_value(t, exc);
}
HANDLER(RAISE) {
  SAVE();
  static_cast<void>(do_raise(*t, r, pc));
  FAIL();
}
HANDLER(RERAISE) {
  SAVE();
  t->exc = r[pc->a];
  FAIL();
}
HANDLER(PUSH_EXC) {
  Value prev = t->exc_state->exc;
  r[pc->b] = prev ? prev : kNone;
  t->exc_state->exc = r[pc->a];
  NEXT(1);
}
HANDLER(POP_EXC) {
  Value v = r[pc->a];
  t->exc_state->exc = v.is_none() ? Value() : v;
  NEXT(1);
}
static Result<Value> match_exc(Thread& t, Value e, Value cls) {
  auto check = [&](Value c) -> Status {
    if (is_exception_class(c)) return {};
    return RAISE(TypeError, "catching classes that do not inherit from BaseException is not allowed");
  };
  if (is_tuple(cls)) {
    bool found = false;
    Tuple* u = cls.as<Tuple>();
    for (uint64_t i = 0; i < u->size; i++) TRY(check(u->items[i]));
    for (uint64_t i = 0; i < u->size; i++) found |= is_subtype(type_of(e), u->items[i].as<Type>());
    return Value::from_bool(found);
  }
  TRY(check(cls));
  return Value::from_bool(is_subtype(type_of(e), cls.as<Type>()));
}
SLOW(MATCH_EXC) { SAVE(); STORE_RESULT(pc->a, match_exc(*t, r[pc->b], r[pc->c]), 1); }

HANDLER(MATCH_EXC) {
  Value e = r[pc->b], cls = r[pc->c];
  if (LIKELY(cls.is_object() && e.object()->type() == cls.as<Type>() && is_exception_class(cls))) { r[pc->a] = kTrue; NEXT(1); }
  GO_SLOW(MATCH_EXC);
}

// except*: the matching part and the rest.
static Status match_group(Thread& t, Value e, Value cls, Value out[2]) {
  auto check = [&](Value c) -> Status {
    if (!is_exception_class(c)) return RAISE(TypeError, "catching classes that do not inherit from BaseException is not allowed");
    if (is_subtype(c.as<Type>(), KAA_TYPE(BaseExceptionGroup))) return RAISE(TypeError, "catching ExceptionGroup with except* is not allowed. Use except instead.");
    return {};
  };
  if (is_tuple(cls)) for (uint64_t i = 0; i < cls.as<Tuple>()->size; i++) TRY(check(cls.as<Tuple>()->items[i]));
  else TRY(check(cls));
  if (e.is_none()) { out[0] = out[1] = kNone; return {}; }
  Value whole = TRY(match_exc(t, e, cls));
  if (whole == kTrue) {
    out[1] = kNone;
    if (is_instance(e, KAA_TYPE(BaseExceptionGroup))) { out[0] = e; return {}; }
    Value eg = dict_get_str(interp().builtins, NAME("ExceptionGroup"));
    Tuple* one = TRY(make_tuple(t, e));
    Value g = TRY(call(t, is_instance(e, KAA_TYPE(Exception)) && eg ? eg : Value(KAA_TYPE(BaseExceptionGroup)), interp().empty_str, one));
    restore_exc(t, g);  // the group was made here
    TRY(traceback_here(t, t.frame));
    out[0] = take_exc(t);
    return {};
  }
  if (is_instance(e, KAA_TYPE(BaseExceptionGroup))) {
    Value pair = TRY(call_method(t, e, NAME("split"), cls));
    if (!is_tuple(pair)) return RAISE(TypeError, "%T.split must return a tuple, not %T", e, pair);
    if (pair.as<Tuple>()->size < 2) return RAISE(TypeError, "%T.split must return a 2-tuple, got tuple of size %lu", e, pair.as<Tuple>()->size);
    for (int i = 0; i < 2; i++) {
      out[i] = pair.as<Tuple>()->items[i];
      if (!out[i].is_none() && !is_exception(out[i])) return RAISE(TypeError, "%T.split must return exceptions or None, not %T", e, out[i]);
    }
    return {};
  }
  out[0] = kNone;
  out[1] = e;
  return {};
}
HANDLER(MATCH_EXC_GROUP) {
  SAVE();
  Value out[2];
  if (!match_group(*t, r[pc->b], r[pc->c], out).ok()) FAIL();
  r[pc->a] = out[0];
  r[pc->a + 1] = out[1];
  NEXT(1);
}
static Result<Value> reraise_star(Thread& t, Value original, List* excs) {
  Value e = TRY(prepare_reraise_star(t, original, excs));
  if (!e.is_none() && !is_exception(e)) return RAISE(TypeError, "exceptions must derive from BaseException, not %T", e);  // a derive() of the program's, perhaps
  return e;
}
HANDLER(RERAISE_STAR) { SAVE(); STORE_RESULT(pc->a, reraise_star(*t, r[pc->b], r[pc->c].as<List>()), 1); }

// ---- with
static Status load_exit(Thread& t, Value o, bool async_, Value out[2]) {
  Str* enter = async_ ? NAME("__aenter__") : NAME("__enter__");
  Str* exit = async_ ? NAME("__aexit__") : NAME("__exit__");
  Type* ty = type_of(o);
  bool other = type_lookup(ty, async_ ? NAME("__enter__") : NAME("__aenter__")) && type_lookup(ty, async_ ? NAME("__exit__") : NAME("__aexit__"));
  const char* proto = async_ ? "asynchronous context manager" : "context manager";
  const char* hint = !other ? "" : async_ ? " but it supports the context manager protocol. Did you mean to use 'with'?" : " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?";
  Value d = type_lookup(ty, exit);
  if (d && !type_lookup(ty, enter)) return RAISE(TypeError, "'%T' object does not support the %s protocol (missed %U method)%s", o, proto, enter, hint);
  if (!d) return RAISE(TypeError, "'%T' object does not support the %s protocol (missed %U method)%s", o, proto, exit, hint);
  Type* dt = type_of(d);
  bool native = dt == KAA_TYPE(method_descriptor) || dt == KAA_TYPE(wrapper_descriptor);
  if (dt == KAA_TYPE(function) || (native && is_subtype(ty, d.as<NativeFunction>()->owner))) {  // of another type: the descriptor sees to that
    out[0] = d;
    out[1] = o;
    return {};
  }
  out[0] = TRY(descr_get(t, d, o, ty));
  out[1] = Value();
  return {};
}
HANDLER(LOAD_EXIT) {
  SAVE();
  Type* ty = type_of(r[pc->b]);
  // As LOAD_METHOD leaves it: a function, or a method of the native type itself.
  if (Value exit = ty->dunder(pc->c ? D_aexit : D_exit); LIKELY(exit && ty->dunder(pc->c ? D_aenter : D_enter))) {
    if (IS_EXACT(exit, function) || (IS_EXACT(exit, method_descriptor) && is_subtype(ty, exit.as<NativeFunction>()->owner))) {
      Value o = r[pc->b];
      r[pc->a] = exit;
      r[pc->a + 1] = o;
      NEXT(1);
    }
  }
  Value out[2];
  if (!load_exit(*t, r[pc->b], pc->c, out).ok()) FAIL();
  r[pc->a] = out[0];
  r[pc->a + 1] = out[1];
  NEXT(1);
}
HANDLER(CALL_ENTER) {
  SAVE();
  Value o = r[pc->b], m = type_of(o)->dunder(pc->c ? D_aenter : D_enter);
  if (m && IS_EXACT(m, function)) {
    Frame* nf = call_special(*t, f, m, o, Value(), Value(), pc->a, pc + 1, kReturnPlain);
    if (UNLIKELY(!nf)) FAIL();
    ENTER(nf);
  }
  STORE_RESULT(pc->a, call_dunder(*t, pc->c ? D_aenter : D_enter, o), 1);
}
static Result<Value> call_exit(Thread& t, Value* w, Value e) {
  Value tb = e.as<BaseException>()->traceback;
  Value args[4] = {w[1], type_of(e), e, tb ? tb : kNone};
  return w[1] ? call_args(t, w[0], args, 4) : call_args(t, w[0], args + 1, 3);
}
HANDLER(CALL_EXIT) {
  SAVE();
  Value* w = r + pc->b;
  if (w[1] && IS_EXACT(w[0], function)) {
    Value e = r[pc->c], tb = e.as<BaseException>()->traceback;
    Value* args = next_regs(f);
    args[0] = w[1];
    args[1] = type_of(e);
    args[2] = e;
    args[3] = tb ? tb : kNone;
    Frame* nf = push_call(*t, f, w[0].as<Function>(), args, 4, nullptr, pc->a, pc + 1, kReturnPlain);
    if (UNLIKELY(!nf)) FAIL();
    ENTER(nf);
  }
  STORE_RESULT(pc->a, call_exit(*t, w, r[pc->c]), 1);
}

// ---- delegation
HANDLER(GET_YIELD_FROM_ITER) { SAVE(); STORE_RESULT(pc->a, get_yield_from_iter(*t, r[pc->b], f->code->flags), 1); }
HANDLER(GET_AWAITABLE) { SAVE(); STORE_RESULT(pc->a, get_awaitable(*t, r[pc->b], pc->c), 1); }
HANDLER(GET_AITER) { SAVE(); STORE_RESULT(pc->a, get_aiter(*t, r[pc->b]), 1); }
HANDLER(GET_ANEXT) { SAVE(); STORE_RESULT(pc->a, get_anext(*t, r[pc->b]), 1); }
HANDLER(ASYNC_GEN_WRAP) { SAVE(); STORE_RESULT(pc->a, async_gen_wrap(*t, r[pc->b]), 1); }

HANDLER(SEND) {
  Value it = r[pc->b];
  if (IS_EXACT(it, generator) || IS_EXACT(it, coroutine)) {
    RESUME_QUICK(it.as<GeneratorObject>(), r[pc->a], pc->a, pc + 2);
    SAVE();
    GeneratorObject* g = it.as<GeneratorObject>();
    if (LIKELY(g->state == GenState::kCreated || g->state == GenState::kSuspended)) {
      Frame* nf = resume_generator(*t, f, g, r[pc->a], pc->a, pc + 2, kReturnGenerator);
      if (UNLIKELY(!nf)) FAIL();
      ENTER_SYNC(nf);
    }
  }
  SAVE();
  Value v;
  int s = send_value(*t, it, r[pc->a], &v);
  if (s < 0) FAIL();
  r[pc->a] = v;
  NEXT(s == 1 ? 2 : 2 + pc[1].offset);
}
HANDLER(CLEANUP_THROW) {
  SAVE();
  Value e = r[pc->b];
  if (is_instance(e, KAA_TYPE(StopIteration))) {
    Value v = e.as<ExcWithValue>()->value;
    r[pc->a] = v ? v : kNone;
    JUMP_BY(2, pc[1].offset);
  }
  t->exc = e;
  FAIL();
}
HANDLER(END_ASYNC_FOR) {
  SAVE();
  Value e = r[pc->a];
  if (is_instance(e, KAA_TYPE(StopAsyncIteration))) NEXT(1);
  t->exc = e;
  FAIL();
}

// ---- import
static Result<Value> import_name(Thread& t, Frame* f, Str* name, Value fromlist, Value level) {
  Value imp = dict_get_str(f->func->builtins, NAME("__import__"));
  if (!imp) return RAISE(ImportError, "__import__ not found");
  Value locals = f->locals && !has_fast_locals(f->code) ? f->locals : kNone;
  return call(t, imp, name, f->func->globals.get(), locals, fromlist, level);
}
HANDLER(IMPORT_NAME) { SAVE(); STORE_RESULT(pc->a, import_name(*t, f, f->code->names[pc[1].index], r[pc->b], r[pc->c]), 2); }
HANDLER(IMPORT_FROM) { SAVE(); STORE_RESULT(pc->a, import_from(*t, r[pc->b], f->code->names[pc[1].index]), 2); }
HANDLER(IMPORT_STAR) { SAVE(); if (!import_star(*t, f, r[pc->a]).ok()) FAIL(); NEXT(1); }
static Status setup_annotations(Thread& t, Frame* f) {
  Str* name = NAME("__annotations__");
  Value ns = namespace_of(f);
  if (IS_EXACT(ns, dict)) {
    if (dict_get_str(ns.as<Dict>(), name)) return {};
    Dict* d = TRY(new_dict(t));
    return dict_set(t, ns.as<Dict>(), name, d);
  }
  Result<Value> v = get_item(t, ns, name);
  if (v.ok()) return {};
  if (!exc_matches(t, KAA_TYPE(KeyError))) return Error{};
  clear_exc(t);
  Dict* d = TRY(new_dict(t));
  return set_item(t, ns, name, d);
}
HANDLER(SETUP_ANNOTATIONS) { SAVE(); if (!setup_annotations(*t, f).ok()) FAIL(); NEXT(1); }

static Result<Value> run_intrinsic(Thread& t, Frame* f, Intrinsic i, Value* a) {
  switch (i) {
    case Intrinsic::PrintExpr: {
      Value hook = dict_get_str(interp().sys_dict, NAME("displayhook"));
      if (!hook) return RAISE(RuntimeError, "lost sys.displayhook");
      return call(t, hook, a[0]);
    }
    case Intrinsic::StopIterationError: return stop_iteration_error(t, f, a[0]);
    case Intrinsic::CheckIterator:
      if (a[0] && (type_of(a[0])->iternext || type_of(a[0])->dunder(D_next))) return a[0];
      return a[0] ? RAISE(TypeError, "'%T' object is not an iterator", a[0]) : RAISE(UnboundLocalError, "cannot access local variable '.0' where it is not associated with a value");
    default: return typing_intrinsic(t, i, a);
  }
}
HANDLER(INTRINSIC) { SAVE(); STORE_RESULT(pc->a, run_intrinsic(*t, f, static_cast<Intrinsic>(pc->c), r + pc->b), 1); }

// ---- patterns
HANDLER(MATCH_MAPPING) { r[pc->a] = Value::from_bool(type_of(r[pc->b])->has(kTypeMapping)); NEXT(1); }
HANDLER(MATCH_SEQUENCE) { r[pc->a] = Value::from_bool(type_of(r[pc->b])->has(kTypeSequence)); NEXT(1); }
HANDLER(MATCH_KEYS) { SAVE(); STORE_RESULT(pc->a, match_keys(*t, r[pc->b], r[pc->c]), 1); }
HANDLER(MATCH_CLASS) { SAVE(); STORE_RESULT(pc->a, match_class(*t, r[pc->b], r[pc->c], pc[1].index, r[pc->c + 1]), 2); }

}  // namespace kaa
