"""Shows compiled code as text, for Kaa's instructions.

The functions and classes are those of the standard module; what they show is Kaa's own. An instruction writes to and reads from registers. A register that
holds a variable bears its name, others are r7; `x..` is a run of registers from x on. A line reads

     12      L2: LOAD_ATTR            r5 = self, count

line of the source, label where something jumps to, instruction, and what it writes = what it reads. Offsets count bytes of co_code, where RESUME, which is no
instruction, marks the place at which the execution of a function begins.
"""
import collections
import io
import sys
import types

from opcode import *
from opcode import __all__ as _opcode_names
from opcode import _common_constants, _intrinsic_1_descs, _specializations
from _opcode_metadata import _layout

__all__ = ["code_info", "dis", "disassemble", "distb", "disco", "findlinestarts", "findlabels", "show_code", "get_instructions", "Instruction",
           "Bytecode"] + _opcode_names
del _opcode_names

# Code flags, by bit; inspect makes its CO_ constants of them.
COMPILER_FLAG_NAMES = {0x1: "OPTIMIZED", 0x2: "NEWLOCALS", 0x4: "VARARGS", 0x8: "VARKEYWORDS", 0x10: "NESTED", 0x20: "GENERATOR", 0x40: "NOFREE",
                       0x80: "COROUTINE", 0x100: "ITERABLE_COROUTINE", 0x200: "ASYNC_GENERATOR", 0x4000000: "HAS_DOCSTRING", 0x8000000: "METHOD"}

_RESUME = opmap["RESUME"]
_general_form = {special: general for general, forms in _specializations.items() for special in forms}
# By number: name, bytes, operand letters (see tools/gen_opcode_metadata.py).
_table = {opmap[name]: (name, 8 * words, letters) for name, (words, letters) in _layout.items()}
_FUNCTION_PARTS = ("defaults", "kwdefaults", "closure", "annotate", "type_params", "wide closure")
_CONVERSIONS = ("", "str", "repr", "ascii")
_NO_LINE = "--"


class _Unknown:
    def __repr__(self):
        return "<unknown>"


UNKNOWN = _Unknown()  # a constant or name of bytes without a code object


def pretty_flags(flags):
    """Names of the flags that are set, with commas between them."""
    if not flags:
        return "0x0"
    return ", ".join(COMPILER_FLAG_NAMES.get(1 << bit, hex(1 << bit)) for bit in range(flags.bit_length()) if flags >> bit & 1)


# ---- what to disassemble
def _try_compile(source, name):
    """The code of a source text: of an expression, if it is one."""
    try:
        return compile(source, name, "eval")
    except SyntaxError:
        pass
    return compile(source, name, "exec")


def _unwrap(x):
    """The code object of a method, function, generator or coroutine; other objects as they are."""
    x = getattr(x, "__func__", x)
    for attribute in ("__code__", "gi_code", "ag_code", "cr_code"):
        if hasattr(x, attribute):
            return getattr(x, attribute)
    return x


def _get_code_object(x):
    x = _unwrap(x)
    if isinstance(x, str):
        x = _try_compile(x, "<disassembly>")
    if hasattr(x, "co_code"):
        return x
    raise TypeError(f"don't know how to disassemble {type(x).__name__} objects")


# ---- decoding
Positions = collections.namedtuple("Positions", "lineno end_lineno col_offset end_col_offset", defaults=[None] * 4)
_ExceptionTableEntry = collections.namedtuple("_ExceptionTableEntry", "start end target depth lasti")
_Instruction = collections.namedtuple(
    "_Instruction", "opname opcode arg argval argrepr offset start_offset starts_line line_number label positions cache_info", defaults=[None] * 3)


