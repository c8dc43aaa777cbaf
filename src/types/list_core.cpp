// The core of list, tuple, bytes and float boxes: making and growing.
#include "objects/set_entries_inl.h"
#include "runtime/api.h"

namespace kaa {

Result<Tuple*> new_tuple(Thread& t, size_t n) {
  if (n == 0 && interp().empty_tuple) return interp().empty_tuple;
  if (n > (size_t{1} << 40)) return raise_memory(t);
  Object* o = t.heap->allocate(KAA_SHAPE(tuple), sizeof(Tuple) + n * sizeof(Value));
  if (!o) return raise_memory(t);
  Tuple* u = static_cast<Tuple*>(o);
  u->size = n;
  memset(static_cast<void*>(u->items), 0, n * sizeof(Value));
  return u;
}

// The items may be in a buffer whose owner nobody else holds: no reconcile before they are copied.
[[gnu::noinline]] static Result<Tuple*> tuple_of_slow(Thread& t, const Value* p, size_t n) {
  if (n == 0) return interp().empty_tuple;
  if (n > (size_t{1} << 40)) return raise_memory(t);
  Object* o = t.heap->allocate_deferred(KAA_SHAPE(tuple), sizeof(Tuple) + n * sizeof(Value));
  if (UNLIKELY(!o)) return raise_memory(t);
  Tuple* u = static_cast<Tuple*>(o);
  u->size = n;
  for (size_t i = 0; i < n; i++) tuple_init(u, i, p[i]);
  return u;
}
// Copies p[i, n) to items of `owner` with inc_into(): one of them is eager. Out of line, so that the loop that looks needs no stack frame.
[[gnu::noinline]] static Object* fill_rest(Object* owner, Value* items, const Value* p, size_t i, size_t n) {
  for (; i < n; i++) {
    items[i] = p[i];
    inc_into(p[i], owner);
  }
  return owner;
}
// The items of a new tuple or list.
[[gnu::always_inline]] static inline Object* fill(Object* owner, Value* items, const Value* p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    Value v = p[i];
    items[i] = v;
    if (!v.is_reference()) continue;
    Object* c = v.object();
    if (LIKELY(static_cast<int64_t>(c->rc) >= 0)) { c->rc += kCountOne; note_counting(); }
    else if (UNLIKELY(c->rc & kEager)) return fill_rest(owner, items, p, i, n);
  }
  return owner;
}

Result<Tuple*> tuple_of(Thread& t, const Value* p, size_t n) {
  Object* o = LIKELY(n - 1 < 64) ? t.heap->try_allocate(KAA_SHAPE(tuple), sizeof(Tuple) + n * sizeof(Value)) : nullptr;
  if (UNLIKELY(!o)) return tuple_of_slow(t, p, n);
  Tuple* u = static_cast<Tuple*>(o);
  u->size = n;
  return static_cast<Tuple*>(fill(u, u->items, p, n));
}

[[gnu::noinline]] static Result<Tuple*> pair_of_slow(Thread& t, Value a, Value b) {
  Tuple* u = TRY(new_tuple(t, 2));
  tuple_init(u, 0, a);
  tuple_init(u, 1, b);
  return u;
}
Result<Tuple*> pair_of(Thread& t, Value a, Value b) {
  Object* o = t.heap->try_allocate(KAA_SHAPE(tuple), sizeof(Tuple) + 2 * sizeof(Value));
  if (UNLIKELY(!o)) return pair_of_slow(t, a, b);
  Tuple* u = static_cast<Tuple*>(o);
  u->size = 2;
  Value p[] = {a, b};
  return static_cast<Tuple*>(fill(u, u->items, p, 2));
}

static Status extend(Thread& t, List* l, Value iterable, bool ask);
Result<Tuple*> tuple_from(Thread& t, Value iterable) {
  if (IS_EXACT(iterable, tuple)) return iterable.as<Tuple>();
  if (IS_EXACT(iterable, list)) {
    List* l = iterable.as<List>();
    size_t n = l->size;
    Tuple* u = TRY(new_tuple(t, n));
    for (size_t i = 0; i < n; i++) tuple_init(u, i, l->items[i]);
    return u;
  }
  List* l = TRY(new_list(t));
  TRY(extend(t, l, iterable, false));
  return tuple_of(t, l->items, l->size);
}

// CPython's growth pattern: proportional, mild, in multiples of four.
static Status list_grow(Thread& t, List* l, size_t need) {
  if (need <= l->cap) return {};
  size_t cap = (need + (need >> 3) + 6) & ~size_t{3};
  if (cap > (size_t{1} << 43)) return raise_memory(t);
  void* p = t.heap->reallocate_raw(l->items, l->cap * sizeof(Value), cap * sizeof(Value));
  if (!p) return raise_memory(t);
  l->items = static_cast<Value*>(p);
  l->cap = cap;
  return {};
}

