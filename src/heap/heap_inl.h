// Walking the heap.
#pragma once
#include <algorithm>

#include "heap/heap.h"

namespace kaa {

// The pages of a chunk, for walkers (heap.cpp defines the chunk).
void each_object_page(const std::vector<char*>& chunks, void (*fn)(Page*, void*), void* data);

template <class F>
void Heap::each_object(F&& fn) {
  each_object_page(chunks_, [](Page* p, void* data) {
    auto& f = *static_cast<std::remove_reference_t<F>*>(data);
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

// The objects of a type that the heap does not refer to: those of the two tables. Few after a reconcile, so that the heap need not be walked.
void uncounted_objects(Heap& h, const Type* type, std::vector<Object*>& out);

// gc.DEBUG_COLLECTABLE: told of what a collection found. Allocates nothing.
extern void (*g_garbage_found)(const std::vector<Object*>&);

// Calls fn for the objects in the marked blocks of the pages, and takes the marks off.
template <uint64_t Page::*Blocks, class F>
void Heap::take_blocks(std::vector<Page*>& pages, F&& fn) {
  for (size_t i = 0; i < pages.size(); i++) {
    Page* p = pages[i];
    uint64_t blocks = p->*Blocks;
    p->*Blocks = 0;
    if (p->kind == PageKind::kSpanStart && !p->raw) {
      if (blocks && reinterpret_cast<Object*>(p->start)->shape) fn(reinterpret_cast<Object*>(p->start));
      continue;
    }
    if (p->kind != PageKind::kObjects) continue;
    for (; blocks; blocks &= blocks - 1) {
      size_t lo = static_cast<size_t>(__builtin_ctzll(blocks)) << 10;
      char* s = p->start + (lo + p->slot_size - 1) / p->slot_size * p->slot_size;
      for (char* end = std::min(p->start + lo + 1024, p->bump); s < end; s += p->slot_size) {
        Object* o = reinterpret_cast<Object*>(s);
        if (o->shape) fn(o);
      }
    }
  }
  pages.clear();
}
template <class F>
void Heap::take_young_blocks(F&& fn) { take_blocks<&Page::young>(young_pages_, fn); }
template <class F>
void Heap::take_middle(F&& fn) { take_blocks<&Page::middle>(middle_pages_, fn); }

}  // namespace kaa
