// What Python sees of generators and coroutines: send, throw, close, their attributes, and what their death does. How they run: generator.cpp.
#include "interp/generator_types.h"

#include "interp/interp.h"

#include "objects/traits.h"
#include "runtime/traceback.h"

namespace kaa {

// A step's outcome as a method gives it: the value yielded, or StopIteration with what was returned.
Result<Value> step_result(Thread& t, int s, Value v) {
  if (s == 1) return v;
  if (s < 0) return Error{};
  return raise_stop_iteration(t, v.is_none() ? Value() : v);
}

// ---- shared attributes
Result<Value> gen_get_name(Thread&, Value self) { return generator_name(self.as<GeneratorObject>()); }
Result<Value> gen_get_qualname(Thread&, Value self) { return generator_qualname(self.as<GeneratorObject>()); }
Status gen_set_name(Thread& t, Value self, Value v) {
  if (!v || !is_str(v)) return RAISE(TypeError, "__name__ must be set to a string object");
  self.as<GeneratorObject>()->own_name.set(v);
  return {};
}
Status gen_set_qualname(Thread& t, Value self, Value v) {
  if (!v || !is_str(v)) return RAISE(TypeError, "__qualname__ must be set to a string object");
  self.as<GeneratorObject>()->own_qualname.set(v);
  return {};
}
Result<Value> gen_get_frame(Thread& t, Value self) {
  GeneratorObject* g = self.as<GeneratorObject>();
  if (g->state == GenState::kFinished) return kNone;
  return TRY(frame_object(t, &g->frame));
}
Result<Value> gen_get_code(Thread&, Value self) { return Value(self.as<GeneratorObject>()->frame.code); }
Result<Value> gen_get_running(Thread&, Value self) { return Value::from_bool(self.as<GeneratorObject>()->state == GenState::kRunning); }
Result<Value> gen_get_suspended(Thread&, Value self) { return Value::from_bool(self.as<GeneratorObject>()->state == GenState::kSuspended); }
Result<Value> gen_get_delegate(Thread&, Value self) {
  Value d = generator_delegate(self.as<GeneratorObject>());
  return d ? d : kNone;
}
Result<Value> gen_class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }
Result<Value> gen_repr(Thread& t, Args a) {
  GeneratorObject* g = a.as<GeneratorObject>(0);
  return TRY(str_format(t, "<%N object %S at %p>", g->type(), generator_qualname(g), reinterpret_cast<void*>(g)));
}

// ---- death
static Status warn_never_awaited(Thread& t, GeneratorObject* g) {
  Opt m = TRY(dict_get(t, interp().modules, NAME("warnings")));
  if (m) {
    Opt f = TRY(lookup_attr(t, m.v, NAME("_warn_unawaited_coroutine")));
    if (f) {
      TRY(call(t, f.v, g));
      return {};
    }
  }
  return warn(t, KAA_TYPE(RuntimeWarning), 1, "coroutine '%S' was never awaited", generator_qualname(g));
}

Result<Value> gen_del(Thread& t, Args a) {
  GeneratorObject* g = a.as<GeneratorObject>(0);
  if (g->state == GenState::kFinished || g->state == GenState::kRunning) return kNone;
  Value saved = take_exc(t);
  Keep keep(saved);
  if (g->type() == KAA_TYPE(async_generator) && g->origin && !g->ag_closed) {
    Result<Value> r = call(t, g->origin.get(), g);
    if (!r.ok()) report_ignored(t, "calling the finalizer of async generator", g);
  } else if (g->type() == KAA_TYPE(coroutine) && g->state == GenState::kCreated) {
    if (!warn_never_awaited(t, g).ok()) report_ignored(t, "finalizing coroutine", g);
    if (g->state == GenState::kCreated) generator_drop(g);
  } else {
    Result<Value> r = generator_close(t, g);
    if (!r.ok()) report_ignored(t, "closing generator", g);
  }
  restore_exc(t, saved);
  return kNone;
}

// ---- generator and coroutine
static Result<Value> gen_iternext(Thread& t, Object* o) {
  GeneratorObject* g = static_cast<GeneratorObject*>(o);
  if (LIKELY(g->state == GenState::kSuspended)) {
    Value v = generator_step(t, g, kNone);
    if (LIKELY(v && g->state != GenState::kFinished)) return v;
    if (v && !v.is_none()) return raise_stop_iteration(t, v);
    return Value();
  }
  Value v;
  int s = generator_send(t, static_cast<GeneratorObject*>(o), kNone, &v);
  if (s == 1) return v;
  if (s == 0 && !v.is_none()) return raise_stop_iteration(t, v);
  return Value();
}
static Result<Value> gen_send(Thread& t, Args a) {
  Value v;
  int s = generator_send(t, a.as<GeneratorObject>(0), a[1], &v);
  return step_result(t, s, v);
}
static Result<Value> gen_throw(Thread& t, Args a) {
  TRY(check_throw_count(t, a.n - 1));
  Value e = TRY(throw_arguments(t, "throw", a.from(1)));
  Value v;
  int s = generator_throw(t, a.as<GeneratorObject>(0), e, &v);
  return step_result(t, s, v);
}
static Result<Value> gen_close(Thread& t, Args a) { return generator_close(t, a.as<GeneratorObject>(0)); }
Status check_throw_count(Thread& t, uint32_t n) {
  if (n < 1) return RAISE(TypeError, "throw expected at least 1 argument, got %u", n);
  if (n > 3) return RAISE(TypeError, "throw expected at most 3 arguments, got %u", n);
  return {};
}

