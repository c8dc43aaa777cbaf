// Weak references live in doubly linked lists, found through a hash table by referent; a referent carries kHasWeakrefs. When it dies, its references are
// cleared at once and callbacks queued in order of creation, latest first as in CPython. A reference that dies takes itself off the list.
#include "runtime/weakrefs.h"

#include <unordered_map>
#include <vector>

#include "heap/eager.h"
#include "objects/traits.h"
#include "runtime/api.h"
#include "runtime/interpreters.h"
#include "runtime/traceback.h"

namespace kaa {

static std::unordered_map<Object*, WeakRef*>& table() {
  static auto* m = new std::unordered_map<Object*, WeakRef*>();
  return *m;
}
// What waits to run, in the order of deaths: dead references whose callback is due, and objects whose __del__ is. The queue holds a count of each.
// Whoever runs the queue takes what is in it as a batch: what a finalizer itself sets off is run within it, and no deeper.
struct Pending { Object* object; bool callback; };
struct Batch {
  std::vector<Pending> items;
  size_t next = 0;
  Batch* outer;
};
static std::vector<Pending> g_queue;
static Batch* g_batches;

WeakRef* first_weakref(Object* o) {
  if (!o->flag(kHasWeakrefs)) return nullptr;
  auto it = table().find(o);
  return it == table().end() ? nullptr : it->second;
}

Result<WeakRef*> make_weakref(Thread& t, Type* type, Value o, Value callback) {
  if (!o.is_object() || !type_of(o)->has(kTypeWeakrefable)) return RAISE(TypeError, "cannot create weak reference to '%T' object", o);
  if (callback.is_none()) callback = Value();
  Object* obj = o.object();
  WeakRef* first = first_weakref(obj);
  bool base = type == KAA_TYPE(weakref) || type == KAA_TYPE(weakproxy) || type == KAA_TYPE(weakcallableproxy);
  if (!callback && base)
    for (WeakRef* r = first; r; r = r->next)
      if (!r->callback && r->type() == type) return r;
  WeakRef* r = static_cast<WeakRef*>(TRY(alloc_instance(t, type)));
  r->hash = -1;
  r->callback.init(callback);
  r->referent = obj;
  // The plain reference comes first, the plain proxy next, then the others, the latest first.
  WeakRef*& head = table()[obj];
  WeakRef* before = nullptr;
  bool plain = base && !callback;
  if (head && !head->callback && head->type() == KAA_TYPE(weakref) && !(plain && type == KAA_TYPE(weakref))) before = head;
  if (!plain) {
    WeakRef* next = before ? before->next : head;
    if (next && !next->callback && (next->type() == KAA_TYPE(weakproxy) || next->type() == KAA_TYPE(weakcallableproxy))) before = next;
  }
  r->prev = before;
  r->next = before ? before->next : head;
  if (r->next) r->next->prev = r;
  if (before) before->next = r;
  else head = r;
  obj->set_flag(kHasWeakrefs);
  // Classes die in collections alone. Event loops keep every asynchronous generator in a WeakSet: looking for each after each step would cost ten times
  // what the step does, and all that is seen is the set's length.
  if (callback && !obj->type()->has(kTypeType) && !obj->flag(kEager) && obj->type() != KAA_TYPE(async_generator)) {
    make_eager(obj);
    if (is_counted(obj->rc)) add_orphan(obj);
  }
  return r;
}

static void unlink(WeakRef* r) {
  Object* o = r->referent;
  if (!o) return;
  if (r->prev) r->prev->next = r->next;
  else if (r->next) table()[o] = r->next;
  else { table().erase(o); o->clear_flag(kHasWeakrefs); }
  if (r->next) r->next->prev = r->prev;
  r->referent = nullptr;
  r->next = r->prev = nullptr;
}

void LayoutTraits<WeakRef>::destroy(WeakRef* r) { unlink(r); }

void weakrefs_dead(Object* o) {
  auto it = table().find(o);
  if (it == table().end()) return;
  WeakRef* r = it->second;
  table().erase(it);
  o->clear_flag(kHasWeakrefs);
  for (WeakRef* next; r; r = next) {
    next = r->next;
    r->referent = nullptr;
    r->next = r->prev = nullptr;
    if (r->callback && !(r->rc & (kDead | kGarbage))) {  // references that are garbage themselves stay silent
      inc(r);
      g_queue.push_back({r, true});
      tls_thread->request(kPollFinalizers);
    }
  }
}

void queue_finalizer(Object* o) {
  g_queue.push_back({o, false});
  tls_thread->request(kPollFinalizers);
}

// The interpreter whose function a finalizer is, when that is not the one which runs: whatever finds garbage finds that of all.
static Interpreter* other_home(Value f) {
  if (IS_EXACT(f, method)) f = f.as<BoundMethod>()->func;
  if (!IS_EXACT(f, function)) f = type_of(f)->dunder(D_call);
  if (!f || !IS_EXACT(f, function)) return nullptr;
  Dict* builtins = f.as<Function>()->builtins;
  for (Interpreter* i : all_interpreters())
    if (i != interp().current && i->state.builtins == builtins) return i;
  return nullptr;
}
[[gnu::always_inline]] static inline void finalize(Thread& t, Object* o, bool callback, Value f) {
  Result<Value> res = callback ? call(t, f, Value(o)) : call_dunder(t, D_del, o);
  if (!res.ok()) report_ignored(t, callback ? "calling weakref callback" : "calling deallocator", f);
}
[[gnu::noinline]] static void finalize_at_home(Thread& t, Object* o, bool callback, Value f) {
  if (Interpreter* home = other_home(f)) {
    Visit visit(*home);
    if (Thread* there = visit.thread()) return finalize(*there, o, callback, f);
  }
  finalize(t, o, callback, f);
}

Status run_finalizers(Thread& t) {
  t.poll.fetch_and(~uint32_t{kPollFinalizers}, std::memory_order_relaxed);
  Value saved = take_exc(t);
  Keep k(saved);
  Batch b{{}, 0, g_batches};
  g_batches = &b;
  while (!g_queue.empty()) {
    b.items.clear();
    b.items.swap(g_queue);
    for (b.next = 0; b.next < b.items.size();) {
      auto [o, callback] = b.items[b.next];
      Value f = callback ? static_cast<WeakRef*>(o)->callback.get() : o->type()->dunder(D_del);
      if (f) {
        if (UNLIKELY(all_interpreters().size() > 1)) finalize_at_home(t, o, callback, f);
        else finalize(t, o, callback, f);
        if (callback) static_cast<WeakRef*>(o)->callback.clear();
      }
      b.next++;
      dec(o);  // reclaimed now, unless __del__ brought it back
    }
  }
  Batch** at = &g_batches;  // another thread's may have come since, and go later
  while (*at != &b) at = &(*at)->outer;
  *at = b.outer;
  if (saved) restore_exc(t, saved);
  return {};
}

bool deaths_owed() {
  if (g_looks_owed) return true;
  for (EagerEntry& e : heap().eager)
    if (!e.frame) return true;
  return false;
}
// A look scans the stacks of all threads: where they are thousands not each of their waits can have one.
static bool passed_over() {
  constexpr uint32_t kFew = 64;
  static uint32_t waits = 0;
  uint32_t n = 0;
  for (Thread* x = interp().threads; x; x = x->next) n++;
  return n > kFew && ++waits % (n / kFew);
}
Status settle_before_wait(Thread& t) {
  if (LIKELY(!deaths_owed()) || passed_over()) return {};
  if (g_looks_owed) heap().reconcile();
  look_before_wait(t);
  return t.poll.load(std::memory_order_relaxed) & kPollFinalizers ? run_finalizers(t) : Status();
}

void scan_weakref_queue(RootVisitor&) {}  // what waits is counted
void visit_weakref_queue(ChildVisitor& v) {
  for (Pending& p : g_queue) v(Value(p.object));
  for (Batch* b = g_batches; b; b = b->outer)
    for (size_t i = b->next; i < b->items.size(); i++) v(Value(b->items[i].object));
}

}  // namespace kaa
