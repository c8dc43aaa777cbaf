// The dict's core: layout, lookup, insertion, growth.
//
// A dict keeps its entries (hash, key, value) in order of insertion, and finds them through an open-addressing index of
// small integers. Both are in one raw buffer, the index first:
//
//        slot 2^n-1  ...  slot 1  slot 0 | entry 0  entry 1  ...  entry cap-1
//                                        ^ Dict::entries
//
// The index grows downwards from `entries`, so that slot i is idx[-1 - i] whatever the table's size, and so that
// entries can be appended to the buffer by realloc, without moving the index. Slots have 1, 2 or 4 bytes for up to 2^8,
// 2^16 and 2^32 of them; all ones means free. Of 2^n slots at most two thirds are used, but the room for entries (cap)
// may be less: that of a big dict grows by half at a time. A million int keys and values take 39 MB, where CPython's
// table takes 42 and the boxed ints 32 besides.
//
// Invariants
//  D1 each entry below `fill`, live or deleted, has exactly one slot; each other slot is free. A slot, once used, stays
//     used until the table is rebuilt, but for dict_pop_last. With kDictReusedSlots some deleted entries have none.
//  D2 a deleted entry has an empty key and an empty value and keeps its hash. Its slot goes on leading to it, so that
//     deleting does not touch the index. A key that is deleted and added again and again would make its own probe
//     sequence longer each time: when that has passed kManyDeleted such entries, the first one's slot is used again.
//  D3 fill <= cap <= 2/3 of the slots, hence a probe always ends.
//  D4 no buffer: entries is null and used, fill, cap, index_log2 are 0.
//  D5 kDictHasNonStr is set if some key is not an exact str (and may stay set when that key has gone, until the dict is
//     cleared).
//
// Probing is by the usual recurrence i = 5 i + 1 + perturb, where perturb feeds in the higher bits of the hash; ints in
// sequence then lie in sequence. Deleted entries are squeezed out when `fill` reaches `cap`.
//
// Nothing here allocates objects but new_dict and dict_copy, so nothing else can reconcile; Python runs in hash() and
// equal() only. A lookup that has run Python reads the dict again, and starts over when the table was replaced or the
// entry it was looking at has changed.
#include "types/dict.h"

#include "objects/table_traits.h"
#include "runtime/plain.h"
#include "types/pair_iter.h"

