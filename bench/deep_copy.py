"""copy.copy and copy.deepcopy of nested containers and instances, with a memo and __deepcopy__."""
import copy


class Part:
    def __init__(self, name, inner=()):
        self.name = name
        self.inner = list(inner)
        self.size = (1, 2, [3])


class Handle:
    made = 0

    def __deepcopy__(self, memo):
        Handle.made += 1
        return self


def main(n):
    common = ['shared']
    plan = {f'k{i}': [i, (i, str(i)), {'common': common}] for i in range(20)}
    for _ in range(n // 10):
        twin = copy.deepcopy(plan)
    assert twin == plan and twin['k3'][2]['common'] is twin['k4'][2]['common'] is not common

    machine = Part('machine', [Part(f'p{i}', [Part('bolt')]) for i in range(10)])
    machine.inner.append(machine)
    for _ in range(n // 15):
        twin = copy.deepcopy(machine)
    assert twin.inner[-1] is twin and twin.inner[2].inner[0].name == 'bolt'

    handle = Handle()
    for _ in range(n):
        copy.deepcopy([handle, handle])
        copy.copy(machine)
    assert Handle.made == 2 * n


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9000)
