# _zoneinfo: what is Kaa's own about it. CPython's test_zoneinfo covers the rules.
import copy
import gc
import io
import os
import pickle
import struct
import sys
import weakref
from datetime import datetime, time, timedelta, timezone

import _zoneinfo
import zoneinfo
from zoneinfo import ZoneInfo

assert ZoneInfo is _zoneinfo.ZoneInfo and ZoneInfo.__module__ == 'zoneinfo'


def raises(exc, f, *args, message=None, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        if message is not None:
            assert str(e) == message, str(e)
        return e
    raise AssertionError(f'{exc} not raised')


def tzif(footer, transitions=(), types=((0, 0, 'UTC'),), version=b'2'):
    names, data = b'', b''
    for off, dst, name in types:
        data += struct.pack('>lbb', off, dst, len(names))
        names += name.encode() + b'\0'
    def block(size, trans):
        head = struct.pack('>4sc15x6l', b'TZif', version, 0, 0, 0, len(trans), len(types), len(names))
        return head + b''.join(struct.pack('>q' if size == 8 else '>l', t) for t, _ in trans) + bytes(i for _, i in trans) + data + names
    return io.BytesIO(block(4, ()) + block(8, transitions) + b'\n' + footer + b'\n')


# ---- a zone of rules alone
z = ZoneInfo.from_file(tzif(b'AAA3BBB,M3.2.0,M11.1.0'), key='x')
assert z.utcoffset(datetime(2030, 1, 1)) == timedelta(hours=-3) and z.utcoffset(datetime(2030, 7, 1)) == timedelta(hours=-2)
assert z.dst(datetime(2030, 7, 1)) == timedelta(hours=1) and z.tzname(datetime(2030, 7, 1)) == 'BBB' and z.dst(datetime(2030, 1, 1)) == timedelta(0)
assert z.utcoffset(None) is z.dst(None) is z.tzname(None) is None
fold = datetime(2030, 11, 3, 1, 30, tzinfo=z)
assert fold.tzname() == 'BBB' and fold.replace(fold=1).tzname() == 'AAA'
gap = datetime(2030, 3, 10, 2, 30, tzinfo=z)
assert gap.tzname() == 'AAA' and gap.replace(fold=1).tzname() == 'BBB'
utc = datetime(2030, 1, 1, tzinfo=timezone.utc)
for i in range(24 * 366 * 2):  # round trips over all changes
    u = utc + timedelta(minutes=30 * i)
    l = u.astimezone(z)
    assert (l - l.utcoffset()).replace(tzinfo=None, fold=0) == u.replace(tzinfo=None), u
    assert l.astimezone(timezone.utc) == u
assert repr(z) == "zoneinfo.ZoneInfo(key='x')" and str(z) == 'x' and z.key == 'x'
raises(pickle.PicklingError, pickle.dumps, z)
raises(AttributeError, setattr, z, 'key', 1)

# ---- transitions, before and after them
z = ZoneInfo.from_file(tzif(b'', [(0, 1), (10000000, 2), (20000000, 1)], [(1800, 0, 'LMT'), (3600, 0, 'STD'), (7200, 1, 'DST')]))
for when, want in [(datetime(1960, 1, 1), ('LMT', 1800, 0)), (datetime(1970, 2, 1), ('STD', 3600, 0)), (datetime(1970, 6, 1), ('DST', 7200, 3600)), (datetime(2040, 1, 1), ('STD', 3600, 0))]:
    assert (z.tzname(when), z.utcoffset(when).total_seconds(), z.dst(when).total_seconds()) == want, when
    aware = when.replace(tzinfo=timezone.utc).astimezone(z)
    assert aware.utcoffset().total_seconds() == want[1]
assert str(z).startswith('zoneinfo.ZoneInfo.from_file(<_io.BytesIO')
for footer, message in [(b'AAA', 'Invalid STD offset in'), (b'+3', 'Invalid STD format in'), (b'AAA3BBB', 'Invalid DST offset in'), (b'AAA4,M3.2.0,M3.2.0', 'Invalid DST format in'),
                        (b'AAA4BBB,60/2', 'Missing transition rules in TZ string:'), (b'AAA4BBB,M13.1.1,M1.1.1', 'Malformed transition rule in TZ string:'),
                        (b'AAA4BBB,J0,1', 'Malformed transition rule in TZ string:'), (b'AAA4BBB,60,300,5', 'Extraneous characters at end of TZ string:'),
                        (b'A' * 300 + b'25', 'Invalid STD offset in'), (b'<A', 'Invalid STD format in'), (b'AAA\xff', 'Invalid STD offset in')]:
    raises(ValueError, ZoneInfo.from_file, tzif(footer), message=f'{message} {footer!r}')
assert ZoneInfo.from_file(tzif(b'<+11>-11')).tzname(datetime(2030, 1, 1)) == '+11'
fixed = ZoneInfo.from_file(tzif(b'', (), ((3600, 0, 'X'),)))
assert time(12, tzinfo=fixed).utcoffset() == timedelta(hours=1) and fixed.tzname(None) == 'X'

# ---- bad files
for junk in [b'', b'TZif', b'TZif2' + b'\0' * 10, b'TZif2' + b'\0' * 15 + b'\xff' * 24, tzif(b'').getvalue()[:60]]:
    try:
        ZoneInfo.from_file(io.BytesIO(junk))
    except Exception:
        pass
    else:
        raise AssertionError(junk)
raises(ValueError, ZoneInfo.from_file, tzif(b'', [(0, 5)]))
raises(ValueError, datetime(2020, 1, 1, tzinfo=ZoneInfo.from_file(tzif(b'', (), ((200000, 0, 'X'),)))).utcoffset)

class Bad:
    def __init__(self, value): self.value = value
    def read(self, n=-1): return self.value
    def seek(self, *a): pass
    def readline(self): return self.value
for v in [None, 3, 'x', [1], b'TZif' * 10]:
    raises(Exception, ZoneInfo.from_file, Bad(v))

# ---- what is asked with other things than datetimes
z = ZoneInfo.from_file(tzif(b'AAA3BBB,M3.2.0,M11.1.0'))
raises(AttributeError, z.utcoffset, 3, message="'int' object has no attribute 'toordinal'")
raises(TypeError, z.fromutc, 3, message='fromutc: argument must be a datetime')
raises(ValueError, z.fromutc, datetime(2020, 1, 1), message='fromutc: dt.tzinfo is not self')
class Later(datetime):
    pass
l = Later(2030, 11, 3, 4, 30, tzinfo=z)
assert type(z.fromutc(l)) is Later and z.fromutc(l).fold == 1 and z.fromutc(l).hour == 1

if zoneinfo.available_timezones():
    # ---- caches
    a = ZoneInfo('Europe/Berlin')
    assert a is ZoneInfo('Europe/Berlin') and a is not ZoneInfo.no_cache('Europe/Berlin')
    assert pickle.loads(pickle.dumps(a)) is a and copy.copy(a) is a
    assert datetime(2020, 7, 1, 12, tzinfo=a).astimezone(timezone.utc).hour == 10 and datetime(2050, 1, 1, tzinfo=a).tzname() == 'CET'
    class Own(ZoneInfo):
        pass
    b = Own('Europe/Berlin')
    assert type(b) is Own and b is Own('Europe/Berlin') and b is not a and repr(b) == "Own(key='Europe/Berlin')"
    ref = weakref.ref(b)
    del b
    gc.collect()
    assert ref() is None
    keys = sorted(k for k in zoneinfo.available_timezones() if k.startswith('Europe/'))[:20]
    zones = [weakref.ref(ZoneInfo(k)) for k in keys]
    gc.collect()
    assert sum(r() is not None for r in zones) == 8 + ('Europe/Berlin' in keys) and zones[-1]() is ZoneInfo(keys[-1])
    ZoneInfo.clear_cache()
    gc.collect()
    assert a is not ZoneInfo('Europe/Berlin')
    c = ZoneInfo('Europe/Berlin')
    ZoneInfo.clear_cache(only_keys=['Europe/Berlin'])
    assert c is not ZoneInfo('Europe/Berlin')
    raises(zoneinfo.ZoneInfoNotFoundError, ZoneInfo, 'No/Where')
    raises(ValueError, ZoneInfo, '../x')
    raises(TypeError, ZoneInfo, 3)