namespace kaa {

namespace {

constexpr uint32_t kFree = ~0u;
constexpr int64_t kAbsent = -1, kUnknown = -2;
constexpr uint32_t kMinLog2 = 3, kMaxLog2 = 32;
constexpr uint64_t kLarge = 1 << 14;     // from so many keys on, room for entries grows by half rather than to double
constexpr int kPerturbShift = 5;
constexpr uint32_t kManyDeleted = 8;     // of the same hash, passed by one search

constexpr uint64_t usable(uint32_t log2) { return (uint64_t{2} << log2) / 3; }

template <class I> constexpr I free_slot() { return static_cast<I>(~I{0}); }

// The sequence of slots that a hash leads to.
struct Probe {
  uint64_t i, perturb, mask;
  Probe(int64_t hash, uint32_t log2)
      : i(static_cast<uint64_t>(hash) & ((uint64_t{1} << log2) - 1)), perturb(static_cast<uint64_t>(hash)), mask((uint64_t{1} << log2) - 1) {}
  void next() {
    perturb >>= kPerturbShift;
    i = (i * 5 + perturb + 1) & mask;
  }
};

template <class I> I& slot(DictEntry* entries, uint64_t i) { return reinterpret_cast<I*>(entries)[-1 - static_cast<int64_t>(i)]; }

uint32_t slot_get(DictEntry* entries, uint32_t log2, uint64_t i) {
  if (log2 <= 8) { uint8_t v = slot<uint8_t>(entries, i); return v == 0xFF ? kFree : v; }
  if (log2 <= 16) { uint16_t v = slot<uint16_t>(entries, i); return v == 0xFFFF ? kFree : v; }
  return slot<uint32_t>(entries, i);
}
void slot_set(DictEntry* entries, uint32_t log2, uint64_t i, uint32_t v) {  // kFree becomes all ones of each width
  if (log2 <= 8) slot<uint8_t>(entries, i) = static_cast<uint8_t>(v);
  else if (log2 <= 16) slot<uint16_t>(entries, i) = static_cast<uint16_t>(v);
  else slot<uint32_t>(entries, i) = v;
}

// Walks the probe sequence of `hash`. `same(entry)` is asked about live entries with this hash whose key is another
// word: 1 equal, 0 not, -1 unknown. When the key is absent, *free_at is the slot where it would go: a free one, or with
// kReused in it one that leads to a deleted entry.
constexpr uint64_t kReused = uint64_t{1} << 63;

template <class I, class Same>
[[gnu::always_inline]] inline int64_t probe_for(const Dict* d, Value key, int64_t hash, Same&& same, uint64_t* free_at) {
  DictEntry* entries = d->entries;
  uint32_t deleted = 0;
  uint64_t first_deleted = 0;
  for (Probe p(hash, d->index_log2);; p.next()) {
    I ix = slot<I>(entries, p.i);
    if (ix == free_slot<I>()) {
      *free_at = LIKELY(deleted < kManyDeleted) ? p.i : first_deleted | kReused;
      return kAbsent;
    }
    const DictEntry& e = entries[ix];
    if (e.key == key) return ix;
    if (LIKELY(e.hash != hash)) continue;
    if (!e.key) {
      if (!deleted++) first_deleted = p.i;
      continue;
    }
    int r = same(e);
    if (r > 0) return ix;
    if (r < 0) return kUnknown;
  }
}
// The same for whatever width the index has. Without a table there is no free slot, but then there is no room for an
// entry either.
template <class Same>
[[gnu::always_inline]] inline int64_t probe_any(const Dict* d, Value key, int64_t hash, Same&& same, uint64_t* free_at) {
  if (d->index_log2 <= 8) {
    if (UNLIKELY(!d->entries)) return kAbsent;
    return probe_for<uint8_t>(d, key, hash, same, free_at);
  }
  if (d->index_log2 <= 16) return probe_for<uint16_t>(d, key, hash, same, free_at);
  return probe_for<uint32_t>(d, key, hash, same, free_at);
}

inline int64_t hash_of_str(Str* s) { return LIKELY(s->hash != 0) ? s->hash : str_hash(s); }

// Exact str keys: other exact strs are compared here, words that hold a number or constant are never equal. kUnknown:
// some object's __eq__ must decide.
[[gnu::always_inline]] inline int64_t find_str(const Dict* d, Str* key, int64_t hash, uint64_t* free_at) {
  return probe_any(d, key, hash, [key](const DictEntry& e) {
    if (!e.key.is_object()) return 0;
    if (IS_EXACT(e.key, str)) return str_equal(e.key.as<Str>(), key) ? 1 : 0;
    return -1;
  }, free_at);
}
// Small ints: equal ones are the same word; floats, bools and objects may be equal as well.
[[gnu::always_inline]] inline int64_t find_int(const Dict* d, Value key, int64_t hash, uint64_t* free_at) {
  return probe_any(d, key, hash, [](const DictEntry& e) { return e.key.is_int() || IS_EXACT(e.key, str) ? 0 : -1; }, free_at);
}
// Any key: as far as plain values decide.
[[gnu::noinline]] int64_t find_plain(const Dict* d, Value key, int64_t hash, uint64_t* free_at) {
  return probe_any(d, key, hash, [key](const DictEntry& e) { return plain_equal(e.key, key); }, free_at);
}

// Any key; runs Python's equality.
[[gnu::noinline]] Result<int64_t> find_general(Thread& t, Dict* d, Value key, int64_t hash) {
again:
  if (d->used == 0) return kAbsent;
  DictEntry* entries = d->entries;
  uint32_t log2 = d->index_log2;
  for (Probe p(hash, log2);; p.next()) {
    uint32_t ix = slot_get(entries, log2, p.i);
    if (ix == kFree) return kAbsent;
    const DictEntry& e = entries[ix];
    if (e.key == key) return ix;
    if (e.hash != hash || !e.key) continue;
    Value k = e.key;
    if (int r = plain_equal(k, key); LIKELY(r != kAsk)) {
      if (r == kSame) return ix;
      continue;
    }
    bool eq = TRY(equal(t, k, key));
    if (d->entries != entries || d->index_log2 != log2 || ix >= d->fill || entries[ix].key != k) goto again;
    if (eq) return ix;
  }
}

// ---- the table

DictEntry* allocate_table(uint32_t log2, uint32_t cap) {
  size_t index = dict_index_bytes(log2);
  char* b = static_cast<char*>(heap().allocate_raw(dict_buffer_bytes(log2, cap)));
  if (UNLIKELY(!b)) return nullptr;
  memset(b, 0xFF, index);
  return reinterpret_cast<DictEntry*>(b + index);
}

// The first free slot for a hash.
template <class I>
inline void index_add(DictEntry* entries, uint32_t log2, int64_t hash, uint32_t pos) {
  Probe p(hash, log2);
  while (slot<I>(entries, p.i) != free_slot<I>()) p.next();
  slot<I>(entries, p.i) = static_cast<I>(pos);
}
template <class I>
void index_build(DictEntry* entries, uint32_t log2, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) index_add<I>(entries, log2, entries[i].hash, i);
}

// Copies the live entries of d to `to` (which may be d->entries itself), in order. Counts stay as they are.
void squeeze(const Dict* d, DictEntry* to) {
  if (d->fill == d->used) {
    if (to != d->entries && d->used) memcpy(static_cast<void*>(to), d->entries, d->used * sizeof(DictEntry));
    return;
  }
  for (uint32_t i = 0, n = 0; i < d->fill; i++)
    if (d->entries[i].key) to[n++] = d->entries[i];
}

// Squeezes deleted entries out, and makes the index anew.
void rebuild(Dict* d) {
  squeeze(d, d->entries);
  d->fill = d->used;
  d->clear_flag(kDictReusedSlots);
  memset(dict_buffer(d), 0xFF, dict_index_bytes(d->index_log2));
  if (d->index_log2 <= 8) index_build<uint8_t>(d->entries, d->index_log2, d->used);
  else if (d->index_log2 <= 16) index_build<uint16_t>(d->entries, d->index_log2, d->used);
  else index_build<uint32_t>(d->entries, d->index_log2, d->used);
}

// Gives d a table with room for at least `want` keys in all, want > used; deleted entries go.
Status resize(Thread& t, Dict* d, uint64_t want) {
  uint32_t log2 = kMinLog2;
  while (usable(log2) < want) log2++;
  if (log2 > kMaxLog2) return raise_memory(t);
  uint64_t cap64 = usable(log2);
  if (cap64 > kLarge && want > kLarge) cap64 = want;
  if (log2 == kMaxLog2 && cap64 > kFree - 1) cap64 = kFree - 1;
  uint32_t cap = static_cast<uint32_t>(cap64);
  d->keys_version = 0;
  if (d->entries && log2 == d->index_log2) {
    if (cap > d->cap) {
      char* b = static_cast<char*>(heap().reallocate_raw(dict_buffer(d), dict_buffer_bytes(log2, d->cap), dict_buffer_bytes(log2, cap)));
      if (UNLIKELY(!b)) return raise_memory(t);
      d->entries = reinterpret_cast<DictEntry*>(b + dict_index_bytes(log2));
      d->cap = cap;
    }
    if (d->fill != d->used) rebuild(d);
    return {};
  }
  DictEntry* entries = allocate_table(log2, cap);
  if (UNLIKELY(!entries)) return raise_memory(t);
  if (d->entries) {
    squeeze(d, entries);
    heap().free_raw(dict_buffer(d), dict_buffer_bytes(d->index_log2, d->cap));
  }
  d->entries = entries;
  d->index_log2 = log2;
  d->cap = cap;
  d->fill = d->used;
  d->clear_flag(kDictReusedSlots);
  if (log2 <= 8) index_build<uint8_t>(d->entries, log2, d->used);
  else if (log2 <= 16) index_build<uint16_t>(d->entries, log2, d->used);
  else index_build<uint32_t>(d->entries, log2, d->used);
  return {};
}

[[gnu::noinline]] Status grow(Thread& t, Dict* d) {
  uint64_t used = d->used;
  return resize(t, d, used < 5 ? 5 : used < kLarge ? used * 2 : used + used / 2);
}

// Makes the empty dict d a copy of other, table and all.
Status clone_table(Thread& t, Dict* d, const Dict* other) {
  size_t bytes = dict_buffer_bytes(other->index_log2, other->cap), index = dict_index_bytes(other->index_log2);
  char* b = static_cast<char*>(heap().allocate_raw(bytes));
  if (UNLIKELY(!b)) return raise_memory(t);
  memcpy(b, dict_buffer(other), index + other->fill * sizeof(DictEntry));
  LayoutTraits<Dict>::destroy(d);
  d->entries = reinterpret_cast<DictEntry*>(b + index);
  d->index_log2 = other->index_log2;
  d->cap = other->cap;
  d->fill = d->used = other->used;
  if (other->flag(kDictHasNonStr)) d->set_flag(kDictHasNonStr);
  if (other->flag(kDictReusedSlots)) d->set_flag(kDictReusedSlots);
  d->keys_version = 0;
  d->mutations++;
  for (uint32_t i = 0; i < d->fill; i++) {
    inc_into(d->entries[i].key, d);
    inc_into(d->entries[i].value, d);
  }
  return {};
}

// Writes a new last entry, for which there is room. Its slot is the caller's business.
[[gnu::always_inline]] inline void append(Dict* d, Value key, int64_t hash, Value v) {
  uint32_t pos = d->fill++;
  DictEntry& e = d->entries[pos];
  inc_into(key, d);
  inc_into(v, d);
  e.hash = hash;
  e.key = key;
  e.value = v;
  d->used++;
  d->mutations++;
  d->keys_version = 0;
}

// Adds a key that is known to be absent.
Status insert(Thread& t, Dict* d, Value key, int64_t hash, Value v) {
  if (UNLIKELY(d->fill == d->cap)) TRY(grow(t, d));
  uint32_t log2 = d->index_log2, pos = d->fill;
  append(d, key, hash, v);
  if (LIKELY(log2 <= 8)) index_add<uint8_t>(d->entries, log2, hash, pos);
  else if (log2 <= 16) index_add<uint16_t>(d->entries, log2, hash, pos);
  else index_add<uint32_t>(d->entries, log2, hash, pos);
  if (!IS_EXACT(key, str)) d->set_flag(kDictHasNonStr);
  return {};
}
// The same, at a slot that a failed search has just found.
[[gnu::always_inline]] inline Status insert_at(Thread& t, Dict* d, uint64_t free_at, Value key, int64_t hash, Value v) {
  if (UNLIKELY(d->fill == d->cap)) return insert(t, d, key, hash, v);
  if (UNLIKELY(free_at & kReused)) {
    d->set_flag(kDictReusedSlots);
    free_at &= ~kReused;
  }
  slot_set(d->entries, d->index_log2, free_at, d->fill);
  append(d, key, hash, v);
  return {};
}

}  // namespace