Status list_reserve(Thread& t, List* l, size_t cap) {
  if (cap <= l->cap) return {};
  if (cap > (size_t{1} << 43)) return raise_memory(t);
  void* p = t.heap->reallocate_raw(l->items, l->cap * sizeof(Value), cap * sizeof(Value));
  if (!p) return raise_memory(t);
  l->items = static_cast<Value*>(p);
  l->cap = cap;
  return {};
}

Result<List*> new_list(Thread& t, size_t capacity) {
  List* l = static_cast<List*>(t.heap->reuse(kShell_list, KAA_SHAPE(list)));
  if (!l) l = TRY(alloc<List>(t, KAA_SHAPE(list)));
  if (capacity) TRY(list_reserve(t, l, capacity));
  return l;
}

[[gnu::noinline]] static Result<List*> list_of_slow(Thread& t, const Value* p, size_t n) {
  List* l = static_cast<List*>(t.heap->reuse(kShell_list, KAA_SHAPE(list)));
  if (UNLIKELY(!l)) {
    l = static_cast<List*>(t.heap->allocate_deferred(KAA_SHAPE(list), sizeof(List)));
    if (UNLIKELY(!l)) return raise_memory(t);
    l->items = nullptr;
    l->size = l->cap = 0;
  }
  if (n) TRY(list_reserve(t, l, n));
  for (size_t i = 0; i < n; i++) { l->items[i] = p[i]; inc_into(p[i], l); }
  l->size = n;
  return l;
}
Result<List*> list_of(Thread& t, const Value* p, size_t n) {
  const FreeSlot* head = t.heap->shells[kShell_list].head;
  if (UNLIKELY(!head || n > reinterpret_cast<const List*>(head)->cap)) return list_of_slow(t, p, n);
  Object* o = t.heap->reuse(kShell_list, KAA_SHAPE(list));
  if (UNLIKELY(!o)) return list_of_slow(t, p, n);
  List* l = static_cast<List*>(o);
  l->size = n;
  return static_cast<List*>(fill(l, l->items, p, n));
}

[[gnu::noinline]] static Status append_slow(Thread& t, List* l, Value v) {
  if (l->size == l->cap) TRY(list_grow(t, l, l->size + 1));
  l->items[l->size++] = v;
  inc_into(v, l);
  return {};
}
// What needs a call is out of line, so that the rest needs no stack frame.
Status list_append(Thread& t, List* l, Value v) {
  if (UNLIKELY(l->size == l->cap)) return append_slow(t, l, v);
  if (v.is_reference()) {
    Object* o = v.object();
    check_live(o);
    if (LIKELY(static_cast<int64_t>(o->rc) >= 0)) { o->rc += kCountOne; note_counting(); }
    else if (UNLIKELY(o->rc & kEager)) return append_slow(t, l, v);
  }
  l->items[l->size++] = v;
  return {};
}

// Runs no Python, and small ints need no memory.
static Status extend_from_range(Thread& t, List* l, RangeIter* it) {
  constexpr uint64_t kBlock = 1 << 16;  // between polls
  while (it->remaining) {
    if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) TRY(safepoint(t));
    uint64_t n = it->remaining < kBlock ? it->remaining : kBlock;
    TRY(list_grow(t, l, l->size + n));
    Value* to = l->items + l->size;
    int64_t v = it->next;
    for (uint64_t i = 0; i < n; i++, v += it->step) to[i] = Value::from_int(v);
    it->next = v;
    it->remaining -= n;
    l->size += n;
  }
  return {};
}

