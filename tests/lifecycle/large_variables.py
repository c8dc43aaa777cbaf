# Memory of large objects does not wait for the next call or jump: what a function's variables held goes when the function ends, and a straight line of
# instructions leaves little behind.
import kaa


def freed():
    return kaa.stats()["freed_bytes"]


def appended():
    items = []
    for i in range(600_000):
        items.append(i)
    return len(items)


def handed_on():
    def made():
        return appended_list()

    items = made()
    return len(items)


def appended_list():
    items = []
    for i in range(600_000):
        items.append(i)
    return items


for f in appended, handed_on:
    for turn in range(3):
        before = freed()
        f()
        after = freed()
        assert after - before > 4_000_000, (f, turn, after - before)

# What is given to somebody else stays.
kept = appended_list()
assert kept == list(range(600_000))


def generated():
    items = appended_list()
    yield len(items)
    yield items[-1]


assert list(generated()) == [600_000, 599_999]


# No calls, no jumps.
def peak():
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


text, items, data = "x" * 1_000_000, [1] * 200_000, b"x" * 1_000_000
before = peak()
for statement in "s = text + text", "s = text[1:]", "s = f'{text}{text}'", "s = [*items]", "s = data + data", "s = text * 2", "s = data[1:]":
    exec(compile((statement + "; del s\n") * 50, "line", "exec"))
    assert peak() - before < 30_000_000, (statement, peak() - before)