uint32_t dict_fill_names(Dict* d, const Value* p, uint32_t n) {
  if (d->fill || d->index_log2 != kMinLog2 || n > d->cap) return 0;
  DictEntry* entries = d->entries;
  uint32_t i = 0;
  for (; i < n; i++, p += 2) {
    Value key = p[0], v = p[1];
    if (!IS_EXACT(key, str) || !key.object()->flag(kStrInterned)) break;
    int64_t hash = key.as<Str>()->hash;
    if (UNLIKELY(!hash)) break;
    Probe probe(hash, kMinLog2);
    uint8_t ix;
    while ((ix = slot<uint8_t>(entries, probe.i)) != free_slot<uint8_t>() && entries[ix].key != key) probe.next();
    if (UNLIKELY(ix != free_slot<uint8_t>())) break;  // twice the same
    slot<uint8_t>(entries, probe.i) = static_cast<uint8_t>(i);
    entries[i].hash = hash;
    entries[i].key = key;
    entries[i].value = v;
    inc_into(v, d);
  }
  d->used = d->fill = i;
  d->mutations += i;
  d->keys_version = 0;
  return i;
}

Result<Dict*> dict_of_attributes(Thread& t, Str* const* keys, const Value* values, uint32_t n) {
  Dict* d = TRY(new_dict(t));
  TRY(dict_reserve(t, d, n));
  for (uint32_t i = 0; i < n; i++)
    if (values[i]) TRY(insert(t, d, keys[i], hash_of_str(keys[i]), values[i]));
  return d;
}

