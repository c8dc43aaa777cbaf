// What input() reads a line with when both standard streams are the terminal.
#pragma once
#include <string>

#include "runtime/api.h"

namespace kaa {

// Set by the module readline. Reads a line, with its newline, after a prompt in the terminal's encoding; false: end of file. Errors: what a signal raised.
extern Result<bool> (*g_read_line)(Thread& t, const char* prompt, std::string* line);

}  // namespace kaa
