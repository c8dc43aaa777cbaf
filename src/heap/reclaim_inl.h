// The children of an object, by its type's recipe: inline for the types of freelists.def, for instances and exceptions, through the layout's functions
// for all others. Shared by the reclaimer and the cycle collector.
#pragma once
#include "heap/heap.h"
#include "objects/traits.h"

namespace kaa {

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

// Calls f(Value) for each reference that o holds; of types without a recipe only for those to objects.
template <class F>
[[gnu::always_inline]] inline void each_value(Object* o, Type* t, F&& f) {
  auto one = [&](Value v) { if (v) f(v); };
  auto run = [&](Value* p, size_t n) { for (size_t i = 0; i < n; i++) one(p[i]); };
  switch (t->recipe) {
#define FREELIST(id, structure, keeps) \
    case kRecipe_##id: static_cast<structure*>(o)->each_field([&](auto& x) { one(x.value()); }); break;
#include "defs/freelists.def"
    case kRecipeStr: static_cast<Str*>(o)->each_field([&](auto& x) { one(x.value()); }); break;
    case kRecipeInstance: each_attribute(o, t, run); break;
    case kRecipeException:
      static_cast<BaseException*>(o)->each_field([&](auto& x) { one(x.value()); });
      each_attribute(o, t, run);
      break;
    case kRecipeGenerator: static_cast<GeneratorObject*>(o)->each_field([&](auto& x) { one(x.value()); }); break;
    default: {
      using Fn = std::remove_reference_t<F>;
      struct V final : ChildVisitor {
        Fn& f;
        explicit V(Fn& f) : f(f) {}
        void child(Value v) override { f(v); }
      } v(f);
      t->layout->visit(o, v);
      if (t->attr_offset | t->slots_offset) each_attribute(o, t, run);
    }
  }
}
// Calls f(Object*) for each child.
template <class F>
[[gnu::always_inline]] inline void each_child(Object* o, Type* t, F&& f) {
  each_value(o, t, [&](Value v) { if (v.is_reference()) f(v.object()); });
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
