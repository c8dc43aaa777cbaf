# Random bits whose top limb happens to be zero made an int that was not trimmed: arithmetic with it was wrong.
import random

random.seed(5)
for _ in range(3000):
    k = random.randrange(1, 400)
    x = random.getrandbits(k)
    y = random.getrandbits(random.randrange(1, 400)) + 1
    q, r = divmod(x, y)
    assert q * y + r == x and 0 <= r < y
    assert x.bit_length() <= k and int(hex(x), 16) == x and (x + 1) - 1 == x
for k in (63, 64, 65, 66, 127, 128, 129):
    for _ in range(200):
        x = random.getrandbits(k)
        assert x == sum((x >> i & 1) << i for i in range(k)) and x >> k == 0