// ---- keys and their hashes

Error unhashable_key(Thread& t, Value key, const char* what) {
  Value exc = take_exc(t);
  if (type_of(exc) != KAA_TYPE(TypeError)) {
    restore_exc(t, exc);
    return Error{};
  }
  return RAISE(TypeError, "cannot use '%F' as %s (%S)", key, what, exc);
}

Result<int64_t> dict_key_hash(Thread& t, Value key) {
  if (IS_EXACT(key, str)) return hash_of_str(key.as<Str>());
  if (int64_t plain; IS_EXACT(key, tuple) ? plain_tuple_hash(key.as<Tuple>(), &plain) : plain_hash(key, &plain)) return plain;
  Result<int64_t> h = hash(t, key);
  if (UNLIKELY(!h.ok())) return unhashable_key(t, key, "a dict key");
  return h;
}

Error raise_key_error(Thread& t, Value key) { return raise_class(t, KAA_TYPE(KeyError), key); }

Result<int64_t> dict_find(Thread& t, Dict* d, Value key, int64_t hash) {
  uint64_t unused;
  if (LIKELY(IS_EXACT(key, str))) {
    int64_t pos = find_str(d, key.as<Str>(), hash, &unused);
    if (LIKELY(pos != kUnknown)) return pos;
  } else if (key.is_int()) {
    int64_t pos = find_int(d, key, hash, &unused);
    if (LIKELY(pos != kUnknown)) return pos;
  } else if (int64_t pos = find_plain(d, key, hash, &unused); LIKELY(pos != kUnknown)) {
    return pos;
  }
  return find_general(t, d, key, hash);
}