class Instruction(_Instruction):
    """One instruction.

    opname, opcode: its name and number
    arg: the number of its main operand: index of a constant or name, a number itself, distance of a jump in units of two bytes; None if it has only registers
    argval: what arg stands for: constant, name, number, offset of the jump's target; without arg the text of the registers
    argrepr: all operands as text
    offset, start_offset: where it is in co_code
    starts_line, line_number: whether it is the first of a line of the source; that line or None
    label: number of the label, if something jumps here, else None
    positions: Positions of the source that it belongs to
    cache_info: (name, units, bytes) of the words behind the first
    """

    @staticmethod
    def make(opname, arg, argval, argrepr, offset, start_offset, starts_line, line_number, label=None, positions=None, cache_info=None):
        return Instruction(opname, opmap[opname], arg, argval, argrepr, offset, start_offset, starts_line, line_number, label, positions, cache_info)

    @property
    def oparg(self):
        """The same as arg."""
        return self.arg

    @property
    def baseopname(self):
        """Name of the general form of the instruction."""
        return _general_form.get(self.opname, self.opname)

    @property
    def baseopcode(self):
        """Number of the general form of the instruction."""
        return opmap[self.baseopname]

    @property
    def cache_offset(self):
        """Where its second unit is."""
        return self.offset + 2

    @property
    def end_offset(self):
        """Where the next instruction is."""
        return self.offset + 2 + 2 * sum(units for _, units, _ in self.cache_info or ())

    @property
    def jump_target(self):
        """Offset that it jumps to, or None."""
        return self.argval if self.opcode in hasjump else None

    @property
    def is_jump_target(self):
        """Whether something jumps here."""
        return self.label is not None

    def __str__(self):
        output = io.StringIO()
        Formatter(file=output).print_instruction(self, False)
        return output.getvalue()


def _raw_instructions(code):
    """(offset, number, bytes) of each instruction of a co_code."""
    at = 0
    while at + 1 < len(code):
        op = code[at] | code[at + 1] << 8
        size = 2 if op == _RESUME else _table[op][1]
        yield at, op, code[at:at + size]
        at += size


def _field(raw, i):
    return raw[2 * i] | raw[2 * i + 1] << 8


def _signed(raw, start, size):
    return int.from_bytes(raw[start:start + size], "little", signed=True)


def _jump_distance(op, raw):
    """Distance of a jump from the end of its instruction, in bytes (RESUME left out of account); None for other instructions."""
    letters = _table[op][2]
    if letters[1] == "J":
        return 8 * _signed(raw, 4, 4)
    return 8 * _signed(raw, 8, 4) if letters.endswith("J") and len(letters) == 4 else None


def _jump_target(op, raw, offset):
    # All jumps are behind RESUME, so that it does not lie between.
    distance = None if op == _RESUME else _jump_distance(op, raw)
    return None if distance is None else offset + len(raw) + distance


def findlabels(code):
    """Offsets that instructions of a co_code jump to."""
    labels = []
    for offset, op, raw in _raw_instructions(code):
        target = _jump_target(op, raw, offset)
        if target is not None and target not in labels:
            labels.append(target)
    return labels


def _parse_exception_table(co):
    """The entries of co_exceptiontable; depth is the register that takes the exception."""
    numbers, entries = iter(co.co_exceptiontable), []

    def number(byte):
        value = byte & 63
        while byte & 64:
            byte = next(numbers)
            value = value << 6 | byte & 63
        return value

    for byte in numbers:
        start = 2 * number(byte)
        end = start + 2 * number(next(numbers))
        target = 2 * number(next(numbers))
        register = number(next(numbers))
        entries.append(_ExceptionTableEntry(start, end, target, register >> 1, bool(register & 1)))
    return entries


def _make_labels_map(code, exception_entries=()):
    """{offset: number of its label}"""
    offsets = set(findlabels(code))
    for entry in exception_entries:
        offsets.update((entry.start, entry.end, entry.target))
    return {offset: number for number, offset in enumerate(sorted(offsets), 1)}


def findlinestarts(code):
    """(offset, line) where a line of the source begins; the line is None for instructions that have none."""
    last = False
    for start, _, line in code.co_lines():
        if line is not last:
            last = line
            yield start, line