// The keys or values of an exact dict, the elements of an exact set: no Python runs, and only the list grows. False: it is something else.
static Result<bool> extend_from_table(Thread& t, List* l, Value v) {
  if (!v.is_object()) return false;
  Shape* shape = v.object()->shape;
  if (shape == KAA_SHAPE(set) || shape == KAA_SHAPE(frozenset)) {
    Set* s = v.as<Set>();
    TRY((l->size ? list_grow : list_reserve)(t, l, l->size + s->used));
    Value* to = l->items + l->size;
    if (s->used) each_live_entry(s->table, s->mask, s->used, [&](SetEntry& e) {
      *to++ = e.key;
      inc_into(e.key, l);
    });
    l->size += s->used;
    return true;
  }
  if (shape == KAA_SHAPE(bytes)) {
    Bytes* b = v.as<Bytes>();
    TRY((l->size ? list_grow : list_reserve)(t, l, l->size + b->size));
    for (uint64_t i = 0; i < b->size; i++) l->items[l->size++] = small_int(static_cast<uint8_t>(b->data()[i]));
    return true;
  }
  bool values = shape == KAA_SHAPE(dict_values), pairs = shape == KAA_SHAPE(dict_items);
  if (values || pairs || shape == KAA_SHAPE(dict_keys)) {
    v = v.as<DictView>()->dict.get();
    shape = v.object()->shape;
  }
  if (shape != KAA_SHAPE(dict)) return false;
  Dict* d = v.as<Dict>();
  TRY((l->size ? list_grow : list_reserve)(t, l, l->size + d->used));
  Value* to = l->items + l->size;
  for (uint32_t i = 0; pairs && i < d->fill; i++) {
    if (!d->entries[i].key) continue;
    Tuple* u = TRY(pair_of(t, d->entries[i].key, d->entries[i].value));  // which may reconcile, but runs no Python
    l->items[l->size++] = u;
    inc(u);
  }
  if (pairs) return true;
  for (uint32_t i = 0; i < d->fill; i++) {
    const DictEntry& e = d->entries[i];
    if (!e.key) continue;
    Value item = values ? e.value : e.key;
    *to++ = item;
    inc_into(item, l);
  }
  l->size += d->used;
  return true;
}

// ask: a class of Python code is asked for its length first. Lists do that, tuples do not, and a program can tell.
static Status extend(Thread& t, List* l, Value iterable, bool ask) {
  if (IS_EXACT(iterable, list) || IS_EXACT(iterable, tuple)) {
    bool is_l = IS_EXACT(iterable, list);
    size_t n = is_l ? iterable.as<List>()->size : iterable.as<Tuple>()->size;
    TRY(list_grow(t, l, l->size + n));
    const Value* p = is_l ? iterable.as<List>()->items : iterable.as<Tuple>()->items;
    Value* to = l->items + l->size;
    for (size_t i = 0; i < n; i++) { Value v = p[i]; to[i] = v; inc_into(v, l); }
    l->size += n;
    return {};
  }
  if (IS_EXACT(iterable, str) && iterable.as<Str>()->is_ascii()) {
    Str* s = iterable.as<Str>();
    TRY((l->size ? list_grow : list_reserve)(t, l, l->size + s->length));
    const uint8_t* p = s->data1();
    Value* to = l->items + l->size;
    for (size_t i = 0; i < s->length; i++) to[i] = interp().latin1[p[i]];  // immortal
    l->size += s->length;
    return {};
  }
  if (TRY(extend_from_table(t, l, iterable))) return {};
  Value it = TRY(get_iter(t, iterable));
  int64_t hint = ask || !type_of(iterable)->has(kTypeHeap) ? TRY(length_hint(t, iterable, 8)) : 8;
  if (hint > (int64_t{1} << 44)) {
    if (hint <= INT64_MAX - static_cast<int64_t>(l->size)) return raise_memory(t);
    hint = 0;  // it cannot be true, and there may be few
  }
  if (hint > 0 && hint < (1 << 20)) TRY(list_reserve(t, l, l->size + static_cast<size_t>(hint)));
  if (IS_EXACT(it, range_iterator)) return extend_from_range(t, l, it.as<RangeIter>());
  if (auto next = type_of(it)->iternext) {
    for (;;) {
      if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) TRY(safepoint(t));
      Result<Value> v = next(t, it.object());
      if (UNLIKELY(!v.ok())) return iter_ended(t);
      TRY(list_append(t, l, v.value()));
    }
  }
  for (;;) {
    Opt v = TRY(iter_next(t, it));
    if (!v) return {};
    TRY(list_append(t, l, v.v));
  }
}

Status list_extend(Thread& t, List* l, Value iterable) { return extend(t, l, iterable, true); }

Result<List*> list_from(Thread& t, Value iterable) {
  List* l = TRY(new_list(t));
  TRY(list_extend(t, l, iterable));
  return l;
}

Result<Bytes*> new_bytes(Thread& t, const void* p, size_t n) {
  if (n == 0 && interp().empty_bytes) return interp().empty_bytes;
  if (n == 1 && p && interp().byte_chars[*static_cast<const uint8_t*>(p)]) return interp().byte_chars[*static_cast<const uint8_t*>(p)];
  if (n > (size_t{1} << 46)) return raise_memory(t);
  Object* o = t.heap->allocate_deferred(KAA_SHAPE(bytes), sizeof(Bytes) + n + 1);
  if (!o) return raise_memory(t);
  Bytes* b = static_cast<Bytes*>(o);
  b->hash = 0;
  b->size = n;
  if (p) memcpy(b->data(), p, n);
  b->data()[n] = 0;
  return b;
}

}  // namespace kaa
