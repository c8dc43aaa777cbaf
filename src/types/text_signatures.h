// __text_signature__ as CPython shows it.
#pragma once
#include <string_view>

namespace kaa {

// Whether text_signatures.def has a row for the name; *text: what it says, perhaps null.
bool shown_signature(std::string_view name, const char** text);

}  // namespace kaa
