#include "bytecode/compiled_code.h"

namespace kaa {

CompiledCode::~CompiledCode() {
  for (ConstantData& constant : consts)
    if (constant.kind == ConstantData::Code) delete constant.code;
}

}  // namespace kaa
