"""A hand-written tokenizer, recursive-descent parser, constant folder and evaluator for arithmetic, with match statements."""


class Num:
    __match_args__ = ('value',)

    def __init__(self, value):
        self.value = value


class Name:
    __match_args__ = ('name',)

    def __init__(self, name):
        self.name = name


class Op:
    __match_args__ = ('op', 'left', 'right')

    def __init__(self, op, left, right):
        self.op = op
        self.left = left
        self.right = right


def tokens(text):
    i = 0
    while i < len(text):
        c = text[i]
        if c.isspace():
            i += 1
        elif c.isdigit():
            j = i
            while j < len(text) and text[j].isdigit():
                j += 1
            yield 'num', int(text[i:j])
            i = j
        elif c.isalpha():
            j = i
            while j < len(text) and text[j].isalnum():
                j += 1
            yield 'name', text[i:j]
            i = j
        elif c in '+-*()':
            yield c, c
            i += 1
        else:
            raise SyntaxError(f'unexpected {c!r} at {i}')
    yield 'end', None


class Parser:
    def __init__(self, text):
        self.source = tokens(text)
        self.advance()

    def advance(self):
        self.kind, self.value = next(self.source)

    def sum(self):
        left = self.product()
        while self.kind in ('+', '-'):
            op = self.kind
            self.advance()
            left = Op(op, left, self.product())
        return left

    def product(self):
        left = self.atom()
        while self.kind == '*':
            self.advance()
            left = Op('*', left, self.atom())
        return left

    def atom(self):
        kind, value = self.kind, self.value
        self.advance()
        if kind == 'num':
            return Num(value)
        if kind == 'name':
            return Name(value)
        if kind == '(':
            inner = self.sum()
            if self.kind != ')':
                raise SyntaxError('missing )')
            self.advance()
            return inner
        raise SyntaxError(f'unexpected {kind}')


def fold(node):
    match node:
        case Op(op, left, right):
            left, right = fold(left), fold(right)
            match op, left, right:
                case '*', Num(0), _:
                    return Num(0)
                case '*', Num(1), other:
                    return other
                case '+', Num(0), other:
                    return other
                case '+', Num(a), Num(b):
                    return Num(a + b)
                case '*', Num(a), Num(b):
                    return Num(a * b)
            return Op(op, left, right)
    return node


def evaluate(node, names):
    match node:
        case Num(v):
            return v
        case Name(name):
            return names[name]
        case Op('+', a, b):
            return evaluate(a, names) + evaluate(b, names)
        case Op('-', a, b):
            return evaluate(a, names) - evaluate(b, names)
        case Op('*', a, b):
            return evaluate(a, names) * evaluate(b, names)


def main(n):
    names = {'x': 3, 'rate': 7}
    total = 0
    for i in range(n):
        text = f'(x + {i}) * (2 + 3*4) - 0 * rate + 1 * (rate - {i % 10}) * x'
        total += evaluate(fold(Parser(text).sum()), names)
    assert total == sum((3 + i) * 14 + (7 - i % 10) * 3 for i in range(n))


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6000)
