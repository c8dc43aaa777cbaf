// _queue: SimpleQueue, which threads, signal handlers and finalizers may use at any time.
//
// The items are in a ring, counted. Those who wait sleep on a semaphore, which a put() posts if somebody waits: a wake-up is a hint to look again.
#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "modules/native_new.h"
#include "modules/posix/sys_util.h"
#include "types/dict.h"
#include "runtime/weakrefs.h"

namespace kaa {
namespace {

struct SimpleQueue : Object {
  Value* items;          // raw buffer, a ring
  uint64_t cap, head, size;
  sem_t* wake;           // malloc
  uint32_t waiting;
  template <class F> void each_field(F&& f) {
    for (uint64_t i = 0; i < size; i++) f(reinterpret_cast<Field<>&>(items[(head + i) % cap]));
  }
};

Root<Type*>& empty_error() { static auto* r = new Root<Type*>(); return *r; }

Result<Value> queue_new(Thread& t, Args a, Tuple* kwnames) {
  if (a.n > 1 || (kwnames && kwnames->size)) return RAISE(TypeError, "SimpleQueue() takes no %s arguments", a.n > 1 && !(kwnames && kwnames->size) ? "positional" : "keyword");
  SimpleQueue* q = TRY(alloc_as<SimpleQueue>(t, a.as<Type>(0)));
  q->wake = static_cast<sem_t*>(malloc(sizeof(sem_t)));
  if (!q->wake) return raise_memory(t);
  sem_init(q->wake, 0, 0);
  return q;
}

Result<Value> queue_put(Thread& t, Args a) {
  SimpleQueue* q = a.as<SimpleQueue>(0);
  if (q->size == q->cap) {
    uint64_t cap = q->cap ? q->cap * 2 : 8;
    Value* items = static_cast<Value*>(heap().allocate_raw(cap * sizeof(Value)));
    if (!items) return raise_memory(t);
    for (uint64_t i = 0; i < q->size; i++) items[i] = q->items[(q->head + i) % q->cap];
    heap().free_raw(q->items, q->cap * sizeof(Value));
    q->items = items;
    q->cap = cap;
    q->head = 0;
  }
  Value v = a[1];
  q->items[(q->head + q->size) % q->cap] = v;
  inc(v);
  q->size++;
  if (q->waiting) sem_post(q->wake);
  return kNone;
}

// Waits until it is woken, or `deadline` (CLOCK_MONOTONIC) is over; false then. Runs signal handlers.
Result<bool> sleep_on(Thread& t, SimpleQueue* q, const timespec* deadline) {
  int r, err;
  TRY(settle_before_wait(t));
  if (q->size) return true;  // a finalizer's
  q->waiting++;
  {
    Blocking b(t);
    r = deadline ? sem_clockwait(q->wake, CLOCK_MONOTONIC, deadline) : sem_wait(q->wake);
    err = errno;
  }
  q->waiting--;
  if (r < 0 && err == ETIMEDOUT) return false;
  TRY(safepoint(t));
  return true;
}

Result<Value> take(Thread& t, SimpleQueue* q, bool block, Value timeout) {
  timespec deadline;
  bool limited = block && timeout && !timeout.is_none();
  if (limited) {
    int64_t ns = TRY(time_arg(t, timeout, Rounding::kCeiling));
    if (ns < 0) return RAISE(ValueError, "'timeout' must be a non-negative number");
    int64_t now = monotonic_ns();
    deadline = to_timespec(ns > INT64_MAX - now ? INT64_MAX : now + ns);
  }
  Keep keep(q);
  while (!q->size) {
    bool woken = block && TRY(sleep_on(t, q, limited ? &deadline : nullptr));
    if (!woken && !q->size) return raise_class(t, empty_error(), Value());
  }
  Value v = q->items[q->head];
  q->head = (q->head + 1) % q->cap;
  q->size--;
  dec(v);
  return v;
}
Result<Value> queue_get(Thread& t, Args a) { return take(t, a.as<SimpleQueue>(0), TRY(bool_arg(t, a[1], true)), a[2]); }
Result<Value> queue_get_nowait(Thread& t, Args a) { return take(t, a.as<SimpleQueue>(0), false, Value()); }
Result<Value> queue_empty(Thread&, Args a) { return Value::from_bool(!a.as<SimpleQueue>(0)->size); }
Result<Value> queue_qsize(Thread& t, Args a) { return make_uint(t, a.as<SimpleQueue>(0)->size); }

const MethodDef k_methods[] = {
    {"__new__", queue_new, nullptr, "SimpleQueue()", MethodKind::kNew},
    {"put", queue_put, "($self, /, item, block=True, timeout=None)", "Appends an item; never blocks."},
    {"put_nowait", queue_put, "($self, /, item)", "Appends an item."},
    {"get", queue_get, "($self, /, block=True, timeout=None)", "Takes the first item; waits for one if block is true, for `timeout` seconds at most. Raises Empty."},
    {"get_nowait", queue_get_nowait, "($self, /)", "Takes the first item; raises Empty if there is none."},
    {"empty", queue_empty, "($self, /)", "Whether there was no item a moment ago."},
    {"qsize", queue_qsize, "($self, /)", "How many items there were a moment ago."},
    {"__class_getitem__", class_getitem, "($type, object, /)", "See PEP 585.", MethodKind::kClassMethod},
};

}  // namespace

template <> struct LayoutTraits<SimpleQueue> {
  static constexpr Death death = Death::kCustom;
  static void destroy(SimpleQueue* q) {
    heap().free_raw(q->items, q->cap * sizeof(Value));
    if (q->wake) sem_destroy(q->wake);
    free(q->wake);
  }
  static size_t bytes(SimpleQueue* q) { return sizeof(SimpleQueue) + q->cap * sizeof(Value); }
};

namespace {
const TypeSpec k_spec = {.doc = "An unbounded queue.", .methods = k_methods, .layout = &kLayout<SimpleQueue>, .flags = kTypeBase | kTypeWeakrefable};

Status exec(Thread& t, Module* m) {
  TRY(module_add(t, m, "SimpleQueue", TRY(make_native_type(t, "_queue.SimpleQueue", nullptr, k_spec))));
  Type* empty = TRY(make_exception(t, "_queue.Empty", KAA_TYPE(Exception), "Raised by get() of an empty queue."));
  empty_error() = empty;
  return module_add(t, m, "Empty", empty);
}
}  // namespace

extern const ModuleDef _queue_module = {.name = "_queue", .doc = "A simple queue for threads.", .functions = {}, .exec = exec};

}  // namespace kaa
