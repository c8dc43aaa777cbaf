// In which order the objects of a garbage cycle are told of their death. An owner is told before what it owns, so that a `__del__` finds its socket open and
// buffers are written before their file is closed.
#include <algorithm>
#include <unordered_map>

#include "heap/heap_inl.h"
#include "heap/reclaim_inl.h"

namespace kaa {

namespace {

bool has_finalizer(Object* o) { return o->type()->death == Death::kFinalizer && wants_finalizer(o); }

// Puts owners first, as far as references go straight from one to the other; where they go in a circle, the order stays as it is.
void owners_first(Object** objects, size_t n) {
  struct V final : ChildVisitor {
    std::unordered_map<Object*, size_t> owners;  // of those that have no place yet: how many references to it come from such
    std::vector<Object*> order;
    Object* self = nullptr;
    bool counting = true;
    void child(Value v) override {
      auto it = owners.find(v.object());
      if (it == owners.end() || it->first == self) return;
      if (counting) it->second++;
      else if (--it->second == 0) place(it);
    }
    void place(std::unordered_map<Object*, size_t>::iterator it) {
      order.push_back(it->first);
      owners.erase(it);
    }
    void children_of(Object* o) {
      self = o;
      visit_children(o, *this);
    }
  } v;
  for (size_t i = 0; i < n; i++) v.owners[objects[i]] = 0;
  for (size_t i = 0; i < n; i++) v.children_of(objects[i]);
  v.counting = false;
  for (bool owned : {false, true}) {
    for (size_t i = 0; i < n; i++) {
      auto it = v.owners.find(objects[i]);
      if (it == v.owners.end() || (!owned && it->second)) continue;
      v.place(it);
      for (size_t next = v.order.size() - 1; next < v.order.size(); next++) v.children_of(v.order[next]);
    }
  }
  std::copy(v.order.begin(), v.order.end(), objects);
}

}  // namespace

// Moves what is to be told (weak references to it, finalizers) to the front, in its order: what has a finalizer written in Python, or none, in the order in which it
// was made, as far as that is known: `young` lists the youngest; then what has a native finalizer.
void order_garbage(std::vector<Object*>& garbage, Object* const* young, size_t nyoung) {
  struct Told {
    bool native;
    size_t age, place;  // number in `young`, or 0; in the garbage
    Object* object;
    auto operator<=>(const Told&) const = default;
  };
  std::vector<Told> told;
  std::vector<Object*> rest;
  for (Object* o : garbage) {
    bool finalizer = has_finalizer(o);
    if (finalizer || (o->rc & kHasWeakrefs)) told.push_back({finalizer && !has_python_finalizer(o->type()), 0, told.size(), o});
    else rest.push_back(o);
  }
  if (told.size() < 2) return;
  std::unordered_map<Object*, Told*> of;
  for (Told& x : told) of[x.object] = &x;
  for (size_t i = 0; i < nyoung; i++)
    if (auto it = of.find(young[i]); it != of.end()) it->second->age = i + 1;
  std::sort(told.begin(), told.end());
  garbage.clear();
  size_t natives = 0;
  for (Told& x : told) {
    garbage.push_back(x.object);
    natives += x.native;
  }
  owners_first(garbage.data() + (told.size() - natives), natives);
  garbage.insert(garbage.end(), rest.begin(), rest.end());
}

}  // namespace kaa
