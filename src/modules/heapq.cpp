// _heapq: lists as binary heaps, with the least item at index 0, or the greatest one (the functions that end in _max).
//
// The comparisons may run any code; a change of the list's size meanwhile is an error, other changes are taken as they come.
#include "types/list.h"

namespace kaa {

namespace {

inline void swap_items(List* h, uint64_t i, uint64_t k) {
  Value v = h->items[i];
  h->items[i] = h->items[k];
  h->items[k] = v;
}
inline void store(List* h, uint64_t i, Value v) {
  Value old = h->items[i];
  inc_into(v, h);
  h->items[i] = v;
  dec(old);
}

// Whether a belongs nearer to the top than b.
template <bool max>
Result<bool> above(Thread& t, List* h, Value a, Value b) {
  if constexpr (max) {
    Value x = a;
    a = b;
    b = x;
  }
  if (a.is_int() && b.is_int()) return a.as_int() < b.as_int();
  if (a.is_float_word() && b.is_float_word()) return a.float_word() < b.float_word();
  uint64_t size = h->size;
  bool less = TRY(compare_bool(t, CompareOp::LT, a, b));
  if (h->size != size) return RAISE(RuntimeError, "list changed size during iteration");
  return less;
}

// Lifts the item at i towards `top` until its parent is above it.
template <bool max>
Status lift(Thread& t, List* h, uint64_t top, uint64_t i) {
  if (i >= h->size) return RAISE(IndexError, "index out of range");
  while (i > top) {
    uint64_t parent = (i - 1) / 2;
    if (!TRY(above<max>(t, h, h->items[i], h->items[parent]))) return {};
    swap_items(h, i, parent);
    i = parent;
  }
  return {};
}

// Sinks the item at i to a leaf, along the upper children, and lifts it from there: cheaper than to compare it on the way down.
template <bool max>
Status sink(Thread& t, List* h, uint64_t i) {
  uint64_t top = i, n = h->size;
  while (i < n / 2) {
    uint64_t child = 2 * i + 1;
    if (child + 1 < n && !TRY(above<max>(t, h, h->items[child], h->items[child + 1]))) child++;
    swap_items(h, i, child);
    i = child;
  }
  return lift<max>(t, h, top, i);
}

Result<List*> heap_argument(Thread& t, const char* fname, Value v) {
  if (!is_list(v)) return RAISE(TypeError, "%s() argument 1 must be list, not %T", fname, v);
  return v.as<List>();
}

template <bool max>
Result<Value> heapify(Thread& t, Args a) {
  List* h = TRY(heap_argument(t, max ? "heapify_max" : "heapify", a[0]));
  for (uint64_t i = h->size / 2; i-- > 0;) TRY(sink<max>(t, h, i));
  return kNone;
}

template <bool max>
Result<Value> heappush(Thread& t, Args a) {
  List* h = TRY(heap_argument(t, max ? "heappush_max" : "heappush", a[0]));
  TRY(list_append(t, h, a[1]));
  TRY(lift<max>(t, h, 0, h->size - 1));
  return kNone;
}

template <bool max>
Result<Value> heappop(Thread& t, Args a) {
  List* h = TRY(heap_argument(t, max ? "heappop_max" : "heappop", a[0]));
  if (!h->size) return RAISE(IndexError, "index out of range");
  Value last = h->items[h->size - 1];
  list_delete_at(h, h->size - 1);
  if (!h->size) return last;
  Value first = h->items[0];
  store(h, 0, last);
  TRY(sink<max>(t, h, 0));
  return first;
}

template <bool max>
Result<Value> heapreplace(Thread& t, Args a) {
  List* h = TRY(heap_argument(t, max ? "heapreplace_max" : "heapreplace", a[0]));
  if (!h->size) return RAISE(IndexError, "index out of range");
  Value first = h->items[0];
  store(h, 0, a[1]);
  TRY(sink<max>(t, h, 0));
  return first;
}

template <bool max>
Result<Value> heappushpop(Thread& t, Args a) {
  List* h = TRY(heap_argument(t, max ? "heappushpop_max" : "heappushpop", a[0]));
  if (!h->size) return a[1];
  Result<bool> goes_first = above<max>(t, h, h->items[0], a[1]);
  if (!goes_first.ok() && !h->size && exc_matches(t, KAA_TYPE(RuntimeError))) {  // the comparison emptied the heap
    clear_exc(t);
    return RAISE(IndexError, "index out of range");
  }
  if (!TRY(std::move(goes_first))) return a[1];
  Value first = h->items[0];
  store(h, 0, a[1]);
  TRY(sink<max>(t, h, 0));
  return first;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"heapify", heapify<false>, "(heap, /)", "Makes a list a heap, in linear time.", kF},
    {"heappush", heappush<false>, "(heap, item, /)", "Adds an item.", kF},
    {"heappop", heappop<false>, "(heap, /)", "Removes the least item and returns it.", kF},
    {"heapreplace", heapreplace<false>, "(heap, item, /)", "Removes the least item, then adds one.", kF},
    {"heappushpop", heappushpop<false>, "(heap, item, /)", "Adds an item, then removes the least one.", kF},
    {"heapify_max", heapify<true>, "(heap, /)", "Makes a list a heap with the greatest item on top.", kF},
    {"heappush_max", heappush<true>, "(heap, item, /)", "Adds an item.", kF},
    {"heappop_max", heappop<true>, "(heap, /)", "Removes the greatest item and returns it.", kF},
    {"heapreplace_max", heapreplace<true>, "(heap, item, /)", "Removes the greatest item, then adds one.", kF},
    {"heappushpop_max", heappushpop<true>, "(heap, item, /)", "Adds an item, then removes the greatest one.", kF},
};

Status exec(Thread& t, Module* m) {
  Str* about = TRY(new_str(t, "A heap is a list in which no item at k is above its parent, the item at (k - 1) // 2."));
  return module_add(t, m, "__about__", about);
}

}  // namespace

extern const ModuleDef _heapq_module = {.name = "_heapq", .doc = "Lists as priority queues.", .functions = k_functions, .exec = exec};

}  // namespace kaa
