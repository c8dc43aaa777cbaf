// _asyncio: Future, Task, and which loop and task run in each thread.
//
// A future's callbacks are called by its loop: the first one and its context have fields of their own, further ones are in a list. A task is a future that
// runs a coroutine step by step (task.cpp); between two steps it is either scheduled with the loop, or waits for another future, among whose
// callbacks its wakeup is. All native tasks that are not done are in rings of weak links, one for each thread that made some: for all_tasks(), and for
// other processes that look at them (modules/remote_debugging).
#pragma once
#include <atomic>

#include "runtime/unwatched.h"

namespace kaa::asyncio {

enum class FutureState : uint8_t { kPending, kCancelled, kFinished };

struct Future : Object {
  Field<> loop;                 // empty: __init__ was not called
  Field<> callback, context;    // the first callback; empty: none
  Field<List*> callbacks;       // further ones, tuples (callback, context); empty: none
  Field<> exception, exception_tb, result;
  Field<> source_tb, cancel_message, cancelled_exc;
  Field<> awaited_by;           // a task, or a set of several
  FutureState state;
  bool log_tb, blocking, is_task, several_awaiting;
  template <class F> void each_field(F&& f) {
    f(loop); f(callback); f(context); f(callbacks); f(exception); f(exception_tb); f(result); f(source_tb); f(cancel_message); f(cancelled_exc); f(awaited_by);
  }
};
struct TaskLink { TaskLink *prev, *next; };  // of a ring, whose beginning is one, too
struct Task : Future {
  Field<> waiter;               // what it waits for
  Field<> coro, name, task_context;
  TaskLink link;                // in a ring of tasks, not counted
  int32_t cancels;
  bool must_cancel, log_pending, listed;
  template <class F> void each_field(F&& f) {
    Future::each_field(f);
    f(waiter); f(coro); f(name); f(task_context);
  }
};
inline Task* task_of(TaskLink* l) { return reinterpret_cast<Task*>(reinterpret_cast<char*>(l) - __builtin_offsetof(Task, link)); }
void unlist(Task* task);

// What runs in a thread. A thread that ends gives its record back (without the lock, so it only says so); the references are forgotten when they are
// next looked at.
struct Running {
  std::atomic<bool> used{true};
  int native_id;                // the system's number of the thread
  Value loop, task;
  TaskLink tasks;               // those that it made and that are not done, in the order of their making
  Running* next = nullptr;
};
extern Running* g_running;
Running& running();             // this thread's

struct Library {                // what comes from asyncio's Python modules: every interpreter has its own
  Root<> cancelled_error, invalid_state, future_repr, task_repr, task_get_stack, task_print_stack, iscoroutine, extract_stack, get_policy, copy_context;
  bool loaded;                  // it has been looked up
};
struct State {
  Type *future, *task, *iter, *step;
  Library library;
  Root<> scheduled, eager;      // tasks of other classes: a WeakSet and a set
  TaskLink tasks;               // of threads that have ended
  uint64_t next_name;
};
extern State* g_state;         // null: nobody has imported the module yet
void make_state();
inline State& state() {
  if (UNLIKELY(!g_state)) make_state();
  return *g_state;
}
Status load_asyncio(Thread& t);
inline Status need_asyncio(Thread& t) { return LIKELY(state().library.loaded) ? Status{} : load_asyncio(t); }

// Stores a reference whose promptness is of no interest: the holder of something with a finalizer (a loop) need not be watched for that.
template <class T>
void hold(Field<T>& f, Value v) {
  Value old = f.value();
  inc(v);
  f.raw() = v;
  dec(old);
}
// Futures and tasks have finalizers, which nearly never have anything to do.
template <class T>
Result<T*> alloc_future(Thread& t, Type* cls) {
  return cls == state().future || cls == state().task ? alloc_unwatched<T>(t, cls) : alloc_as<T>(t, cls);
}

inline bool exact_future(Value v) { return v.is_object() && (v.object()->type() == state().future || v.object()->type() == state().task); }

// ---- threads
Value running_loop(Thread& t);                 // empty: none
Value running_task(Thread& t, Value loop);     // empty: none
Status enter_task(Thread& t, Value loop, Value task);
Status leave_task(Thread& t, Value loop, Value task);
Result<Value> swap_task(Thread& t, Value loop, Value task);  // gives the former one, or None
Result<Value> get_event_loop(Thread& t);

// ---- futures
Status future_init(Thread& t, Future* f, Value loop);
Status alive(Thread& t, Future* f);
Status call_soon(Thread& t, Value loop, Value callback, Value argument, Value context);
Status schedule_callbacks(Thread& t, Future* f);
Status future_add_callback(Thread& t, Future* f, Value callback, Value context);
Status future_set_result(Thread& t, Future* f, Value v);
Status future_set_exception(Thread& t, Future* f, Value e);
Result<bool> future_cancel(Thread& t, Future* f, Value message);
Result<Value> make_cancelled_error(Thread& t, Future* f);
// 0: *out is the result; 1: *out is the exception; -1: an error was raised.
int future_outcome(Thread& t, Future* f, Value* out);
Status awaited_by_add(Thread& t, Value future, Value waiter);
Status awaited_by_discard(Thread& t, Value future, Value waiter);
Result<Value> future_loop(Thread& t, Value f);
Result<Value> future_del(Thread& t, Args a);
Error invalid_state(Thread& t, const char* text);

// ---- tasks
Status task_step(Thread& t, Task* task, Value exception);
Result<Value> all_tasks(Thread& t, Value loop);
void list_task(Task* task);

extern const TypeSpec future_spec, task_spec, iter_spec, step_spec;

}  // namespace kaa::asyncio

namespace kaa {
template <> struct LayoutTraits<asyncio::Future> {
  static constexpr Death death = Death::kFinalizer;
  static bool needs_finalizer(asyncio::Future* f) { return f->log_tb; }
};
template <> struct LayoutTraits<asyncio::Task> {
  static constexpr Death death = Death::kFinalizer;
  static bool needs_finalizer(asyncio::Task* f) { return f->log_tb || (f->state == asyncio::FutureState::kPending && f->log_pending); }
  static void destroy(asyncio::Task* f) { asyncio::unlist(f); }
};
}  // namespace kaa
