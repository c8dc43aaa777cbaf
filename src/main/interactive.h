// The interactive loop on a standard input, as it is without a terminal's line editor (that one is _pyrepl's, in Python).
#pragma once
#include "runtime/api.h"

namespace kaa {

bool stdin_is_interactive();
// The line that the loop begins with, on standard error.
void print_banner(Thread& t);
// $PYTHONSTARTUP, run in `dict`. What goes wrong is printed.
Status run_startup_file(Thread& t, Dict* dict);
// sys.__interactivehook__. What goes wrong is printed.
void run_interactive_hook(Thread& t);
// Reads statements from sys.stdin and runs each in `dict`, to the end of the input. The error that comes out is SystemExit.
Status interact(Thread& t, Dict* dict);
// Makes the lines of a text that was no file known to linecache, for tracebacks.
Status register_source(Thread& t, Code* code, std::string_view source, Str* filename);
// Prints the exception being raised through sys.excepthook, and keeps it as sys.last_exc. A SystemExit of the hook is left raised.
void print_and_clear(Thread& t);

}  // namespace kaa
