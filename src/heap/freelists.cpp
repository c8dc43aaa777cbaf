// Shells: dead objects that keep their storage for the next one of their type.
//
// A free slot of an object page is free because its shape word is null; the words behind may hold anything. A shell is such a slot whose words still
// describe a buffer, ready for use: an empty list with room, a dict or set with an empty table. It counts as used on its page, so the page stays.
// Making a list is then a pop and a store into the zero-count table; no buffer is taken, none was given back.
//
// Only exact instances become shells (the recipe is that of the exact type), after their weak references were cleared and their children dropped.
// A list of shells is bounded by what is made between two reconciles: twice the number of the last interval, at least kLeast. So a program that stops
// making lists loses their shells, half with each reconcile, and one that makes thousands in each interval finds all of them there.
#include <string.h>

#include <algorithm>

#include "heap/heap.h"
#include "heap/reclaim_inl.h"
#include "objects/traits.h"

namespace kaa {

namespace {
constexpr uint32_t kLeast = 64, kMost = 1 << 15;

template <class T> T* of(FreeSlot* s) { return reinterpret_cast<T*>(s); }
}  // namespace

// Makes a shell of o, a dead exact instance of the kind whose children are gone, if it is worth it; else its buffer is the caller's to free.
bool Heap::keep_shell(Shell kind, Object* o) {
  ShellList& l = shells[kind];
  if (l.count >= l.limit || trace_free) return false;
  switch (kind) {
    case kShell_list: {
      List* x = static_cast<List*>(o);
      if (x->cap - 1 >= kShellListCap) return false;
      if (UNLIKELY(poison)) memset(static_cast<void*>(x->items), 0xDB, x->cap * sizeof(Value));
      x->size = 0;
      break;
    }
    case kShell_dict: {
      Dict* d = static_cast<Dict*>(o);
      if (d->index_log2 != kShellDictLog2) return false;
      if (UNLIKELY(poison)) memset(static_cast<void*>(d->entries), 0xDB, d->cap * sizeof(DictEntry));
      memset(dict_buffer(d), 0xFF, dict_index_bytes(kShellDictLog2));
      d->used = d->fill = d->keys_version = d->mutations = 0;
      break;
    }
    case kShell_set: {
      Set* s = static_cast<Set*>(o);
      if (s->mask != kShellSetMask || !s->table) return false;
      memset(static_cast<void*>(s->table), 0, (kShellSetMask + 1) * sizeof(SetEntry));
      s->used = s->fill = s->finger = 0;
      s->hash = 0;
      break;
    }
    default: return false;
  }
  FreeSlot* s = reinterpret_cast<FreeSlot*>(o);
  s->shape = nullptr;
  s->next = l.head;
  l.head = s;
  l.count++;
  return true;
}

void Heap::release_shell(Shell kind, FreeSlot* s) {
  switch (kind) {
    case kShell_list: free_raw(of<List>(s)->items, of<List>(s)->cap * sizeof(Value)); break;
    case kShell_dict: LayoutTraits<Dict>::destroy(of<Dict>(s)); break;
    case kShell_set: LayoutTraits<Set>::destroy(of<Set>(s)); break;
    default: break;
  }
  free_small(reinterpret_cast<Object*>(s), page_of(s));
}

// Before each reconcile: how many shells are worth keeping, from what was made since the last one; those beyond it go.
void Heap::adjust_shells() {
  for (int k = 0; k < kShellCount; k++) {
    ShellList& l = shells[k];
    uint32_t reused = l.count_then - l.count, wanted = 2 * (reused + l.missed);
    l.reused += reused;
    l.made += l.missed;
    l.missed = 0;
    l.limit = keep_shells ? std::min(std::max({wanted, l.limit / 2, kLeast}), kMost) : 0;
    while (l.count > l.limit) {
      FreeSlot* s = l.head;
      l.head = s->next;
      l.count--;
      release_shell(static_cast<Shell>(k), s);
    }
    l.count_then = l.count;
  }
}

void Heap::drain_shells() {
  for (int k = 0; k < kShellCount; k++) {
    ShellList& l = shells[k];
    l.reused += l.count_then - l.count;
    while (FreeSlot* s = l.head) {
      l.head = s->next;
      release_shell(static_cast<Shell>(k), s);
    }
    l.count = l.count_then = 0;
  }
}

}  // namespace kaa
