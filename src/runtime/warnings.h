// Warnings from native code; `_warnings` (modules/warnings_module.cpp) holds the filters and does the work.
#pragma once
#include "runtime/api.h"

namespace kaa {

// warnings.warn(): the place is that of the Python frame `stacklevel` levels up (1: the running one). source: an object whose allocation may be shown.
Status warn_message(Thread& t, Value message, Type* category, int64_t stacklevel, Value source = Value());
// A ResourceWarning about an object that nobody closed, at the running frame.
Status resource_warning(Thread& t, Value source, const char* fmt, ...);
// A warning for a place in a source file, without a registry.
Status warn_at(Thread& t, Value message, Type* category, Str* filename, int line);

}  // namespace kaa
