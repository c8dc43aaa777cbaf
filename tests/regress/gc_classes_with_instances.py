# Classes, their metaclass and instances that die in one batch of garbage: freeing a class frees the shapes of its instances.
import gc


def make():
    class Meta(type):
        pass

    classes = []
    for i in range(20):
        class C(metaclass=Meta):
            def __init__(self, n):
                for k in range(n):
                    setattr(self, f'a{k}', self)
                self.others = classes
        C.instances = [C(k) for k in range(20)]
        classes.append(C)


for _ in range(5):
    make()
    assert gc.collect() > 400
