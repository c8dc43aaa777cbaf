#include "bytecode/operands.h"

namespace kaa {

uint32_t intrinsic_arity(uint32_t intrinsic) {
  switch ((Intrinsic)intrinsic) {
    case Intrinsic::PrintExpr:
    case Intrinsic::StopIterationError:
    case Intrinsic::TypeVar:
    case Intrinsic::ParamSpec:
    case Intrinsic::TypeVarTuple:
    case Intrinsic::CheckIterator:
    case Intrinsic::SubscriptGeneric: return 1;
    case Intrinsic::TypeVarWithBound:
    case Intrinsic::TypeVarWithConstraints:
    case Intrinsic::SetTypeparamDefault: return 2;
    case Intrinsic::TypeAlias: return 3;
    case Intrinsic::kCount: break;
  }
  return 0;
}

uint32_t run_read(const Word* words) {
  const Word& w = words[0];
  switch ((Op)w.op) {
    case Op::LOAD_SUPER_ATTR:
    case Op::LOAD_SUPER_METHOD:
    case Op::BUILD_INTERPOLATION:
    case Op::CALL_EX: return 3;
    case Op::LOAD_SLICE:
    case Op::STORE_SLICE:
    case Op::CALL_EXIT:
    case Op::MATCH_CLASS: return 2;
    case Op::BUILD_SLICE:
    case Op::BUILD_TUPLE:
    case Op::BUILD_LIST:
    case Op::BUILD_SET:
    case Op::BUILD_STRING: return w.c;
    case Op::BUILD_MAP: return 2u * w.c;
    case Op::CALL:
    case Op::CALL_KW: return w.c + 1u;
    case Op::CALL_METHOD:
    case Op::CALL_METHOD_KW: return w.c + 2u;
    case Op::INTRINSIC: return intrinsic_arity(w.c);
    default: return 1;
  }
}

uint32_t run_written(const Word* words) {
  const Word& w = words[0];
  switch ((Op)w.op) {
    case Op::CLEAR_RUN:
    case Op::COPY_FREE_VARS: return w.b;
    case Op::MOVE_PAIR:
    case Op::LOAD_METHOD:
    case Op::LOAD_METHOD_CALL:
    case Op::LOAD_SUPER_METHOD:
    case Op::FOR_ITER_PAIR:
    case Op::MATCH_EXC_GROUP:
    case Op::LOAD_EXIT: return 2;
    case Op::UNPACK_SEQUENCE: return w.c;
    case Op::UNPACK_EX: return words[1].before + 1 + words[1].after;
    default: return 1;
  }
}

uint32_t read_end(const Word* words) {
  const Word& w = words[0];
  const OpInfo& info = kOpInfo[w.op];
  uint32_t end = 0;
  auto look = [&](char kind, uint32_t reg) {
    uint32_t count = kind == 'r' || kind == 'x' ? 1 : kind == 's' ? run_read(words) : 0;
    if (count && reg + count > end) end = reg + count;
  };
  if ((Op)w.op == Op::RAISE) return w.c == 0 ? 0 : w.c == 1 ? w.a + 1u : (w.a > w.b ? w.a : w.b) + 1u;
  look(info.a, w.a);
  look(info.b, w.b);
  look(info.c, w.c);
  return end;
}

uint32_t write_end(const Word* words) {
  const Word& w = words[0];
  const OpInfo& info = kOpInfo[w.op];
  uint32_t end = 0;
  auto look = [&](char kind, uint32_t reg) {
    uint32_t count = kind == 'w' || kind == 'x' ? 1 : kind == 'd' ? run_written(words) : 0;
    if (count && reg + count > end) end = reg + count;
  };
  look(info.a, w.a);
  look(info.b, w.b);
  look(info.c, w.c);
  return end;
}

JumpField jump_field(Op op) {
  switch (op) {
    case Op::JUMP:
    case Op::JUMP_BACK:
    case Op::JUMP_TRUE:
    case Op::JUMP_FALSE:
    case Op::JUMP_NONE:
    case Op::JUMP_NOT_NONE:
    case Op::JUMP_EMPTY: return JumpField::InstructionBc;
    case Op::JUMP_LT:
    case Op::JUMP_LE:
    case Op::JUMP_EQ:
    case Op::JUMP_NE:
    case Op::JUMP_GT:
    case Op::JUMP_GE:
    case Op::JUMP_LT_I:
    case Op::JUMP_LE_I:
    case Op::JUMP_EQ_I:
    case Op::JUMP_NE_I:
    case Op::JUMP_GT_I:
    case Op::JUMP_GE_I:
    case Op::JUMP_IS:
    case Op::JUMP_IN:
    case Op::FOR_ITER:
    case Op::FOR_ITER_PAIR:
    case Op::SEND:
    case Op::CLEANUP_THROW: return JumpField::Word1;
    default: return JumpField::None;
  }
}

bool ends_flow(Op op) {
  switch (op) {
    case Op::JUMP:
    case Op::JUMP_BACK:
    case Op::RETURN:
    case Op::RETURN_NONE:
    case Op::RAISE:
    case Op::RERAISE: return true;
    // CLEANUP_THROW jumps or raises.
    case Op::CLEANUP_THROW: return true;
    default: return false;
  }
}

WordOne operand_word(Op op) {
  switch (op) {
    case Op::UNPACK_EX:
    case Op::UNPACK_LIST: return WordOne::Full;
    case Op::LOAD_SPILLED:
    case Op::STORE_SPILLED:
    case Op::DEL_SPILLED:
    case Op::CALL_KW:
    case Op::CALL_METHOD_KW:
    case Op::MATCH_CLASS: return WordOne::Half;
    default: return has_name_word(op) || jump_field(op) == JumpField::Word1 ? WordOne::Half : WordOne::None;
  }
}

bool has_name_word(Op op) {
  switch (op) {
    case Op::LOAD_GLOBAL:
    case Op::STORE_GLOBAL:
    case Op::DEL_GLOBAL:
    case Op::LOAD_NAME:
    case Op::STORE_NAME:
    case Op::DEL_NAME:
    case Op::LOAD_DICT_OR_GLOBAL:
    case Op::LOAD_DICT_OR_DEREF:
    case Op::LOAD_ATTR:
    case Op::LOAD_ATTR_ATTR:
    case Op::LOAD_ATTR_ADD:
    case Op::LOAD_ATTR_SUB:
    case Op::LOAD_ATTR_ADD_I:
    case Op::LOAD_ATTR_SUB_I:
    case Op::STORE_ATTR:
    case Op::DEL_ATTR:
    case Op::LOAD_METHOD:
    case Op::LOAD_METHOD_CALL:
    case Op::LOAD_SUPER_ATTR:
    case Op::LOAD_SUPER_METHOD:
    case Op::IMPORT_NAME:
    case Op::IMPORT_FROM: return true;
    default: return false;
  }
}

}  // namespace kaa
