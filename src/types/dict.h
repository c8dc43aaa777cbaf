// What dict.cpp offers to the files about dicts, their views and sets, and to an interpreter that wants to look inside.
// The layout's essay is in dict.cpp.
#pragma once
#include "base/hash.h"
#include "runtime/api.h"

namespace kaa {

// Fills an empty dict with a table from n pairs of keys and values, as long as the keys are names (interned strs, of which different ones are unequal) and
// new. Returns how many pairs it took.
uint32_t dict_fill_names(Dict* d, const Value* pairs, uint32_t n);

// hash(key) for use as a key; a TypeError becomes "cannot use 'list' as a dict key (unhashable type: 'list')".
Result<int64_t> dict_key_hash(Thread& t, Value key);
// The same for other uses: what = "a set element".
Error unhashable_key(Thread& t, Value key, const char* what);

// Position of the key in d->entries, or -1. Runs Python when a key's __eq__ has to decide; starts again when that
// changed the dict.
Result<int64_t> dict_find(Thread& t, Dict* d, Value key, int64_t hash);
// Adds a key that is known to be absent. MemoryError.
Status dict_insert_new(Thread& t, Dict* d, Value key, int64_t hash, Value v);
// Replaces the value at a position. Neither the keys' version nor the mutation count change.
inline void dict_store_at(Dict* d, int64_t pos, Value v) {
  Value& slot = d->entries[pos].value;
  Value old = slot;
  inc_into(v, d);
  slot = v;
  dec(old);
}
// Deletes the entry at a position.
void dict_delete_at(Dict* d, int64_t pos);
// Deletes the last entry, which the caller found at `pos`, so that its place can be used again.
void dict_pop_last(Dict* d, uint32_t pos);
// Makes room for n keys in all.
Status dict_reserve(Thread& t, Dict* d, size_t n);
// Updates d with the pairs of another dict, read directly. override false: keys that d has keep their values.
Status dict_merge_dict(Thread& t, Dict* d, Dict* other, bool override_existing = true);
// Adds the keyword arguments of a raw native's call: the last kwnames->size of `a`.
Status dict_update_kwargs(Thread& t, Dict* d, Args a, Tuple* kwnames);
// The number of positional arguments of such a call.
inline uint32_t positional_count(Args a, Tuple* kwnames) { return a.n - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0); }
// KeyError(key)
Error raise_key_error(Thread& t, Value key);
// iter(list): what __reduce__ of the iterators answers, (builtins.iter, (list,)).
Result<Value> reduce_to_iter(Thread& t, List* rest);
// types.GenericAlias(cls, item): what cls[item] is.
Result<Value> class_getitem(Thread& t, Args a);
// Iterators over a dict by type: KAA_SHAPE(dict_keyiterator), ...
Result<Value> new_dict_iter(Thread& t, Shape* shape, Dict* d);
// The next pair of a dict_itemiterator, without a tuple: 1: in out[0] and out[1]; 0: exhausted; -1: failed.
int dict_next_pair(Thread& t, DictIter* it, Value* out);
Result<Value> new_dict_view(Thread& t, Shape* shape, Dict* d);

// d == other for two dicts.
Result<bool> dict_equal(Thread& t, Dict* a, Dict* b);

}  // namespace kaa
