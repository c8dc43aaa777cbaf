// Future.
#include "heap/eager.h"
#include "modules/asyncio/asyncio.h"
#include "modules/native_new.h"
#include "runtime/interpreters.h"
#include "runtime/types.h"
#include "types/dict.h"
#include "types/list.h"

namespace kaa::asyncio {

State* g_state = nullptr;
void make_state() {
  g_state = new State{};
  g_state->tasks = {&g_state->tasks, &g_state->tasks};
  own_state(nullptr, &g_state->library, sizeof g_state->library);  // tasks and types are everybody's
}

Status alive(Thread& t, Future* f) {
  if (LIKELY(static_cast<bool>(f->loop))) return {};
  return RAISE(RuntimeError, "%s object is not initialized.", f->is_task ? "Task" : "Future");
}
Error invalid_state(Thread& t, const char* text) {
  TRY(need_asyncio(t));
  Value e = TRY(call(t, state().library.invalid_state, Value(TRY(new_str(t, text)))));
  return raise_value(t, e);
}

Status future_init(Thread& t, Future* f, Value loop) {
  TRY(need_asyncio(t));
  if (!loop || loop.is_none()) loop = TRY(get_event_loop(t));
  hold(f->loop, loop);
  f->callback.clear();
  f->context.clear();
  f->callbacks.clear();
  f->exception.clear();
  f->exception_tb.clear();
  f->result.clear();
  f->source_tb.clear();
  f->cancel_message.clear();
  f->cancelled_exc.clear();
  f->awaited_by.clear();
  f->state = FutureState::kPending;
  f->log_tb = f->blocking = f->several_awaiting = false;
  Value debug = TRY(call_method(t, loop, NAME("get_debug")));
  if (TRY(truth(t, debug)) && !interp().finalizing) f->source_tb.set(TRY(call(t, state().library.extract_stack)));
  return {};
}

Status call_soon(Thread& t, Value loop, Value callback, Value argument, Value context) {
  Value method = unbound_method(loop, NAME("call_soon"));
  Value a[4];
  size_t n = 0;
  if (method) a[n++] = loop;
  else method = TRY(get_attr(t, loop, NAME("call_soon")));
  a[n++] = callback;
  if (argument) a[n++] = argument;
  if (!context) {
    TRY(call_args(t, method, a, n));
    return {};
  }
  a[n] = context;  // behind the positional ones
  static Tuple* kwnames = nullptr;
  if (UNLIKELY(!kwnames)) {
    Tuple* u = TRY(make_tuple(t, Value(NAME("context"))));
    u->rc |= kImmortal;
    kwnames = u;
  }
  TRY(call_args(t, method, a, n, kwnames));
  return {};
}

Status schedule_callbacks(Thread& t, Future* f) {
  if (!f->callback) return {};
  Keep keep(f);
  Value callback = f->callback.value(), context = f->context.value();
  List* more = f->callbacks;
  Keep k1(callback), k2(context ? context : kNone), k3(more ? Value(more) : kNone);
  f->callback.clear();
  f->context.clear();
  f->callbacks.clear();
  TRY(call_soon(t, f->loop.value(), callback, f, context));
  if (!more) return {};
  for (uint64_t i = 0; i < more->size; i++) {
    Tuple* u = more->items[i].as<Tuple>();
    TRY(call_soon(t, f->loop.value(), u->items[0], f, u->items[1]));
  }
  return {};
}
Status future_add_callback(Thread& t, Future* f, Value callback, Value context) {
  TRY(alive(t, f));
  if (f->state != FutureState::kPending) return call_soon(t, f->loop.value(), callback, f, context);
  if (!f->callback) {
    hold(f->callback, callback);
    hold(f->context, context);
    return {};
  }
  Tuple* u = TRY(make_tuple(t, callback, context));
  if (!f->callbacks) hold(f->callbacks, TRY(new_list(t)));
  return list_append(t, f->callbacks, u);
}

namespace {
const char* state_name(const Future* f) {
  return f->state == FutureState::kPending ? "PENDING" : f->state == FutureState::kCancelled ? "CANCELLED" : "FINISHED";
}
Status not_done(Thread& t, Future* f) {
  TRY(alive(t, f));
  if (f->state == FutureState::kPending) return {};
  return invalid_state(t, "invalid state");
}
void done(Future* f) {
  if (f->is_task) unlist(static_cast<Task*>(f));
}
}  // namespace

Status future_set_result(Thread& t, Future* f, Value v) {
  TRY(not_done(t, f));
  f->result.set(v);
  f->state = FutureState::kFinished;
  done(f);
  return schedule_callbacks(t, f);
}
Status future_set_exception(Thread& t, Future* f, Value e) {
  TRY(not_done(t, f));
  if (is_exception_class(e)) e = TRY(call(t, e));
  if (!is_exception(e)) return RAISE(TypeError, "invalid exception object");
  if (is_instance(e, KAA_TYPE(StopIteration))) {
    Value replaced = TRY(call(t, KAA_TYPE(RuntimeError), Value(NAME("StopIteration interacts badly with generators and cannot be raised into a Future"))));
    BaseException* x = replaced.as<BaseException>();
    x->cause.set(e);
    x->context.set(e);
    x->suppress_context = true;
    e = replaced;
  }
  f->exception.set(e);
  f->exception_tb.set(e.as<BaseException>()->traceback.value());
  f->state = FutureState::kFinished;
  done(f);
  TRY(schedule_callbacks(t, f));
  f->log_tb = true;
  make_eager(f);  // its death has something to say from now on, if nobody asks for the exception: it is to happen at once
  if (is_counted(f->rc)) add_orphan(f);
  return {};
}
Result<bool> future_cancel(Thread& t, Future* f, Value message) {
  f->log_tb = false;
  if (f->state != FutureState::kPending) return false;
  f->state = FutureState::kCancelled;
  f->cancel_message.set(message);
  done(f);
  TRY(schedule_callbacks(t, f));
  return true;
}
Result<Value> make_cancelled_error(Thread& t, Future* f) {
  TRY(need_asyncio(t));
  if (f->cancelled_exc) {
    Value e = f->cancelled_exc.value();
    f->cancelled_exc.clear();
    return e;
  }
  if (!f->cancel_message || f->cancel_message.value().is_none()) return call(t, state().library.cancelled_error);
  return call(t, state().library.cancelled_error, f->cancel_message.value());
}
int future_outcome(Thread& t, Future* f, Value* out) {
  if (f->state == FutureState::kCancelled) {
    Result<Value> e = make_cancelled_error(t, f);
    if (e.ok()) static_cast<void>(raise_value(t, e.value()));
    return -1;
  }
  if (f->state == FutureState::kPending) {
    static_cast<void>(invalid_state(t, "Result is not set."));
    return -1;
  }
  f->log_tb = false;
  if (!f->exception) {
    *out = f->result.value();
    return 0;
  }
  Value e = f->exception.value();
  e.as<BaseException>()->traceback.set(f->exception_tb.value());
  f->exception_tb.clear();
  *out = e;
  return 1;
}

// ---- who waits

namespace {
bool native(Value v) { return v.is_object() && is_instance(v, state().future); }
}  // namespace
Status awaited_by_add(Thread& t, Value future, Value waiter) {
  if (!native(future) || !native(waiter)) return {};  // others do it in Python
  Future* f = future.as<Future>();
  if (!f->awaited_by) {
    hold(f->awaited_by, waiter);
    return {};
  }
  if (f->several_awaiting) return set_add(t, f->awaited_by.value().as<Set>(), waiter);
  Set* s = TRY(new_set(t));
  Keep keep(s);
  TRY(set_add(t, s, f->awaited_by.value()));
  TRY(set_add(t, s, waiter));
  hold(f->awaited_by, s);
  f->several_awaiting = true;
  return {};
}
Status awaited_by_discard(Thread& t, Value future, Value waiter) {
  if (!native(future) || !native(waiter)) return {};
  Future* f = future.as<Future>();
  if (!f->awaited_by) return {};
  if (f->several_awaiting) {
    TRY(call_method(t, f->awaited_by.value(), NAME("discard"), waiter));
  } else if (f->awaited_by.value() == waiter) {
    f->awaited_by.clear();
  }
  return {};
}
Result<Value> future_loop(Thread& t, Value v) {
  if (exact_future(v)) {
    TRY(alive(t, v.as<Future>()));
    return v.as<Future>()->loop.value();
  }
  Opt get = TRY(lookup_attr(t, v, NAME("get_loop")));
  if (get) return call(t, get.v);
  return get_attr(t, v, NAME("_loop"));
}

// ---- methods

namespace {

Future* self_of(Args a) { return a.as<Future>(0); }

const MethodDef k_init_sig{"Future", static_cast<NativeFn>(nullptr), "($self, /, *, loop=None)", nullptr, MethodKind::kMethod};
Result<Value> future_new(Thread& t, Args a, Tuple*) {
  if (!a.n || !is_type(a[0])) return RAISE(TypeError, "Future.__new__(): not enough arguments");
  return TRY(alloc_future<Future>(t, a.as<Type>(0)));
}
Result<Value> future_init_method(Thread& t, Args a, Tuple* kwnames) {
  static const Signature* const sig = parse_signature(t, k_init_sig);
  Value p[2];
  TRY(bind_raw(t, "Future", *sig, a, kwnames, p, nullptr, nullptr));
  TRY(future_init(t, p[0].as<Future>(), p[1]));
  return kNone;
}
Result<Value> future_result(Thread& t, Args a) {
  Future* f = self_of(a);
  Value v;
  int s = future_outcome(t, f, &v);
  if (s < 0) return Error{};
  return s ? Result<Value>(raise_value(t, v)) : v;
}
Result<Value> future_exception(Thread& t, Args a) {
  Future* f = self_of(a);
  if (f->state == FutureState::kCancelled) return raise_value(t, TRY(make_cancelled_error(t, f)));
  if (f->state == FutureState::kPending) return invalid_state(t, "Exception is not set.");
  f->log_tb = false;
  return f->exception ? f->exception.value() : kNone;
}
Result<Value> future_set_result_method(Thread& t, Args a) {
  TRY(future_set_result(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> future_set_exception_method(Thread& t, Args a) {
  TRY(future_set_exception(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> future_add_done_callback(Thread& t, Args a) {
  TRY(need_asyncio(t));
  Value context = a[2] && !a[2].is_none() ? a[2] : TRY(call(t, state().library.copy_context));
  TRY(future_add_callback(t, self_of(a), a[1], context));
  return kNone;
}
Result<Value> future_remove_done_callback(Thread& t, Args a) {
  Future* f = self_of(a);
  TRY(alive(t, f));
  int64_t removed = 0;
  if (f->callback && TRY(equal(t, f->callback.value(), a[1]))) {
    removed++;
    f->callback.clear();
    f->context.clear();
  }
  if (List* old = f->callbacks) {
    Keep keep(old);
    List* kept = TRY(new_list(t));
    for (uint64_t i = 0; i < old->size; i++) {
      Value u = old->items[i];
      if (TRY(equal(t, u.as<Tuple>()->items[0], a[1]))) removed++;
      else TRY(list_append(t, kept, u));
    }
    if (f->callbacks.get() == old) hold(f->callbacks, kept->size ? kept : nullptr);
    if (!kept->size && f->callbacks.get() == nullptr) f->callbacks.clear();
  }
  // The first place is always taken.
  if (!f->callback && f->callbacks) {
    List* l = f->callbacks;
    Tuple* u = l->items[0].as<Tuple>();
    hold(f->callback, u->items[0]);
    hold(f->context, u->items[1]);
    list_delete_at(l, 0);
    if (!l->size) f->callbacks.clear();
  }
  return small_int(removed);
}
Result<Value> future_cancel_method(Thread& t, Args a) {
  TRY(alive(t, self_of(a)));
  return Value::from_bool(TRY(future_cancel(t, self_of(a), a[1])));
}
Result<Value> future_cancelled(Thread&, Args a) { return Value::from_bool(self_of(a)->loop && self_of(a)->state == FutureState::kCancelled); }
Result<Value> future_done(Thread&, Args a) { return Value::from_bool(self_of(a)->loop && self_of(a)->state != FutureState::kPending); }
Result<Value> future_get_loop(Thread& t, Args a) {
  TRY(alive(t, self_of(a)));
  return self_of(a)->loop.value();
}
Result<Value> future_make_cancelled(Thread& t, Args a) { return make_cancelled_error(t, self_of(a)); }
Result<Value> future_repr_method(Thread& t, Args a) {
  TRY(need_asyncio(t));
  return call(t, self_of(a)->is_task ? state().library.task_repr : state().library.future_repr, a[0]);
}

// ---- the iterator that `await` runs

struct FutureIter : Object {
  Field<Future*> future;  // empty: at its end
  template <class F> void each_field(F&& f) { f(future); }
};

Result<Value> future_iter(Thread& t, Args a) {
  TRY(alive(t, self_of(a)));
  FutureIter* it = TRY(alloc<FutureIter>(t, state().iter->root));
  hold(it->future, self_of(a));
  return it;
}
Result<Value> iter_step(Thread& t, FutureIter* it) {
  Future* f = it->future;
  if (!f) return Value();
  if (f->state == FutureState::kPending) {
    if (!f->blocking) {
      f->blocking = true;
      return f;
    }
    return RAISE(RuntimeError, "await wasn't used with future");
  }
  Keep keep(f);
  it->future.clear();
  Value v;
  int s = future_outcome(t, f, &v);
  if (s < 0) return Error{};
  if (s) return raise_value(t, v);
  return v.is_none() ? Result<Value>(Value()) : Result<Value>(raise_stop_iteration(t, v));
}
Result<Value> iter_next_row(Thread& t, Object* o) { return iter_step(t, static_cast<FutureIter*>(o)); }
Result<Value> iter_send(Thread& t, Args a) {
  Result<Value> r = iter_step(t, a.as<FutureIter>(0));
  if (r.ok() || t.exc) return r;
  return raise_stop_iteration(t);
}
Result<Value> iter_throw(Thread& t, Args a) {
  if (a.n > 2) TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead."));
  Value e = a[1], value = a[2], tb = a[3];
  if (tb && !tb.is_none() && !is_instance(tb, KAA_TYPE(traceback))) return RAISE(TypeError, "throw() third argument must be a traceback");
  if (is_exception_class(e)) {
    if (value && is_instance(value, e.as<Type>())) e = value;
    else if (!value || value.is_none()) e = TRY(call(t, e));
    else if (is_tuple(value)) e = TRY(call_tuple(t, e, value.as<Tuple>(), nullptr));
    else e = TRY(call(t, e, value));
  } else if (is_exception(e)) {
    if (value && !value.is_none()) return RAISE(TypeError, "instance exception may not have a separate value");
  } else {
    return RAISE(TypeError, "exceptions must be classes deriving BaseException or instances of such a class");
  }
  a.as<FutureIter>(0)->future.clear();
  if (tb && !tb.is_none()) e.as<BaseException>()->traceback.set(tb);
  return raise_value(t, e);
}
Result<Value> iter_close(Thread&, Args a) {
  a.as<FutureIter>(0)->future.clear();
  return kNone;
}
const MethodDef k_iter_methods[] = {
    {"send", iter_send, "($self, value, /)", "Goes on."},
    {"throw", iter_throw, "($self, type, val=None, tb=None, /)", "Raises the exception."},
    {"close", iter_close, "($self, /)", "Ends it."},
};

const MethodDef k_methods[] = {
    {"__new__", future_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", future_init_method, "($self, /, *, loop=None)", "A future of the loop, or of the current one."},
    {"__del__", future_del, "($self, /)", nullptr},
    {"__iter__", future_iter, "($self, /)", nullptr},
    {"__await__", future_iter, "($self, /)", nullptr},
    {"__repr__", future_repr_method, "($self, /)", nullptr},
    {"__class_getitem__", class_getitem, "($type, object, /)", "See PEP 585.", MethodKind::kClassMethod},
    {"result", future_result, "($self, /)", "The result; its exception is raised, CancelledError if it was cancelled."},
    {"exception", future_exception, "($self, /)", "The exception that was set, or None."},
    {"set_result", future_set_result_method, "($self, result, /)", "Marks the future as done, with a result."},
    {"set_exception", future_set_exception_method, "($self, exception, /)", "Marks the future as done, with an exception."},
    {"add_done_callback", future_add_done_callback, "($self, fn, /, *, context=<unrepresentable>)", "Has fn(self) called once the future is done."},
    {"remove_done_callback", future_remove_done_callback, "($self, fn, /)", "Takes a callback off, wherever it is; how often it was there."},
    {"cancel", future_cancel_method, "($self, /, msg=None)", "Cancels the future; False if it was done already."},
    {"cancelled", future_cancelled, "($self, /)", "Whether it was cancelled."},
    {"done", future_done, "($self, /)", "Whether it is done."},
    {"get_loop", future_get_loop, "($self, /)", "Its event loop."},
    {"_make_cancelled_error", future_make_cancelled, "($self, /)", "The exception of a cancelled future."},
};

#define FIELD(name, field) {name, [](Thread&, Value v) -> Result<Value> { Value x = v.as<Future>()->field.value(); return x ? x : kNone; }, nullptr, nullptr}
Result<Value> get_callbacks(Thread& t, Value self) {
  Future* f = self.as<Future>();
  TRY(alive(t, f));
  if (!f->callback) return kNone;
  List* l = TRY(new_list(t));
  Tuple* first = TRY(make_tuple(t, f->callback.value(), f->context ? f->context.value() : kNone));
  TRY(list_append(t, l, first));
  if (f->callbacks) TRY(list_extend(t, l, f->callbacks.value()));
  return l;
}
Status set_log_traceback(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "cannot delete attribute");
  if (TRY(truth(t, v))) return RAISE(ValueError, "_log_traceback can only be set to False");
  self.as<Future>()->log_tb = false;
  return {};
}
Status set_blocking(Thread& t, Value self, Value v) {
  TRY(alive(t, self.as<Future>()));
  if (!v) return RAISE(AttributeError, "cannot delete attribute");
  self.as<Future>()->blocking = TRY(truth(t, v));
  return {};
}
Status set_cancel_message(Thread& t, Value self, Value v) {
  if (!v) return RAISE(AttributeError, "cannot delete attribute");
  self.as<Future>()->cancel_message.set(v);
  return {};
}
Result<Value> get_awaited_by(Thread& t, Value self) {
  Future* f = self.as<Future>();
  if (!f->awaited_by) return kNone;
  Set* s = TRY(new_set(t, true));
  if (f->several_awaiting) {
    TRY(iterate(t, f->awaited_by.value(), [&](Value v) -> Status { return set_add(t, s, v); }));
  } else {
    TRY(set_add(t, s, f->awaited_by.value()));
  }
  return s;
}
Result<Value> get_result_field(Thread& t, Value self) {
  TRY(alive(t, self.as<Future>()));
  Value v = self.as<Future>()->result.value();
  return v ? v : kNone;
}
const GetSetDef k_getsets[] = {
    {"_state", [](Thread& t, Value v) -> Result<Value> { TRY(alive(t, v.as<Future>())); return TRY(new_str(t, state_name(v.as<Future>()))); }, nullptr, nullptr},
    {"_asyncio_future_blocking", [](Thread&, Value v) -> Result<Value> { return Value::from_bool(v.as<Future>()->loop && v.as<Future>()->blocking); }, set_blocking, nullptr},
    {"_log_traceback", [](Thread& t, Value v) -> Result<Value> { TRY(alive(t, v.as<Future>())); return Value::from_bool(v.as<Future>()->log_tb); }, set_log_traceback, nullptr},
    {"_callbacks", get_callbacks, nullptr, nullptr},
    {"_result", get_result_field, nullptr, nullptr},
    {"_asyncio_awaited_by", get_awaited_by, nullptr, nullptr},
    FIELD("_loop", loop), FIELD("_exception", exception), FIELD("_source_traceback", source_tb),
    {"_cancel_message", [](Thread&, Value v) -> Result<Value> { Value x = v.as<Future>()->cancel_message.value(); return x ? x : kNone; }, set_cancel_message, nullptr},
};
#undef FIELD

}  // namespace

// Tells the loop of an exception that nobody asked for.
Result<Value> future_del(Thread& t, Args a) {
  Future* f = self_of(a);
  if (!f->log_tb) return kNone;
  f->log_tb = false;
  Dict* context = TRY(new_dict(t));
  TRY(dict_set_str(t, context, "message", TRY(str_format(t, "%T exception was never retrieved", a[0]))));
  TRY(dict_set_str(t, context, "exception", f->exception ? f->exception.value() : kNone));
  TRY(dict_set_str(t, context, "future", a[0]));
  if (f->source_tb && !f->source_tb.value().is_none()) TRY(dict_set_str(t, context, "source_traceback", f->source_tb.value()));
  TRY(call_method(t, f->loop.value(), NAME("call_exception_handler"), Value(context)));
  return kNone;
}

const TypeSpec future_spec = {.doc = "The outcome of something that is not finished yet.",
                              .methods = k_methods,
                              .getsets = k_getsets,
                              .layout = &kLayout<Future>,
                              .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};
const TypeSpec iter_spec = {.doc = nullptr, .methods = k_iter_methods, .iternext = iter_next_row, .layout = &kLayout<FutureIter>, .flags = kTypeDisallowInstantiation};

}  // namespace kaa::asyncio
