"""What is known of holders of one class's instances says nothing of a later class at the same address."""
import gc

died = []


def make():
    class C:
        def __del__(self):
            died.append(type(self))
    return C


def in_vain(c):
    """Dicts die that hold an object which something else holds, too."""
    for _ in range(1500):
        {1: c}


def prompt(C):
    d = {1: C()}
    d = None
    return len(died)


for n in range(20):
    C = make()
    assert prompt(C) == 1, n
    in_vain(C())
    died.clear()
    del C
    gc.collect()
    died.clear()
