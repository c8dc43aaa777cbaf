// range and its iterators.
#pragma once
#include "types/seq.h"

namespace kaa {

// range(start, stop, step) of exact ints; step is not 0.
Result<RangeObject*> new_range(Thread& t, Value start, Value stop, Value step);
Result<Value> range_iterator_of(Thread& t, RangeObject* r);

}  // namespace kaa
