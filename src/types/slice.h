// Slices as sequences use them: start, stop and step as machine integers, clipped to a length.
#pragma once
#include "runtime/api.h"

namespace kaa {

Result<SliceObject*> new_slice(Thread& t, Value start, Value stop, Value step);

// The three numbers of a slice, with defaults that mean "from one end to the other"; they saturate at the ends of int64_t. Runs __index__ methods.
// TypeError, ValueError for a step of zero.
Status slice_unpack(Thread& t, SliceObject* s, int64_t* start, int64_t* stop, int64_t* step);
// Clips start and stop to a sequence of len items; the number of items that the slice selects.
int64_t slice_adjust(int64_t len, int64_t* start, int64_t* stop, int64_t step);
// Both at once, for sequences whose length no __index__ can change.
inline Status slice_bounds(Thread& t, SliceObject* s, int64_t len, int64_t* start, int64_t* stop, int64_t* step, int64_t* count) {
  TRY(slice_unpack(t, s, start, stop, step));
  *count = slice_adjust(len, start, stop, *step);
  return {};
}
// One bound of a slice or of an index(value, start, stop) method: through __index__, saturating. `or_none` words the TypeError.
Result<int64_t> slice_index(Thread& t, Value v, bool or_none);
// The three numbers for a length that may be big: exact ints.
Status slice_long_indices(Thread& t, SliceObject* s, Value length, Value* start, Value* stop, Value* step);

}  // namespace kaa
