// Task: a coroutine that is run step by step.
#include "interp/generator.h"
#include "modules/contextvars.h"
#include "modules/asyncio/asyncio.h"
#include "modules/native_new.h"
#include "modules/posix/sys_util.h"
#include "types/dict.h"
#include "types/list.h"

namespace kaa::asyncio {

void list_task(Task* task) {
  if (task->listed) return;
  task->listed = true;
  TaskLink& ring = running().tasks;
  task->link = {ring.prev, &ring};
  ring.prev->next = &task->link;
  ring.prev = &task->link;
}
void unlist(Task* task) {
  if (!task->listed) return;
  task->listed = false;
  task->link.prev->next = task->link.next;
  task->link.next->prev = task->link.prev;
}

namespace {

Task* self_of(Args a) { return a.as<Task>(0); }

// What the loop calls to make a step: with an exception to be thrown, or without one.
struct Step : Object {
  Field<Task*> task;
  Field<> exception;
  template <class F> void each_field(F&& f) { f(task); f(exception); }
};

Status step_soon(Thread& t, Task* task, Value exception) {
  Step* s = TRY(alloc<Step>(t, state().step->root));
  hold(s->task, task);
  s->exception.init(exception);
  return call_soon(t, task->loop.value(), s, Value(), task->task_context.value());
}
template <class... A>
Status error_soon(Thread& t, Task* task, const char* format, A... args) {
  static_cast<void>(RAISE(RuntimeError, format, args...));
  return step_soon(t, task, take_exc(t));
}

Result<Value> task_wakeup(Thread& t, Args a);
const MethodDef k_wakeup{"task_wakeup", task_wakeup, "($self, fut, /)", nullptr, MethodKind::kMethod};
Result<Value> wakeup_of(Thread& t, Task* task) {
  static const Signature* sig = nullptr;
  if (!sig) sig = parse_signature(t, k_wakeup);
  NativeFunction* f = TRY(alloc<NativeFunction>(t, KAA_SHAPE(builtin_function)));
  f->def = &k_wakeup;
  f->sig = sig;
  f->owner = state().task;
  hold(f->self, task);
  return f;
}

Result<bool> request_cancel(Thread& t, Value future, Value message) {
  Value method = TRY(get_attr(t, future, NAME("cancel")));
  static Tuple* kwnames = nullptr;
  if (UNLIKELY(!kwnames)) {
    Tuple* u = TRY(make_tuple(t, Value(NAME("msg"))));
    u->rc |= kImmortal;
    kwnames = u;
  }
  Value arg = message ? message : kNone;
  return truth(t, TRY(call_args(t, method, &arg, 0, kwnames)));
}

// The coroutine has yielded: the task waits for what it gave.
Status wait_for(Thread& t, Task* task, Value what) {
  if (exact_future(what)) {
    Future* f = what.as<Future>();
    if (what == Value(task)) return error_soon(t, task, "Task cannot await on itself: %R", Value(task));
    if (f->loop.value() != task->loop.value()) return error_soon(t, task, "Task %R got Future %R attached to a different loop", Value(task), what);
    if (!f->blocking) return error_soon(t, task, "yield was used instead of yield from in task %R with %R", Value(task), what);
    f->blocking = false;
    TRY(awaited_by_add(t, what, task));
    TRY(future_add_callback(t, f, TRY(wakeup_of(t, task)), task->task_context.value()));
    hold(task->waiter, what);
  } else if (what.is_none()) {
    return step_soon(t, task, Value());
  } else {
    Opt blocking = TRY(lookup_attr(t, what, NAME("_asyncio_future_blocking")));
    if (!blocking || blocking.v.is_none()) {
      if (is_instance(what, KAA_TYPE(generator)))
        return error_soon(t, task, "yield was used instead of yield from for generator in task %R with %R", Value(task), what);
      return error_soon(t, task, "Task got bad yield: %R", what);
    }
    bool is_blocking = TRY(truth(t, blocking.v));
    Value loop = TRY(future_loop(t, what));
    if (loop != task->loop.value()) return error_soon(t, task, "Task %R got Future %R attached to a different loop", Value(task), what);
    if (!is_blocking) return error_soon(t, task, "yield was used instead of yield from in task %R with %R", Value(task), what);
    if (what == Value(task)) return error_soon(t, task, "Task cannot await on itself: %R", Value(task));
    TRY(awaited_by_add(t, what, task));
    TRY(set_attr(t, what, NAME("_asyncio_future_blocking"), kFalse));
    Value add = TRY(get_attr(t, what, NAME("add_done_callback")));
    Tuple* args = TRY(make_tuple(t, TRY(wakeup_of(t, task))));
    Dict* kwargs = TRY(new_dict(t));
    TRY(dict_set_str(t, kwargs, "context", task->task_context.value()));
    TRY(call_tuple(t, add, args, kwargs));
    hold(task->waiter, what);
  }
  if (task->must_cancel && TRY(request_cancel(t, what, task->cancel_message.value()))) task->must_cancel = false;
  return {};
}

// One step, without telling the loop who runs.
Status step(Thread& t, Task* task, Value exception) {
  Keep keep(task), keep_exception(exception ? exception : kNone);
  if (task->state != FutureState::kPending) {
    TRY(need_asyncio(t));
    Str* text = TRY(str_format(t, "__step(): already done: %R %R", Value(task), exception ? exception : kNone));
    Value e = TRY(call(t, state().library.invalid_state, Value(text)));
    return raise_value(t, e);
  }
  if (task->must_cancel) {
    if (exception && !TRY(isinstance(t, exception, state().library.cancelled_error))) exception = Value();
    if (!exception) exception = TRY(make_cancelled_error(t, task));
    task->must_cancel = false;
  }
  Keep keep_new(exception ? exception : kNone);
  task->waiter.clear();
  Value coro = task->coro.value();
  if (!coro) return RAISE(RuntimeError, "uninitialized Task object");
  Keep keep_coro(coro);

  Value out;
  int status;  // 1 yielded, 0 returned, -1 failed
  bool own_type = IS_EXACT(coro, coroutine) || IS_EXACT(coro, generator);
  bool iterator = own_type || type_of(coro)->iternext || type_of(coro)->dunder(D_next);
  if (!exception && iterator) {
    status = own_type ? generator_send(t, coro.as<GeneratorObject>(), kNone, &out) : send_value(t, coro, kNone, &out);
  } else {
    Result<Value> r = exception ? call_method(t, coro, NAME("throw"), exception) : call_method(t, coro, NAME("send"), kNone);
    status = r.ok() ? 1 : -1;
    if (r.ok()) out = r.value();
    else if (exc_matches(t, KAA_TYPE(StopIteration))) {
      out = take_exc(t).as<ExcWithValue>()->value;
      if (!out) out = kNone;
      status = 0;
    }
  }
  if (status == 1) return wait_for(t, task, out);
  if (status == 0) {
    if (task->must_cancel) {
      // Cancelled just before the coroutine ended.
      task->must_cancel = false;
      TRY(future_cancel(t, task, task->cancel_message.value()));
      return {};
    }
    return future_set_result(t, task, out);
  }
  Value e = take_exc(t);
  Keep keep_error(e);
  if (TRY(isinstance(t, e, state().library.cancelled_error))) {
    task->cancelled_exc.set(e);
    TRY(future_cancel(t, task, Value()));
    return {};
  }
  TRY(future_set_exception(t, task, e));
  if (is_instance(e, KAA_TYPE(KeyboardInterrupt)) || is_instance(e, KAA_TYPE(SystemExit))) {
    restore_exc(t, e);
    return Error{};
  }
  return {};
}

}  // namespace

Status task_step(Thread& t, Task* task, Value exception) {
  Keep keep(task);
  TRY(enter_task(t, task->loop.value(), task));
  Status s = step(t, task, exception);
  if (!s.ok()) {
    Value e = take_exc(t);
    if (!leave_task(t, task->loop.value(), task).ok()) clear_exc(t);
    restore_exc(t, e);
    return s;
  }
  return leave_task(t, task->loop.value(), task);
}

namespace {

Result<Value> step_call(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "function takes no keyword arguments");
  if (a.n != 1) return RAISE(TypeError, "function takes no positional arguments");
  Step* s = a.as<Step>(0);
  TRY(task_step(t, s->task, s->exception.value()));
  return kNone;
}
const MethodDef k_step_methods[] = {{"__call__", step_call, nullptr, nullptr}};
const GetSetDef k_step_getsets[] = {{"__self__", [](Thread&, Value v) -> Result<Value> { return v.as<Step>()->task.value(); }, nullptr, nullptr}};

// What the task waited for is done.
Result<Value> task_wakeup(Thread& t, Args a) {
  Task* task = self_of(a);
  Value f = a[1];
  TRY(awaited_by_discard(t, f, task));
  Value v;
  int outcome;
  if (exact_future(f)) {
    outcome = future_outcome(t, f.as<Future>(), &v);
  } else {
    Result<Value> r = call_method(t, f, NAME("result"));
    outcome = r.ok() ? 0 : -1;
  }
  Value exception = outcome == 0 ? Value() : outcome == 1 ? v : take_exc(t);
  TRY(task_step(t, task, exception));
  return kNone;
}

// ---- eager start: the first step is made at once

Status eager_start(Thread& t, Task* task) {
  Keep keep(task);
  Value before = TRY(swap_task(t, task->loop.value(), task));
  list_task(task);
  Value context = task->task_context.value();
  Keep keep_context(context);
  Status r = context_enter(t, context);
  if (r.ok()) {
    r = step(t, task, Value());
    context_leave(t, context);
  } else {
    task->coro.clear();  // nothing will ever step it
    unlist(task);
  }
  Value e = r.ok() ? Value() : take_exc(t);
  Keep keep_error(e ? e : kNone);
  Result<Value> own = swap_task(t, task->loop.value(), before.is_none() ? Value() : before);
  if (!own.ok()) {
    if (e) clear_exc(t);
    else return Error{};
  }
  if (task->state == FutureState::kPending && task->coro) list_task(task);
  else task->coro.clear();
  if (e) {
    restore_exc(t, e);
    return Error{};
  }
  return {};
}

// ---- methods

constexpr const char* kInitSig = "($self, /, coro, *, loop=None, name=None, context=None, eager_start=False)";
const MethodDef k_init_sig{"Task", static_cast<NativeFn>(nullptr), kInitSig, nullptr, MethodKind::kMethod};

Result<Value> task_new(Thread& t, Args a, Tuple*) {
  if (!a.n || !is_type(a[0])) return RAISE(TypeError, "Task.__new__(): not enough arguments");
  Task* task = TRY(alloc_future<Task>(t, a.as<Type>(0)));
  task->is_task = true;
  return task;
}
Result<Value> task_init(Thread& t, Args a, Tuple* kwnames) {
  static const Signature* const sig = parse_signature(t, k_init_sig);
  Value p[6];
  TRY(bind_raw(t, "Task", *sig, a, kwnames, p, nullptr, nullptr));
  Task* task = p[0].as<Task>();
  Value coro = p[1], name = p[3];
  unlist(task);
  task->is_task = true;
  TRY(future_init(t, task, p[2]));
  if (!IS_EXACT(coro, coroutine) && !TRY(truth(t, TRY(call(t, state().library.iscoroutine, coro))))) {
    task->log_pending = false;
    return RAISE(TypeError, "a coroutine was expected, got %R", coro);
  }
  Value context = p[4] && !p[4].is_none() ? p[4] : TRY(call(t, state().library.copy_context));
  hold(task->task_context, context);
  task->waiter.clear();
  task->must_cancel = false;
  task->log_pending = true;
  task->cancels = 0;
  hold(task->coro, coro);
  if (!name || name.is_none()) name = small_int(static_cast<int64_t>(++state().next_name));  // the text is made when asked for
  else if (!is_exact_str(name)) name = TRY(str(t, name));
  task->name.set(name);
  if (TRY(bool_arg(t, p[5], false)) && TRY(truth(t, TRY(call_method(t, task->loop.value(), NAME("is_running")))))) {
    TRY(eager_start(t, task));
    return kNone;
  }
  TRY(step_soon(t, task, Value()));
  list_task(task);
  return kNone;
}

Result<Value> task_cancel(Thread& t, Args a) {
  Task* task = self_of(a);
  TRY(alive(t, task));
  Value message = a[1] ? a[1] : kNone;
  task->log_tb = false;
  if (task->state != FutureState::kPending) return kFalse;
  task->cancels++;
  if (task->waiter && TRY(request_cancel(t, task->waiter.value(), message))) return kTrue;
  task->must_cancel = true;
  task->cancel_message.set(message);
  return kTrue;
}
Result<Value> task_cancelling(Thread&, Args a) { return small_int(self_of(a)->cancels); }
Result<Value> task_uncancel(Thread&, Args a) {
  Task* task = self_of(a);
  if (task->cancels > 0 && --task->cancels == 0) task->must_cancel = false;
  return small_int(task->cancels);
}
Result<Value> task_get_stack(Thread& t, Args a) {
  TRY(need_asyncio(t));
  return call(t, state().library.task_get_stack, a[0], a[1] ? a[1] : kNone);
}
Result<Value> task_print_stack(Thread& t, Args a) {
  TRY(need_asyncio(t));
  return call(t, state().library.task_print_stack, a[0], a[1] ? a[1] : kNone, a[2] ? a[2] : kNone);
}
Result<Value> task_set_result(Thread& t, Args) { return RAISE(RuntimeError, "Task does not support set_result operation"); }
Result<Value> task_set_exception(Thread& t, Args) { return RAISE(RuntimeError, "Task does not support set_exception operation"); }
Result<Value> task_get_coro(Thread&, Args a) { return self_of(a)->coro ? self_of(a)->coro.value() : kNone; }
Result<Value> task_get_context(Thread&, Args a) { return self_of(a)->task_context ? self_of(a)->task_context.value() : kNone; }
Result<Value> task_get_name(Thread& t, Args a) {
  Task* task = self_of(a);
  if (!task->name) return kNone;
  if (task->name.value().is_int()) task->name.set(TRY(str_format(t, "Task-%ld", task->name.value().as_int())));
  return task->name.value();
}
Result<Value> task_set_name(Thread& t, Args a) {
  Value name = is_exact_str(a[1]) ? a[1] : Value(TRY(str(t, a[1])));
  self_of(a)->name.set(name);
  return kNone;
}
Result<Value> task_del(Thread& t, Args a) {
  Task* task = self_of(a);
  if (task->state == FutureState::kPending && task->log_pending && task->loop) {
    task->log_pending = false;
    Dict* context = TRY(new_dict(t));
    TRY(dict_set_str(t, context, "task", a[0]));
    TRY(dict_set_str(t, context, "message", NAME("Task was destroyed but it is pending!")));
    if (task->source_tb && !task->source_tb.value().is_none()) TRY(dict_set_str(t, context, "source_traceback", task->source_tb.value()));
    if (!call_method(t, task->loop.value(), NAME("call_exception_handler"), Value(context)).ok()) write_unraisable(t, a[0]);
  }
  return future_del(t, a);
}

const MethodDef k_methods[] = {
    {"__new__", task_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", task_init, kInitSig, "A task that runs the coroutine."},
    {"__del__", task_del, "($self, /)", nullptr},
    {"cancel", task_cancel, "($self, /, msg=None)", "Has CancelledError thrown into the coroutine; False if the task was done already."},
    {"cancelling", task_cancelling, "($self, /)", "How often cancel() was called, less the calls of uncancel()."},
    {"uncancel", task_uncancel, "($self, /)", "Takes one request to cancel back; how many are left."},
    {"get_stack", task_get_stack, "($self, /, *, limit=None)", "The frames of the suspended coroutine, or of its exception's traceback."},
    {"print_stack", task_print_stack, "($self, /, *, limit=None, file=None)", "Prints the stack or traceback of the coroutine."},
    {"set_result", task_set_result, "($self, result, /)", "Not for tasks."},
    {"set_exception", task_set_exception, "($self, exception, /)", "Not for tasks."},
    {"get_coro", task_get_coro, "($self, /)", "The coroutine."},
    {"get_context", task_get_context, "($self, /)", "The context that it runs in."},
    {"get_name", task_get_name, "($self, /)", "The name."},
    {"set_name", task_set_name, "($self, value, /)", "Gives it a name."},
    {"__class_getitem__", class_getitem, "($type, object, /)", "See PEP 585.", MethodKind::kClassMethod},
};
const GetSetDef k_getsets[] = {
    {"_log_destroy_pending", [](Thread&, Value v) -> Result<Value> { return Value::from_bool(v.as<Task>()->log_pending); },
     [](Thread& t, Value v, Value x) -> Status {
       if (!x) return RAISE(AttributeError, "cannot delete attribute");
       v.as<Task>()->log_pending = TRY(truth(t, x));
       return {};
     }, nullptr},
    {"_must_cancel", [](Thread&, Value v) -> Result<Value> { return Value::from_bool(v.as<Task>()->must_cancel); }, nullptr, nullptr},
    {"_coro", [](Thread&, Value v) -> Result<Value> { Value x = v.as<Task>()->coro.value(); return x ? x : kNone; }, nullptr, nullptr},
    {"_fut_waiter", [](Thread&, Value v) -> Result<Value> { Value x = v.as<Task>()->waiter.value(); return x ? x : kNone; }, nullptr, nullptr},
};

}  // namespace

Result<Value> all_tasks(Thread& t, Value loop) {
  // What nobody refers to any more is no task.
  t.heap->reconcile();
  List* found = TRY(new_list(t));
  auto add = [&](TaskLink& ring) -> Status {
    for (TaskLink* l = ring.next; l != &ring; l = l->next) TRY(list_append(t, found, task_of(l)));
    return {};
  };
  TRY(add(state().tasks));
  for (Running* r = g_running; r; r = r->next) TRY(add(r->tasks));
  for (Value others : {state().scheduled.get(), state().eager.get()}) TRY(list_extend(t, found, TRY(list_from(t, others))));
  Set* result = TRY(new_set(t));
  for (uint64_t i = 0; i < found->size; i++) {
    Value task = found->items[i];
    if (is_instance(task, state().task)) {
      Task* x = task.as<Task>();
      if (x->loop.value() == loop && x->state == FutureState::kPending) TRY(set_add(t, result, task));
      continue;
    }
    Value own = TRY(future_loop(t, task));
    if (own == loop && !TRY(truth(t, TRY(call_method(t, task, NAME("done")))))) TRY(set_add(t, result, task));
  }
  return result;
}

const TypeSpec task_spec = {.doc = "A coroutine that an event loop runs.",
                            .methods = k_methods,
                            .getsets = k_getsets,
                            .layout = &kLayout<Task>,
                            .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};
const TypeSpec step_spec = {.doc = nullptr, .methods = k_step_methods, .getsets = k_step_getsets, .layout = &kLayout<Step>, .flags = kTypeDisallowInstantiation};

}  // namespace kaa::asyncio
