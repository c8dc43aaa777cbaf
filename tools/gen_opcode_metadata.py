"""Writes lib/_opcode_metadata.py from src/defs/opcodes.def: numbers, sizes and operands of Kaa's instructions, for `opcode` and `dis`.

Usage: python3 tools/gen_opcode_metadata.py
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Numbers that stand for no instruction. RESUME is the unit of co_code where a call begins (kResumeCode in src/runtime/traceback.h); the others never occur: names
# that users of these modules ask for.
FOREIGN = 'RESUME CACHE EXTENDED_ARG RETURN_VALUE'.split()
FIRST_FOREIGN = 256


def operands(kinds, text):
    """The kinds of the three operand fields and of word 1, as opcodes.def gives them, in letters that say more:

    k constant, N name, i signed number, J jump, K M I V: constant, two numbers, number, variable without a register in word 1; L becomes k, i or J.
    """
    a, b, c = kinds
    if b == 'L':
        b = 'J' if text.startswith(('jump by', 'poll')) or 'jump by bc' in text else 'k' if 'K[bc]' in text else 'i'
    b = 'i' if 'int16(b)' in text else b
    c = 'i' if 'int16(c)' in text else c
    word1 = ''
    for form, letter in (('name word', 'N'), ('offset word', 'J'), ('word 1 {u32 constant', 'K'), ('word 1 {u32 number', 'I'), ('word 1 {u32 variable', 'V'), ('word 1 is {u32 before', 'M')):
        if text.startswith(form):
            word1 = letter
    return a + b + c + word1


def main():
    rows = re.findall(r"^OP\((\w+),\s*(\d+),\s*'(.)',\s*'(.)',\s*'(.)',\s*\"(.*)\"\)$", (ROOT / 'src/defs/opcodes.def').read_text(), re.M)
    assert len(rows) < 256
    # CPython's names where it has the same instruction: programs look for them.
    rows = [(re.sub('^DEL_', 'DELETE_', name), *rest) for name, *rest in rows]
    out = ['"""Kaa\'s instructions. Made by tools/gen_opcode_metadata.py from src/defs/opcodes.def; see opcode.py."""', '', 'opmap = {']
    out += [f'    {row[0]!r}: {i},' for i, row in enumerate(rows)]
    out += ['    # no instructions: see the generator']
    out += [f'    {name!r}: {FIRST_FOREIGN + i},' for i, name in enumerate(FOREIGN)]
    out += ['}', '', '# 64-bit words of each instruction, operand and cache words included; its operands (letters: see the generator).', '_layout = {']
    out += [f'    {name!r}: ({words}, {operands((a, b, c), text)!r}),' for name, words, a, b, c, text in rows]
    out += ['}', '', '# A method that is about to be called is looked up by a form of its own.',
            "_specializations = {'LOAD_ATTR': ['LOAD_METHOD', 'LOAD_METHOD_CALL'], 'LOAD_SUPER_ATTR': ['LOAD_SUPER_METHOD']}",
            '_specialized_opmap = {name: opmap[name] for forms in _specializations.values() for name in forms}', 'HAVE_ARGUMENT = 0',
            f'MIN_INSTRUMENTED_OPCODE = {FIRST_FOREIGN + len(FOREIGN)}', '']
    (ROOT / 'lib/_opcode_metadata.py').write_text('\n'.join(out))


if __name__ == '__main__':
    main()
