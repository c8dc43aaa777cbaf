// Subscripts of list: items and slices, read, assigned and deleted.
//
// The buffer is cut or widened first and what falls out loses its count afterwards; nothing in between runs Python, so no half-made list is seen.
#include "types/list.h"

namespace kaa {

namespace {

// Gives memory back when a list has shrunk to less than half of its buffer. Keeps the buffer when that fails.
void shrink(List* l) {
  if (l->size * 2 >= l->cap || l->cap <= 8) return;
  size_t cap = l->size ? (l->size + (l->size >> 3) + 6) & ~size_t{3} : 0;
  if (cap >= l->cap) return;
  if (cap == 0) {
    heap().free_raw(l->items, l->cap * sizeof(Value));
    l->items = nullptr;
    l->cap = 0;
    return;
  }
  void* p = heap().reallocate_raw(l->items, l->cap * sizeof(Value), cap * sizeof(Value));
  if (!p) return;
  l->items = static_cast<Value*>(p);
  l->cap = cap;
}

}  // namespace

void list_clear(List* l) {
  Value* items = l->items;
  size_t n = l->size, cap = l->cap;
  l->items = nullptr;
  l->size = l->cap = 0;
  for (size_t i = 0; i < n; i++) dec(items[i]);
  if (items) heap().free_raw(items, cap * sizeof(Value));
}

Status list_insert(Thread& t, List* l, int64_t at, Value v) {
  int64_t n = static_cast<int64_t>(l->size);
  if (at < 0) at = at + n < 0 ? 0 : at + n;
  if (at > n) at = n;
  TRY(list_append(t, l, v));  // grows; the count of v is right already
  memmove(static_cast<void*>(l->items + at + 1), l->items + at, static_cast<size_t>(n - at) * sizeof(Value));
  l->items[at] = v;
  return {};
}

void list_delete_at(List* l, uint64_t i) {
  Value old = l->items[i];
  l->size--;
  // In pieces: memmove of many bytes to a place just below uses string instructions, which are slow at that on some processors.
  constexpr uint64_t kPiece = 256;
  for (; l->size - i > kPiece; i += kPiece) memmove(static_cast<void*>(l->items + i), l->items + i + 1, kPiece * sizeof(Value));
  memmove(static_cast<void*>(l->items + i), l->items + i + 1, (l->size - i) * sizeof(Value));
  dec(old);
  shrink(l);
}

Result<List*> list_slice(Thread& t, List* l, int64_t lo, int64_t hi) {
  if (hi <= lo) return new_list(t);
  uint64_t n = static_cast<uint64_t>(hi - lo);
  List* r = TRY(new_list(t, n));
  const Value* from = l->items + lo;
  Value* to = r->items;
  for (uint64_t i = 0; i < n; i++) {
    Value v = from[i];
    to[i] = v;
    inc_into(v, r);
  }
  r->size = n;
  return r;
}

Result<Value> fast_sequence(Thread& t, Value v, const char* message) {
  if (iterates_plainly(v)) return v;
  Result<Value> it = get_iter(t, v);
  if (!it.ok()) {
    if (message && exc_matches(t, KAA_TYPE(TypeError))) {
      clear_exc(t);
      return RAISE(TypeError, "%s", message);
    }
    return Error{};
  }
  return TRY(list_from(t, it.value()));
}

Status list_assign_slice(Thread& t, List* l, int64_t lo, int64_t hi, Value items) {
  Keep keep(items);
  if (items && items == Value(l)) items = TRY(list_slice(t, l, 0, static_cast<int64_t>(l->size)));
  int64_t size = static_cast<int64_t>(l->size);
  if (lo < 0) lo = 0;
  if (lo > size) lo = size;
  if (hi < lo) hi = lo;
  if (hi > size) hi = size;
  uint64_t n = items ? items_of(items).size : 0, removed = static_cast<uint64_t>(hi - lo);
  List* dropped = nullptr;  // what falls out, moved there with its counts
  if (removed) {
    dropped = TRY(new_list(t, removed));
  }
  if (n > removed) {
    uint64_t need = l->size + n - removed;
    if (need > l->cap) TRY(list_reserve(t, l, need + (need >> 3) + 6));
  }
  if (items && items_of(items).size != n) return RAISE(RuntimeError, "sequence changed size during slice assignment");
  if (removed) {
    memcpy(static_cast<void*>(dropped->items), l->items + lo, removed * sizeof(Value));
    dropped->size = removed;
  }
  memmove(static_cast<void*>(l->items + lo + n), l->items + hi, static_cast<size_t>(size - hi) * sizeof(Value));
  l->size = static_cast<uint64_t>(size) + n - removed;
  if (items) {
    ItemsView v = items_of(items);
    for (uint64_t i = 0; i < n; i++) {
      l->items[static_cast<uint64_t>(lo) + i] = v.items[i];
      inc_into(v.items[i], l);
    }
  }
  if (n < removed) shrink(l);
  if (dropped) list_clear(dropped);
  return {};
}

Result<Value> list_get_subscript(Thread& t, List* l, Value key) {
  if (has_index(key)) {
    int64_t i = TRY(seq_index(t, key));
    if (i < 0) i += static_cast<int64_t>(l->size);
    if (UNLIKELY(static_cast<uint64_t>(i) >= l->size)) return RAISE(IndexError, "list index out of range");
    return l->items[i];
  }
  if (!IS_EXACT(key, slice)) return RAISE(TypeError, "list indices must be integers or slices, not %T", key);
  int64_t start, stop, step;
  TRY(slice_unpack(t, key.as<SliceObject>(), &start, &stop, &step));
  int64_t n = slice_adjust(static_cast<int64_t>(l->size), &start, &stop, step);
  if (step == 1) return TRY(list_slice(t, l, start, start + n));
  List* r = TRY(new_list(t, static_cast<size_t>(n)));
  for (int64_t i = 0; i < n; i++) {
    Value v = l->items[start + i * step];
    r->items[i] = v;
    inc_into(v, r);
  }
  r->size = static_cast<uint64_t>(n);
  return r;
}

namespace {

// del l[start:stop:step] for a step other than 1.
void delete_extended(Thread&, List* l, int64_t start, int64_t step, int64_t n) {
  if (n <= 0) return;
  if (step < 0) {  // the same items, from below
    start += step * (n - 1);
    step = -step;
  }
  uint64_t to = static_cast<uint64_t>(start), next = to, left = static_cast<uint64_t>(n);
  for (uint64_t i = to; i < l->size; i++) {
    if (left && i == next) {
      dec(l->items[i]);
      next += static_cast<uint64_t>(step);
      left--;
    } else {
      l->items[to++] = l->items[i];
    }
  }
  l->size = to;
  shrink(l);
}

Status assign_extended(Thread& t, List* l, Value key, Value v) {
  Value items;
  if (v == Value(l)) items = TRY(list_slice(t, l, 0, static_cast<int64_t>(l->size)));
  else items = TRY(fast_sequence(t, v, "must assign iterable to extended slice"));
  int64_t start, stop, step;  // anew: the iteration may have changed the list
  TRY(slice_unpack(t, key.as<SliceObject>(), &start, &stop, &step));
  int64_t n = slice_adjust(static_cast<int64_t>(l->size), &start, &stop, step);
  ItemsView view = items_of(items);
  if (view.size != static_cast<uint64_t>(n))
    return RAISE(ValueError, "attempt to assign sequence of size %lu to extended slice of size %ld", view.size, n);
  Keep keep(items);
  for (int64_t i = 0; i < n; i++) {
    Value& slot = l->items[start + i * step];
    Value old = slot;
    inc_into(view.items[i], l);
    slot = view.items[i];
    dec(old);
  }
  return {};
}

}  // namespace

Status list_set_subscript(Thread& t, List* l, Value key, Value v) {
  if (has_index(key)) {
    int64_t i = TRY(seq_index(t, key));
    if (i < 0) i += static_cast<int64_t>(l->size);
    if (static_cast<uint64_t>(i) >= l->size) return RAISE(IndexError, "list assignment index out of range");
    if (!v) {
      list_delete_at(l, static_cast<uint64_t>(i));
      return {};
    }
    Value old = l->items[i];
    inc_into(v, l);
    l->items[i] = v;
    dec(old);
    return {};
  }
  if (!IS_EXACT(key, slice)) return RAISE(TypeError, "list indices must be integers or slices, not %T", key);
  int64_t start, stop, step;
  TRY(slice_unpack(t, key.as<SliceObject>(), &start, &stop, &step));
  if (step != 1 && v) return assign_extended(t, l, key, v);
  if (v) {
    Value items = TRY(fast_sequence(t, v, "must assign iterable to extended slice"));
    int64_t n = slice_adjust(static_cast<int64_t>(l->size), &start, &stop, step);
    (void)n;
    return list_assign_slice(t, l, start, stop < start ? start : stop, items);
  }
  int64_t n = slice_adjust(static_cast<int64_t>(l->size), &start, &stop, step);
  if (step == 1) return list_assign_slice(t, l, start, start + n, Value());
  delete_extended(t, l, start, step, n);
  return {};
}

}  // namespace kaa
