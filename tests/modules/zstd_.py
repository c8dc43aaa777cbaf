# _zstd: frames, flushing, parameters, dictionaries.
import gc
from compression import zstd
from compression.zstd import CompressionParameter as C, DecompressionParameter as D


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


data = b"some text, some more text " * 1000 + bytes(range(256)) * 20
for level in (-5, 1, 3, 19):
    assert zstd.decompress(zstd.compress(data, level)) == data
assert zstd.decompress(zstd.compress(data) + zstd.compress(b"tail")) == data + b"tail"

c = zstd.ZstdCompressor(options={C.checksum_flag: 1, C.window_log: 12})
parts = [c.compress(data[:5000]), c.flush(c.FLUSH_BLOCK)]
assert c.last_mode == c.FLUSH_BLOCK and parts[1]
d = zstd.ZstdDecompressor()
assert d.decompress(b"".join(parts)) == data[:5000] and d.needs_input and not d.eof
raises(ValueError, "set_pledged_input_size() method must be called when last_mode == FLUSH_FRAME", c.set_pledged_input_size, 5)
parts.append(c.compress(data[5000:], c.FLUSH_FRAME))
assert d.decompress(parts[2] + b"behind") == data[5000:] and d.eof and d.unused_data == b"behind"
raises(EOFError, "Already at the end of a Zstandard frame.", d.decompress, b"")

packed = zstd.compress(data)
d = zstd.ZstdDecompressor()
out = d.decompress(packed, 10)
assert len(out) == 10 and not d.needs_input
while not d.eof:
    out += d.decompress(b"", 999)
assert out == data
info = zstd.get_frame_info(packed)
assert info.decompressed_size == len(data) and info.dictionary_id == 0 and zstd.get_frame_size(packed + b"x") == len(packed)

samples = [b"name = %d; colour = %d; size = %d" % (i, i * 7 % 31, i * i) for i in range(300)]
trained = zstd.train_dict(samples, 2000)
final = zstd.finalize_dict(trained, samples, 2000, 5)
assert trained.dict_id and len(final) <= 2000 and repr(trained) == f"<ZstdDict dict_id={trained.dict_id} dict_size={len(trained)}>"
for zd in (trained, trained.as_digested_dict, trained.as_undigested_dict, trained.as_prefix):
    small = zstd.compress(samples[7], zstd_dict=zd)
    undo = zd if zd is trained or zd[1] != 2 else zd
    assert zstd.decompress(small, zstd_dict=undo) == samples[7]
raw = zstd.ZstdDict(b"0123456789", is_raw=True)
assert raw.dict_id == 0 and zstd.decompress(zstd.compress(b"a0123456789", zstd_dict=raw), raw) == b"a0123456789"

raises(ValueError, "illegal compression level 1000; the valid range is [-131072, 22]", zstd.ZstdCompressor, 1000)
raises(ValueError, "illegal compression level; the valid range is [-131072, 22]", zstd.ZstdCompressor, 2**70)
raises(TypeError, "invalid type for level, expected int", zstd.ZstdCompressor, "a")
raises(TypeError, "Only one of level or options should be used.", zstd.ZstdCompressor, 3, options={C.window_log: 12})
raises(TypeError, "compression options dictionary key must not be a DecompressionParameter attribute", zstd.ZstdCompressor, options={D.window_log_max: 12})
raises(ValueError, "invalid compression parameter 'unknown parameter (key 12345)'", zstd.ZstdCompressor, options={12345: 1})
raises(ValueError, "decompression parameter 'window_log_max' received an illegal value 1000; the valid range is [10, 31]", zstd.ZstdDecompressor, options={100: 1000})
raises(TypeError, "zstd_dict argument should be a ZstdDict object.", zstd.ZstdCompressor, zstd_dict=(trained, 9))
raises(ValueError, "Zstandard dictionary content too short (must have at least eight bytes)", zstd.ZstdDict, b"abc")
raises(zstd.ZstdError, "Unable to decompress Zstandard data: Unknown frame descriptor", zstd.decompress, b"zzzzzzzzzzz")

# A compressor dies while its workers still use its dictionary.
c = zstd.ZstdCompressor(options={C.nb_workers: 1, C.job_size: 1 << 20}, zstd_dict=zstd.ZstdDict(bytes(range(256)) * 1000, is_raw=True))
c.compress(data * 40)
del c
gc.collect()
