// LayoutTraits of dict and set, which own raw buffers, and the geometry of those buffers, which the reclaimer has to
// know to free them. Include it (objects/traits.h does) wherever kLayout of these structs is made.
#pragma once
#include "heap/heap.h"
#include "objects/layout.h"

namespace kaa {

// ---- dict. One raw buffer: the index, then the entries (dict.cpp tells why); Dict::entries points behind the index.
// No buffer: entries is null and cap, fill, used and index_log2 are 0.
constexpr size_t dict_index_bytes(uint32_t log2) { return size_t{1} << (log2 <= 8 ? log2 : log2 <= 16 ? log2 + 1 : log2 + 2); }
inline size_t dict_buffer_bytes(uint32_t log2, uint32_t cap) { return dict_index_bytes(log2) + size_t{cap} * sizeof(DictEntry); }
inline char* dict_buffer(const Dict* d) { return reinterpret_cast<char*>(d->entries) - dict_index_bytes(d->index_log2); }

template <>
struct LayoutTraits<Dict> {
  static constexpr Death death = Death::kChildren;
  static constexpr LayoutKind kind = LayoutKind::kDict;
  static void destroy(Dict* d) {
    if (!d->entries) return;
    heap().free_raw(dict_buffer(d), dict_buffer_bytes(d->index_log2, d->cap));
    d->entries = nullptr;
    d->used = d->fill = d->cap = d->index_log2 = 0;
  }
  static size_t bytes(Dict* d) { return sizeof(Dict) + (d->fill ? dict_buffer_bytes(d->index_log2, d->cap) : 0); }
};

// ---- set and frozenset. The table has mask + 1 entries; an empty set that never had an element has none (table null,
// mask 0).
template <>
struct LayoutTraits<Set> {
  static constexpr Death death = Death::kChildren;
  static void destroy(Set* s) {
    if (!s->table) return;
    heap().free_raw(s->table, (s->mask + 1) * sizeof(SetEntry));
    s->table = nullptr;
    s->mask = s->used = s->fill = 0;
  }
  static size_t bytes(Set* s) { return sizeof(Set) + (s->fill ? (s->mask + 1) * sizeof(SetEntry) : 0); }
};

}  // namespace kaa
