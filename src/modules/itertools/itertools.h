// The types of itertools by file; module.cpp makes them all. Every next() reads its fields again after it has called anything: the calls may have come
// back to the same iterator.
#pragma once
#include "modules/native_new.h"
#include "types/iter_inl.h"
#include "types/seq.h"

namespace kaa::itertools {

enum Id {
  kCount, kCycle, kRepeat, kAccumulate, kBatched, kChain, kCombinations, kCombinationsWithReplacement, kCompress, kDropwhile, kFilterfalse, kGroupby,
  kGrouper, kIslice, kPairwise, kPermutations, kProduct, kStarmap, kTakewhile, kTee, kTeeData, kZipLongest, kIdCount
};
extern Type* g_types[kIdCount];  // made with the module, immortal

// infinite.cpp
extern const TypeSpec count_spec, cycle_spec, repeat_spec;
// select.cpp
extern const TypeSpec compress_spec, dropwhile_spec, takewhile_spec, filterfalse_spec, islice_spec, starmap_spec;
// combine.cpp
extern const TypeSpec accumulate_spec, batched_spec, chain_spec, pairwise_spec, zip_longest_spec;
// group.cpp
extern const TypeSpec groupby_spec, grouper_spec, tee_spec, tee_data_spec;
Result<Value> tee_function(Thread& t, Args a);
// combinatoric.cpp
extern const TypeSpec product_spec, permutations_spec, combinations_spec, combinations_with_replacement_spec;

// A loop that yields nothing for long: signals and other threads get their turn.
inline Status breathe(Thread& t) {
  if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) return safepoint(t);
  return {};
}

}  // namespace kaa::itertools
