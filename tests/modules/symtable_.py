# _symtable, through the symtable module.
import symtable
import _symtable

top = symtable.symtable("""
glob = 1
class A[T]:
    x: int = 1
    def f(self, a, *b, k=2, **c):
        global g
        def inner():
            nonlocal a
            return __class__, a, glob
        return [a for z in b]
""", "f.py", "exec")
assert top.get_type() == "module" and top.get_name() == "top" and set(top.get_identifiers()) == {"glob", "A", "g"} and not top.is_nested()
params = top.get_children()[0]
cls = params.get_children()[0]
f = cls.lookup("f").get_namespace()
assert f.get_parameters() == ("self", "a", "k", "b", "c") and f.lookup("a").is_parameter() and f.lookup("g").is_declared_global()
inner = [c for c in f.get_children() if c.get_name() == "inner"][0]
assert inner.get_frees() == ("a", "__class__") or set(inner.get_frees()) == {"a", "__class__"}
assert inner.lookup("glob").is_global() and f.is_nested() and cls.lookup("x").is_annotated() and params.get_type() == "type parameters"
e = _symtable.symtable("x", "f", "eval")
assert type(e).__name__ == "symtable entry" and e.symbols == {"x": _symtable.USE | _symtable.GLOBAL_IMPLICIT << _symtable.SCOPE_OFF}
assert (e.name, e.type, e.nested, e.lineno, e.varnames, e.children) == ("top", _symtable.TYPE_MODULE, 0, 0, [], [])
for args, exc, text in [
    (("x", "f", "foo"), ValueError, "symtable() arg 3 must be 'exec' or 'eval' or 'single'"),
    ((1, "", "exec"), TypeError, "symtable() arg 1 must be a string or bytes object"),
    (("def f():\n global x; nonlocal x", "f", "exec"), SyntaxError, "name 'x' is nonlocal and global (f, line 2)"),
]:
    try:
        _symtable.symtable(*args)
    except exc as x:
        assert str(x) == text, str(x)
    else:
        raise AssertionError(text)
print("ok")
