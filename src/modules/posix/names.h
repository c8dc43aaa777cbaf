// The names that sysconf, confstr and pathconf know (constants.cpp).
#pragma once
#include "modules/posix/sys_util.h"

namespace kaa {

extern const Constant k_sysconf_names[], k_confstr_names[], k_pathconf_names[];
extern const size_t k_sysconf_count, k_confstr_count, k_pathconf_count;

}  // namespace kaa
