# What `del o[key]` and `o[key] = v` say of types that have no such method.


def fails(f):
    try:
        f()
    except (TypeError, AttributeError) as e:
        return type(e).__name__, str(e)


def delete(o, key):
    def f():
        del o[key]
    return fails(f)


def assign(o, key):
    def f():
        o[key] = 1
    return fails(f)


class Plain:
    pass


class Sets:
    def __setitem__(self, key, value):
        pass


class Deletes:
    def __delitem__(self, key):
        pass


class Tuple(tuple):
    def __setitem__(self, key, value):
        pass


class Number(int):
    pass


# An index of something that may be a sequence, and all else.
for o in (), 'a', b'a', range(3), frozenset(), {}.keys(), Plain(), Number(), (1, 2):
    name = type(o).__name__
    assert delete(o, 0) == ('TypeError', f"'{name}' object doesn't support item deletion"), delete(o, 0)
    assert delete(o, 'a') == ('TypeError', f"'{name}' object does not support item deletion"), delete(o, 'a')
    assert assign(o, 0) == assign(o, 'a') == ('TypeError', f"'{name}' object does not support item assignment")
for o in 1, 1.5, None, len, delete, int, iter([]), slice(1), property():
    assert delete(o, 0) == delete(o, 'a') == ('TypeError', f"'{type(o).__name__}' object does not support item deletion")

# Half of the two defined in Python: the other is looked for as an attribute.
for key in 0, 'a', slice(1):
    assert delete(Sets(), key) == delete(Tuple(), key) == ('AttributeError', '__delitem__')
    assert assign(Deletes(), key) == ('AttributeError', '__setitem__')
Sets.__delitem__ = None
assert delete(Sets(), 0) == ('TypeError', "'NoneType' object is not callable"), delete(Sets(), 0)
