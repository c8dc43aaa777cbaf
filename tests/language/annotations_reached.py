# __annotate__ of modules and classes whose annotations stand in conditional code.
import sys

assert '__annotate__' in globals()        # from the module's first statement on
if len(sys.argv) >= 0:
    reached: int
else:
    missed: str
assert __annotate__(1) == {'reached': int}
after: float
assert __annotate__(1) == {'reached': int, 'after': float}


class Outer:
    assert '__annotate_func__' not in locals()
    plain: int
    if plain_too := True:
        inside: str
    else:
        never: bytes
    for _ in ():
        looped: int
assert Outer.__annotations__ == {'plain': int, 'inside': str}
assert '__conditional_annotations__' not in Outer.__dict__


def function():
    class Inner:
        try:
            x: int
        finally:
            y: str
    return Inner
assert function().__annotations__ == {'x': int, 'y': str}


def annotated(a: int) -> str:
    def nested(b: int): pass
    return nested
assert annotated.__annotate__.__qualname__ == 'annotated.__annotate__'
assert annotated(1).__annotate__.__qualname__ == 'annotated.<locals>.nested.__annotate__'
assert Outer.__annotate__.__qualname__ == 'Outer.__annotate__'


class Own:
    a: int
    def __annotate__(format):
        return {'a': str}
assert Own.__annotate__(1) == {'a': str} and Own.__annotations__ == {'a': str}

# The set of what was reached can be rebound.
for value in '0', '{}', '[]', '""', 'frozenset()':
    try:
        exec(f'__conditional_annotations__ = {value}\nx: int', {})
        assert False, value
    except TypeError:
        pass

namespace = {'source': [1]}
exec('name = 42\nfirst: {name for name in source}\nsecond: {0: (lambda: name for _ in source) for _ in [1] if name}\nsource = [1]', namespace)
values = namespace['__annotate__'](1)
assert values['first'] == {1} and list(values['second'][0])[0]() == 42

# Annotations of targets that are no names are compiled, and not evaluated.
seen = []
box = {}
box['a']: [seen.append(i) for i in range(3)] = 1
box['b']: {(lambda: i)() for i in range(2)}
class Body:
    box['c']: [seen.append(j) for j in [10]]
(undefined_target): seen.append(1)
assert seen == [] and box == {'a': 1}, (seen, box)
compile('0[0]: {0 for n in u}\nv: {0: (lambda: n for a in b) for c in () if n}', 'f', 'exec')
print('ok')
