#pragma once
#include "runtime/api.h"

namespace kaa {

void remote_debug_enable(Thread& t);  // from now on other processes may leave scripts for this thread
Result<Value> sys_remote_exec(Thread& t, Args a);
Result<Value> sys_is_remote_debug_enabled(Thread& t, Args a);

}  // namespace kaa
