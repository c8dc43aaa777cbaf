// The former name of ReprBuilder, for files written before base/text_buffer.h had a TextBuilder as well. Do not include both.
#pragma once
#include "types/repr_builder_inl.h"

namespace kaa {
using TextBuilder = ReprBuilder;
}
