// Import: what the import statement calls, and what start-up does before importlib runs.
#pragma once
#include "runtime/api.h"

namespace kaa {

// What .pyc files depend on besides the instruction set: raise it with the marshal format, when an instruction's meaning changes, or when compiled code was wrong.
constexpr uint32_t kMarshalFormat = 18;

// Magic number of .pyc files: two bytes from a hash of the instruction set, which so can never be read by another one, and "\r\n".
constexpr uint32_t pyc_magic() {
  uint32_t h = 2166136261u ^ kMarshalFormat;
  auto add = [&h](char c) { h = (h ^ static_cast<uint8_t>(c)) * 16777619u; };
#define OP(name, words, a, b, c, text) \
  for (const char* p = #name; *p; p++) add(*p); \
  add(words), add(a), add(b), add(c);
#include "defs/opcodes.def"
  return ((h ^ h >> 16) & 0xFFFF) | 0x0A0D0000u;
}
constexpr uint32_t kPycMagic = pyc_magic();

// Runs importlib._bootstrap and its external half from the library folder; afterwards `import` works.
Status start_importlib(Thread& t, Str* stdlib);
// The lock that imports once had for all modules. fork() waits for it, so that the child finds no half made module.
void import_lock_acquire(Thread& t);
bool import_lock_release(Thread& t);   // false: not held by this thread
void import_lock_after_fork();         // in the child, whose thread holds it
// The folder of the library's Python files; set before start_importlib.
Str* library_folder();

}  // namespace kaa
