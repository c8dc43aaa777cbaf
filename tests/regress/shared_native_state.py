# Objects that share native state die in any order when a cycle is collected: what they share lives until the last of them is gone.
import gc
import random
import subprocess
import sys

CODE = """
import gc, random, sys
from compression.zstd import CompressionParameter, ZstdCompressor, ZstdDecompressor, ZstdDict

class Cycle:
    pass

job = 1 << 20
options = {CompressionParameter.compression_level: 10, CompressionParameter.nb_workers: 1, CompressionParameter.job_size: job}
dicts = [ZstdDict(random.randbytes(1 << 10) * (1 << 8), is_raw=True) for _ in range(5)]
cycle = Cycle()
cycle.held = [cycle]
for i in 3, 0, 4, 1, 2:
    c = ZstdCompressor(options=options, zstd_dict=getattr(dicts[i], sys.argv[1]))
    c.compress(random.randbytes(1 << 10) * ((job >> 10) + 64))  # returns while the worker compresses the first part
    cycle.held += [c, ZstdDecompressor(zstd_dict=getattr(dicts[i], sys.argv[1]))]
del c, dicts, cycle
gc.collect()
"""
for use in ('as_digested_dict', 'as_prefix', 'as_undigested_dict'):
    for _ in range(3):
        subprocess.run([sys.executable, '-c', CODE, use], check=True)

# The dictionary's objects are shared by several users, which end one after the other.
from compression.zstd import ZstdCompressor, ZstdDecompressor, ZstdDict
zd = ZstdDict(random.randbytes(1 << 12), is_raw=True)
data = zd.dict_content * 3
users = [(ZstdCompressor(zstd_dict=zd.as_digested_dict), ZstdDecompressor(zstd_dict=zd)) for _ in range(4)]
del zd
while users:
    c, d = users.pop(random.randrange(len(users)))
    assert d.decompress(c.compress(data) + c.flush()) == data
    del c, d
    gc.collect()
