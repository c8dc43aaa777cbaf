"""Writes lib/_opcode_metadata.py from src/defs/opcodes.def: the numbers and sizes of Kaa's instructions, for `opcode` and `dis`.

Usage: python3 tools/gen_opcode_metadata.py
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Names that the library's `dis` asks for although Kaa has no such instruction: numbers that never occur in code.
FOREIGN = ('CACHE EXTENDED_ARG COMPARE_OP CONVERT_VALUE SET_FUNCTION_ATTRIBUTE ENTER_EXECUTOR LOAD_SMALL_INT BINARY_OP JUMP_BACKWARD CALL_INTRINSIC_1 '
           'CALL_INTRINSIC_2 LOAD_COMMON_CONSTANT LOAD_SPECIAL LOAD_FAST_LOAD_FAST LOAD_FAST_BORROW_LOAD_FAST_BORROW STORE_FAST_LOAD_FAST '
           'STORE_FAST_STORE_FAST IS_OP CONTAINS_OP RESUME RETURN_VALUE').split()
FIRST_FOREIGN = 256


def main():
    rows = re.findall(r"^OP\((\w+),\s*(\d+),", (ROOT / 'src/defs/opcodes.def').read_text(), re.M)
    assert len(rows) < 256
    out = ['"""Kaa\'s instructions. Made by tools/gen_opcode_metadata.py from src/defs/opcodes.def; see opcode.py."""', '', 'opmap = {']
    out += [f'    {name!r}: {i},' for i, (name, _) in enumerate(rows)]
    out += ['    # not Kaa\'s: names that users of this module ask for']
    out += [f'    {name!r}: {FIRST_FOREIGN + i},' for i, name in enumerate(FOREIGN)]
    out += ['}', '', '# 64-bit words of each instruction, operand and cache words included.', '_words = {']
    out += [f'    {name!r}: {words},' for name, words in rows]
    out += ['}', '', '_specializations = {}', '_specialized_opmap = {}', f'HAVE_ARGUMENT = {FIRST_FOREIGN - 1}',
            f'MIN_INSTRUMENTED_OPCODE = {FIRST_FOREIGN + len(FOREIGN)}', '']
    (ROOT / 'lib/_opcode_metadata.py').write_text('\n'.join(out))


if __name__ == '__main__':
    main()
