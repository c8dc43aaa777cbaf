// Docstrings lose the indentation of the code they stand in.
#pragma once
#include <string>

namespace kaa::compiler {

// UTF-8 text with tabs expanded, the spaces before the first line taken off, and from each further line as many as all of them that are not empty begin with.
std::string clean_docstring(const std::string& text);

}  // namespace kaa::compiler
