// The table of set and frozenset, and the operations on it.
//
// Elements lie in an open-addressing table of a power of two of entries (hash, key). The order of iteration is the
// table's, and programs (and CPython's own tests) know it; so probing, growth and the ways in which whole sets are
// combined are CPython's (Objects/setobject.c, as of 3.14): from the home slot nine neighbours are tried in line when
// they do not run over the end, then i = 5 i + 1 + perturb leads to the next group. A table grows when three fifths of
// it are in use, deleted entries included, to the power of two above four times (for more than 50000 elements, twice)
// the elements.
//
// Invariants
//  S1 an entry is live (key not empty), deleted (key empty, hash -1) or free (key empty, hash 0). A new element takes
//     the last deleted entry that its search has passed, if there was one, and then the table does not grow.
//  S2 used counts the live ones, fill these and the deleted ones. fill <= 3/5 mask + 1, hence a probe always ends.
//  S3 no table: all counts and the mask are 0. The first element makes one of 8 entries.
//
// Only hash() and equal() run Python. A lookup that has run Python starts over when the table was replaced or the entry
// it looked at has changed; loops over a table read it again in each round. Nothing reconciles but what makes a new
// set.
#include "types/set.h"

#include "objects/set_entries_inl.h"
#include "objects/table_traits.h"
#include "runtime/plain.h"

