"""Compares Kaa's parser with CPython's; run by CPython 3.14.

    compare.py TOOL trees DIRECTORY...      the trees of all .py files, attributes included
    compare.py TOOL tokens DIRECTORY...     the tokens of `tokenize`
    compare.py TOOL errors FILE...          errors and warnings for the programs in FILEs: a Python list of strings each
    compare.py TOOL doctests FILE...        errors for the examples of the docstrings in FILEs (test_syntax.py)
"""
import ast
import codeop
import doctest
import io
import os
import subprocess
import sys
import sysconfig
import tempfile
import tokenize
import warnings

def tokens_of(source):
    lines = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.ENDMARKER:
                lines.append("0")
                break
            text = "" if token.type in (tokenize.NEWLINE, tokenize.NL) else token.string
            lines.append(f"{token.type} {token.start[0]} {token.start[1]} {token.end[0]} {token.end[1]} {text}")
    except (tokenize.TokenError, SyntaxError):
        lines.append("67")
    return "".join(line + "\n" for line in lines)


def trees(tool, directories, what="trees"):
    paths = []
    for directory in directories:
        if os.path.isfile(directory):
            paths.append(directory)
            continue
        for folder, _, files in os.walk(directory):
            paths += [os.path.join(folder, name) for name in files if name.endswith(".py")]
    good = []
    for path in sorted(paths):
        with open(path, "rb") as file:
            source = file.read()
        try:
            source.decode("utf-8")
        except UnicodeDecodeError:
            continue
        good.append(path)
    same = different = 0
    with tempfile.TemporaryDirectory() as out:
        for start in range(0, len(good), 100):
            batch = good[start:start + 100]
            subprocess.run([tool, "--" + what, out], check=False,
                           input="".join(path + "\n" for path in batch).encode())
            for number, path in enumerate(batch):
                with open(path, "rb") as file:
                    source = file.read()
                try:
                    if what == "tokens":
                        expected = tokens_of(io.TextIOWrapper(io.BytesIO(source), "utf-8-sig").read())
                    else:
                        expected = ast.dump(ast.parse(source), include_attributes=True)
                except SyntaxError as error:
                    expected = f"{type(error).__name__}: {error.msg} line {error.lineno}"
                except (ValueError, RecursionError) as error:
                    print("skipped", path, error)
                    continue
                try:
                    with open(os.path.join(out, str(number)), "rb") as file:
                        got = file.read().decode("utf-8", "surrogatepass")
                except FileNotFoundError:
                    got = "CRASH"
                if got == expected:
                    same += 1
                    continue
                different += 1
                at = next((i for i, (a, b) in enumerate(zip(got, expected)) if a != b), min(len(got), len(expected)))
                print("DIFFERENT", path)
                print("   got     ", got[max(0, at - 80):at + 80])
                print("   expected", expected[max(0, at - 80):at + 80])
    print(f"{same} files agree, {different} differ")


def cpython_result(source, mode):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            flags = ast.PyCF_ONLY_AST
            if mode == "incomplete":  # what codeop does
                mode, flags = "single", flags | codeop.PyCF_ALLOW_INCOMPLETE_INPUT | codeop.PyCF_DONT_IMPLY_DEDENT
            compile(source, "<compare>", mode, flags)
            result = ["OK", ""]
        except SyntaxError as error:
            result = [type(error).__name__, error.msg]
            if error.lineno is not None:
                result += [str(error.lineno), str(error.offset), str(error.end_lineno), str(error.end_offset), error.text]
        except (MemoryError, ValueError) as error:
            result = [type(error).__name__, str(error)]
    return result + [f"warning {w.lineno} {w.message}" for w in caught]


def errors(tool, cases):
    cases = [(mode, source) for mode, source in cases if "\x1e" not in source and "\x1f" not in source]
    data = "".join(f"{mode}\x1f{source}\x1e" for mode, source in cases).encode("utf-8", "surrogatepass")
    run = subprocess.run([tool, "--errors"], input=data, stdout=subprocess.PIPE, check=False)
    records = run.stdout.decode("utf-8", "replace").split("\x1e")
    same = different = messages = 0
    for i, (mode, source) in enumerate(cases):
        expected = cpython_result(source, mode)
        got = records[i].split("\x1f") if i < len(records) - 1 else ["CRASH"]
        if got == expected:
            same += 1
        else:
            different += 1
            messages += got[:2] == expected[:2]
            print("DIFFERENT", mode, repr(source))
            print("   got     ", got)
            print("   expected", expected)
            if got == ["CRASH"]:
                break
    print(f"{same} agree, {different} differ ({messages} of them only in positions or warnings)")


def main():
    tool, what, *rest = sys.argv[1:]
    if what in ("trees", "tokens"):
        trees(tool, rest or [sysconfig.get_path("stdlib")], what)
    elif what == "errors":
        cases = []
        for path in rest:
            with open(path, encoding="utf-8") as file:
                for source in ast.literal_eval(file.read()):
                    cases += [("exec", source), ("eval", source), ("single", source), ("incomplete", source)]
        errors(tool, cases)
    else:
        cases = []
        for path in rest:
            with open(path, encoding="utf-8") as file:
                module = ast.parse(file.read())
            for node in ast.walk(module):
                if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
                    for example in doctest.DocTestParser().get_examples(ast.get_docstring(node, clean=False) or ""):
                        cases.append(("single", example.source))
                        cases.append(("exec", example.source))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 2000:
                    cases.append(("exec", node.value))
        errors(tool, cases)


main()
