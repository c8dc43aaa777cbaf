# _warnings: filters, registries, places, messages.
import io
import sys
import warnings
import _warnings


def error_of(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)
    return None


assert warnings.warn is _warnings.warn and warnings.filters is _warnings.filters
assert ('default', None, DeprecationWarning, '__main__', 0) in warnings.filters or warnings.filters

with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter('always')
    warnings.warn('a')
    warnings.warn(DeprecationWarning('b'), int)     # the category of an instance is its own
    warnings.warn_explicit('c', UserWarning, 'f.py', 3)
    def inner():
        warnings.warn('deep', stacklevel=2)
    inner(); line = sys._getframe().f_lineno
assert [(str(w.message), w.category) for w in log] == [('a', UserWarning), ('b', DeprecationWarning), ('c', UserWarning), ('deep', UserWarning)]
assert log[0].filename == __file__ and log[3].lineno == line and log[2].filename == 'f.py' and log[2].lineno == 3

# Each place once, each module once, once at all.
for action, places in ('default', 2), ('module', 1), ('once', 1):
    with warnings.catch_warnings(record=True) as log:
        warnings.simplefilter(action)
        registry = {}
        for _ in range(2):
            warnings.warn_explicit('text of ' + action, UserWarning, 'f.py', 1, registry=registry)
            warnings.warn_explicit('text of ' + action, UserWarning, 'f.py', 2, registry=registry)
    assert len(log) == places, (action, len(log))
    assert 'version' in registry

# A change of the filters empties the registries.
with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter('default')
    registry = {}
    warnings.warn_explicit('again', UserWarning, 'f.py', 1, registry=registry)
    warnings.filterwarnings('default', 'nothing like it')
    warnings.warn_explicit('again', UserWarning, 'f.py', 1, registry=registry)
assert len(log) == 2

with warnings.catch_warnings():
    warnings.simplefilter('error')
    assert error_of(warnings.warn, 'x') == ('UserWarning', 'x')
    warnings.filterwarnings('ignore', 'y.*', UserWarning, __name__)
    assert error_of(warnings.warn, 'yes') is None
    assert error_of(warnings.warn, 'no') == ('UserWarning', 'no')

assert error_of(_warnings.warn) == ('TypeError', "warn() missing required argument 'message' (pos 1)")
assert error_of(_warnings.warn, 'a', int) == ('TypeError', "category must be a Warning subclass, not 'type'")
assert error_of(_warnings.warn, 'a', '') == ('TypeError', "category must be a Warning subclass, not 'str'")
assert error_of(_warnings.warn, 'a', skip_file_prefixes=['a']) == ('TypeError', "warn() argument 'skip_file_prefixes' must be tuple, not list")
assert error_of(_warnings.warn, 'a', skip_file_prefixes=(3,)) == ('TypeError', "Found non-str 'int' in skip_file_prefixes.")
assert error_of(_warnings.warn_explicit, 'a', UserWarning, 3, 1) == ('TypeError', "warn_explicit() argument 'filename' must be str, not int")
assert error_of(_warnings.warn_explicit, 'a', UserWarning, 'f', 1, registry=3) == ('TypeError', "'registry' must be a dict or None")
assert error_of(_warnings.warn_explicit, 'a', UserWarning, 'f', 1, module_globals=3) == ('TypeError', "module_globals must be a dict, not 'int'")
assert error_of(_warnings._release_lock) == ('RuntimeError', 'cannot release un-acquired lock')
assert error_of(_warnings._filters_mutated_lock_held) == ('RuntimeError', 'warnings lock is not held')

# Filters and defaults that make no sense.
def with_filters(items, **attributes):
    saved = warnings.filters, warnings.defaultaction
    try:
        warnings.filters = items
        for name, value in attributes.items():
            setattr(warnings, name, value)
        return error_of(_warnings.warn_explicit, 'a', UserWarning, 'f.py', 1, registry={})
    finally:
        warnings.filters, warnings.defaultaction = saved
assert with_filters(3) == ('ValueError', '_warnings.filters must be a list')
assert with_filters([1]) == ('ValueError', "warnings.filters item 0 isn't a 5-tuple")
assert with_filters([(1, None, Warning, None, 0)]) == ('TypeError', "action must be a string, not 'int'")
assert with_filters([('error', None, Warning, None, 'x')])[0] == 'TypeError'
assert with_filters([('shout', None, Warning, None, 0)]) == ('RuntimeError', "Unrecognized action ('shout') in warnings.filters:\n ('shout', None, <class 'Warning'>, None, 0)")
assert with_filters([], defaultaction=3) == ('TypeError', "_warnings.defaultaction must be a string, not 'int'")

# Without _showwarnmsg the text goes to sys.stderr as it is.
show, sys.stderr = warnings._showwarnmsg, io.StringIO()
try:
    del warnings._showwarnmsg
    _warnings.warn_explicit('plain', UserWarning, 'no such file', 7, registry={})
    assert sys.stderr.getvalue() == 'no such file:7: UserWarning: plain\n'
finally:
    warnings._showwarnmsg, sys.stderr = show, sys.__stderr__

# A compiler's warning that is an error says what it is now.
with warnings.catch_warnings():
    warnings.simplefilter('error')
    try:
        compile(r'"\z"', 'f', 'eval')
        assert False
    except SyntaxError as e:
        assert e.msg == r'"\z" is an invalid escape sequence. Did you mean "\\z"? A raw string is also an option.', e.msg

# A splitlines() of the source's own is not called.
class Source(str):
    def splitlines(self):
        return 42
class Loader:
    def get_source(self, name):
        return Source('first\nsecond')
with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter('always')
    loader = Loader()
    _warnings.warn_explicit('s', UserWarning, 'nowhere', 2, module_globals={'__name__': 'm', '__loader__': loader, '__spec__': type('S', (), {'loader': loader})})
assert [str(w.message) for w in log] == ['s']
print('ok')