namespace kaa {

namespace {

constexpr uint64_t kMinSize = 8, kManyElements = 50000;
constexpr int kLinearProbes = 9, kPerturbShift = 5;

// Calls at(index) along the probe sequence of a hash until it returns true.
template <class F>
[[gnu::always_inline]] inline void probe(uint64_t mask, int64_t hash, F&& at) {
  uint64_t perturb = static_cast<uint64_t>(hash), i = perturb & mask;
  for (;;) {
    uint64_t last = i + kLinearProbes <= mask ? i + kLinearProbes : i;
    for (uint64_t j = i; j <= last; j++)
      if (at(j)) return;
    perturb >>= kPerturbShift;
    i = (i * 5 + 1 + perturb) & mask;
  }
}

SetEntry* allocate_entries(uint64_t n) {
  if (n > (uint64_t{1} << 40)) return nullptr;
  void* p = heap().allocate_raw(n * sizeof(SetEntry));
  if (p) memset(p, 0, n * sizeof(SetEntry));
  return static_cast<SetEntry*>(p);
}

void free_entries(SetEntry* table, uint64_t mask) {
  if (table) heap().free_raw(table, (mask + 1) * sizeof(SetEntry));
}

// For a key that is not in the table, and a table without deleted entries. The key's count is the caller's business.
inline void insert_clean(SetEntry* table, uint64_t mask, Value key, int64_t hash) {
  if (SetEntry& home = table[static_cast<uint64_t>(hash) & mask]; LIKELY(!home.key)) {
    home.key = key;
    home.hash = hash;
    return;
  }
  probe(mask, hash, [&](uint64_t i) {
    if (table[i].key) return false;
    table[i].key = key;
    table[i].hash = hash;
    return true;
  });
}

// A new table of the smallest size above `min_used`.
Status resize(Thread& t, Set* s, uint64_t min_used) {
  uint64_t n = kMinSize;
  while (n <= min_used) n <<= 1;
  SetEntry* table = allocate_entries(n);
  if (UNLIKELY(!table)) return raise_memory(t);
  SetEntry* old = s->table;
  uint64_t old_mask = s->mask;
  if (s->used) each_live_entry(old, old_mask, s->used, [&](SetEntry& e) { insert_clean(table, n - 1, e.key, e.hash); });
  s->table = table;
  s->mask = n - 1;
  s->fill = s->used;
  free_entries(old, old_mask);
  return {};
}

inline uint64_t grown(uint64_t used) { return used > kManyElements ? used * 2 : used * 4; }

Status ensure_table(Thread& t, Set* s) {
  if (LIKELY(s->table != nullptr)) return {};
  return resize(t, s, 0);
}

// Index of the key, or ~index of the free or deleted entry where it would go. The set has a table.
template <class Same>
[[gnu::always_inline]] inline int64_t find_simple(Set* s, Value key, int64_t hash, Same&& same, bool& unknown) {
  int64_t found = 0, deleted = -1;
  SetEntry* table = s->table;
  probe(s->mask, hash, [&](uint64_t i) {
    const SetEntry& e = table[i];
    if (e.key == key) { found = static_cast<int64_t>(i); return true; }
    if (!e.key) {
      if (e.hash) {
        deleted = static_cast<int64_t>(i);
        return false;
      }
      found = ~(deleted >= 0 ? deleted : static_cast<int64_t>(i));
      return true;
    }
    if (UNLIKELY(e.hash == hash)) {
      int r = same(e.key);
      if (r > 0) { found = static_cast<int64_t>(i); return true; }
      if (r < 0) { unknown = true; return true; }
    }
    return false;
  });
  return found;
}

// Keys that need no Python, as in dict.cpp.
[[gnu::always_inline]] inline int64_t find_str(Set* s, Value key, int64_t hash, bool& unknown) {
  return find_simple(s, key, hash, [key](Value k) {
    if (!k.is_object()) return 0;
    if (IS_EXACT(k, str)) return str_equal(k.as<Str>(), key.as<Str>()) ? 1 : 0;
    return -1;
  }, unknown);
}
[[gnu::always_inline]] inline int64_t find_int(Set* s, Value key, int64_t hash, bool& unknown) {
  return find_simple(s, key, hash, [](Value k) { return k.is_int() || IS_EXACT(k, str) ? 0 : -1; }, unknown);
}
[[gnu::noinline]] int64_t find_plain(Set* s, Value key, int64_t hash, bool& unknown) {
  return find_simple(s, key, hash, [key](Value k) { return plain_equal(k, key); }, unknown);
}
inline int64_t hash_of_str(Str* s) { return LIKELY(s->hash != 0) ? s->hash : str_hash(s); }

[[gnu::noinline]] Result<int64_t> find_general(Thread& t, Set* s, Value key, int64_t hash) {
  for (;;) {
    SetEntry* table = s->table;
    uint64_t mask = s->mask;
    if (!table) return -1;
    int64_t found = 0, deleted = -1;
    bool failed = false, again = false;
    probe(mask, hash, [&](uint64_t i) {
      const SetEntry& e = table[i];
      if (e.key == key) { found = static_cast<int64_t>(i); return true; }
      if (!e.key) {
        if (e.hash) {
          deleted = static_cast<int64_t>(i);
          return false;
        }
        if (deleted >= 0 && table[deleted].hash != kDeletedHash) deleted = -1;  // an __eq__ has put something there
        found = ~(deleted >= 0 ? deleted : static_cast<int64_t>(i));
        return true;
      }
      if (e.hash != hash) return false;
      Value k = e.key;
      if (int r = plain_equal(k, key); LIKELY(r != kAsk)) {
        found = static_cast<int64_t>(i);
        return r == kSame;
      }
      Result<bool> eq = equal(t, k, key);
      if (UNLIKELY(!eq.ok())) return failed = true;
      if (UNLIKELY(s->table != table || s->mask != mask || table[i].key != k)) return again = true;
      found = static_cast<int64_t>(i);
      return eq.value();
    });
    if (failed) return Error{};
    if (!again) return found;
  }
}

// Puts a key into the entry that a failed search has found, and grows the table if that was a free one and it is time.
inline Status add_at(Thread& t, Set* s, int64_t i, Value key, int64_t hash) {
  SetEntry& e = s->table[i];
  bool was_deleted = e.hash == kDeletedHash;
  inc_into(key, s);
  e.key = key;
  e.hash = hash;
  s->used++;
  if (was_deleted) return {};
  s->fill++;
  if (LIKELY(s->fill * 5 < s->mask * 3)) return {};
  return resize(t, s, grown(s->used));
}

}  // namespace

Result<int64_t> set_key_hash(Thread& t, Value v) {
  if (IS_EXACT(v, str)) return hash_of_str(v.as<Str>());
  if (int64_t plain; IS_EXACT(v, tuple) ? plain_tuple_hash(v.as<Tuple>(), &plain) : plain_hash(v, &plain)) return plain;
  Result<int64_t> h = hash(t, v);
  if (UNLIKELY(!h.ok())) return unhashable_key(t, v, "a set element");
  return h;
}

Result<int64_t> set_find(Thread& t, Set* s, Value key, int64_t hash) {
  if (!s->table) return -1;
  bool unknown = false;
  if (LIKELY(IS_EXACT(key, str))) {
    int64_t i = find_str(s, key, hash, unknown);
    if (LIKELY(!unknown)) return i;
  } else if (key.is_int()) {
    int64_t i = find_int(s, key, hash, unknown);
    if (LIKELY(!unknown)) return i;
  } else {
    int64_t i = find_plain(s, key, hash, unknown);
    if (LIKELY(!unknown)) return i;
  }
  return find_general(t, s, key, hash);
}

// ---- making, adding, removing

Result<Set*> new_set(Thread& t, bool frozen) {
  if (!frozen)
    if (Object* o = t.heap->reuse(kShell_set, KAA_SHAPE(set))) return static_cast<Set*>(o);
  return alloc<Set>(t, frozen ? KAA_SHAPE(frozenset) : KAA_SHAPE(set));
}

Result<Set*> set_from(Thread& t, bool frozen, Value iterable) {
  Set* s = TRY(new_set(t, frozen));
  if (iterable) TRY(set_update(t, s, iterable));
  return s;
}

// True: done, because one of the first places of the hash has the key itself, or is free, and the table need not grow.
[[gnu::always_inline]] static inline bool add_quick(Set* s, Value key, int64_t hash) {
  if (UNLIKELY(!s->table || (s->fill + 1) * 5 >= s->mask * 3)) return false;
  uint64_t i = static_cast<uint64_t>(hash) & s->mask;
  SetEntry *e = s->table + i, *last = i + kLinearProbes <= s->mask ? e + kLinearProbes : e;
  for (; e->key; e++) {
    if (e->key == key) return true;
    if (e->hash == hash || e == last) return false;
  }
  if (UNLIKELY(e->hash != 0)) return false;  // deleted: the key may be behind it
  inc_into(key, s);
  e->key = key;
  e->hash = hash;
  s->used++;
  s->fill++;
  return true;
}

[[gnu::noinline]] static Status set_add_slow(Thread& t, Set* s, Value key, int64_t hash) {
  TRY(ensure_table(t, s));
  int64_t i = TRY(set_find(t, s, key, hash));
  if (i >= 0) return {};
  if (UNLIKELY(!s->table)) return set_add_slow(t, s, key, hash);  // an __eq__ has cleared the set
  return add_at(t, s, ~i, key, hash);
}
Status set_add_hashed(Thread& t, Set* s, Value key, int64_t hash) { return add_quick(s, key, hash) ? Status{} : set_add_slow(t, s, key, hash); }

[[gnu::noinline]] static Status set_add_general(Thread& t, Set* s, Value v) {
  if (v.is_int() && LIKELY(s->table != nullptr)) {
    bool unknown = false;
    int64_t hash = small_int_hash(v.as_int()), i = find_int(s, v, hash, unknown);
    if (LIKELY(!unknown)) {
      if (i >= 0) return {};
      return add_at(t, s, ~i, v, hash);
    }
  }
  return set_add_hashed(t, s, v, TRY(set_key_hash(t, v)));
}
Status set_add(Thread& t, Set* s, Value v) {
  int64_t hash;
  if (v.is_int()) hash = small_int_hash(v.as_int());
  else if (v.is_float_word()) hash = hash_double(v.float_word());
  else if (IS_EXACT(v, str) ? !(hash = v.as<Str>()->hash) : !IS_EXACT(v, tuple) || !plain_tuple_hash(v.as<Tuple>(), &hash)) return set_add_general(t, s, v);
  return add_quick(s, v, hash) ? Status{} : set_add_general(t, s, v);
}

void set_delete_at(Set* s, int64_t i) {
  Value key = s->table[i].key;
  s->table[i].key = Value();
  s->table[i].hash = kDeletedHash;
  s->used--;
  dec(key);
}

Result<bool> set_discard_hashed(Thread& t, Set* s, Value key, int64_t hash) {
  int64_t i = TRY(set_find(t, s, key, hash));
  if (i < 0) return false;
  set_delete_at(s, i);
  return true;
}

void set_clear(Set* s) {
  SetEntry* table = s->table;
  uint64_t mask = s->mask;
  if (!table) return;
  s->table = nullptr;
  s->mask = s->used = s->fill = 0;
  for (uint64_t i = 0; i <= mask; i++) dec(table[i].key);
  free_entries(table, mask);
}

void set_swap(Set* a, Set* b) {
  SetEntry* table = a->table;
  uint64_t mask = a->mask, used = a->used, fill = a->fill;
  a->table = b->table; a->mask = b->mask; a->used = b->used; a->fill = b->fill;
  b->table = table; b->mask = mask; b->used = used; b->fill = fill;
}

Result<bool> set_lookup(Thread& t, Set* s, Value v, Lookup what) {
  Result<int64_t> h = set_key_hash(t, v);
  int64_t hash = h.value();
  if (UNLIKELY(!h.ok())) {
    if (!is_instance(v, KAA_TYPE(set)) || !exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    hash = set_hash(v.as<Set>());
  }
  int64_t i = TRY(set_find(t, s, v, hash));
  if (i < 0) return false;
  if (what == Lookup::kRemove) set_delete_at(s, i);
  return true;
}

Result<bool> set_contains(Thread& t, Set* s, Value v) {
  if (!s->table) return set_lookup(t, s, v, Lookup::kTest);  // the key must be hashable all the same
  bool unknown = false;
  int64_t i;
  if (IS_EXACT(v, str)) i = find_str(s, v, hash_of_str(v.as<Str>()), unknown);
  else if (v.is_int()) i = find_int(s, v, small_int_hash(v.as_int()), unknown);
  else return set_lookup(t, s, v, Lookup::kTest);
  if (UNLIKELY(unknown)) return set_lookup(t, s, v, Lookup::kTest);
  return i >= 0;
}

// The hash of a frozenset, the same for every order of the elements: their hashes are scrambled, so that sets of close
// numbers differ, and joined by xor. CPython's numbers, since programs print them.
int64_t set_hash(Set* s) {
  uint64_t h = 0;
  uint64_t pos = 0;
  while (SetEntry* e = set_next(s, &pos)) {
    uint64_t x = static_cast<uint64_t>(e->hash);
    h ^= ((x ^ 89869747) ^ (x << 16)) * 3644798167u;
  }
  h ^= (s->used + 1) * 1927868237u;
  h ^= (h >> 11) ^ (h >> 25);
  h = h * 69069u + 907133923u;
  return h == ~uint64_t{0} ? 590923713 : static_cast<int64_t>(h);
}

int64_t hash_of_frozenset(Set* s) {
  if (!s->hash) s->hash = set_hash(s);
  return s->hash;
}

// ---- whole sets

namespace {

// The smallest table has mask 7, also where none was made yet.
uint64_t mask_of(const Set* s) { return s->table ? s->mask : kMinSize - 1; }

Status make_room(Thread& t, Set* s, uint64_t more) {
  if ((s->fill + more) * 5 >= mask_of(s) * 3) return resize(t, s, (s->used + more) * 2);
  return ensure_table(t, s);
}

Status merge(Thread& t, Set* s, Set* other) {
  if (s == other || other->used == 0) return {};
  TRY(make_room(t, s, other->used));
  if (s->fill == 0) {
    if (s->mask == other->mask && other->fill == other->used) {
      memcpy(static_cast<void*>(s->table), other->table, (s->mask + 1) * sizeof(SetEntry));
      each_live_entry(s->table, s->mask, other->used, [&](SetEntry& e) { inc_into(e.key, s); });
    } else {
      each_live_entry(other->table, other->mask, other->used, [&](SetEntry& e) {
        insert_clean(s->table, s->mask, e.key, e.hash);
        inc_into(e.key, s);
      });
    }
    s->fill = s->used = other->used;
    return {};
  }
  for (uint64_t i = 0; other->table && i <= other->mask; i++) {
    SetEntry e = other->table[i];
    if (e.key) TRY(set_add_hashed(t, s, e.key, e.hash));
  }
  return {};
}

// Calls fn(key, hash) for each key of a dict, or element of a set.
template <class F>
Status each_key(Dict* d, F&& fn) {
  for (uint32_t i = 0; i < d->fill; i++) {
    DictEntry e = d->entries[i];
    if (e.key) TRY(fn(e.key, e.hash));
  }
  return {};
}
template <class F>
Status each_element(Set* s, F&& fn) {
  uint64_t pos = 0;
  while (SetEntry* p = set_next(s, &pos)) {
    SetEntry e = *p;
    TRY(fn(e.key, e.hash));
  }
  return {};
}

bool is_frozen(Set* s) { return !is_instance(s, KAA_TYPE(set)); }

// More than a quarter deleted entries are squeezed out.
Status tidy(Thread& t, Set* s) {
  if (!s->table || s->fill - s->used <= s->mask / 4) return {};
  return resize(t, s, grown(s->used));
}

}  // namespace

Status set_update(Thread& t, Set* s, Value other) {
  if (is_any_set(other)) return merge(t, s, other.as<Set>());
  if (IS_EXACT(other, dict)) {
    Dict* d = other.as<Dict>();
    if (!d->used) return {};
    TRY(make_room(t, s, d->used));
    return each_key(d, [&](Value key, int64_t hash) { return set_add_hashed(t, s, key, hash); });
  }
  if (IS_EXACT(other, str) && other.as<Str>()->kind() == 1) {  // the characters are immortal strings
    for (uint64_t i = 0; i < other.as<Str>()->length; i++) TRY(set_add(t, s, interp().latin1[other.as<Str>()->data1()[i]]));
    return {};
  }
  return iterate(t, other, [&](Value v) { return set_add(t, s, v); });
}

Result<Set*> set_copy(Thread& t, Set* s) {
  Set* r = TRY(new_set(t, is_frozen(s)));
  TRY(merge(t, r, s));
  return r;
}

Result<Set*> set_intersection(Thread& t, Set* s, Value other) {
  if (Value(s) == other) return set_copy(t, s);
  Set* r = TRY(new_set(t, is_frozen(s)));
  if (is_any_set(other)) {
    Set *walked = other.as<Set>(), *asked = s;
    if (walked->used > asked->used) {
      walked = s;
      asked = other.as<Set>();
    }
    TRY(each_element(walked, [&](Value key, int64_t hash) -> Status {
      if (TRY(set_find(t, asked, key, hash)) >= 0) TRY(set_add_hashed(t, r, key, hash));
      return {};
    }));
    return r;
  }
  TRY(iterate(t, other, [&](Value v) -> Status {
    int64_t h = TRY(hash(t, v));
    if (TRY(set_find(t, s, v, h)) >= 0) TRY(set_add_hashed(t, r, v, h));
    return {};
  }));
  return r;
}

Status set_difference_update(Thread& t, Set* s, Value other) {
  if (Value(s) == other) {
    set_clear(s);
    return {};
  }
  if (is_any_set(other)) {
    Set* o = other.as<Set>();
    if (o->used >> 3 > s->used) o = TRY(set_intersection(t, s, other));  // a much bigger one: only what is common matters
    TRY(each_element(o, [&](Value key, int64_t hash) -> Status {
      TRY(set_discard_hashed(t, s, key, hash));
      return {};
    }));
  } else {
    TRY(iterate(t, other, [&](Value v) -> Status {
      int64_t h = TRY(set_key_hash(t, v));
      TRY(set_discard_hashed(t, s, v, h));
      return {};
    }));
  }
  return tidy(t, s);
}

Result<Set*> set_difference(Thread& t, Set* s, Value other) {
  bool set = is_any_set(other), dict = !set && IS_EXACT(other, dict);
  uint64_t n = set ? other.as<Set>()->used : dict ? other.as<Dict>()->used : 0;
  if ((!set && !dict) || s->used >> 2 > n) {  // a copy, from which the few elements of `other` are taken
    Set* r = TRY(set_copy(t, s));
    TRY(set_difference_update(t, r, other));
    return r;
  }
  Set* r = TRY(new_set(t, is_frozen(s)));
  TRY(each_element(s, [&](Value key, int64_t hash) -> Status {
    int64_t at = set ? TRY(set_find(t, other.as<Set>(), key, hash)) : TRY(dict_find(t, other.as<Dict>(), key, hash));
    if (at < 0) TRY(set_add_hashed(t, r, key, hash));
    return {};
  }));
  return r;
}

Status set_symmetric_difference_update(Thread& t, Set* s, Value other) {
  if (Value(s) == other) {
    set_clear(s);
    return {};
  }
  auto flip = [&](Value key, int64_t hash) -> Status {
    TRY(ensure_table(t, s));
    int64_t i = TRY(set_find(t, s, key, hash));
    if (i >= 0) {
      set_delete_at(s, i);
      return {};
    }
    if (UNLIKELY(!s->table)) return set_add_hashed(t, s, key, hash);  // an __eq__ has cleared the set
    return add_at(t, s, ~i, key, hash);
  };
  if (IS_EXACT(other, dict)) return each_key(other.as<Dict>(), flip);
  // What comes twice must count once.
  Set* o = is_any_set(other) ? other.as<Set>() : TRY(set_from(t, is_frozen(s), other));
  return each_element(o, flip);
}

Result<Set*> set_symmetric_difference(Thread& t, Set* s, Value other) {
  Set* r = TRY(set_from(t, is_frozen(s), other));
  TRY(set_symmetric_difference_update(t, r, s));
  return r;
}

Result<bool> set_is_subset(Thread& t, Set* s, Value other) {
  if (!is_any_set(other)) return TRY(set_intersection(t, s, other))->used == s->used;
  Set* o = other.as<Set>();
  if (s->used > o->used) return false;
  TRY(native_enter(t, " in comparison"));
  uint64_t pos = 0;
  while (SetEntry* e = set_next(s, &pos)) {
    Value key = e->key;
    if (TRY(set_find(t, o, key, e->hash)) < 0) return false;
  }
  return true;
}

Result<bool> set_is_superset(Thread& t, Set* s, Value other) {
  if (is_any_set(other)) return set_is_subset(t, other.as<Set>(), s);
  Value it = TRY(get_iter(t, other));
  for (;;) {
    Opt v = TRY(iter_next(t, it));
    if (!v) return true;
    int64_t h = TRY(set_key_hash(t, v.v));
    if (TRY(set_find(t, s, v.v, h)) < 0) return false;
  }
}

Result<bool> set_is_disjoint(Thread& t, Set* s, Value other) {
  if (Value(s) == other) return s->used == 0;
  if (IS_EXACT(other, set) || IS_EXACT(other, frozenset)) {
    Set *walked = other.as<Set>(), *asked = s;
    if (walked->used > asked->used) {
      walked = s;
      asked = other.as<Set>();
    }
    uint64_t pos = 0;
    while (SetEntry* e = set_next(walked, &pos)) {
      Value key = e->key;
      if (TRY(set_find(t, asked, key, e->hash)) >= 0) return false;
    }
    return true;
  }
  Value it = TRY(get_iter(t, other));
  for (;;) {
    Opt v = TRY(iter_next(t, it));
    if (!v) return true;
    int64_t h = TRY(set_key_hash(t, v.v));
    if (TRY(set_find(t, s, v.v, h)) >= 0) return false;
  }
}

Result<bool> set_equal(Thread& t, Set* a, Set* b) {
  if (a->used != b->used) return false;
  if (a->hash && b->hash && a->hash != b->hash) return false;
  return set_is_subset(t, a, b);
}

}  // namespace kaa
