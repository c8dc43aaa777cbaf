# A descriptor with __set__ or __delete__ but no __get__ gives way to the instance's own attribute.
class D:
    def __set__(self, o, v): o.__dict__['x'] = v
class A:
    x = D()
a = A()
assert type(a.x) is D
a.x = 5
assert a.x == 5, a.x
def f():
    for i in range(3): assert a.x == 5
f()
class S:
    def __set__(self, o, v): o.__dict__['m'] = v
class B:
    m = S()
b = B(); b.m = len
assert b.m([1]) == 1
for i in range(3): assert b.m([1]) == 1
class E:
    def __delete__(self, o): pass
class C: y = E()
c = C(); c.__dict__['y'] = 3
assert c.y == 3
