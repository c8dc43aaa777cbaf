# string.templatelib: Template and Interpolation. Expected results are CPython 3.14's.
from string.templatelib import Interpolation, Template, convert


def raises(exc, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except exc as e:
        return str(e)
    raise AssertionError(f'{exc.__name__} was not raised')


x = 5
t = t'a{x!r:>{x}}b{x=}c'
i = t.interpolations[0]
assert repr(t) == "Template(strings=('a', 'bx=', 'c'), interpolations=(Interpolation(5, 'x', 'r', '>5'), Interpolation(5, 'x', 'r', '')))"
assert t.strings == ('a', 'bx=', 'c') and t.values == (5, 5) and list(t) == ['a', i, 'bx=', t.interpolations[1], 'c']
assert (i.value, i.expression, i.conversion, i.format_spec) == (5, 'x', 'r', '>5') and Interpolation.__match_args__ == ('value', 'expression', 'conversion', 'format_spec')
assert t''.strings == ('',) and t'{x}'.strings == ('', '') and list(t'') == [] and len(list(t'{x}{x}')) == 2
assert Template().strings == ('',) and Template('a', 'b', i, i, 'c').strings == ('ab', '', 'c') and Template(i).strings == ('', '')
assert raises(TypeError, lambda: Template(3)) == "Template.__new__ *args need to be of type 'str' or 'Interpolation', got int"
assert raises(TypeError, lambda: Template(a=1)) == 'Template.__new__ only accepts *args arguments'
assert (t + t).strings == ('a', 'bx=', 'ca', 'bx=', 'c') and (t + t).values == (5, 5, 5, 5) and (t + Template('z')).strings == ('a', 'bx=', 'cz')
assert raises(TypeError, lambda: t + 'x') == 'can only concatenate string.templatelib.Template (not "str") to string.templatelib.Template'
assert raises(TypeError, lambda: 1 + t) and raises(TypeError, lambda: 'x' + t) and t == t and t != Template('a')
assert repr(Interpolation(1)) == "Interpolation(1, '', None, '')" and repr(Interpolation(1, 'x', 'r', '>3')) == "Interpolation(1, 'x', 'r', '>3')"
assert repr(Interpolation(1, conversion='s', format_spec='q', expression='e')) == "Interpolation(1, 'e', 's', 'q')"
assert raises(TypeError, Interpolation) == "Interpolation() missing required argument 'value' (pos 1)"
assert raises(ValueError, Interpolation, 1, 'x', 'z') == "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'"
assert raises(TypeError, Interpolation, 1, 2) == "Interpolation() argument 'expression' must be str, not int"
assert raises(TypeError, Interpolation, 1, 'x', None, 3) == "Interpolation() argument 'format_spec' must be str, not int"
assert Template.__module__ == Interpolation.__module__ == 'string.templatelib' and type(iter(t)).__name__ == 'TemplateIter'
assert i.__reduce__() == (Interpolation, (5, 'x', 'r', '>5')) and t.__reduce__()[1] == (t.strings, t.interpolations)
assert repr(Template[int]) == 'string.templatelib.Template[int]' and raises(AttributeError, setattr, t, 'strings', 1) and raises(AttributeError, setattr, i, 'value', 1)
assert raises(TypeError, type, 'A', (Template,), {}) == "type 'string.templatelib.Template' is not an acceptable base type"
assert convert(1, 'r') == '1' and convert('a', 'r') == "'a'"
match t'{x}':
    case Template(strings=s, interpolations=(Interpolation(v, e, c, f),)):
        assert (s, v, e, c, f) == (('', ''), 5, 'x', None, '')
    case _:
        raise AssertionError
