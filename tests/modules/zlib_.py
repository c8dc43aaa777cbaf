# zlib: whole buffers, streams, limits, dictionaries, checksums.
import zlib


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


data = b"some text, some more text " * 1000 + bytes(range(256)) * 20
for level in (-1, 0, 1, 9):
    for wbits in (15, -15, 31):
        assert zlib.decompress(zlib.compress(data, level, wbits), wbits) == data
assert zlib.decompress(zlib.compress(b"")) == b"" and zlib.decompress(bytearray(zlib.compress(data)), bufsize=1) == data
raises(zlib.error, "Error -3 while decompressing data: incorrect header check", zlib.decompress, b"abc")
raises(zlib.error, "Error -5 while decompressing data: incomplete or truncated stream", zlib.decompress, zlib.compress(data)[:-1])
raises(zlib.error, "Bad compression level", zlib.compress, b"a", level=77)
raises(TypeError, "a bytes-like object is required, not 'str'", zlib.compress, "a")

c = zlib.compressobj(9)
parts = [c.compress(data[i:i + 1000]) for i in range(0, len(data), 1000)]
copy = c.copy()
whole = b"".join(parts) + c.flush()
assert b"".join(parts) + copy.flush() == whole and zlib.decompress(whole) == data
raises(zlib.error, "Error -2 while flushing: inconsistent stream state", c.flush)
raises(ValueError, "Inconsistent stream state", c.copy)
d = zlib.decompressobj()
assert b"".join(d.decompress(whole[i:i + 7]) for i in range(0, len(whole), 7)) + d.flush() == data and d.eof and d.unused_data == b""
d = zlib.decompressobj()
assert d.decompress(whole + b"tail") == data and d.unused_data == b"tail" and d.eof and d.decompress(b"more") == b"" and d.unused_data == b"tailmore"
d = zlib.decompressobj()
out = d.decompress(whole, 100)
assert len(out) == 100 and d.unconsumed_tail and not d.eof
e = d.copy()
while d.unconsumed_tail:
    out += d.decompress(d.unconsumed_tail, 5000)
assert out + d.flush() == data and data.endswith(e.flush())
raises(ValueError, "max_length must be non-negative", d.decompress, b"", -1)
raises(ValueError, "length must be greater than zero", d.flush, 0)
c = zlib.compressobj(zdict=b"some text")
x = c.compress(b"some text") + c.flush()
assert zlib.decompressobj(zdict=b"some text").decompress(x) == b"some text"
raises(zlib.error, "Error 2 while decompressing data", zlib.decompressobj().decompress, x)
raises(zlib.error, None, zlib.decompressobj(zdict=b"other").decompress, x)
c = zlib.compressobj()
assert zlib.decompressobj().decompress(c.compress(b"abc") + c.flush(zlib.Z_SYNC_FLUSH)) == b"abc"
z = zlib._ZlibDecompressor()
out = z.decompress(whole + b"rest", max_length=50)
assert len(out) == 50 and not z.needs_input and not z.eof
while not z.eof:
    out += z.decompress(b"", max_length=3000)
assert out == data and z.unused_data == b"rest"
raises(EOFError, "End of stream already reached", z.decompress, b"")
assert zlib.crc32(b"abc") == 0x352441C2 and zlib.crc32(b"c", zlib.crc32(b"ab")) == 0x352441C2 and zlib.adler32(b"abc") == 0x24D0127 and zlib.adler32(b"") == 1
