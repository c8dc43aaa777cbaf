// sys.remote_exec: another process of the same user leaves the path of a script in this one's memory, which runs it at its next safepoint.
#pragma once
#include <atomic>

#include "runtime/api.h"

namespace kaa {

// What the other process finds. It is at the same address in every process of one build (the program is not position-independent); `magic` and `self` tell
// that it is there.
struct RemoteDebug {
  char magic[16];
  const RemoteDebug* self;
  uint64_t build;                   // of the instruction set
  std::atomic<uint32_t>* poll;      // of the main thread; null: switched off, or not ready
  char script[4096];                // a path, ended by a null byte
};
extern RemoteDebug g_remote_debug;
constexpr uint32_t kPollRemote = 1u << 24;   // in Thread::poll; the other process sets the highest byte, which has no other bits
extern Status (*g_remote_hook)(Thread&);

}  // namespace kaa
