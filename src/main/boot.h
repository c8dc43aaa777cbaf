// Parts of start-up and shut-down that the program and `_interpreters` share (boot.cpp, shutdown.cpp; more in runtime/startup.h).
#pragma once
#include "modules/sys_module.h"

namespace kaa {

constexpr const char* kUtf8Locales[] = {"C.UTF-8", "C.utf8", "UTF-8"};
bool in_c_locale();
const char* env(const Config& c, const char* name);  // an environment variable of Python's; null: not set, empty or ignored

void finish_threads(Thread& t);     // threading._shutdown(): waits for the threads that are no daemons
bool flush_std_files(Thread& t);    // sys.stdout and sys.stderr; true when the flush of stdout failed
void end_interpreters(Thread& t);   // those that are left besides the main one, with a warning

}  // namespace kaa
