// The module: running loops and current tasks.
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "modules/asyncio/asyncio.h"
#include "types/dict.h"

namespace kaa::asyncio {

Running* g_running = nullptr;

namespace {

struct Mine {
  Running* r = nullptr;
  ~Mine() { if (r) r->used = false; }
};
thread_local Mine t_mine;

int native_id() { return static_cast<int>(syscall(SYS_gettid)); }

// The tasks of a thread that has ended.
void orphan_tasks(TaskLink& ring) {
  if (ring.next == &ring) return;
  TaskLink& to = state().tasks;
  to.prev->next = ring.next;
  ring.next->prev = to.prev;
  ring.prev->next = &to;
  to.prev = ring.prev;
  ring = {&ring, &ring};
}
[[gnu::noinline]] Running& begin_running() {
  Running* r = g_running;
  while (r && r->used) r = r->next;
  if (r) {
    orphan_tasks(r->tasks);
    r->loop = r->task = Value();
  } else {
    r = new Running();
    r->tasks = {&r->tasks, &r->tasks};
    r->next = g_running;
    g_running = r;
  }
  r->native_id = native_id();
  r->used = true;
  t_mine.r = r;
  return *r;
}

void scan(RootVisitor& v) {
  for (Running* r = g_running; r; r = r->next) {
    if (!r->used) r->loop = r->task = Value();
    v.value(r->loop);
    v.value(r->task);
  }
}

Status must_run(Thread& t, Value loop) {
  if (running().loop == loop) return {};
  return RAISE(RuntimeError, "loop %R is not the running loop", loop);
}

}  // namespace

Running& running() { return LIKELY(t_mine.r != nullptr) ? *t_mine.r : begin_running(); }

// asyncio imports this module, so that its parts are looked up when they are first needed.
Status load_asyncio(Thread& t) {
  State& s = state();
  s.library.cancelled_error = TRY(import_attr(t, "asyncio.exceptions", "CancelledError"));
  s.library.invalid_state = TRY(import_attr(t, "asyncio.exceptions", "InvalidStateError"));
  s.library.future_repr = TRY(import_attr(t, "asyncio.base_futures", "_future_repr"));
  s.library.task_repr = TRY(import_attr(t, "asyncio.base_tasks", "_task_repr"));
  s.library.task_get_stack = TRY(import_attr(t, "asyncio.base_tasks", "_task_get_stack"));
  s.library.task_print_stack = TRY(import_attr(t, "asyncio.base_tasks", "_task_print_stack"));
  s.library.iscoroutine = TRY(import_attr(t, "asyncio.coroutines", "iscoroutine"));
  s.library.get_policy = TRY(import_attr(t, "asyncio.events", "_get_event_loop_policy"));
  s.library.extract_stack = TRY(import_attr(t, "traceback", "extract_stack"));
  s.library.copy_context = TRY(import_attr(t, "_contextvars", "copy_context"));
  s.library.loaded = true;
  return {};
}

Value running_loop(Thread&) { return running().loop; }
Value running_task(Thread&, Value loop) {
  if (running().loop == loop) return running().task;
  for (Running* r = g_running; r; r = r->next)
    if (r->used && r->loop && r->loop == loop) return r->task;
  return Value();
}
Status enter_task(Thread& t, Value loop, Value task) {
  TRY(must_run(t, loop));
  Running& r = running();
  if (r.task) return RAISE(RuntimeError, "Cannot enter into task %R while another task %R is being executed.", task, r.task);
  r.task = task;
  return {};
}
Status leave_task(Thread& t, Value loop, Value task) {
  TRY(must_run(t, loop));
  Running& r = running();
  if (r.task != task) return RAISE(RuntimeError, "Invalid attempt to leave task %R while task %R is entered.", task, r.task ? r.task : kNone);
  r.task = Value();
  return {};
}
Result<Value> swap_task(Thread& t, Value loop, Value task) {
  TRY(must_run(t, loop));
  Value before = running().task;
  running().task = task && !task.is_none() ? task : Value();
  return before ? before : kNone;
}
Result<Value> get_event_loop(Thread& t) {
  if (Value loop = running().loop) return loop;
  TRY(need_asyncio(t));
  Value policy = TRY(call(t, state().library.get_policy));
  return call_method(t, policy, NAME("get_event_loop"));
}

namespace {

Result<Value> f_get_running_loop_or_none(Thread& t, Args) {
  Value loop = running_loop(t);
  return loop ? loop : kNone;
}
Result<Value> f_set_running_loop(Thread&, Args a) {
  running().loop = a[0].is_none() ? Value() : a[0];
  return kNone;
}
Result<Value> f_get_event_loop(Thread& t, Args) { return get_event_loop(t); }
Result<Value> f_get_running_loop(Thread& t, Args) {
  Value loop = running_loop(t);
  if (!loop) return RAISE(RuntimeError, "no running event loop");
  return loop;
}
bool is_task(Value v) { return v.is_object() && is_instance(v, state().task); }
Result<Value> f_register_task(Thread& t, Args a) {
  if (is_task(a[0])) list_task(a.as<Task>(0));
  else TRY(call_method(t, state().scheduled, NAME("add"), a[0]));
  return kNone;
}
Result<Value> f_unregister_task(Thread& t, Args a) {
  if (is_task(a[0])) unlist(a.as<Task>(0));
  else TRY(call_method(t, state().scheduled, NAME("discard"), a[0]));
  return kNone;
}
Result<Value> f_register_eager_task(Thread& t, Args a) {
  if (is_task(a[0])) list_task(a.as<Task>(0));
  else TRY(call_method(t, state().eager, NAME("add"), a[0]));
  return kNone;
}
Result<Value> f_unregister_eager_task(Thread& t, Args a) {
  if (is_task(a[0])) unlist(a.as<Task>(0));
  else TRY(call_method(t, state().eager, NAME("discard"), a[0]));
  return kNone;
}
Result<Value> f_enter_task(Thread& t, Args a) {
  TRY(enter_task(t, a[0], a[1]));
  return kNone;
}
Result<Value> f_leave_task(Thread& t, Args a) {
  TRY(leave_task(t, a[0], a[1]));
  return kNone;
}
Result<Value> f_swap_current_task(Thread& t, Args a) { return swap_task(t, a[0], a[1]); }
Result<Value> loop_argument(Thread& t, Value v) {
  if (v && !v.is_none()) return v;
  Value loop = running_loop(t);
  if (!loop) return RAISE(RuntimeError, "no running event loop");
  return loop;
}
Result<Value> f_current_task(Thread& t, Args a) {
  Value task = running_task(t, TRY(loop_argument(t, a[0])));
  return task ? task : kNone;
}
Result<Value> f_all_tasks(Thread& t, Args a) { return all_tasks(t, TRY(loop_argument(t, a[0]))); }
Result<Value> f_add_to_awaited_by(Thread& t, Args a) {
  TRY(awaited_by_add(t, a[0], a[1]));
  return kNone;
}
Result<Value> f_discard_from_awaited_by(Thread& t, Args a) {
  TRY(awaited_by_discard(t, a[0], a[1]));
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"_get_running_loop", f_get_running_loop_or_none, "()", "The loop that runs in this thread, or None.", kF},
    {"_set_running_loop", f_set_running_loop, "(loop, /)", "Says which loop runs in this thread.", kF},
    {"get_event_loop", f_get_event_loop, "()", "The loop that runs in this thread, or the policy's.", kF},
    {"get_running_loop", f_get_running_loop, "()", "The loop that runs in this thread; RuntimeError if none does.", kF},
    {"_register_task", f_register_task, "(task)", "A task is scheduled.", kF},
    {"_unregister_task", f_unregister_task, "(task)", "A task is done.", kF},
    {"_register_eager_task", f_register_eager_task, "(task)", "A task makes its first step at once.", kF},
    {"_unregister_eager_task", f_unregister_eager_task, "(task)", "A task has made its first step.", kF},
    {"_enter_task", f_enter_task, "(loop, task)", "A task begins a step.", kF},
    {"_leave_task", f_leave_task, "(loop, task)", "A task ends a step.", kF},
    {"_swap_current_task", f_swap_current_task, "(loop, task)", "Replaces the current task and gives the former one.", kF},
    {"current_task", f_current_task, "(loop=None)", "The task that is making a step, or None.", kF},
    {"all_tasks", f_all_tasks, "(loop=None)", "A set of the loop's tasks that are not done.", kF},
    {"future_add_to_awaited_by", f_add_to_awaited_by, "(fut, waiter, /)", "Notes that a future waits for another.", kF},
    {"future_discard_from_awaited_by", f_discard_from_awaited_by, "(fut, waiter, /)", "It waits no longer.", kF},
};

// A process made by fork() has no loop that runs, and one thread.
void after_fork() {
  for (Running* r = g_running; r; r = r->next) {
    r->loop = r->task = Value();
    if (r == t_mine.r) r->native_id = native_id();
    else r->used = false;
  }
}

Status exec(Thread& t, Module* m) {
  State& s = state();
  pthread_atfork(nullptr, nullptr, after_fork);
  s.future = TRY(make_native_type(t, "_asyncio.Future", nullptr, future_spec));
  s.task = TRY(make_native_type(t, "_asyncio.Task", s.future, task_spec));
  s.iter = TRY(make_native_type(t, "_asyncio.FutureIter", nullptr, iter_spec));
  s.step = TRY(make_native_type(t, "_asyncio.TaskStepMethWrapper", nullptr, step_spec));
  s.scheduled = TRY(call(t, TRY(import_attr(t, "weakref", "WeakSet"))));
  s.eager = TRY(new_set(t));
  TRY(module_add(t, m, "Future", s.future));
  return module_add(t, m, "Task", s.task);
}

}  // namespace
}  // namespace kaa::asyncio

namespace kaa {
extern const ModuleDef _asyncio_module = {.name = "_asyncio", .doc = "Futures and tasks.", .functions = asyncio::k_functions, .exec = asyncio::exec};
void _asyncio_roots(RootVisitor& v) { asyncio::scan(v); }
}  // namespace kaa
