// The callable types of _operator.
#pragma once
#include "modules/native_new.h"
#include "types/seq.h"

namespace kaa::operators {

extern const TypeSpec itemgetter_spec, attrgetter_spec, methodcaller_spec;
extern Type* g_itemgetter;
extern Type* g_attrgetter;
extern Type* g_methodcaller;

}  // namespace kaa::operators
