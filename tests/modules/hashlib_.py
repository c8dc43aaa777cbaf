# hashlib over the native digests, and _random.
import _random
import _sha3
import hashlib


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


WANT = {
    "md5": "900150983cd24fb0d6963f7d28e17f72",
    "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "sha224": "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sha3_224": "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
    "sha3_256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
    "blake2s": "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
}
for name, want in WANT.items():
    h = getattr(hashlib, name)(b"abc")
    assert h.hexdigest() == want and h.name == name and h.digest_size == len(want) // 2 and h.digest() == bytes.fromhex(want)
    g = hashlib.new(name)
    g.update(b"a")
    c = g.copy()
    g.update(bytearray(b"bc"))
    c.update(memoryview(b"bc"))
    assert g.hexdigest() == want == c.hexdigest() == g.hexdigest()
assert hashlib.sha512(b"abc").hexdigest().startswith("ddaf35a193617abacc417349ae204131") and hashlib.sha384(b"").block_size == 128 and hashlib.md5().block_size == 64
assert hashlib.shake_128(b"").hexdigest(8) == "7f9c2ba4e88f827d" and _sha3.shake_256(b"").digest(0) == b"" and hashlib.shake_128().block_size == 168
assert hashlib.blake2b(b"abc", digest_size=4, key=b"k", salt=b"s", person=b"p").hexdigest() == hashlib.blake2b(data=b"abc", digest_size=4, key=b"k", salt=b"s", person=b"p").hexdigest()
assert hashlib.blake2b.SALT_SIZE == 16 and hashlib.blake2s.MAX_KEY_SIZE == 32 and hashlib.blake2b().digest_size == 64
raises(TypeError, "Strings must be encoded before hashing", hashlib.md5().update, "a")
raises(TypeError, "object supporting the buffer API required", hashlib.md5().update, 5)
raises(ValueError, "Cannot convert negative int", _sha3.shake_128().digest, -1)
raises(ValueError, "digest_size for Blake2b must be between 1 and 64 bytes, here it is 65", hashlib.blake2b, digest_size=65)
raises(ValueError, "maximum key length is 32 bytes", hashlib.blake2s, key=b"a" * 33)
raises(TypeError, None, type(hashlib.sha256()))

r = _random.Random(12345)
assert [r.random() for _ in range(2)] == [0.41661987254534116, 0.010169169457068361] and r.getrandbits(8) == 211 and r.getrandbits(0) == 0
state = r.getstate()
x = r.getrandbits(100)
r.setstate(state)
assert r.getrandbits(100) == x and 0 <= x < 1 << 100 and len(state) == 625
assert _random.Random(-5).random() == _random.Random(5).random() != _random.Random(1 << 70).random() and _random.Random("a").random() == _random.Random("a").random()
raises(ValueError, "state vector is the wrong size", r.setstate, (1,))
raises(ValueError, "Cannot convert negative int", r.getrandbits, -1)
