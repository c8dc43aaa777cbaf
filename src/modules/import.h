// Import: what the import statement calls, and what start-up does before importlib runs.
#pragma once
#include "runtime/api.h"

namespace kaa {

// Magic number of Kaa's .pyc files, without the \r\n that ends it: changes with the instruction set and the marshal format.
constexpr int kPycMagic = 0x4B02 | 0x0A0D << 16;

// Runs importlib._bootstrap and its external half from the library folder; afterwards `import` works.
Status start_importlib(Thread& t, Str* stdlib);
// The folder of the library's Python files; set before start_importlib.
Str* library_folder();

}  // namespace kaa
