# _hashlib and _hmac: digests, HMAC and key derivation, names and errors.
import hashlib
import hmac
import _hashlib
import _hmac


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
        return e
    raise AssertionError(f"{exc.__name__} not raised")


data = b"some text" * 100
for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s"):
    h = _hashlib.new(name, data[:10])
    h.update(data[10:])
    assert h.hexdigest() == hashlib.__get_builtin_constructor(name)(data).hexdigest() and h.name == name, name
    assert h.copy().digest() == h.digest() and h.digest_size == len(h.digest())
x = _hashlib.openssl_shake_128(data)
assert x.hexdigest(9) == hashlib.__get_builtin_constructor("shake_128")(data).hexdigest(9) and x.digest_size == 0
assert repr(_hashlib.new("SHA256")).startswith("<sha256 _hashlib.HASH object @ 0x") and _hashlib.new("SHA512-256").name == "sha512_256"
assert {"md5", "sha1", "sha3_256", "blake2b", "shake_256"} <= _hashlib.openssl_md_meth_names
raises(TypeError, "Strings must be encoded before hashing", _hashlib.new, "md5", "s")
raises(_hashlib.UnsupportedDigestmodError, None, _hashlib.new, "nonesuch")
raises(TypeError, "cannot create '_hashlib.HASH' instances", _hashlib.HASH)

key = b"k" * 200
for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_512"):
    a, b = _hashlib.hmac_new(key, data, name), _hmac.new(key, data, name)
    c = b.copy()
    assert a.hexdigest() == b.hexdigest() and a.digest() == _hashlib.hmac_digest(key, data, name) == _hmac.compute_digest(key, data, name)
    assert (a.name, a.digest_size, a.block_size) == (b.name, b.digest_size, b.block_size)
    a.update(b"x")
    b.update(b"x")
    assert a.digest() == b.digest() != c.digest()
assert hmac.new(b"key", b"what do ya want for nothing?", "md5").hexdigest() == _hmac.compute_md5(b"key", b"what do ya want for nothing?").hex()
assert _hashlib.hmac_new(b"k", b"m", _hashlib.openssl_md5).name == "hmac-md5"
raises(_hmac.UnknownHashError, "unsupported hash type: 'foo'", _hmac.new, b"k", b"m", "foo")
raises(_hashlib.UnsupportedDigestmodError, "Unsupported digestmod 5", _hashlib.hmac_new, b"k", b"m", 5)
raises(TypeError, "Missing required parameter 'digestmod'.", _hashlib.hmac_new, b"k")

assert hashlib.pbkdf2_hmac("sha1", b"p", b"s", 2).hex() == "ea4b66d4030c711fa7c569b86856f404c929ee0a"
assert hashlib.scrypt(b"", salt=b"", n=2, r=8, p=1).hex().startswith("ec57b472d742138d")
raises(ValueError, "iteration value must be greater than 0.", hashlib.pbkdf2_hmac, "sha1", b"", b"", 0)
raises(ValueError, "n must be a power of 2.", hashlib.scrypt, b"", salt=b"", n=3, r=8, p=1)
assert _hashlib.compare_digest(b"ab", b"ab") and not _hashlib.compare_digest("ab", "ac")
