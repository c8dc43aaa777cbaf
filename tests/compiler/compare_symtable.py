"""Compares Kaa's symbol tables with those of the Python that runs this (CPython 3.14), over many source files.

    python3.14 tests/compiler/compare_symtable.py KAA_TESTS PATTERN...

KAA_TESTS is the unit test program; PATTERNs are globs (** allowed). Files that CPython cannot parse are left out. Exit
status 1 when there is a difference.
"""
import difflib
import glob
import os
import subprocess
import sys
import tempfile
import warnings

import _symtable


def dump(entry, depth, out):
    pad = " " * depth
    out.append(f"{pad}{entry.name} type={entry.type} line={entry.lineno} nested={int(entry.nested)} "
               f"params={','.join(entry.varnames)}")
    for name in sorted(entry.symbols, key=str.encode):
        out.append(f"{pad}  {name} {entry.symbols[name]}")
    for child in entry.children:
        dump(child, depth + 1, out)


def expected(source):
    try:
        top = _symtable.symtable(source, "file", "exec")
    except SyntaxError as error:
        return f"ERR {error.msg} {error.lineno} {error.offset} {error.end_lineno} {error.end_offset}\n"
    out = []
    dump(top, 0, out)
    return "\n".join(out) + "\n"


def main(program, patterns):
    warnings.simplefilter("ignore")
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for pattern in patterns:
            for path in sorted(glob.glob(pattern, recursive=True)):
                try:
                    with open(path, encoding="utf-8") as file:
                        source = file.read()
                    compile(source, path, "exec", 0x400, dont_inherit=True)  # PyCF_ONLY_AST
                except (SyntaxError, ValueError, OSError):
                    continue
                copy = os.path.join(folder, f"{len(cases)}.py")
                with open(copy, "w", encoding="utf-8") as file:
                    file.write(source)
                cases.append((path, copy, expected(source)))
        listing = os.path.join(folder, "files")
        with open(listing, "w") as file:
            file.writelines(copy + "\n" for _, copy, _ in cases)
        subprocess.run([program, "--gtest_filter=Scope.DumpFiles"], env=os.environ | {"KAA_SCOPE_FILES": listing},
                       check=True, stdout=subprocess.DEVNULL)
        differ = 0
        for path, copy, want in cases:
            with open(copy + ".scopes", encoding="utf-8") as file:
                got = file.read()
            if got != want:
                differ += 1
                print("DIFFERS", path)
                print(*list(difflib.unified_diff(want.splitlines(), got.splitlines(), "cpython", "kaa", n=1, lineterm=""))[:12],
                      sep="\n")
    print(f"{len(cases)} files, {differ} differ")
    return 1 if differ or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