class _Operands:
    """What the operand fields of instructions stand for. Without a code object (co=None) names and constants are unknown."""

    def __init__(self, co, labels):
        self.co = co
        self.labels = labels
        self.consts = co.co_consts if co else None
        self.names = co.co_names if co else None
        self.variables = None

    def register(self, number):
        if self.co:
            try:
                return self.co._varname_from_oparg(number)
            except IndexError:
                pass
        return f"r{number}"

    def constant(self, index):
        return UNKNOWN if self.consts is None else self.consts[index]

    def name(self, index):
        return UNKNOWN if self.names is None else self.names[index]

    def variable(self, number):
        if not self.co:
            return UNKNOWN
        if self.variables is None:
            local = set(self.co.co_varnames)
            self.variables = (*self.co.co_varnames, *(name for name in self.co.co_cellvars if name not in local), *self.co.co_freevars)
        return self.variables[number]

    def resolve(self, op, raw, offset):
        """(arg, argval, argrepr)"""
        name, _, letters = _table[op]
        arg, argval, writes, reads = None, None, [], []

        def main(number, value, text):
            nonlocal arg, argval
            arg, argval = number, value
            reads.append(text)

        for i, letter in enumerate(letters[:3], 1):
            number = _field(raw, i)
            if letter in "wd":
                writes.append(self.register(number) + (".." if letter == "d" else ""))
            elif letter == "x":
                writes.append(self.register(number))
                reads.append(self.register(number))
            elif letter in "rs":
                reads.append(self.register(number) + (".." if letter == "s" else ""))
            elif letter == "n":
                main(number, number, self.number(name, number))
            elif letter == "i":
                number = _signed(raw, 2 * i, 4 if name == "LOAD_INT" else 2)
                main(number, number, str(number))
            elif letter == "k":
                if i == 2:
                    number = _signed(raw, 4, 4)
                main(number, self.constant(number), repr(self.constant(number)))
        last = letters[3:]
        number = int.from_bytes(raw[8:12], "little")
        if last == "N":
            main(number, self.name(number), str(self.name(number)))
        elif last == "K":
            main(number, self.constant(number), repr(self.constant(number)))
        elif last == "I":
            main(number, number, str(number))
        elif last == "V":
            main(number, self.variable(number), str(self.variable(number)))
        elif last == "M":
            after = int.from_bytes(raw[12:16], "little")
            main(number, (number, after), f"{number} before, {after} after")
        text = ", ".join(writes) + " = " * bool(writes and reads) + ", ".join(reads)
        distance = _jump_distance(op, raw)
        if distance is not None:
            target = offset + len(raw) + distance
            label = self.labels.get(target)
            place = f"to {target}" if label is None else f"to L{label}"
            return distance // 2, target, f"{text} {place}" if text else place
        if argval is None and arg is None and text:
            argval = text
        return arg, argval, text

    def number(self, name, number):
        if name == "INTRINSIC":
            return _intrinsic_1_descs[number]
        if name == "SET_FUNCTION":
            return _FUNCTION_PARTS[number]
        if name == "CONVERT":
            return _CONVERSIONS[number]
        if name == "LOAD_COMMON":
            return _common_constants[number].__name__
        return str(number)