// ---- reading

Result<Dict*> new_dict(Thread& t) {
  if (Object* o = t.heap->reuse(kShell_dict, KAA_SHAPE(dict))) return static_cast<Dict*>(o);
  return alloc<Dict>(t, KAA_SHAPE(dict));
}

Result<Opt> dict_get_hashed(Thread& t, Dict* d, Value key, int64_t hash) {
  int64_t pos = TRY(dict_find(t, d, key, hash));
  return Opt{pos < 0 ? Value() : d->entries[pos].value};
}

namespace {
[[gnu::noinline]] Result<Opt> get_general(Thread& t, Dict* d, Value key) {
  int64_t hash = TRY(dict_key_hash(t, key));
  return dict_get_hashed(t, d, key, hash);
}
}  // namespace

Result<Opt> dict_get(Thread& t, Dict* d, Value key) {
  uint64_t unused;
  int64_t pos;
  if (IS_EXACT(key, str)) pos = find_str(d, key.as<Str>(), hash_of_str(key.as<Str>()), &unused);
  else if (key.is_int()) pos = find_int(d, key, small_int_hash(key.as_int()), &unused);
  else return get_general(t, d, key);
  if (LIKELY(pos >= 0)) return Opt{d->entries[pos].value};
  if (LIKELY(pos == kAbsent)) return Opt{};
  return get_general(t, d, key);
}

int64_t dict_index_str(Dict* d, Str* key) {
  uint64_t unused;
  return probe_any(d, key, hash_of_str(key), [key](const DictEntry& e) {
    return IS_EXACT(e.key, str) && str_equal(e.key.as<Str>(), key) ? 1 : 0;
  }, &unused);
}

Value dict_get_str(Dict* d, Str* key) {
  int64_t pos = dict_index_str(d, key);
  return pos < 0 ? Value() : d->entries[pos].value;
}

uint32_t dict_keys_version(Dict* d) {
  if (UNLIKELY(d->keys_version == 0)) {
    uint32_t& next = interp().next_keys_version;
    if (next == 0) return 0;  // all numbers have been given
    d->keys_version = next++;
  }
  return d->keys_version;
}

// ---- writing

Status dict_insert_new(Thread& t, Dict* d, Value key, int64_t hash, Value v) { return insert(t, d, key, hash, v); }

namespace {
[[gnu::noinline]] Status set_general(Thread& t, Dict* d, Value key, int64_t hash, Value v) {
  uint64_t free_at = 0;
  if (int64_t pos = find_plain(d, key, hash, &free_at); LIKELY(pos != kUnknown)) {
    if (pos >= 0) {
      dict_store_at(d, pos, v);
      return {};
    }
    if (!IS_EXACT(key, str)) d->set_flag(kDictHasNonStr);
    return insert_at(t, d, free_at, key, hash, v);
  }
  int64_t pos = TRY(find_general(t, d, key, hash));
  if (pos < 0) return insert(t, d, key, hash, v);
  dict_store_at(d, pos, v);
  return {};
}
[[gnu::always_inline]] inline Status set_str(Thread& t, Dict* d, Value key, int64_t hash, Value v) {
  uint64_t free_at = 0;
  int64_t pos = find_str(d, key.as<Str>(), hash, &free_at);
  if (LIKELY(pos == kAbsent)) return insert_at(t, d, free_at, key, hash, v);
  if (UNLIKELY(pos == kUnknown)) return set_general(t, d, key, hash, v);
  dict_store_at(d, pos, v);
  return {};
}
[[gnu::always_inline]] inline Status set_int(Thread& t, Dict* d, Value key, int64_t hash, Value v) {
  uint64_t free_at = 0;
  int64_t pos = find_int(d, key, hash, &free_at);
  if (LIKELY(pos == kAbsent)) {
    TRY(insert_at(t, d, free_at, key, hash, v));
    d->set_flag(kDictHasNonStr);
    return {};
  }
  if (UNLIKELY(pos == kUnknown)) return set_general(t, d, key, hash, v);
  dict_store_at(d, pos, v);
  return {};
}
}  // namespace

