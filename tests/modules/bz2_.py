# _bz2: streams in parts, limits, what follows the end, misuse.
import bz2
import _bz2


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


data = b"some text, some more text " * 1000 + bytes(range(256)) * 20
for level in (1, 5, 9):
    assert bz2.decompress(bz2.compress(data, level)) == data
packed = bz2.compress(data)
assert bz2.decompress(packed + bz2.compress(b"tail")) == data + b"tail"

c = _bz2.BZ2Compressor(3)
whole = b"".join(c.compress(data[i:i + 700]) for i in range(0, len(data), 700)) + c.flush()
assert bz2.decompress(whole) == data
raises(ValueError, "Repeated call to flush()", c.flush)
raises(ValueError, "Compressor has been flushed", c.compress, b"")
raises(ValueError, "compresslevel must be between 1 and 9", _bz2.BZ2Compressor, 0)

# Limited output: the input is kept, and new input joins it.
d = _bz2.BZ2Decompressor()
assert d.needs_input and not d.eof and d.unused_data == b""
out = d.decompress(packed[:100], 10)
out += d.decompress(packed[100:] + b"behind", max_length=1000)
assert len(out) <= 1010 and not d.needs_input
while not d.eof:
    part = d.decompress(b"", 777)
    assert len(part) <= 777
    out += part
assert out == data and d.unused_data == b"behind" and not d.needs_input
raises(EOFError, "End of stream already reached", d.decompress, b"")

d = _bz2.BZ2Decompressor()
assert b"".join(d.decompress(packed[i:i + 1]) for i in range(len(packed))) == data and d.eof
d = _bz2.BZ2Decompressor()
raises(OSError, "Invalid data stream", d.decompress, b"no such thing")
raises(ValueError, "Decompressor is unusable after a previous error", d.decompress, b"")
raises(TypeError, "a bytes-like object is required, not 'str'", _bz2.BZ2Decompressor().decompress, "a")
