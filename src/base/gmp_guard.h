// GMP ends the process when an allocation of its own fails. Inside a guard it does not: its memory is given back and
// the guard answers false.
//
// GMP allocates through functions of ours, which keep the blocks of a guarded call in a list. When one fails they free
// the list and longjmp to the guard, over GMP's frames: plain C without locks or global state. Hence the body of a
// guard calls GMP and has no local that needs a destructor. Outside a guard a failure ends the process, with a message.
#pragma once

namespace kaa {

bool run_gmp_guarded(void (*body)(void*), void* argument);

template <typename Body>
[[nodiscard]] inline bool gmp_guarded(Body body) {
  return run_gmp_guarded([](void* b) { (*static_cast<Body*>(b))(); }, &body);
}

}  // namespace kaa
