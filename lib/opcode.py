"""Names and properties of Kaa's instructions.

An instruction is one to four 64-bit words: its number and three operand fields of 16 bits, then further operands and caches. Operands are registers,
constants, names, numbers and jump offsets; `dis` shows them. The lists below say which of them an instruction has.
"""

__all__ = ["cmp_op", "stack_effect", "hascompare", "opname", "opmap", "HAVE_ARGUMENT", "EXTENDED_ARG", "hasarg", "hasconst", "hasname",
           "hasjump", "hasjrel", "hasjabs", "hasfree", "haslocal", "hasexc"]

import builtins

import _opcode
from _opcode import stack_effect
from _opcode_metadata import HAVE_ARGUMENT, MIN_INSTRUMENTED_OPCODE, _layout, _specializations, _specialized_opmap, opmap

EXTENDED_ARG = opmap["EXTENDED_ARG"]
opname = [f"<{number}>" for number in range(max(opmap.values()) + 1)]
for _name, _number in opmap.items():
    opname[_number] = _name
del _name, _number
cmp_op = ("<", "<=", "==", "!=", ">", ">=")

hasarg = [op for op in opmap.values() if _opcode.has_arg(op)]
hasconst = [op for op in opmap.values() if _opcode.has_const(op)]
hasname = [op for op in opmap.values() if _opcode.has_name(op)]
hasjump = [op for op in opmap.values() if _opcode.has_jump(op)]
hasjrel = hasjump
hasjabs = []
hasfree = [op for op in opmap.values() if _opcode.has_free(op)]
haslocal = [op for op in opmap.values() if _opcode.has_local(op)]
hasexc = [op for op in opmap.values() if _opcode.has_exc(op)]
hascompare = []

_intrinsic_1_descs = _opcode.get_intrinsic1_descs()
_intrinsic_2_descs = _opcode.get_intrinsic2_descs()
_special_method_names = _opcode.get_special_method_names()
_common_constants = [builtins.AssertionError, builtins.NotImplementedError, builtins.tuple, builtins.all, builtins.any, builtins.list, builtins.set]
_nb_ops = _opcode.get_nb_ops()

# Two-byte units behind the first one of an instruction.
_cache_format = {name: {"operands": 3, **({"words": 4 * (words - 1)} if words > 1 else {})} for name, (words, _) in _layout.items()}
_inline_cache_entries = {name: sum(parts.values()) for name, parts in _cache_format.items()}
