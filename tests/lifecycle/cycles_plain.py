# Plain garbage is freed in one pass (heap/cycles.cpp), in which some of its children have gone already: rings of all sizes, among them objects so large that
# their memory is unmapped, beside what stays alive and what is shared with it.
import gc
import weakref

try:
    import kaa
    verify = kaa.verify
except ImportError:  # another Python
    def verify():
        return True


class Node:
    __slots__ = ('parent', 'children', 'value', '__weakref__')

    def __init__(self, parent, value):
        self.parent = parent
        self.children = []
        self.value = value
        if parent: parent.children.append(self)


class Loose:
    pass


def tree(n, value):
    root = Node(None, value)
    for _ in range(n):
        Node(root, value)
    return root


def loose(n, value):
    first = o = Loose()
    for i in range(n):
        o.next = Loose()
        o.next.value = value
        for k in range(i % 40): setattr(o, f'a{k}', value)  # beyond what instances have room for
        o = o.next
    o.next = first
    return first


gc.collect()

# ---- shared with what lives on: counts must be right afterwards
shared = [(i, [i]) for i in range(100)]
alive = [tree(2, s) for s in shared]
for _ in range(3):
    for s in shared:
        tree(3, s)
        loose(5, s)
        a = [s, s]
        a.append({'a': a, 's': s})
    del a
    gc.collect(0)
    assert verify()
    gc.collect(1)
    assert verify()
assert gc.collect() == 0
assert [a.value for a in alive] == shared and all(len(a.children) == 2 for a in alive)

# ---- what only garbage refers to dies with it, without being part of a ring
class Leaf:
    pass


leaves = []
for i in range(200):
    leaf = Leaf()
    leaves.append(weakref.ref(leaf))
    tree(1, (leaf, [leaf])).parent = None
    a = [leaf, str(i) * 3, i << 80]
    a.append(a)
del leaf, a
gc.collect()
assert not any(r() for r in leaves) and verify()

# ---- large objects in rings
for kind in (tuple, list):
    for n in (1000, 20_000, 700_000, 1_500_000):
        holder = [None]
        big = kind([holder]) * n
        holder[0] = big
        other = [big, None]
        other[1] = other
        del big, holder, other
        assert gc.collect() > 0
        assert verify()

# ---- many at once, in all generations, while some of each batch survives
survivors = []
for i in range(30_000):
    t = tree(2, i)
    if i % 100 == 0: survivors.append(t)
    if i % 7 == 0: loose(3, t)
del t
gc.collect()
assert verify()
assert [s.value for s in survivors] == list(range(0, 30_000, 100)) and all(c.parent is s for s in survivors for c in s.children)
survivors.clear()
gc.collect()
assert verify()

# ---- rings with weak references and finalizers among plain ones
died = []


class Del:
    def __init__(self):
        self.me = self

    def __del__(self):
        died.append(1)


for _ in range(100):
    tree(2, Del())
    loose(2, weakref.ref(tree(1, 0)))
gc.collect()
assert len(died) == 100 and verify()
