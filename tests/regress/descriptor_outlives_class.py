# What a class's dict holds refers to the class: `__dict__` and `__weakref__`, and members made by __slots__. The dict may live longer than anything else of it.
import gc
import types


def namespace():
    class Gone:
        __slots__ = 'a', '__dict__', '__weakref__'
    return Gone.__dict__


def descriptor(name):
    class Gone:
        __slots__ = 'a', '__dict__', '__weakref__'
    return Gone.__dict__[name]


kept = namespace()
lone = [descriptor(name) for name in ('a', '__dict__', '__weakref__')]
for _ in range(3): gc.collect()
others = [type('Other', (), {'x': i}) for i in range(200)]  # where the class was
assert "<attribute '__dict__' of 'Gone' objects>" in repr(kept), repr(kept)
for d in [kept['a'], kept['__dict__'], kept['__weakref__']] + lone:
    assert d.__objclass__.__name__ == 'Gone', d
    assert repr(d.__objclass__()).startswith('<__main__.'), d
    try:
        d.__get__(others[0]())
    except TypeError as e:
        assert str(e) == f"descriptor '{d.__name__}' for 'Gone' objects doesn't apply to a 'Other' object", e
    else:
        raise AssertionError(d)
assert isinstance(lone[0], types.MemberDescriptorType)
