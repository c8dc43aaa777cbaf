// The types of _collections by file.
#pragma once
#include "modules/native_new.h"
#include "objects/table_traits.h"
#include "types/seq.h"

namespace kaa::collections {

extern Type *g_deque, *g_deque_iterator, *g_deque_reverse_iterator, *g_defaultdict, *g_ordered_dict, *g_odict_iterator, *g_odict_keys, *g_odict_values, *g_odict_items,
    *g_tuplegetter;
extern const TypeSpec deque_spec, deque_iterator_spec, deque_reverse_iterator_spec, defaultdict_spec, ordered_dict_spec, odict_iterator_spec, odict_keys_spec,
    odict_values_spec, odict_items_spec, tuplegetter_spec;

Result<Value> count_elements(Thread& t, Args a);
// The instance's attributes for pickling (object.__getstate__), None if there are none.
Result<Value> instance_state(Thread& t, Value v);

}  // namespace kaa::collections
