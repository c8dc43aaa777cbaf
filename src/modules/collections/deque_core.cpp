// The ring buffer of collections.deque.
#include "modules/collections/deque.h"

namespace kaa::collections {

namespace {

// Room for `more` further items.
Status reserve(Thread& t, Deque* d, uint64_t more = 1) {
  if (more <= d->cap - d->size) return {};
  uint64_t cap = d->cap ? d->cap * 2 : 8;
  while (cap < d->size + more) cap *= 2;
  if (cap > (uint64_t{1} << 42)) return raise_memory(t);
  Value* ring = static_cast<Value*>(t.heap->allocate_raw(cap * sizeof(Value)));
  if (!ring) return raise_memory(t);
  for (uint64_t i = 0; i < d->size; i++) ring[i] = d->at(i);
  t.heap->free_raw(d->ring, d->cap * sizeof(Value));
  d->ring = ring;
  d->cap = cap;
  d->head = 0;
  return {};
}

}  // namespace

Status push_back(Thread& t, Deque* d, Value v) {
  if (d->maxlen == 0) return {};
  if (static_cast<int64_t>(d->size) == d->maxlen) pop_front(d);
  TRY(reserve(t, d));
  inc_into(v, d);
  d->size++;
  d->at(d->size - 1) = v;
  d->version++;
  return {};
}

Status push_front(Thread& t, Deque* d, Value v) {
  if (d->maxlen == 0) return {};
  if (static_cast<int64_t>(d->size) == d->maxlen) pop_back(d);
  TRY(reserve(t, d));
  inc_into(v, d);
  d->head = (d->head - 1) & (d->cap - 1);
  d->size++;
  d->at(0) = v;
  d->version++;
  return {};
}

Value pop_back(Deque* d) {
  Value v = d->at(d->size - 1);
  d->size--;
  d->version++;
  dec(v);
  return v;
}

Value pop_front(Deque* d) {
  Value v = d->at(0);
  d->head = (d->head + 1) & (d->cap - 1);
  d->size--;
  d->version++;
  dec(v);
  return v;
}

void clear(Deque* d) {
  Deque old = *d;  // detached first
  d->ring = nullptr;
  d->head = d->size = d->cap = 0;
  d->version++;
  for (uint64_t i = 0; i < old.size; i++) dec(old.at(i));
  heap().free_raw(old.ring, old.cap * sizeof(Value));
}

void rotate(Deque* d, int64_t n) {
  if (d->size < 2) return;
  int64_t size = static_cast<int64_t>(d->size);
  n %= size;
  if (n > size / 2) n -= size;
  if (n < -(size / 2)) n += size;
  for (; n > 0; n--) {
    Value v = d->at(d->size - 1);
    d->head = (d->head - 1) & (d->cap - 1);
    d->at(0) = v;
  }
  for (; n < 0; n++) {
    Value v = d->at(0);
    d->head = (d->head + 1) & (d->cap - 1);
    d->at(d->size - 1) = v;
  }
  d->version++;
}

void delete_at(Deque* d, uint64_t i) {
  Value old = d->at(i);
  if (i < d->size / 2) {
    for (; i > 0; i--) d->at(i) = d->at(i - 1);
    d->head = (d->head + 1) & (d->cap - 1);
  } else {
    for (; i + 1 < d->size; i++) d->at(i) = d->at(i + 1);
  }
  d->size--;
  d->version++;
  dec(old);
}

Status insert_at(Thread& t, Deque* d, uint64_t i, Value v) {
  TRY(push_back(t, d, v));
  for (uint64_t k = d->size - 1; k > i; k--) d->at(k) = d->at(k - 1);
  d->at(i) = v;
  return {};
}

Status extend(Thread& t, Deque* d, Value iterable, bool left) {
  if (iterable == Value(d)) iterable = TRY(list_from(t, iterable));
  if (!left && d->maxlen < 0 && (IS_EXACT(iterable, list) || IS_EXACT(iterable, tuple))) {  // nothing runs Python
    bool is_l = IS_EXACT(iterable, list);
    uint64_t n = is_l ? iterable.as<List>()->size : iterable.as<Tuple>()->size;
    TRY(reserve(t, d, n));
    const Value* p = is_l ? iterable.as<List>()->items : iterable.as<Tuple>()->items;
    uint64_t at = d->size;
    d->size += n;
    d->version++;
    for (uint64_t i = 0; i < n; i++) {
      d->at(at + i) = p[i];
      inc_into(p[i], d);
    }
    return {};
  }
  Value it = TRY(get_iter(t, iterable));
  return each_next(t, it, [&](Value v) { return left ? push_front(t, d, v) : push_back(t, d, v); });
}

}  // namespace kaa::collections