Status dict_set_hashed(Thread& t, Dict* d, Value key, int64_t hash, Value v) {
  if (IS_EXACT(key, str)) return set_str(t, d, key, hash, v);
  if (key.is_int()) return set_int(t, d, key, hash, v);
  return set_general(t, d, key, hash, v);
}

Status dict_set(Thread& t, Dict* d, Value key, Value v) {
  if (IS_EXACT(key, str)) return set_str(t, d, key, hash_of_str(key.as<Str>()), v);
  if (key.is_int()) return set_int(t, d, key, small_int_hash(key.as_int()), v);
  return set_general(t, d, key, TRY(dict_key_hash(t, key)), v);
}

void dict_delete_at(Dict* d, int64_t pos) {
  DictEntry& e = d->entries[pos];
  Value key = e.key, v = e.value;
  e.key = e.value = Value();
  d->used--;
  d->mutations++;
  d->keys_version = 0;
  dec(key);
  dec(v);
}

// The slots of the last entry and of the deleted ones behind it can be freed, not only the entries: every key that was
// added after one of them has gone, and the keys added before found their own slots without passing through these,
// which were still free then. That does not hold for slots that were used again.
void dict_pop_last(Dict* d, uint32_t pos) {
  if (UNLIKELY(d->flag(kDictReusedSlots))) {
    rebuild(d);
    pos = d->fill - 1;
  }
  uint32_t log2 = d->index_log2;
  for (uint32_t i = d->fill; i-- > pos;) {
    Probe p(d->entries[i].hash, log2);
    while (slot_get(d->entries, log2, p.i) != i) p.next();
    slot_set(d->entries, log2, p.i, kFree);
  }
  dict_delete_at(d, pos);
  d->fill = pos;
}

Result<Opt> dict_pop(Thread& t, Dict* d, Value key) {
  int64_t hash = TRY(dict_key_hash(t, key));
  int64_t pos = TRY(dict_find(t, d, key, hash));
  if (pos < 0) return Opt{};
  Value v = d->entries[pos].value;
  dict_delete_at(d, pos);
  return Opt{v};
}

void dict_clear(Dict* d) {
  DictEntry* entries = d->entries;
  if (!entries) return;
  uint32_t fill = d->fill, log2 = d->index_log2, cap = d->cap;
  char* b = dict_buffer(d);
  d->entries = nullptr;
  d->mutations += d->used != 0;
  d->used = d->fill = d->cap = d->index_log2 = 0;
  d->keys_version = 0;
  d->clear_flag(kDictHasNonStr | kDictReusedSlots);
  for (uint32_t i = 0; i < fill; i++) {
    dec(entries[i].key);
    dec(entries[i].value);
  }
  heap().free_raw(b, dict_buffer_bytes(log2, cap));
}

Status dict_reserve(Thread& t, Dict* d, size_t n) {
  if (n <= d->cap) return {};
  if (n > (uint64_t{1} << kMaxLog2)) return raise_memory(t);
  return resize(t, d, n);
}

// A dict that lost more than a third of its entries is rebuilt rather than copied; one whose class iterates in its own way is read through that.
Result<Dict*> dict_copy(Thread& t, Dict* d) {
  Dict* c = TRY(new_dict(t));
  if (d->used) TRY(dict_update(t, c, d));
  return c;
}