static const MethodDef k_generator_methods[] = {
    {"send", gen_send, "($self, value, /)", "Resumes the generator; the value is what its yield expression gives."},
    {"throw", gen_throw, nullptr, "throw(exception): raises it where the generator waits. Gives the next value, as send()."},
    {"close", gen_close, "($self, /)", "Raises GeneratorExit inside the generator; gives what it returns."},
    {"__repr__", gen_repr, "($self, /)", "Return repr(self)."},
    {"__del__", gen_del, "($self, /)", "Closes the generator when it dies."},
    {"__class_getitem__", gen_class_getitem, "($cls, object, /)", "See PEP 585.", MethodKind::kClassMethod},
};
static const GetSetDef k_generator_getsets[] = {
    {"__name__", gen_get_name, gen_set_name, "name of the generator"},
    {"__qualname__", gen_get_qualname, gen_set_qualname, "qualified name of the generator"},
    {"gi_yieldfrom", gen_get_delegate, nullptr, "object being iterated by 'yield from', or None"},
    {"gi_running", gen_get_running, nullptr, nullptr},
    {"gi_frame", gen_get_frame, nullptr, nullptr},
    {"gi_suspended", gen_get_suspended, nullptr, nullptr},
    {"gi_code", gen_get_code, nullptr, nullptr},
};
extern const TypeSpec generator_spec = {.methods = k_generator_methods, .getsets = k_generator_getsets, .iternext = gen_iternext};

static Result<Value> coro_await(Thread& t, Args a) {
  CoroWrapper* w = TRY(alloc<CoroWrapper>(t, KAA_SHAPE(coroutine_wrapper)));
  w->coro.init(a[0]);
  return w;
}
static Result<Value> coro_get_origin(Thread&, Value self) {
  Value o = self.as<GeneratorObject>()->origin;
  return o ? o : kNone;
}
static const MethodDef k_coroutine_methods[] = {
    {"send", gen_send, "($self, value, /)", "Sends a value into coroutine; what it awaits next comes back."},
    {"throw", gen_throw, nullptr, "throw(exception): raises it in coroutine, where it waits."},
    {"close", gen_close, "($self, /)", "Raises GeneratorExit inside coroutine."},
    {"__await__", coro_await, "($self, /)", "The iterator behind await."},
    {"__repr__", gen_repr, "($self, /)", "Return repr(self)."},
    {"__del__", gen_del, "($self, /)", "Closes the coroutine when it dies; warns if it was never awaited."},
    {"__class_getitem__", gen_class_getitem, "($cls, object, /)", "See PEP 585.", MethodKind::kClassMethod},
};
static const GetSetDef k_coroutine_getsets[] = {
    {"__name__", gen_get_name, gen_set_name, "name of the coroutine"},
    {"__qualname__", gen_get_qualname, gen_set_qualname, "qualified name of the coroutine"},
    {"cr_await", gen_get_delegate, nullptr, "object being awaited on, or None"},
    {"cr_running", gen_get_running, nullptr, nullptr},
    {"cr_frame", gen_get_frame, nullptr, nullptr},
    {"cr_suspended", gen_get_suspended, nullptr, nullptr},
    {"cr_code", gen_get_code, nullptr, nullptr},
    {"cr_origin", coro_get_origin, nullptr, "where it was made, when sys.set_coroutine_origin_tracking_depth() asks for it"},
};
extern const TypeSpec coroutine_spec = {.methods = k_coroutine_methods, .getsets = k_coroutine_getsets};

// ---- coroutine_wrapper
static Result<Value> wrapper_iternext(Thread& t, Object* o) { return gen_iternext(t, static_cast<CoroWrapper*>(o)->coro.get().object()); }
template <NativeFn fn>
static Result<Value> wrapper_forward(Thread& t, Args a) {
  Value inner[4] = {a.as<CoroWrapper>(0)->coro.get()};
  TRY(check_throw_count(t, a.n == 1 ? 1 : a.n - 1));
  for (uint32_t i = 1; i < a.n; i++) inner[i] = a[i];
  return fn(t, {inner, a.n});
}
static Result<Value> wrapper_throw(Thread& t, Args a) {
  TRY(check_throw_count(t, a.n - 1));
  return wrapper_forward<gen_throw>(t, a);
}
static const MethodDef k_wrapper_methods[] = {
    {"send", wrapper_forward<gen_send>, "($self, value, /)", "Sends a value into coroutine; what it awaits next comes back."},
    {"throw", wrapper_throw, nullptr, "throw(exception): raises it in coroutine, where it waits."},
    {"close", wrapper_forward<gen_close>, "($self, /)", "Raises GeneratorExit inside coroutine."},
};
extern const TypeSpec coroutine_wrapper_spec = {.doc = "The iterator behind await of a coroutine.", .methods = k_wrapper_methods, .iternext = wrapper_iternext};

}  // namespace kaa
