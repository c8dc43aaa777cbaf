# Members made by __slots__ in classes derived from str.
import gc
import weakref


class Line(str):
    __slots__ = 'clean', 'has_comments'

    def __new__(cls, val, *args, **kwargs):
        return super().__new__(cls, val)

    def __init__(self, val, clean=None):
        self.clean = clean


class Thing:
    pass


for text in ('', 'a', 'snake', 'ä' * 7, '\u20ac' * 5, '\U0001f40d' * 3, 'x' * 5000):
    x = Line(text, [text])
    assert x == text and hash(x) == hash(text) and x.clean == [text] and len(x) == len(text)
    for _ in range(3):
        try:
            x.has_comments
        except AttributeError:
            pass
        else:
            raise AssertionError
    x.has_comments = True
    assert x.has_comments is True and x.clean == [text] and str(x) == text
    del x.clean
    assert not hasattr(x, 'clean')
    try:
        x.other = 1
    except AttributeError:
        pass
    else:
        raise AssertionError


class More(Line):
    __slots__ = 'third', '__weakref__'


class Open(More):
    pass


for cls in (More, Open):
    y = cls('text', 1)
    y.third = Thing()
    y.has_comments = 2
    r, r2 = weakref.ref(y.third), weakref.ref(y)
    assert (y.clean, y.has_comments, y) == (1, 2, 'text') and r() is y.third
    if cls is Open:
        y.free = 'attribute'
        assert y.free == 'attribute' and y.__dict__ == {'free': 'attribute'} and r() is y.third
    y.third = y.third, y  # a cycle
    gc.collect()
    assert y.third[0] is r() and y.third[1] is y
    del y
    gc.collect()
    assert r() is None and r2() is None

lines = [Line(str(i), str(i) * 2) for i in range(1000)]
gc.collect()
assert all(x.clean == x * 2 for x in lines)

import configparser
c = configparser.ConfigParser()
c.read_string('[a]\nb = 1 ; no comment\n# comment\nc: 2\n')
assert dict(c['a']) == {'b': '1 ; no comment', 'c': '2'}
