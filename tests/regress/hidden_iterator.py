"""The hidden variable of a generator expression's loop can be written through f_locals, and its code can be called with anything."""
import types

g = (x for x in range(3))
g.gi_frame.f_locals['.0'] = iter('ab')
assert list(g) == ['a', 'b']
for bad in None, 42, 3.0, 2j, [1]:
    g = (x for x in range(3))
    try:
        g.gi_frame.f_locals['.0'] = bad
        list(g)
    except TypeError as e:
        assert str(e) == f"'{type(bad).__name__}' object is not an iterator", e
    else:
        assert False
for bad in None, 42, 3.0, 2j, [1]:
    f = types.FunctionType((x for x in ()).gi_code, {})
    g = f(bad)
    try:
        list(g)
    except TypeError as e:
        assert str(e) == f"'{type(bad).__name__}' object is not an iterator", e
    else:
        assert False
    assert list(f(iter((1, 2)))) == [1, 2]
