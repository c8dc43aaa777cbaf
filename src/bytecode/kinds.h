// What the validator knows of a register: the set of what it may hold. Where paths meet, sets are united. The KIND rows of defs/opcodes.def are written in these names.
#pragma once
#include <cstdint>

namespace kaa::kinds {

typedef uint16_t Kinds;
constexpr Kinds
    kDead = 1,            // nothing that may be looked at: not written yet, or used up
    kEmpty = 2,           // the empty word: an unbound variable
    kNone = 4,            // None, where it matters
    kOther = 8,           // some value
    kCell = 16,
    kCells = 32,          // a tuple of cells
    kList = 64, kDict = 128, kStr = 256,
    kIterator = 512,
    kException = 1024,    // an instance
    kFunction = 2048,
    kOpenFunction = 4096,  // one that has no closure yet, but needs one: nothing but SET_FUNCTION may touch it
    // The two registers that LOAD_METHOD wrote, as long as neither has been written by anything else since: they stand beside each other.
    kMethod = 8192, kSelf = 16384;

// What instructions want: one of the set.
constexpr Kinds kWantAny = static_cast<Kinds>(~(kDead | kEmpty | kOpenFunction | kSelf)), kWantRaw = kWantAny | kEmpty | kSelf, kWantCell = kCell, kWantList = kList, kWantDict = kDict, kWantStr = kStr,
                kWantIterator = kIterator, kWantException = kException, kWantHandled = kNone | kException, kWantNewFunction = kFunction | kOpenFunction,
                kWantMethod = kMethod,             // and kSelf behind it
                kWantSpread = kWantAny;            // callable and positional arguments; behind them a dict or nothing
// What they leave.
constexpr Kinds kLeaveOther = kOther, kLeaveEmpty = kEmpty, kLeaveCell = kCell, kLeaveList = kList, kLeaveDict = kDict, kLeaveStr = kStr, kLeaveIterator = kIterator,
                kLeaveHandled = kNone | kException, kLeaveMethod = kMethod,  // and kSelf behind it
                kLeaveSame = 0;

}  // namespace kaa::kinds
