// What start-up needs of the faulthandler module.
#pragma once
#include "runtime/api.h"

namespace kaa {

// -X faulthandler: as faulthandler.enable(2), before there is a sys.stderr.
void faulthandler_enable_at_start();

}  // namespace kaa
