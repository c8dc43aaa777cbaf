// Limits on the process' address space (RLIMIT_AS, ulimit -v) and on its private memory (RLIMIT_DATA, ulimit -d), which counts what is mapped, too.
#pragma once
#include <sys/resource.h>

#include <algorithm>
#include <cstddef>

namespace kaa {

// `bytes`, or one part in `parts` of a limit where that is less: what is taken in advance must leave room for the rest.
inline size_t share_of_address_space(size_t bytes, size_t parts) {
  for (auto which : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit r;
    if (getrlimit(which, &r) == 0 && r.rlim_cur != RLIM_INFINITY) bytes = std::min<size_t>(bytes, r.rlim_cur / parts);
  }
  return bytes;
}

}  // namespace kaa
