# The kaa module: statistics of the heap and the holders of an object.
import gc
import weakref

import kaa


class Thing: pass


class Slotted:
    __slots__ = ("field",)


# ---- stats
things = [Thing() for _ in range(1000)]
s = kaa.stats()
assert s["allocated"] - s["freed"] == s["live"] > 1000 and s["reconciles"] >= 1
row = s["types"][f"{__name__}.Thing"]
assert row["live"] == 1000 == row["allocated"] and row["freed"] == 0 and row["bytes"] >= 16 * 1000, row
things.clear()
assert kaa.reconcile() >= 0
row = kaa.stats()["types"][f"{__name__}.Thing"]
assert (row["live"], row["allocated"], row["freed"], row["died_uncounted"]) == (0, 1000, 1000, 0), row

# What never was stored in the heap dies without having been counted; lists take over the storage of dead ones.
before = kaa.stats()
def make(n):
    for i in range(n):
        a, b = Thing(), [i, i]


make(50_000)
after = kaa.stats()
row = after["types"][f"{__name__}.Thing"]
assert row["freed"] > 50_000 and row["died_uncounted"] > 49_000, row
lists = after["freelists"]["list"]
old = before["freelists"]["list"]  # how many are reused depends on how often a reconcile comes
assert lists["reused"] + lists["missed"] - old["reused"] - old["missed"] > 49_000, (old, lists)
assert after["types"]["list"]["from_freelist"] == lists["reused"]
assert after["freed_bytes"] > before["freed_bytes"] and after["max_waiting_bytes"] > 0

# A cycle is no business of reconcile's.
t = Thing()
t.me = t
ref = weakref.ref(t)
del t
kaa.reconcile()
gc.collect()
assert ref() is None
assert kaa.verify() is True


# ---- why_alive
def holders(o):
    # The module's namespace and this frame hold o, too: chains through others are what is looked at.
    return [c for c in kaa.why_alive(o, 50) if "local variable 'o' of holders()" not in c]


registry = {}


def keep(o):
    registry["list"] = [None, {"inner": o}]


x = Thing()
keep(x)
chains = holders(x)
assert any(c.endswith(".x (Thing)") for c in chains), chains
assert any(".registry (dict) -> ['list'] (list) -> [1] (dict) -> ['inner'] (Thing)" in c for c in chains), chains
registry.clear()

owner = Thing()
owner.attribute = x
assert any(".owner (Thing) -> .attribute (Thing)" in c for c in holders(x))
del owner

slotted = Slotted()
slotted.field = x
assert any(".slotted (Slotted) -> .field (Thing)" in c for c in holders(x))
del slotted


def closing():
    y = Thing()
    def inner(): return y
    return inner


inner = closing()
assert any(".inner (function) -> .__closure__ (tuple) -> [0] (cell) -> .cell_contents (Thing)" in c for c in holders(inner()))


def generating():
    z = Thing()
    yield z
    yield z


g = generating()
assert any("local variable 'z' of generating()" in c for c in holders(next(g)))


def calling():
    local = Thing()
    return holders(local)


assert any("local variable 'local' of calling()" in c for c in calling())

# What only the object itself holds is no holder of it.
y = Thing()
y.me = [y]
assert all("me" not in c for c in holders(y))
assert len(kaa.why_alive(x, 1)) == 1
assert "no object is kept alive" in kaa.why_alive(3)[0]
try:
    kaa.why_alive(x, 0)
except ValueError as e:
    assert "limit must be positive" in str(e)
else:
    raise AssertionError

# ---- zombie frames: dead generators wait on their code, bounded; lists that are not used shrink
def count(n):
    yield from range(n)


def burst(n):
    alive = [count(2) for _ in range(n)]
    assert all(list(g) == [0, 1] for g in alive)


gc.collect()
assert kaa.stats()["zombies"]["frames"] == 0  # a full collection lets them go
burst(1000)
z = kaa.zombies()
kaa.reconcile()
z = kaa.zombies()
assert 1 <= z["frames"] <= z["limit"] * z["codes"] and z["limit"] == 256 and z["age"] == 8, z
burst(300)
assert kaa.zombies()["reused"] > z["reused"]
kaa.reconcile()
assert kaa.zombies(limit=10)["frames"] <= 10 * z["codes"]
kaa.zombies(limit=256, age=1)
burst(300)
kaa.reconcile()
before = kaa.zombies()
assert before["frames"] > 10
for _ in range(400):
    kaa.reconcile()
after = kaa.zombies()
assert after["frames"] < before["frames"] and after["released"] > before["released"], (before, after)
kaa.zombies(age=8)
for bad in [dict(limit=-1), dict(age=0)]:
    try:
        kaa.zombies(**bad)
    except ValueError:
        pass
    else:
        assert False

# ---- the page of -X lifecycle=FILE holds its data as JSON
import json
import os
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as d:
    page = os.path.join(d, "report.html")
    program = "for i in range(200_000): x = [i, {i: i}]\nclass C: pass\nkeep = [C() for _ in range(100)]"
    p = subprocess.run([sys.executable, "-X", f"lifecycle={page}", "-c", program], capture_output=True, text=True)
    assert (p.returncode, p.stdout, p.stderr) == (0, "", ""), p
    with open(page) as f:
        text = f.read()
    data = json.loads(text[text.index("\nconst D=") + 9:text.index(";\n\"use strict\"")])
    assert len(data["samples"]) >= 2 and sum(data["histogram"]) >= 10 and data["shells"] == ["list", "dict", "set"]
    last = data["samples"][-1]
    cells = {data["types"][c[0]]: c[1:] for c in last["cells"]}
    assert cells["C"][0] == 100 and sum(cells["list"][::2]) > 200_000 and cells["list"][2] > 190_000, (cells["C"], cells["list"])
    assert last["reused"][0] + last["fresh"][0] > 190_000 and last["made"] > 400_000
    p = subprocess.run([sys.executable, "-X", "lifecycle=/nonexistent/x", "-c", ""], capture_output=True, text=True)
    assert p.returncode == 0 and "cannot write /nonexistent/x" in p.stderr, p
    p = subprocess.run([sys.executable, "-X", "lifecycle", "-X", "freelists=off", "-c", program], capture_output=True, text=True)
    assert p.returncode == 0 and "freelist of list" in p.stderr and " 0 reused" in p.stderr, p
