// Weak references live in doubly linked lists, found through a hash table by referent; a referent carries kHasWeakrefs. When it dies, its references are
// cleared at once and callbacks queued in order of creation, latest first as in CPython. A reference that dies takes itself off the list.
#include "runtime/weakrefs.h"

#include <unordered_map>
#include <vector>

#include "objects/traits.h"
#include "runtime/api.h"

namespace kaa {

static std::unordered_map<Object*, WeakRef*>& table() {
  static auto* m = new std::unordered_map<Object*, WeakRef*>();
  return *m;
}
static std::vector<WeakRef*> g_callbacks;   // dead references whose callback waits; counted by the queue
static std::vector<Object*> g_finalizers;   // counted by the queue

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
    if (r->callback && !(r->rc & (kDead | kCandidate))) {  // references that are garbage themselves stay silent
      inc(r);
      g_callbacks.push_back(r);
      tls_thread->poll.fetch_or(kPollFinalizers, std::memory_order_relaxed);
    }
  }
}

void queue_finalizer(Object* o) {
  g_finalizers.push_back(o);
  tls_thread->poll.fetch_or(kPollFinalizers, std::memory_order_relaxed);
}

Status run_finalizers(Thread& t) {
  t.poll.fetch_and(~uint32_t{kPollFinalizers}, std::memory_order_relaxed);
  Value saved = take_exc(t);
  Keep k(saved);
  while (!g_callbacks.empty() || !g_finalizers.empty()) {
    if (!g_callbacks.empty()) {
      std::vector<WeakRef*> batch;
      batch.swap(g_callbacks);
      for (WeakRef* r : batch) {   // each still holds the queue's count
        Value cb = r->callback;
        if (!cb) { dec(r); continue; }
        Result<Value> res = call(t, cb, Value(r));
        if (!res.ok()) write_unraisable(t, cb);
        r->callback.clear();
        dec(r);
      }
    } else {
      std::vector<Object*> batch;
      batch.swap(g_finalizers);
      for (Object* o : batch) {
        Value del = o->type()->dunder(D_del);
        Result<Value> res = del ? call_dunder(t, D_del, o) : Result<Value>(kNone);
        if (!res.ok()) write_unraisable(t, del);
        dec(o);  // reclaimed now, unless __del__ brought it back
      }
    }
  }
  if (saved) restore_exc(t, saved);
  return {};
}

void scan_weakref_queue(RootVisitor&) {}  // what waits is counted

}  // namespace kaa
