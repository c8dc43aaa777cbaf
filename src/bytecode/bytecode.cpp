#include "bytecode/bytecode.h"

namespace kaa {

const OpInfo kOpInfo[] = {
#define OP(name, words, a, b, c, text) {#name, words, a, b, c},
#include "defs/opcodes.def"
};

}  // namespace kaa