Status dict_merge_dict(Thread& t, Dict* d, Dict* other, bool override_existing) {
  if (d == other || other->used == 0) return {};
  if (d->used == 0) {
    if (other->fill == other->used) return clone_table(t, d, other);
    TRY(dict_reserve(t, d, other->used));
    for (uint32_t i = 0; i < other->fill; i++) {  // keys of one dict are distinct, and no Python runs here
      const DictEntry& e = other->entries[i];
      if (e.key) TRY(insert(t, d, e.key, e.hash, e.value));
    }
    return {};
  }
  if (d->cap - d->fill < other->used) TRY(dict_reserve(t, d, size_t{d->used} + other->used));
  uint32_t mutations = other->mutations;
  for (uint32_t i = 0; i < other->fill; i++) {
    DictEntry e = other->entries[i];
    if (!e.key) continue;
    if (override_existing) {
      TRY(dict_set_hashed(t, d, e.key, e.hash, e.value));
    } else if (TRY(dict_find(t, d, e.key, e.hash)) < 0) {
      TRY(insert(t, d, e.key, e.hash, e.value));
    }
    if (UNLIKELY(other->mutations != mutations)) return RAISE(RuntimeError, "dict mutated during update");
  }
  return {};
}

namespace {

// An error about element i of a sequence of pairs gets a note that says so.
Error pair_error(Thread& t, int64_t i) {
  if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
  Value exc = take_exc(t);
  Str* note = TRY(str_format(t, "Cannot convert dictionary update sequence element #%ld to a sequence", i));
  TRY(call_method(t, exc, NAME("add_note"), Value(note)));
  restore_exc(t, exc);
  return Error{};
}

// One element of a sequence of pairs.
Status set_pair(Thread& t, Dict* d, Value item, int64_t i) {
  if (LIKELY(IS_EXACT(item, tuple) && item.as<Tuple>()->size == 2)) return dict_set(t, d, item.as<Tuple>()->items[0], item.as<Tuple>()->items[1]);
  Value pair = item;
  if (!IS_EXACT(item, tuple) && !IS_EXACT(item, list)) {
    Result<Value> it = get_iter(t, item);
    if (!it.ok()) {
      if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
      clear_exc(t);
      (void)RAISE(TypeError, "object is not iterable");
      return pair_error(t, i);
    }
    List* l = TRY(new_list(t, 2));
    if (!each_next(t, it.value(), [&](Value v) { return list_append(t, l, v); }).ok()) return pair_error(t, i);
    pair = l;
  }
  bool tup = is_tuple(pair);
  uint64_t n = tup ? pair.as<Tuple>()->size : pair.as<List>()->size;
  if (n != 2) return RAISE(ValueError, "dictionary update sequence element #%ld has length %ld; 2 is required", i, static_cast<int64_t>(n));
  const Value* p = tup ? pair.as<Tuple>()->items : pair.as<List>()->items;
  return dict_set(t, d, p[0], p[1]);
}

}  // namespace

Status dict_update(Thread& t, Dict* d, Value other) {
  if (is_dict(other) && (IS_EXACT(other, dict) || other.object()->type()->dunder(D_iter) == KAA_TYPE(dict)->dunder(D_iter)))
    return dict_merge_dict(t, d, other.as<Dict>());
  Opt keys_method = TRY(lookup_attr(t, other, NAME("keys")));
  if (keys_method) {
    Value keys = TRY(call(t, keys_method.v));
    Result<Value> it = get_iter(t, keys);
    if (!it.ok()) {
      if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
      clear_exc(t);
      return RAISE(TypeError, "%T.keys() returned a non-iterable (type %T)", other, keys);
    }
    return each_next(t, it.value(), [&](Value key) -> Status { return dict_set(t, d, key, TRY(get_item(t, other, key))); });
  }
  if (IS_EXACT(other, zip) || IS_EXACT(other, enumerate)) {
    Value pair[2];
    int s;
    while ((s = next_pair(t, other.object(), pair)) > 0) {
      TRY(dict_set(t, d, pair[0], pair[1]));
      if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) TRY(safepoint(t));
    }
    if (s == -1) return Error{};
    if (s == 0) return {};  // else they are not two
  }
  int64_t i = 0;
  return iterate(t, other, [&](Value item) -> Status { return set_pair(t, d, item, i++); });
}

Result<bool> dict_equal(Thread& t, Dict* a, Dict* b) {
  if (a->used != b->used) return false;
  TRY(native_enter(t, " in comparison"));
  for (uint32_t i = 0; i < a->fill; i++) {  // sizes are read again in each round: comparing may run anything
    DictEntry e = a->entries[i];
    if (!e.key) continue;
    int64_t pos = TRY(dict_find(t, b, e.key, e.hash));
    if (pos < 0) return false;
    if (!TRY(equal(t, e.value, b->entries[pos].value))) return false;
  }
  return true;
}

}  // namespace kaa
