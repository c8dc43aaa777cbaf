"""type(name, bases, dict, key=value) passes its arguments on to the __new__ of a derived metaclass; they live as long as it binds them (KAA_STRESS=1)."""


class Meta(type):
    def __new__(metacls, name, bases, namespace, *, boundary=None, simple=False, **rest):
        assert metacls is Meta and simple and boundary == 1 and rest == {"other": (name, 2)}, (metacls, rest)
        return super().__new__(metacls, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **rest):
        super().__init__(name, bases, namespace)


class Base(metaclass=Meta, boundary=1, simple=True, other=("Base", 2)):
    pass


for i in range(50):
    name = f"C{i}"
    made = type(name, (Base,), {"a": [i]}, boundary=1, simple=True, other=(name, 2))
    assert type(made) is Meta and made.a == [i] and made.__name__ == name
