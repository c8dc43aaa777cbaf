// What other processes of the same user do with this one's memory: sys.remote_exec leaves the path of a script there, which runs at the next safepoint;
// _remote_debugging reads what runs.
#pragma once
#include <atomic>

#include "runtime/api.h"

namespace kaa {

// What the other process finds. It is at the same address in every process of one build (the program is not position-independent); `magic` tells that it is there.
struct RemoteDebug {
  char magic[16];
  uint64_t build;                   // of the instruction set
  std::atomic<uint32_t>* poll;      // of the main thread; null: switched off, or not ready
  char script[4096];                // a path, ended by a null byte
};
extern RemoteDebug g_remote_debug;
// In Thread::poll; the other process sets the highest byte, which has no other bits.
constexpr uint32_t kPollRemote = 1u << 24;   // run the script
constexpr uint32_t kPollShow = 1u << 25;     // store the running instruction, which getting to the safepoint does already
extern Status (*g_remote_hook)(Thread&);

}  // namespace kaa
