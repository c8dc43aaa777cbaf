// Walking the heap.
#pragma once
#include "heap/heap.h"

namespace kaa {

// The pages of a chunk, for walkers (heap.cpp defines the chunk).
void each_object_page(const std::vector<char*>& chunks, void (*fn)(Page*, void*), void* data);

template <class F>
void Heap::each_object(F&& fn) {
  each_object_page(chunks_, [](Page* p, void* data) {
    F& f = *static_cast<F*>(data);
    if (p->kind == PageKind::kSpanStart) {
      Object* o = reinterpret_cast<Object*>(p->start);
      if (o->shape) f(o);
      return;
    }
    for (char* s = p->start; s < p->bump; s += p->slot_size) {
      Object* o = reinterpret_cast<Object*>(s);
      if (o->shape) f(o);
    }
  }, &fn);
}

}  // namespace kaa
