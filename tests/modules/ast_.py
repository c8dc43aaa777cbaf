# _ast: classes, trees from source and back.
import _ast
import ast
import copy
import pickle
import warnings


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert str(e) == text, str(e)
    else:
        raise AssertionError("no " + exc.__name__)


def compiled(node, mode="eval"):
    tree = ast.Expression(node) if mode == "eval" else ast.Module([node], [])
    return compile(ast.fix_missing_locations(tree), "<test>", mode)


# ---- classes
assert _ast.Name.__doc__ == "Name(identifier id, expr_context ctx)" and _ast.Name._fields == ("id", "ctx") == _ast.Name.__match_args__
assert _ast.boolop.__doc__ == "boolop = And | Or" and _ast.Name.__base__ is _ast.expr and _ast.expr.__base__ is _ast.AST
assert _ast.expr._attributes == ("lineno", "col_offset", "end_lineno", "end_col_offset") and _ast.Constant.kind is None
assert _ast.Dict._field_types == {"keys": list[_ast.expr], "values": list[_ast.expr]} and _ast.Return._field_types == {"value": _ast.expr | None}
n = _ast.Name("a")
assert n.id == "a" and type(n.ctx) is _ast.Load and not hasattr(n, "lineno") and n.end_lineno is None
assert vars(_ast.ImportFrom()) == {"names": []}
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    _ast.Name()
    _ast.Name("a", foo=1)
assert [str(x.message) for x in w] == [
    "Name.__init__ missing 1 required positional argument: 'id'. This will become an error in Python 3.15.",
    "Name.__init__ got an unexpected keyword argument 'foo'. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15."]
raises(TypeError, "Name constructor takes at most 2 positional arguments", _ast.Name, 1, 2, 3)
raises(TypeError, "Name got multiple values for argument 'id'", _ast.Name, "a", id="b")
assert n.__replace__(id="b").id == "b" and n.id == "a"
raises(TypeError, "Name.__replace__ got an unexpected keyword argument 'x'.", n.__replace__, x=1)
class Mine(_ast.AST):
    _fields = ("a", "b")
assert Mine(1, b=2).__dict__ == {"a": 1, "b": 2} and repr(Mine(1, 2)) == "Mine(a=1, b=2)"

# ---- trees
t = ast.parse("def f(a, /, b: int = 1, *c, d=2, **e):\n    return [x async for x in a if b]\n")
assert repr(ast.parse("x+1")) == "Module(body=[Expr(value=BinOp(left=Name(...), op=Add(...), right=Constant(...)))], type_ignores=[])"
assert repr(ast.parse("a;b;c;d")) == "Module(body=[Expr(value=Name(id='a', ctx=Load(...))), ..., Expr(value=Name(id='d', ctx=Load(...)))], type_ignores=[])"
x = ast.parse("é + 'ü'", mode="eval").body
assert (x.lineno, x.col_offset, x.end_lineno, x.end_col_offset) == (1, 0, 1, 9) and x.right.value == "ü"
assert ast.parse("a + b").body[0].value.op is ast.parse("c + d").body[0].value.op
values = [ast.literal_eval(s) for s in ("1", "-1.5", "1_000", "0xff", "1j", "'a'", "b'\\xff'", "None", "True", "10**5" if 0 else "123456789012345678901234567890")]
assert values == [1, -1.5, 1000, 255, 1j, "a", b"\xff", None, True, 123456789012345678901234567890]
assert ast.dump(ast.parse("(a) -> b" if 0 else "(int, *str) -> bool", mode="func_type")).startswith("FunctionType(argtypes=[")
assert ast.dump(ast.parse("x = 1 # type: int\n", type_comments=True).body[0]) == "Assign(targets=[Name(id='x', ctx=Store())], value=Constant(value=1), type_comment='int')"
assert ast.dump(compile("1 + 2", "", "eval", ast.PyCF_OPTIMIZED_AST)) in ("Expression(body=Constant(value=3))", "Expression(body=BinOp(left=Constant(value=1), op=Add(), right=Constant(value=2)))")
for tree in (t, x):
    again = pickle.loads(pickle.dumps(tree))
    assert ast.dump(again, include_attributes=True) == ast.dump(tree, include_attributes=True) == ast.dump(copy.deepcopy(tree), include_attributes=True)

