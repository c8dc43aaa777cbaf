// Async generators. One step of one is an awaitable (async_generator_asend), so are athrow() and aclose() (async_generator_athrow). The generator tells
// the values it yields from those its awaits pass on by wrapping the former (ASYNC_GEN_WRAP); a step ends with StopIteration(value) when it meets one.
// ag_running is set from a step's start to its end, also while the step is suspended in an await.
#include "interp/generator_types.h"
#include "runtime/traceback.h"
#include "runtime/warnings.h"
#include "objects/traits.h"

namespace kaa {

Result<Value> async_gen_wrap(Thread& t, Value v) {
  WrappedValue* w = TRY(alloc<WrappedValue>(t, KAA_SHAPE(async_generator_wrapped_value)));
  w->value.init(v);
  return w;
}
extern const TypeSpec async_generator_wrapped_value_spec = {};

// The hooks of sys.set_asyncgen_hooks() that hold when iteration begins.
static Status init_hooks(Thread& t, GeneratorObject* g) {
  if (g->ag_hooks) return {};
  g->ag_hooks = true;
  if (t.async_gen_finalizer) {
    // Not through the barrier's set(): an event loop's hook leads to the loop, which is eager, and would make every generator so.
    inc(t.async_gen_finalizer);
    g->origin.raw() = t.async_gen_finalizer;
  }
  if (t.async_gen_firstiter) TRY(call(t, t.async_gen_firstiter, g));
  return {};
}

static Result<Value> new_step(Thread& t, Shape* shape, GeneratorObject* g, Value args) {
  TRY(init_hooks(t, g));
  AsyncGenStep* s = TRY(alloc<AsyncGenStep>(t, shape));
  s->gen.init(g);
  s->args.init(args);
  // One that is never awaited warns when it dies. Nearly all are awaited by the instruction after the one that makes them.
  const Word* pc = t.frame ? t.frame->pc : nullptr;
  if (!pc || static_cast<Op>(pc[kOpInfo[pc->op].words].op) != Op::GET_AWAITABLE) born_eager(t, s);
  return s;
}

static bool step_ended(Thread& t) { return exc_matches(t, KAA_TYPE(StopAsyncIteration)) || exc_matches(t, KAA_TYPE(GeneratorExit)); }

// Resumes or throws; a return is a StopAsyncIteration.
static Result<Value> resume(Thread& t, GeneratorObject* g, Value v) {
  Value out;
  int s = generator_send(t, g, v, &out);
  if (s == 0) return raise_class(t, KAA_TYPE(StopAsyncIteration), Value());
  return s == 1 ? Result<Value>(out) : Error{};
}
static Result<Value> throw_in(Thread& t, GeneratorObject* g, Value e, bool close_delegate) {
  Value out;
  int s = generator_throw(t, g, e, &out, close_delegate);
  if (s == 0) return raise_class(t, KAA_TYPE(StopAsyncIteration), Value());
  return s == 1 ? Result<Value>(out) : Error{};
}
// A yielded value ends the step; what an await passes on goes to whoever drives it.
static Result<Value> unwrap(Thread& t, GeneratorObject* g, Result<Value> r) {
  if (!r.ok()) {
    if (step_ended(t)) g->ag_closed = true;
    g->ag_running = false;
    return Error{};
  }
  if (!IS_EXACT(r.value(), async_generator_wrapped_value)) return r;
  g->ag_running = false;
  return raise_stop_iteration(t, r.value().as<WrappedValue>()->value);
}

// ---- asend
static Error asend_reused(Thread& t) { return RAISE(RuntimeError, "cannot reuse already awaited __anext__()/asend()"); }
static Result<Value> asend_start(Thread& t, AsyncGenStep* s) {
  if (s->gen->ag_running) {
    s->state = AwaitState::kClosed;
    return RAISE(RuntimeError, "anext(): asynchronous generator is already running");
  }
  s->state = AwaitState::kIter;
  return kNone;
}
int async_gen_send(Thread& t, Value step, Value v, Value* out) {
  AsyncGenStep* s = step.as<AsyncGenStep>();
  GeneratorObject* g = s->gen;
  if (s->state == AwaitState::kClosed) {
    static_cast<void>(asend_reused(t));
    return -1;
  }
  if (s->state == AwaitState::kInit) {
    if (!asend_start(t, s).ok()) return -1;
    if (v.is_none() && s->args) v = s->args;
  }
  g->ag_running = true;
  Value got;
  int status = generator_send(t, g, v, &got);
  if (status == 1 && !IS_EXACT(got, async_generator_wrapped_value)) {
    *out = got;
    return 1;
  }
  g->ag_running = false;
  s->state = AwaitState::kClosed;
  if (status == 1) {
    *out = got.as<WrappedValue>()->value;
    return 0;
  }
  if (status == 0) static_cast<void>(raise_class(t, KAA_TYPE(StopAsyncIteration), Value()));
  if (step_ended(t)) g->ag_closed = true;
  return -1;
}
static Result<Value> asend_step(Thread& t, AsyncGenStep* s, Value v) {
  Value out;
  int status = async_gen_send(t, s, v, &out);
  if (status < 0) return Error{};
  return status == 1 ? Result<Value>(out) : Result<Value>(raise_stop_iteration(t, out));
}
static Result<Value> asend_iternext(Thread& t, Object* o) { return asend_step(t, static_cast<AsyncGenStep*>(o), kNone); }
static Result<Value> asend_send(Thread& t, Args a) { return asend_step(t, a.as<AsyncGenStep>(0), a[1]); }
// The arguments of throw() are looked at when the step has begun: it is over when they are wrong.
static Result<Value> throw_given(Thread& t, GeneratorObject* g, Args exc) {
  TRY(check_throw_count(t, exc.n));
  Value e = TRY(throw_arguments(t, "throw", exc));
  return throw_in(t, g, e, false);
}
static Result<Value> asend_throw_exc(Thread& t, AsyncGenStep* s, Args exc) {
  if (s->state == AwaitState::kClosed) return asend_reused(t);
  if (s->state == AwaitState::kInit) {
    TRY(asend_start(t, s));
    s->gen->ag_running = true;
  }
  Result<Value> r = unwrap(t, s->gen, throw_given(t, s->gen, exc));
  if (!r.ok()) s->state = AwaitState::kClosed;
  return r;
}
static Result<Value> asend_throw(Thread& t, Args a) { return asend_throw_exc(t, a.as<AsyncGenStep>(0), a.from(1)); }
// close() of either awaitable.
static Result<Value> close_step(Thread& t, AsyncGenStep* s, Result<Value> (*throw_exc)(Thread&, AsyncGenStep*, Args)) {
  if (s->state == AwaitState::kClosed) return kNone;
  Value e = TRY(call(t, KAA_TYPE(GeneratorExit)));
  Result<Value> r = throw_exc(t, s, Args{&e, 1});
  if (r.ok()) return RAISE(RuntimeError, "coroutine ignored GeneratorExit");
  if (!exc_matches(t, KAA_TYPE(StopIteration)) && !step_ended(t)) return Error{};
  clear_exc(t);
  return kNone;
}
static Result<Value> asend_close(Thread& t, Args a) { return close_step(t, a.as<AsyncGenStep>(0), asend_throw_exc); }
static Result<Value> step_await(Thread&, Args a) { return a[0]; }
static Result<Value> never_awaited(Thread& t, AsyncGenStep* s, Str* method) {
  if (s->state != AwaitState::kInit) return kNone;
  s->state = AwaitState::kClosed;
  Value saved = take_exc(t);
  Keep keep(saved);
  Result<Str*> text = str_format(t, "coroutine method %R of %R was never awaited", Value(method), generator_qualname(s->gen));
  if (!text.ok() || !warn_message(t, text.value(), KAA_TYPE(RuntimeWarning), 1, s).ok())
    report_ignored(t, "finalizing async generator", s->gen.value());
  restore_exc(t, saved);
  return kNone;
}
static Result<Value> asend_del(Thread& t, Args a) { return never_awaited(t, a.as<AsyncGenStep>(0), NAME("asend")); }

static const MethodDef k_asend_methods[] = {
    {"__await__", step_await, "($self, /)", "The iterator behind await: itself."},
    {"send", asend_send, "($self, value, /)", "Drives the step."},
    {"throw", asend_throw, nullptr, "throw(exception): raises it inside the generator."},
    {"close", asend_close, "($self, /)", "Raises GeneratorExit inside the generator."},
    {"__del__", asend_del, "($self, /)", "Warns if it was never awaited."},
};
extern const TypeSpec async_generator_asend_spec = {.methods = k_asend_methods, .iternext = asend_iternext};

// ---- athrow and aclose (args empty)
static Error athrow_reused(Thread& t) { return RAISE(RuntimeError, "cannot reuse already awaited aclose()/athrow()"); }
static Result<Value> athrow_start(Thread& t, AsyncGenStep* s) {
  if (!s->gen->ag_running) return kNone;
  s->state = AwaitState::kClosed;
  if (s->args) return RAISE(RuntimeError, "athrow(): asynchronous generator is already running");
  return RAISE(RuntimeError, "aclose(): asynchronous generator is already running");
}
static Result<Value> ignored_exit(Thread& t, AsyncGenStep* s) {
  s->gen->ag_running = false;
  s->state = AwaitState::kClosed;
  return RAISE(RuntimeError, "async generator ignored GeneratorExit");
}
static Result<Value> athrow_failed(Thread& t, AsyncGenStep* s) {
  s->gen->ag_running = false;
  s->state = AwaitState::kClosed;
  if (!s->args && step_ended(t)) {
    clear_exc(t);
    return raise_stop_iteration(t);
  }
  return Error{};
}
// What a resumption of the generator means for the awaitable.
static Result<Value> athrow_result(Thread& t, AsyncGenStep* s, Result<Value> r) {
  if (s->args) {
    r = unwrap(t, s->gen, r);
    if (!r.ok()) s->state = AwaitState::kClosed;
    return r;
  }
  if (!r.ok()) return athrow_failed(t, s);
  if (IS_EXACT(r.value(), async_generator_wrapped_value)) return ignored_exit(t, s);
  return r;
}
static Result<Value> athrow_step(Thread& t, AsyncGenStep* s, Value v) {
  if (s->state == AwaitState::kClosed) return athrow_reused(t);
  GeneratorObject* g = s->gen;
  if (g->state == GenState::kFinished) {
    s->state = AwaitState::kClosed;
    return raise_stop_iteration(t);
  }
  if (s->state != AwaitState::kInit) return athrow_result(t, s, resume(t, g, v));
  TRY(athrow_start(t, s));
  if (g->ag_closed) {
    s->state = AwaitState::kClosed;
    return raise_class(t, KAA_TYPE(StopAsyncIteration), Value());
  }
  if (!v.is_none()) return RAISE(RuntimeError, "can't send non-None value to a just-started coroutine");
  s->state = AwaitState::kIter;
  g->ag_running = true;
  if (s->args) {
    Value raw = s->args;
    Result<Value> thrown = throw_arguments(t, "athrow", Args{&raw, 1});
    if (!thrown.ok()) return athrow_result(t, s, Error{});
    return athrow_result(t, s, throw_in(t, g, thrown.value(), false));
  }
  g->ag_closed = true;
  Value e = TRY(call(t, KAA_TYPE(GeneratorExit)));
  return athrow_result(t, s, throw_in(t, g, e, false));
}
static Result<Value> athrow_iternext(Thread& t, Object* o) { return athrow_step(t, static_cast<AsyncGenStep*>(o), kNone); }
static Result<Value> athrow_send(Thread& t, Args a) { return athrow_step(t, a.as<AsyncGenStep>(0), a[1]); }
static Result<Value> athrow_throw_exc(Thread& t, AsyncGenStep* s, Args exc) {
  if (s->state == AwaitState::kClosed) return athrow_reused(t);
  if (s->state == AwaitState::kInit) {
    TRY(athrow_start(t, s));
    s->state = AwaitState::kIter;
    s->gen->ag_running = true;
  }
  return athrow_result(t, s, throw_given(t, s->gen, exc));
}
static Result<Value> athrow_throw(Thread& t, Args a) { return athrow_throw_exc(t, a.as<AsyncGenStep>(0), a.from(1)); }
static Result<Value> athrow_close(Thread& t, Args a) { return close_step(t, a.as<AsyncGenStep>(0), athrow_throw_exc); }
static Result<Value> athrow_del(Thread& t, Args a) {
  AsyncGenStep* s = a.as<AsyncGenStep>(0);
  return never_awaited(t, s, s->args ? NAME("athrow") : NAME("aclose"));
}
static const MethodDef k_athrow_methods[] = {
    {"__await__", step_await, "($self, /)", "The iterator behind await: itself."},
    {"send", athrow_send, "($self, value, /)", "Drives the step."},
    {"throw", athrow_throw, nullptr, "throw(exception): raises it inside the generator."},
    {"close", athrow_close, "($self, /)", "Raises GeneratorExit inside the generator."},
    {"__del__", athrow_del, "($self, /)", "Warns if it was never awaited."},
};
extern const TypeSpec async_generator_athrow_spec = {.methods = k_athrow_methods, .iternext = athrow_iternext};

// ---- async_generator
static Result<Value> agen_aiter(Thread&, Args a) { return a[0]; }
Result<Value> async_gen_anext(Thread& t, GeneratorObject* g) { return new_step(t, KAA_SHAPE(async_generator_asend), g, Value()); }
static Result<Value> agen_anext(Thread& t, Args a) { return async_gen_anext(t, a.as<GeneratorObject>(0)); }
static Result<Value> agen_asend(Thread& t, Args a) { return new_step(t, KAA_SHAPE(async_generator_asend), a.as<GeneratorObject>(0), a[1]); }
static Result<Value> agen_athrow(Thread& t, Args a) {
  if (a.n < 2) return RAISE(TypeError, "athrow expected at least 1 argument, got 0");
  if (a.n > 4) return RAISE(TypeError, "athrow expected at most 3 arguments, got %u", a.n - 1);
  Value e = a.n == 2 ? a[1] : TRY(throw_arguments(t, "athrow", a.from(1)));  // looked at when it is awaited
  return new_step(t, KAA_SHAPE(async_generator_athrow), a.as<GeneratorObject>(0), e);
}
static Result<Value> agen_aclose(Thread& t, Args a) { return new_step(t, KAA_SHAPE(async_generator_athrow), a.as<GeneratorObject>(0), Value()); }
static Result<Value> agen_get_running(Thread&, Value self) { return Value::from_bool(self.as<GeneratorObject>()->ag_running); }
static const MethodDef k_agen_methods[] = {
    {"asend", agen_asend, "($self, value, /)", "An awaitable for the next value; sends one into the generator."},
    {"athrow", agen_athrow, nullptr, "athrow(exception): an awaitable that raises it inside the generator."},
    {"aclose", agen_aclose, "($self, /)", "An awaitable that raises GeneratorExit inside the generator."},
    {"__aiter__", agen_aiter, "($self, /)", "Itself."},
    {"__anext__", agen_anext, "($self, /)", "An awaitable for the next value."},
    {"__repr__", gen_repr, "($self, /)", "Return repr(self)."},
    {"__del__", gen_del, "($self, /)", "Calls the finalizer hook, or closes the generator, when it dies."},
    {"__class_getitem__", gen_class_getitem, "($cls, object, /)", "See PEP 585.", MethodKind::kClassMethod},
};
static const GetSetDef k_agen_getsets[] = {
    {"__name__", gen_get_name, gen_set_name, "name of the async generator"},
    {"__qualname__", gen_get_qualname, gen_set_qualname, "qualified name of the async generator"},
    {"ag_await", gen_get_delegate, nullptr, "object being awaited on, or None"},
    {"ag_frame", gen_get_frame, nullptr, nullptr},
    {"ag_running", agen_get_running, nullptr, nullptr},
    {"ag_suspended", gen_get_suspended, nullptr, nullptr},
    {"ag_code", gen_get_code, nullptr, nullptr},
};
extern const TypeSpec async_generator_spec = {.methods = k_agen_methods, .getsets = k_agen_getsets};

}  // namespace kaa
