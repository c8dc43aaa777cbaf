# Expressions and simple statements: f-strings, walrus, chained comparison, slices, del, augmented assignment, conditions, order of evaluation.


def raises(kind, fn, *args):
    try:
        fn(*args)
    except kind as e:
        return str(e)
    raise AssertionError(f'{kind.__name__} expected')


# Chained comparison evaluates each operand once and stops early.
calls = []


def c(x):
    calls.append(x)
    return x


assert c(1) < c(2) < c(3) and calls == [1, 2, 3]
calls.clear()
assert not (c(3) < c(2) < c(1)) and calls == [3, 2]
assert 1 < 2 > 1 != 3 is not None and not 1 < 2 < 2 and 1 == 1.0 == True
assert not (1 in [1] == False) and ([1] == [1] in [[1]])
assert (1 in [1]) == True and 'b' in 'abc' and 3 not in {1, 2} and [] is not []

# Conditions give operands.
assert (0 or 'a') == 'a' and (1 and []) == [] and (None or 0 or '') == '' and (1 if [] else 2) == 2
assert not (1 and 0) and (not 1) is False
x = 5
assert 'big' if x > 3 else 'small' == 'big'

# The walrus.
if (n := len('abcd')) > 3:
    assert n == 4
assert [y := 1, y + 1] == [1, 2]
assert [last := i for i in range(4)][-1] == last == 3
data = iter([3, 2, 1, 0, 9])
total = 0
while v := next(data):
    total += v
assert total == 6 and v == 0
assert any((hit := w).startswith('b') for w in ('ab', 'ba', 'bb')) and hit == 'ba'

# f-strings.
name, width, value = 'kaa', 10, 3.14159
assert f'{name!r:>{width}}|{value:.2f}|{value:{width}.{2}f}|' == "     'kaa'|3.14|      3.14|"
assert f'{{}}{{{name}}}' == '{}{kaa}' and f'{name=}' == "name='kaa'" and f'{ 1 + 1 = !s}' == ' 1 + 1 = 2'
assert f'{'nested ' + f'{"deep " + f'{1 + 1}'}'}' == 'nested deep 2'
assert f'{name:*^9}' '-' f"{name!a}" == "***kaa***-'kaa'"
assert f'''{
    name  # a comment
}''' == 'kaa' and rf'\{name}' == '\\kaa'
assert f'{lambda_ if (lambda_ := 3) else 0}' == '3' and f'{x:=^5}' == '==5==' and f'{(lambda: 4)()}' == '4'
assert f'{1_000_000:,} {255:#x} {255:08b} {-1:+d} {0.5:%} {1e10:g} {True} {None}' == '1,000,000 0xff 11111111 -1 50.000000% 1e+10 True None'
assert f'{({1: 2})[1]}' == '2' and f'{[i for i in range(3)]}' == '[0, 1, 2]'
assert '%s %r %5.1f %x %%' % ('a', 'b', 2.25, 255) == "a 'b'   2.2 ff %" and '%(k)s' % {'k': 1} == '1'
t = t'{name!r:>5} and {x + 1}'
assert t.strings == ('', ' and ', '') and t.interpolations[0].value == 'kaa' and t.interpolations[1].expression == 'x + 1'

# Slices.
s = list(range(10))
assert s[2:5] == [2, 3, 4] and s[::-1][:2] == [9, 8] and s[-3:] == [7, 8, 9] and s[8:2:-3] == [8, 5] and s[5:2] == [] and s[:100] == s
assert 'hello'[1:-1] == 'ell' and b'abc'[::-1] == b'cba' and (1, 2, 3)[1:] == (2, 3) and range(10)[2:8:3] == range(2, 8, 3)
s[2:5] = 'xy'
assert s == [0, 1, 'x', 'y', 5, 6, 7, 8, 9]
s[::2] = [None] * 5
assert s == [None, 1, None, 'y', None, 6, None, 8, None]
del s[1::2], s[0]
assert s == [None] * 4
s[1:1] = [1, 2]
s *= 2
assert s == [None, 1, 2, None, None, None] * 2
assert raises(ValueError, s.__setitem__, slice(0, 6, 2), [1]) == 'attempt to assign sequence of size 1 to extended slice of size 3'
assert raises(IndexError, lambda: s[99]) == 'list index out of range' and raises(TypeError, lambda: s['a']) == 'list indices must be integers or slices, not str'


