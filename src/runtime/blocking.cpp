// Blocking calls while there is one thread alone: nobody waits for the lock. The thread module defines the real ones.
#include "runtime/api.h"

namespace kaa {

__attribute__((weak)) void enter_blocking(Thread&) {}
__attribute__((weak)) void leave_blocking(Thread&) {}

}  // namespace kaa