# ---- round trips: source, tree, code
source = '''
import os.path as p, sys
from . import a as b
class C[T: int = str](Base, metaclass=M):
    """doc"""
    x: int = 3
    async def f(self, *, k=None):
        async with a as b, c: await d
        try: pass
        except (E, F) as e: raise X from e
        else: del a.b, c[1:2:3]
        finally: assert q, "m"
        for i, *j in k: continue
        while not x: break
        return {**a, 1: 2}, {1, 2}, lambda *a, b=1: (yield), f"{a!r:>{w}}", a if b else c, x < y <= z, (n := 5)
match v:
    case [1, -2.5, "s", None, *rest] as w if w: pass
    case {"k": K.v, **kw} | P(1, z=kw): pass
type A[*Ts, **P] = int
with open(f) as g: global_ = 1
'''
tree = ast.parse(source)
code, again = compile(source, "s", "exec"), compile(tree, "s", "exec")
assert code.co_code == again.co_code and code.co_names == again.co_names and code.co_varnames == again.co_varnames
assert ast.unparse(ast.parse(ast.unparse(tree))) == ast.unparse(tree)
ns = {}
exec(compile(ast.parse("def f(a, b=2): return a * b\nr = [f(i) for i in range(3)]"), "s", "exec"), ns)
assert ns["r"] == [0, 2, 4]
for v in (1, -5, 2 ** 100, -2 ** 100, 1.5, 2 + 3j, "é\ud800", b"x", (1, (2,)), frozenset({1, "a"}), None, ..., True):
    assert eval(compiled(ast.Constant(v))) == v

# ---- what is refused
L, S = ast.Load(), ast.Store()
N = lambda name, ctx=L: ast.Name(name, ctx)
for exc, text, node in [
    (ValueError, "expression must have Load context but has Store instead", N("a", S)),
    (ValueError, "identifier field can't represent 'True' constant", N("True")),
    (TypeError, "AST identifier must be of type str", N(1)),
    (ValueError, "BoolOp with less than 2 values", ast.BoolOp(ast.And(), [])),
    (TypeError, "expected some sort of operator, but got 1", ast.BinOp(N("a"), 1, N("b"))),
    (TypeError, "got an invalid type in Constant: list", ast.Constant((1, [2]))),
    (ValueError, "Compare with no comparators", ast.Compare(N("a"), [], [])),
    (ValueError, "Dict doesn't have the same number of keys as values", ast.Dict([None], [])),
    (ValueError, "None disallowed in expression list", ast.Call(N("a"), [None], [])),
    (ValueError, "field 'value' is required for Attribute", ast.Attribute(None, "a", L)),
    (TypeError, 'Tuple field "elts" must be a list, not a tuple', ast.Tuple((), L)),
    (TypeError, "NamedExpr target must be a Name", ast.NamedExpr(ast.Attribute(N("a"), "x", S), N("b"))),
    (TypeError, "AST string must be of type str", ast.Constant(3, kind=5)),
]:
    raises(exc, text, compiled, node)
for exc, text, node in [
    (ValueError, "empty targets on Assign", ast.Assign([], ast.Constant(1))),
    (ValueError, "empty body on FunctionDef", ast.FunctionDef("f", ast.arguments(), [])),
    (ValueError, "identifier field can't represent 'None' constant", ast.Import([ast.alias("None")])),
    (ValueError, "Negative ImportFrom level", ast.ImportFrom(None, [ast.alias("x")], -1)),
    (ValueError, "Raise with cause but no exception", ast.Raise(None, ast.Constant(3))),
    (ValueError, "MatchOr requires at least 2 patterns", ast.Match(N("x"), [ast.match_case(ast.MatchOr([]), None, [ast.Pass()])])),
    (ValueError, "can't use MatchStar here", ast.Match(N("x"), [ast.match_case(ast.MatchStar(), None, [ast.Pass()])])),
]:
    raises(exc, text, compiled, node, "exec")
raises(TypeError, 'required field "lineno" missing from expr', compile, ast.Expression(N("a")), "", "eval")
raises(TypeError, "expected Expression node, got Module", compile, ast.Module([], []), "", "eval")
raises(ValueError, "AST node line range (5, 2) is not valid", compile,
       ast.Expression(ast.Name("a", L, lineno=5, col_offset=0, end_lineno=2, end_col_offset=1)), "", "eval")
raises(SyntaxError, "invalid syntax (<unknown>, line 1)", ast.parse, "a b")
raises(SyntaxError, "'break' outside loop (<test>, line 1)", compiled, ast.Break(), "exec")
print("ok")