class Show:
    def __getitem__(self, k):
        return k


assert Show()[1:2, ::3, ...] == (slice(1, 2), slice(None, None, 3), ...) and Show()[()] == () and Show()[*[1, 2], 3] == (1, 2, 3)

# del: names, attributes, items, unpacked lists.
a = b = d = 1
del a, (b, d)
for gone in 'abd':
    assert gone not in globals()
assert raises(NameError, lambda: a) == "name 'a' is not defined"

# Assignment: the right side first, targets left to right; augmented assignment evaluates the target once.
order = []


def o(x):
    order.append(x)
    return x


lst = [0] * 5
lst[o(1)], lst[o(2)] = o(10), o(20)
assert order == [10, 20, 1, 2] and lst == [0, 10, 20, 0, 0]
order.clear()
lst[o(1)] += o(5)
assert order == [1, 5] and lst[1] == 15
i = 0
i, lst[i] = 3, 'three'
assert lst[3] == 'three'
p = q = []
p.append(1)
assert q == [1] and p is q
p, q = q, 2
assert (p, q) == ([1], 2)
tup = ([],)
assert raises(TypeError, lambda: exec('tup[0] += [1]')) == "'tuple' object does not support item assignment" and tup == ([1],)
order.clear()
{o('k1'): o('v1'), o('k2'): o('v2')}
assert order == ['k1', 'v1', 'k2', 'v2']
n = 7
n += 1; n -= 2; n *= 3; n //= 4; n **= 2; n %= 10; n <<= 2; n |= 1; n ^= 3; n &= 0xff; n >>= 1
assert n == 13, n
f = 7.0
f /= 2
assert f == 3.5

# Numbers.
assert -7 // 2 == -4 and -7 % 3 == 2 and divmod(-7, 2) == (-4, 1) and 2 ** -1 == 0.5 and 7 // -2 == -4 and -2 ** 2 == -4
assert 0x_ff == 0o377 == 0b1111_1111 == 255 and 1_0.5e-1 == 1.05 and 3j * 3j == -9 and 10 ** 30 // 10 ** 28 == 100
assert ~5 == -6 and 5 & 3 | 8 ^ 1 == 9 and 1 << 70 >> 69 == 2 and (2 ** 64 - 1) & -(2 ** 63) == 2 ** 63
assert raises(ZeroDivisionError, lambda: 1 // 0) == raises(ZeroDivisionError, lambda: 1 / 0) == 'division by zero'
assert (0.1 + 0.2 == 0.3) is False and round(2.5) == 2 and int('-0x1f', 16) == -31 and 1e308 * 10 == float('inf')
assert 'abc' 'def' == 'abcdef' and 'a' * 3 + 'b' == 'aaab' and [1] * 2 + [3] == [1, 1, 3] and '\N{SNAKE}' == '\U0001f40d'

# while/else, for/else, break and continue in nests, pass, assert, ellipsis.
found = []
for i in range(5):
    for j in range(5):
        if j == 3:
            break
        if j == 1:
            continue
        found.append((i, j))
    else:
        assert False
    if i == 1:
        break
else:
    assert False
assert found == [(0, 0), (0, 2), (1, 0), (1, 2)]
k = 3
while k:
    k -= 1
else:
    k = 'else'
assert k == 'else'
try:
    assert 1 == 2, 'text'
except AssertionError as e:
    assert e.args == ('text',)
def ellipsis(): ...
assert ellipsis() is None

type Pair[T] = tuple[T, T]
assert Pair.__name__ == 'Pair' and Pair[int].__args__ == (int,)


def annotated(a: undefined_name, b: 'str' = 1) -> int:
    x: also_undefined = 3
    return x


assert annotated(1) == 3
assert raises(NameError, lambda: annotated.__annotations__) == "name 'undefined_name' is not defined"
v: int = 4
assert __annotate__(1)['v'] is int and v == 4