def _decode(co, code, labels, *, positions=None, linestarts=None, line_offset=0, general=True, caches=True):
    operands = _Operands(co, labels)
    positions = list(positions) if positions is not None else None
    line = None
    for offset, op, raw in _raw_instructions(code):
        starts_line = False
        if linestarts is not None and offset in linestarts:
            starts_line = True
            line = linestarts[offset]
            if line is not None:
                line += line_offset
        place = Positions(*positions[offset // 2]) if positions is not None else None
        if op == _RESUME:
            yield Instruction("RESUME", op, None, None, "", offset, offset, starts_line, line, labels.get(offset), place)
            continue
        arg, argval, argrepr = operands.resolve(op, raw, offset)
        shown = _general_form.get(opname[op], opname[op]) if general else opname[op]
        units = [("operands", 3, raw[2:8])] + [("word", 4, raw[i:i + 8]) for i in range(8, len(raw), 8)]
        yield Instruction(shown, opmap[shown], arg, argval, argrepr, offset, offset, starts_line, line, labels.get(offset), place, units)


def get_instructions(x, *, first_line=None, show_caches=None, adaptive=False):
    """The instructions of a function, method, source text or code object, as an iterator over Instruction.

    first_line replaces the line of the definition. With adaptive, special forms of instructions appear under their own names.
    """
    co = _get_code_object(x)
    return _decode(co, co._co_code_adaptive if adaptive else co.co_code, _make_labels_map(co.co_code), positions=co.co_positions(),
                   linestarts=dict(findlinestarts(co)), line_offset=0 if first_line is None else first_line - co.co_firstlineno, general=not adaptive)


def _find_imports(co):
    """(name, level, names) of each import statement in a code object."""
    constants = {}
    for offset, op, raw in _raw_instructions(co.co_code):
        name = opname[op]
        if name == "LOAD_CONST":
            constants[_field(raw, 1)] = co.co_consts[_signed(raw, 4, 4)]
        elif name == "LOAD_INT":
            constants[_field(raw, 1)] = _signed(raw, 4, 4)
        elif name == "IMPORT_NAME":
            yield co.co_names[int.from_bytes(raw[8:12], "little")], constants.get(_field(raw, 3), 0), constants.get(_field(raw, 2))


def _find_store_names(co):
    """Names of the global variables that a code object binds."""
    for _, op, raw in _raw_instructions(co.co_code):
        if opname[op] in ("STORE_NAME", "STORE_GLOBAL"):
            yield co.co_names[int.from_bytes(raw[8:12], "little")]


# ---- code objects in words
def code_info(x):
    """What is to be said of a function's code besides its instructions, as text."""
    co = _get_code_object(x)
    lines = [f"{title + ':':<18} {value}" for title, value in (
        ("Name", co.co_name), ("Filename", co.co_filename), ("Argument count", co.co_argcount), ("Positional-only arguments", co.co_posonlyargcount),
        ("Kw-only arguments", co.co_kwonlyargcount), ("Number of locals", co.co_nlocals), ("Stack size", co.co_stacksize), ("Flags", pretty_flags(co.co_flags)))]
    for title, values, text in (("Constants", co.co_consts, repr), ("Names", co.co_names, str), ("Variable names", co.co_varnames, str),
                                ("Free variables", co.co_freevars, str), ("Cell variables", co.co_cellvars, str)):
        if values:
            lines.append(title + ":")
            lines += [f"{i:4}: {text(value)}" for i, value in enumerate(values)]
    return "\n".join(lines)


def show_code(co, *, file=None):
    """Prints code_info(co)."""
    print(code_info(co), file=file)


class Formatter:
    """Prints instructions as lines of columns. A width of 0 leaves the column out."""

    def __init__(self, file=None, lineno_width=0, offset_width=0, label_width=0, line_offset=0, show_caches=False, *, show_positions=False):
        self.file = file
        self.lineno_width = lineno_width
        self.offset_width = offset_width
        self.label_width = label_width
        self.show_caches = show_caches
        self.show_positions = show_positions

    def print_instruction(self, instr, mark_as_current=False):
        self.print_instruction_line(instr, mark_as_current)
        if self.show_caches and instr.cache_info:
            offset = instr.offset
            for name, units, data in instr.cache_info:
                offset += 2
                self._print_columns("", "", offset, False, "CACHE", f"{name}: {data.hex()}")
                offset += 2 * (units - 1)

    def print_instruction_line(self, instr, mark_as_current):
        if self.lineno_width and instr.starts_line and instr.offset > 0:
            print(file=self.file)
        place = ""
        if self.show_positions:
            if instr.positions and any(x is not None for x in instr.positions):
                line, end_line, column, end_column = ("?" if x is None else x for x in instr.positions)
                place = f"{line}:{column}-{end_line}:{end_column}"
            elif instr.positions:
                place = _NO_LINE
        elif instr.starts_line:
            place = _NO_LINE if instr.line_number is None else str(instr.line_number)
        self._print_columns(place, "" if instr.label is None else f"L{instr.label}:", instr.offset, mark_as_current, instr.opname, instr.argrepr)

    def _print_columns(self, place, label, offset, current, name, text):
        columns = []
        if self.lineno_width:
            columns.append(f"{place:<{self.lineno_width}}" if self.show_positions else f"{place:>{self.lineno_width}}")
        columns.append(f"{label:>{self.label_width}}")
        if self.offset_width:
            columns.append(f"{offset:>{self.offset_width}}  ")
        columns += ["-->" if current else "   ", f"{name:<20}", text]
        print(" ".join(columns).rstrip(), file=self.file)

    def print_exception_table(self, entries, labels):
        if entries:
            print("ExceptionTable:", file=self.file)
        for e in entries:
            print(f"  L{labels[e.start]} to L{labels[e.end]} -> L{labels[e.target]} [r{e.depth}]", file=self.file)


def _print_code(co, code, *, file, lasti=-1, first_line=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Prints the instructions of a code object, or of bytes alone (co=None)."""
    entries = _parse_exception_table(co) if co else []
    labels = _make_labels_map(code, entries)
    linestarts, width, positions, line_offset = None, 0, None, 0
    if co:
        linestarts = dict(findlinestarts(co))
        positions = list(co.co_positions())
        line_offset = 0 if first_line is None else first_line - co.co_firstlineno
        if show_positions:
            places = [f"{'?' if a is None else a}:{'?' if c is None else c}-{'?' if b is None else b}:{'?' if d is None else d}" for a, b, c, d in positions]
            width = max(map(len, places), default=0)
        else:
            lines = [line + line_offset for line in linestarts.values() if line is not None]
            width = max(3, len(str(max(lines)))) if lines else 0
            if None in linestarts.values():
                width = max(width, len(_NO_LINE))
    formatter = Formatter(file=file, lineno_width=width, offset_width=len(str(max(len(code), 9999))) if show_offsets else 0,
                          label_width=4 + len(str(len(labels))), show_caches=show_caches, show_positions=show_positions)
    # The instruction that runs is the last one that begins at lasti or before it.
    running = -1
    if lasti >= 0:
        running = max((offset for offset, _, _ in _raw_instructions(code) if offset <= lasti), default=-1)
    for instr in _decode(co, code, labels, positions=positions, linestarts=linestarts, line_offset=line_offset, general=not adaptive):
        formatter.print_instruction(instr, instr.offset == running)
    formatter.print_exception_table(entries, labels)


def disassemble(co, lasti=-1, *, file=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Prints the instructions of a code object; an arrow marks the one at offset lasti."""
    _print_code(co, co._co_code_adaptive if adaptive else co.co_code, file=file, lasti=lasti, show_caches=show_caches, adaptive=adaptive,
                show_offsets=show_offsets, show_positions=show_positions)


disco = disassemble


def _disassemble_recursive(co, depth, options):
    disassemble(co, **options)
    if depth is None or depth > 0:
        for constant in co.co_consts:
            if hasattr(constant, "co_code"):
                print(file=options["file"])
                print(f"Disassembly of {constant!r}:", file=options["file"])
                _disassemble_recursive(constant, None if depth is None else depth - 1, options)


_HAVE_CODE = (types.MethodType, types.FunctionType, types.CodeType, classmethod, staticmethod, type)


def dis(x=None, *, file=None, depth=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Prints the instructions of a function, method, class, module, generator, coroutine, code object, source text or of a co_code.

    Without x: of the last traceback. Functions inside are shown as well, down to a depth of nesting if one is given.
    """
    options = dict(file=file, show_caches=show_caches, adaptive=adaptive, show_offsets=show_offsets, show_positions=show_positions)
    if x is None:
        distb(**options)
        return
    x = _unwrap(x)
    if hasattr(x, "__dict__"):  # a class or module
        for name, value in sorted(x.__dict__.items()):
            if isinstance(value, _HAVE_CODE):
                print(f"Disassembly of {name}:", file=file)
                try:
                    dis(value, depth=depth, **options)
                except TypeError as error:
                    print("Sorry:", error, file=file)
                print(file=file)
    elif hasattr(x, "co_code"):
        _disassemble_recursive(x, depth, options)
    elif isinstance(x, (bytes, bytearray)):
        _print_code(None, bytes(x), file=file, show_caches=show_caches, adaptive=adaptive, show_offsets=show_offsets)
    elif isinstance(x, str):
        _disassemble_recursive(_try_compile(x, "<dis>"), depth, options)
    else:
        raise TypeError(f"don't know how to disassemble {type(x).__name__} objects")


def distb(tb=None, *, file=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Prints the code that a traceback (default: the last one) ends in, with an arrow at the instruction that failed."""
    if tb is None:
        if hasattr(sys, "last_exc"):
            tb = sys.last_exc.__traceback__
        elif hasattr(sys, "last_traceback"):
            tb = sys.last_traceback
        else:
            raise RuntimeError("no last traceback to disassemble")
        while tb.tb_next:
            tb = tb.tb_next
    disassemble(tb.tb_frame.f_code, tb.tb_lasti, file=file, show_caches=show_caches, adaptive=adaptive, show_offsets=show_offsets, show_positions=show_positions)


class Bytecode:
    """The instructions of a function, method, source text or code object: iterates over them, and shows them as text."""

    def __init__(self, x, *, first_line=None, current_offset=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
        self.codeobj = _get_code_object(x)
        self.first_line = self.codeobj.co_firstlineno if first_line is None else first_line
        self._original_object = x
        self.current_offset = current_offset
        self.exception_entries = _parse_exception_table(self.codeobj)
        self.show_caches = show_caches
        self.adaptive = adaptive
        self.show_offsets = show_offsets
        self.show_positions = show_positions

    def __iter__(self):
        co = self.codeobj
        return _decode(co, co._co_code_adaptive if self.adaptive else co.co_code, _make_labels_map(co.co_code, self.exception_entries),
                       positions=co.co_positions(), linestarts=dict(findlinestarts(co)), line_offset=self.first_line - co.co_firstlineno,
                       general=not self.adaptive)

    def __repr__(self):
        return f"{type(self).__name__}({self._original_object!r})"

    @classmethod
    def from_traceback(cls, tb, *, show_caches=False, adaptive=False):
        """The code that a traceback ends in."""
        while tb.tb_next:
            tb = tb.tb_next
        return cls(tb.tb_frame.f_code, current_offset=tb.tb_lasti, show_caches=show_caches, adaptive=adaptive)

    def info(self):
        """code_info() of it."""
        return code_info(self.codeobj)

    def dis(self):
        """The text that disassemble() prints."""
        co = self.codeobj
        output = io.StringIO()
        _print_code(co, co._co_code_adaptive if self.adaptive else co.co_code, file=output, lasti=-1 if self.current_offset is None else self.current_offset,
                    first_line=self.first_line, show_caches=self.show_caches, adaptive=self.adaptive, show_offsets=self.show_offsets,
                    show_positions=self.show_positions)
        return output.getvalue()


def main(args=None):
    import argparse

    parser = argparse.ArgumentParser(color=True)
    parser.add_argument("-C", "--show-caches", action="store_true", help="show inline caches")
    parser.add_argument("-O", "--show-offsets", action="store_true", help="show instruction offsets")
    parser.add_argument("-P", "--show-positions", action="store_true", help="show instruction positions")
    parser.add_argument("-S", "--specialized", action="store_true", help="show specialized bytecode")
    parser.add_argument("infile", nargs="?", default="-")
    args = parser.parse_args(args=args)
    if args.infile == "-":
        name, source = "<stdin>", sys.stdin.buffer.read()
    else:
        name = args.infile
        with open(args.infile, "rb") as file:
            source = file.read()
    dis(compile(source, name, "exec"), show_caches=args.show_caches, adaptive=args.specialized, show_offsets=args.show_offsets,
        show_positions=args.show_positions)


if __name__ == "__main__":
    main()
