# Memory of large objects is kept for the next ones: it must hold what it should, and most of it must go back to the system.
import gc


def rss():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * 4096


SIZES = [260_000, 300_000, 1_000_000, 3_900_000, 4_300_000, 9_000_000, 20_000_000]
held = []
for turn in range(30):
    for n in SIZES:
        b = bytes([turn]) * n
        s = "x" * (n // 2) + str(turn)
        held.append((b, s, turn))
        if len(held) > 4:
            b, s, t = held.pop((turn * 7 + n) % 3)
            assert b.count(t) == len(b) and s.endswith(str(t)) and s.count("x") >= 130_000
            assert not bytes(n)[-1]  # memory that is asked to be clear is clear
held.clear()
b = s = None
gc.collect()
base = rss()
blocks = [b"x" * 10_000_000 for _ in range(20)] + [b"y" * 300_000 for _ in range(300)]
full = rss()
assert full > base + 200_000_000
blocks.clear()
gc.collect()
assert rss() < full - 200_000_000, (base, full, rss())

# Strings that grow by being copied find no kept block of their size: the peak stays at what lives.
text = b"z" * 5_000_000
for i in range(20):
    text += b"z" * 1_000_000
assert len(text) == 25_000_000 and text.count(b"z") == len(text)
