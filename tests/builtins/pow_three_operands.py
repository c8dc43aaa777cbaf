# pow() of three operands: whom it asks.
from decimal import Decimal


def error(*operands):
    try:
        return pow(*operands)
    except (TypeError, ValueError) as e:
        return f'{type(e).__name__}: {e}'


assert pow(3, 3, Decimal(5)) == 2 and type(pow(3, 3, Decimal(5))) is Decimal
assert pow(True, 3, Decimal(5)) == 1
assert error(3, 2.5, Decimal(5)) == "TypeError: pow() 3rd argument not allowed unless all arguments are integers"
assert error(3, 's', Decimal(5)) == "TypeError: unsupported operand type(s) for ** or pow(): 'int', 'str', 'decimal.Decimal'"
assert error(3, 2, 2j) == 'ValueError: complex modulo'
assert error(3, 's', 2j) == "TypeError: unsupported operand type(s) for ** or pow(): 'int', 'str', 'complex'"
assert error(3, None, 2j) == "TypeError: unsupported operand type(s) for ** or pow(): 'int', 'NoneType', 'complex'"
