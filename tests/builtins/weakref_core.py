# weakref.ref and proxies
import weakref


def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


class C:
    def __hash__(self):
        return 5

    def __eq__(self, other):
        return isinstance(other, C)


ref = weakref.ref
c = C()
r = ref(c)
assert r() is c and ref(c) is r and ref(c, None) is r and hash(r) == 5
assert repr(r).startswith("<weakref at 0x") and "; to 'C' at 0x" in repr(r) and r.__callback__ is None and ref(c, print).__callback__ is print
assert c.__weakref__ is not None
raises(TypeError, "cannot create weak reference to 'int' object", lambda: ref(1))
raises(TypeError, "ref() takes no keyword arguments", lambda: ref(c, callback=1))
raises(TypeError, "weakref expected 0 arguments, got 1", lambda: r(1))
raises(AttributeError, "readonly attribute", lambda: setattr(r, "__callback__", 1))
raises(TypeError, "'<' not supported between instances of 'weakref.ReferenceType' and 'weakref.ReferenceType'", lambda: r < r)


class I(int):
    pass


raises(TypeError, "cannot create weak reference to 'I' object", lambda: ref(I()))
assert repr(ref) == "<class 'weakref.ReferenceType'>"

seen = []


def make():
    o = C()
    return ref(o, seen.append), ref(o)


a, b = make()
assert a() is None and b() is None and "dead" in repr(a)
raises(TypeError, "weak object has gone away", lambda: hash(b))


class P:
    def __len__(self):
        return 3

    def __add__(self, other):
        return 6

    def __iadd__(self, other):
        return 7

    def __call__(self, *a):
        return a

    def __iter__(self):
        return iter([1])


o = P()
p = weakref.proxy(o)
assert type(p) is weakref.CallableProxyType and p.__class__ is P and len(p) == 3 and p + 1 == 6 and p(1) == (1,) and list(p) == [1] and 1 in p and p == o
p.z = 1
assert o.z == 1 and weakref.proxy(o) is p
q = p
q += 1
assert q == 7
raises(TypeError, "unhashable type: 'weakref.CallableProxyType'", lambda: hash(p))
raises(TypeError, "Weakref proxy referenced a non-iterator 'P' object", lambda: next(p))
raises(TypeError, "'P' object is not subscriptable", lambda: p[0])
