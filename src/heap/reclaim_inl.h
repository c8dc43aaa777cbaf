// The children of an object, by its type's recipe: inline for the types of freelists.def, for instances and exceptions, through the layout's functions
// for all others. Shared by the reclaimer and the cycle collector.
#pragma once
#include "heap/heap.h"
#include "objects/traits.h"

namespace kaa {

// What is worth keeping in a shell.
inline constexpr uint64_t kShellListCap = 16;   // words of a list's buffer at most
inline constexpr uint32_t kShellDictLog2 = 3;   // index slots of a dict's table, as power of two
inline constexpr uint64_t kShellSetMask = 7;

// A generator that has not begun needs nothing done when it dies.
inline bool dies_unseen(GeneratorObject* g) { return (g->state == GenState::kCreated && IS_EXACT(Value(g), generator)) || !wants_finalizer(g); }

// keep_shell() for the ordinary case, without a call. False: keep_shell() decides.
template <class T>
[[gnu::always_inline]] inline bool Heap::keep_shell_quick(T* o) {
  constexpr Shell kind = __is_same(T, List) ? kShell_list : __is_same(T, Dict) ? kShell_dict : kShell_set;
  ShellList& l = shells[kind];
  if (UNLIKELY(l.count >= l.limit || slow_free)) return false;
  if constexpr (__is_same(T, List)) {
    if (UNLIKELY(o->cap - 1 >= kShellListCap)) return false;
    o->size = 0;
  } else if constexpr (__is_same(T, Dict)) {
    if (UNLIKELY(o->index_log2 != kShellDictLog2)) return false;
    static_assert(dict_index_bytes(kShellDictLog2) == sizeof(uint64_t));
    reinterpret_cast<uint64_t*>(o->entries)[-1] = ~uint64_t{0};  // the index
    o->used = o->fill = o->keys_version = o->mutations = 0;
  } else {
    return false;
  }
  FreeSlot* s = reinterpret_cast<FreeSlot*>(o);
  s->shape = nullptr;
  s->next = l.head;
  l.head = s;
  l.count++;
  return true;
}

// Calls f(Value*, size_t) for each run of attribute and __slots__ words of o, an instance of t.
template <class F>
[[gnu::always_inline]] inline void each_attribute(Object* o, Type* t, F&& f) {
  if (t->slots_offset) {
    char* base = (t->flags & kTypeVarSized) ? reinterpret_cast<char*>(attr_words_var(o)) - (t->basicsize - t->slots_offset) : reinterpret_cast<char*>(o) + t->slots_offset;
    f(reinterpret_cast<Value*>(base), (t->basicsize - t->slots_offset) / sizeof(Value));
  }
  if (!t->attr_offset) return;
  Value* w = attr_words(o);
  Shape* s = o->shape;
  if (s->is_dict) {
    f(w, size_t{1});
    return;
  }
  uint32_t n = s->nslots;
  if (n <= s->inline_cap) {
    f(w + 1, size_t{n});
    return;
  }
  f(w + 1, size_t{s->inline_cap});
  f(overflow_of(w[0])->slots, size_t{n - s->inline_cap});
}

// Calls f(Value) for each word of o that may be a reference, empty ones included. False: no recipe says which these are.
template <class F>
[[gnu::always_inline]] inline bool each_known_word(Object* o, Type* t, F&& f) {
  auto run = [&](Value* p, size_t n) __attribute__((always_inline)) { for (Value* e = p + n; p != e; p++) f(*p); };
  auto fields = [&](auto* s) __attribute__((always_inline)) {
    using S = std::remove_reference_t<decltype(*s)>;
    if constexpr (__is_same(S, Tuple) || __is_same(S, List)) run(s->items, s->size);
    else [[clang::always_inline]] s->each_field([&](auto& x) __attribute__((always_inline)) { f(x.value()); });
  };
  switch (t->recipe) {
#define FREELIST(id, structure, keeps) \
    case kRecipe_##id: fields(static_cast<structure*>(o)); break;
#include "defs/freelists.def"
    case kRecipeStr: fields(static_cast<Str*>(o)); break;
    case kRecipeInstance: each_attribute(o, t, run); break;
    case kRecipeException:
      fields(static_cast<BaseException*>(o));
      each_attribute(o, t, run);
      break;
    case kRecipeGenerator: fields(static_cast<GeneratorObject*>(o)); break;
    default: return false;
  }
  return true;
}
// Calls f(Value) for each reference that o holds; of types without a recipe only for those to objects.
template <class F>
[[gnu::always_inline]] inline void each_value(Object* o, Type* t, F&& f) {
  if (each_known_word(o, t, [&](Value v) __attribute__((always_inline)) { if (v) f(v); })) return;
  using Fn = std::remove_reference_t<F>;
  struct V final : ChildVisitor {
    Fn& f;
    explicit V(Fn& f) : f(f) {}
    void child(Value v) override { f(v); }
  } v(f);
  t->layout->visit(o, v);
  if (t->attr_offset | t->slots_offset) each_attribute(o, t, [&](Value* p, size_t n) { for (size_t i = 0; i < n; i++) if (p[i]) f(p[i]); });
}
// Calls f(Object*) for each child.
template <class F>
[[gnu::always_inline]] inline void each_child(Object* o, Type* t, F&& f) {
  each_value(o, t, [&](Value v) { if (v.is_reference()) f(v.object()); });
}

// Within the freeing of a collection's plain garbage: a child of that. One that is garbage, too, has its mark still, or no shape any more when it went before;
// one among the living had this count taken off already.
inline void drop_garbage_child(Object* c) {
  if (c->shape && !(c->rc & kCandidate)) dec(c);
}

// Frees the attributes' overflow buffer.
inline void free_attributes(Object* o, Type* t) {
  if (!t->attr_offset || o->shape->is_dict) return;
  Value* w = attr_words(o);
  if (w[0].bits() & 1) {
    Overflow* ov = overflow_of(w[0]);
    heap().free_raw(ov, sizeof(Overflow) + ov->cap * sizeof(Value));
  }
}

}  // namespace kaa
