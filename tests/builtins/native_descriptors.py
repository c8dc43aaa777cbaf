# Native functions, method descriptors, attribute descriptors, mappingproxy, module, singletons
def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


l = []
assert (len.__name__, len.__qualname__, len.__module__, len.__self__.__name__) == ("len", "len", "builtins", "builtins")
assert repr(len) == "<built-in function len>" and repr(l.append).startswith("<built-in method append of list object at 0x")
assert l.append.__qualname__ == "list.append" and l.append.__self__ is l and l.append == l.append and l.append != [].append
assert dict.fromkeys.__self__ is dict and int.__new__.__qualname__ == "int.__new__" and [1].append.__reduce__() == (getattr, ([1], "append"))
assert len.__text_signature__ == "($module, obj, /)"

d = list.append
assert (d.__name__, d.__qualname__, d.__objclass__, d.__text_signature__) == ("append", "list.append", list, "($self, object, /)")
assert repr(d) == "<method 'append' of 'list' objects>" and d.__get__(None, list) is d and d.__reduce__() == (getattr, (list, "append"))
raises(TypeError, "unbound method list.append() needs an argument", lambda: d())
raises(TypeError, "descriptor 'append' for 'list' objects doesn't apply to a 'int' object", lambda: d(1))
raises(TypeError, "list.append() takes no keyword arguments", lambda: d([], a=1))
raises(TypeError, "list.append() takes exactly one argument (0 given)", lambda: l.append())
raises(TypeError, "__get__(None, None) is invalid", lambda: d.__get__(None))

w = list.__len__
assert repr(w) == "<slot wrapper '__len__' of 'list' objects>" and l.__len__ == l.__len__ and l.__len__.__objclass__ is list
assert repr(l.__len__).startswith("<method-wrapper '__len__' of list object at 0x")
raises(TypeError, "descriptor '__len__' of 'list' object needs an argument", lambda: w())
raises(TypeError, "descriptor '__len__' requires a 'list' object but received a 'int'", lambda: w(1))
raises(TypeError, "expected 0 arguments, got 1", lambda: l.__len__(1))

c = dict.__dict__["fromkeys"]
assert c(dict, [1]) == {1: None} and c.__get__(None, dict).__self__ is dict
raises(TypeError, "descriptor 'fromkeys' of 'dict' object needs an argument", lambda: c())
raises(TypeError, "descriptor 'fromkeys' requires a subtype of 'dict' but received 'int'", lambda: c(int))
raises(TypeError, "descriptor 'fromkeys' for type 'dict' needs a type, not a 'int' as arg 2", lambda: c(1))

n = type.__dict__["__name__"]
assert repr(n) == "<attribute '__name__' of 'type' objects>" and n.__get__(int) == "int" and n.__qualname__ == "type.__name__" and n.__objclass__ is type
raises(TypeError, "descriptor '__name__' for 'type' objects doesn't apply to a 'int' object", lambda: n.__set__(1, 1))

# mappingproxy
mp = type(type.__dict__)({"a": 1})
Proxy = type(mp)
assert repr(mp) == "mappingproxy({'a': 1})" and str(mp) == "{'a': 1}" and mp["a"] == 1 and len(mp) == 1 and "a" in mp and list(mp) == ["a"]
assert mp | {"b": 2} == {"a": 1, "b": 2} and {"b": 2} | mp == {"b": 2, "a": 1} and mp == {"a": 1} and mp.get("z", 3) == 3 and mp.copy() == {"a": 1}
assert list(mp.keys()) == ["a"] and list(mp.values()) == [1] and list(mp.items()) == [("a", 1)] and list(reversed(mp)) == ["a"]
raises(TypeError, "mappingproxy() argument must be a mapping, not list", lambda: Proxy([]))
raises(TypeError, "'|=' is not supported by mappingproxy; use '|' instead", lambda: mp.__ior__({}))
raises(TypeError, "'mappingproxy' object does not support item assignment", lambda: exec("mp['x'] = 1", {"mp": mp}))

# modules
Module = type(len.__self__)
m = Module("m", "d")
assert vars(m) == {"__name__": "m", "__doc__": "d", "__package__": None, "__loader__": None, "__spec__": None}
m.x = 1
assert m.x == 1 and "x" in dir(m) and m.__annotations__ == {} and m.__annotate__ is None
raises(AttributeError, "module 'm' has no attribute 'q'", lambda: m.q)
raises(TypeError, "module() missing required argument 'name' (pos 1)", lambda: Module())
raises(AttributeError, "readonly attribute", lambda: setattr(m, "__dict__", {}))
m.__getattr__ = lambda name: name * 2
assert m.q == "qq"
m.__dir__ = lambda: ["z"]
assert dir(m) == ["z"]

# singletons
assert type(None)() is None and type(NotImplemented)() is NotImplemented and type(...)() is ...
assert (repr(None), repr(NotImplemented), repr(...)) == ("None", "NotImplemented", "Ellipsis") and hash(None) == 0xFCA86420
raises(TypeError, "NoneType takes no arguments", lambda: type(None)(1))
raises(TypeError, "NotImplemented should not be used in a boolean context", lambda: bool(NotImplemented))
