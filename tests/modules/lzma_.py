# _lzma: containers, filter chains, limits, errors.
import lzma
import _lzma


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


data = b"some text, some more text " * 1000 + bytes(range(256)) * 20
chain = [{"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_LZMA2, "preset": 3, "lc": 2, "dict_size": 1 << 16}]
for kw in ({}, {"format": lzma.FORMAT_ALONE}, {"check": lzma.CHECK_CRC32}, {"preset": 1 | lzma.PRESET_EXTREME}, {"filters": chain}):
    packed = lzma.compress(data, **kw)
    assert lzma.decompress(packed) == data, kw
raw = lzma.compress(data, format=lzma.FORMAT_RAW, filters=chain)
assert lzma.decompress(raw, lzma.FORMAT_RAW, filters=chain) == data
x86 = [{"id": lzma.FILTER_X86, "start_offset": 16}, {"id": lzma.FILTER_LZMA2}]
assert lzma.decompress(lzma.compress(data, filters=x86)) == data

packed = lzma.compress(data)
d = lzma.LZMADecompressor()
assert d.check == lzma.CHECK_UNKNOWN and d.needs_input
out = d.decompress(packed + b"behind", 100)
assert out == data[:100] and d.check == lzma.CHECK_CRC64 and not d.needs_input
while not d.eof:
    out += d.decompress(b"", 1000)
assert out == data and d.unused_data == b"behind"
raises(EOFError, "Already at end of stream", d.decompress, b"")
raises(lzma.LZMAError, "Input format not supported by decoder", lzma.LZMADecompressor().decompress, b"abc")
raises(lzma.LZMAError, "Memory usage limit exceeded", lzma.LZMADecompressor(memlimit=100).decompress, packed)
broken = bytearray(packed)
broken[30] ^= 3
raises(lzma.LZMAError, "Corrupt input data", lzma.LZMADecompressor().decompress, broken)

raises(ValueError, "Invalid container format: 99", lzma.LZMADecompressor, format=99)
raises(ValueError, "Must specify filters for FORMAT_RAW", lzma.LZMADecompressor, format=3)
raises(ValueError, "Cannot specify memory limit with FORMAT_RAW", lzma.LZMADecompressor, format=3, memlimit=4)
raises(ValueError, "Cannot specify both preset and filter chain", lzma.LZMACompressor, preset=3, filters=[])
raises(ValueError, "Integrity checks are only supported by FORMAT_XZ", lzma.LZMACompressor, format=2, check=4)
raises(lzma.LZMAError, "Invalid compression preset: 99", lzma.LZMACompressor, filters=[{"id": 33, "preset": 99}])
raises(ValueError, "Invalid filter specifier for LZMA filter", lzma.LZMACompressor, filters=[{"id": 33, "lc": "a"}])
raises(ValueError, "Invalid filter specifier for delta filter", lzma.LZMACompressor, filters=[{"id": 3, "foo": 3}])
raises(ValueError, "Invalid filter ID: 99", lzma.LZMACompressor, filters=[{"id": 99}])
raises(ValueError, 'Filter specifier must have an "id" entry', lzma.LZMACompressor, filters=[{}])
raises(TypeError, "Filter specifier must be a dict or dict-like object", lzma.LZMACompressor, filters=[3])
raises(ValueError, "Too many filters - liblzma supports a maximum of 4", lzma.LZMACompressor, filters=[{"id": 3}] * 6)

assert _lzma._encode_filter_properties({"id": lzma.FILTER_LZMA1, "dict_size": 8000}) == b"]@\x1f\x00\x00"
assert _lzma._decode_filter_properties(lzma.FILTER_LZMA1, b"]\x00\x00\x01\x00") == {"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 65536}
assert _lzma._decode_filter_properties(4, b"") == {"id": 4}
assert lzma.is_check_supported(lzma.CHECK_CRC32) and not lzma.is_check_supported(99)
