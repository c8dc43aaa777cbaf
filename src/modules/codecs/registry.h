// What the _codecs module does with the registry; see codecs_api.h for looking up.
#pragma once
#include "runtime/api.h"

namespace kaa {

Status codecs_register(Thread& t, Value search_function);
Status codecs_unregister(Thread& t, Value search_function);
Status codecs_register_error(Thread& t, Str* name, Value handler);
Result<bool> codecs_unregister_error(Thread& t, Str* name);  // whether there was one
// codecs.encode() and codecs.decode(): through the registry, objects of any type.
Result<Value> codecs_encode(Thread& t, Value object, const char* encoding, const char* errors);
Result<Value> codecs_decode(Thread& t, Value object, const char* encoding, const char* errors);

// charmap.cpp: results are (object, length).
Result<Value> charmap_decode_object(Thread& t, std::string_view in, const char* errors, Value mapping);
Result<Value> charmap_encode_str(Thread& t, Str* s, const char* errors, Value mapping);
Result<Value> charmap_build_map(Thread& t, Str* table);
Status charmap_init(Thread& t);

}  // namespace kaa
