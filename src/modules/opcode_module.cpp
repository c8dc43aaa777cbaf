// _opcode: what the library's `opcode` asks about instructions. An instruction has up to four operands of several kinds; lib/dis.py shows them.
#include "bytecode/operands.h"
#include "runtime/api.h"

namespace kaa {

namespace {

Result<int> opcode_arg(Thread& t, Value v) { return to_cint(t, v); }
bool is_op(int op) { return op >= 0 && op < static_cast<int>(Op::kCount); }

Result<Value> opcode_is_valid(Thread& t, Args a) { return Value::from_bool(is_op(TRY(opcode_arg(t, a[0])))); }
bool has_operands(Op op) {
  const OpInfo& o = kOpInfo[static_cast<size_t>(op)];
  return o.a != '-' || o.b != '-' || o.c != '-' || operand_word(op) != WordOne::None;
}
bool has_constant(Op op) {
  return has_wide_constant(op) || kOpInfo[static_cast<size_t>(op)].c == 'k' || op == Op::CALL_KW || op == Op::CALL_METHOD_KW;
}
bool has_jump(Op op) { return jump_field(op) != JumpField::None; }
bool has_cell(Op op) { return op == Op::LOAD_DEREF || op == Op::STORE_DEREF || op == Op::DEL_DEREF || op == Op::LOAD_DICT_OR_DEREF || op == Op::MAKE_CELL; }
bool has_variable(Op op) {
  return op == Op::CHECK_BOUND || op == Op::DEL_LOCAL || op == Op::LOAD_SPILLED || op == Op::STORE_SPILLED || op == Op::DEL_SPILLED;
}
bool never(Op) { return false; }
template <bool (*holds)(Op)>
Result<Value> opcode_has(Thread& t, Args a) {
  int op = TRY(opcode_arg(t, a[0]));
  return Value::from_bool(is_op(op) && holds(static_cast<Op>(op)));
}
// There is no evaluation stack: no instruction moves one.
Result<Value> opcode_stack_effect(Thread& t, Args a) {
  int op = TRY(opcode_arg(t, a[0]));
  if (a[2] && !a[2].is_none() && a[2] != kTrue && a[2] != kFalse) return RAISE(ValueError, "stack_effect: jump must be False, True or None");
  if (!is_op(op)) return RAISE(ValueError, "invalid opcode or oparg");
  return small_int(0);
}
template <size_t N>
Result<Value> name_list(Thread& t, const char* const (&names)[N]) {
  List* l = TRY(new_list(t, N));
  for (const char* n : names) TRY(list_append(t, l, intern_name(n)));
  return l;
}
Result<Value> opcode_nb_ops(Thread& t, Args) {
  static const char* const k_ops[] = {"ADD", "+", "SUB", "-", "MUL", "*", "DIV", "/", "FLOORDIV", "//", "MOD", "%", "POW", "**",
                                      "MATMUL", "@", "LSHIFT", "<<", "RSHIFT", ">>", "AND", "&", "OR", "|", "XOR", "^"};
  List* l = TRY(new_list(t));
  for (size_t i = 0; i < sizeof k_ops / sizeof *k_ops; i += 2) {
    Tuple* u = TRY(make_tuple(t, Value(intern_name(k_ops[i])), Value(intern_name(k_ops[i + 1]))));
    TRY(list_append(t, l, u));
  }
  return l;
}
Result<Value> opcode_intrinsics(Thread& t, Args) {
  static const char* const k_names[] = {"PrintExpr", "StopIterationError", "TypeVar", "TypeVarWithBound", "TypeVarWithConstraints", "ParamSpec", "TypeVarTuple",
                                        "SetTypeparamDefault", "SubscriptGeneric", "TypeAlias", "CheckIterator"};
  static_assert(sizeof k_names / sizeof *k_names == static_cast<size_t>(Intrinsic::kCount));
  return name_list(t, k_names);
}
Result<Value> opcode_no_intrinsics(Thread& t, Args) { return TRY(new_list(t)); }
Result<Value> opcode_special_methods(Thread& t, Args) {
  static const char* const k_names[] = {"__enter__", "__exit__", "__aenter__", "__aexit__"};
  return name_list(t, k_names);
}
Result<Value> opcode_get_executor(Thread&, Args) { return kNone; }

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"stack_effect", opcode_stack_effect, "(opcode, oparg=None, /, *, jump=None)", "Always 0: there is no evaluation stack.", kF},
    {"is_valid", opcode_is_valid, "(opcode)", "Whether it is the number of an instruction.", kF},
    {"has_arg", opcode_has<has_operands>, "(opcode)", "Whether the instruction has operands.", kF},
    {"has_const", opcode_has<has_constant>, "(opcode)", "Whether one of them is a constant.", kF},
    {"has_name", opcode_has<has_name_word>, "(opcode)", "Whether one of them is a name.", kF},
    {"has_jump", opcode_has<has_jump>, "(opcode)", "Whether it may jump.", kF},
    {"has_free", opcode_has<has_cell>, "(opcode)", "Whether it works on a cell or free variable.", kF},
    {"has_local", opcode_has<has_variable>, "(opcode)", "Whether it works on local variables alone. All registers may be variables.", kF},
    {"has_exc", opcode_has<never>, "(opcode)", "Whether the instruction sets up an exception handler: none does.", kF},
    {"get_nb_ops", opcode_nb_ops, "()", "(name, sign) of the binary operators.", kF},
    {"get_intrinsic1_descs", opcode_intrinsics, "()", "Names of the intrinsic functions.", kF},
    {"get_intrinsic2_descs", opcode_no_intrinsics, "()", "Names of a second table of them: there is none.", kF},
    {"get_special_method_names", opcode_special_methods, "()", "Special methods that instructions look up.", kF},
    {"get_executor", opcode_get_executor, "(code, offset)", "None: there are no executors.", kF},
};

// Instructions are not rewritten in a way that these functions could show.
Status opcode_exec(Thread& t, Module* m) {
  TRY(module_add(t, m, "ENABLE_SPECIALIZATION", kFalse));
  return module_add(t, m, "ENABLE_SPECIALIZATION_FT", kFalse);
}

}  // namespace

extern const ModuleDef _opcode_module = {.name = "_opcode", .doc = "Facts about instructions, for opcode.py.", .functions = k_functions, .exec = opcode_exec};

}  // namespace kaa
