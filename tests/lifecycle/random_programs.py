"""The first programs of fuzz/fuzz.py: their logs are what CPython 3.14's were (`fuzz.py run 0 150`)."""
import contextlib
import gc
import io
import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fuzz'))
sys.dont_write_bytecode = True
import fuzz

EXPECTED = {'end': 0xbed8433c, 'prompt': 0xa5d2e0f8}

for mode, first, count in (('end', 0, 150), ('prompt', 0, 50)):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        fuzz.run(first, count, mode)
    gc.enable()
    checksum = zlib.crc32(out.getvalue().encode())
    if '--print' in sys.argv:
        print(mode, hex(checksum))
    else:
        assert checksum == EXPECTED[mode], (mode, hex(checksum), 'compare with: fuzz.py compare --other CMD')
