# Native named tuples: os.stat_result, time.struct_time and their like.
import copy, os, pickle, time

S, T = os.stat_result, time.struct_time


def error(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError("no error")


s = S(range(10))
assert len(s) == 10 and s[:3] == (0, 1, 2) and s == tuple(range(10)) and hash(s) == hash(tuple(range(10)))
assert repr(s) == ("os.stat_result(st_mode=0, st_ino=1, st_dev=2, st_nlink=3, st_uid=4, st_gid=5, st_size=6, "
                   "st_atime=7, st_mtime=8, st_ctime=9)")
assert s.st_atime == 7 and S(range(19)).st_atime == 10 and s.st_rdev is None
assert S(range(10), {"st_atime": 5, "st_blocks": 3}).st_blocks == 3
assert (S.n_fields, S.n_sequence_fields, S.n_unnamed_fields) == (19, 10, 3)
assert S.__match_args__ == ("st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size")
assert (S.__name__, S.__module__) == ("stat_result", "os")
assert error(S, range(9)) == ("TypeError", "os.stat_result() takes an at least 10-sequence (9-sequence given)")
assert error(S, range(30)) == ("TypeError", "os.stat_result() takes an at most 19-sequence (30-sequence given)")
assert error(S) == ("TypeError", "structseq() missing required argument 'sequence' (pos 1)")
assert error(S, 1) == ("TypeError", "constructor requires a sequence")
assert error(S, range(10), 3) == ("TypeError", "os.stat_result() takes a dict as second arg, if any")
assert error(S, range(10), {"foo": 5}) == ("TypeError", "os.stat_result() got duplicate or unexpected field name(s)")
assert error(setattr, s, "st_mode", 1) == ("AttributeError", "readonly attribute")
assert error(type, "X", (T,), {}) == ("TypeError", "type 'time.struct_time' is not an acceptable base type")
assert error(os.terminal_size, (1,)) == ("TypeError", "os.terminal_size() takes a 2-sequence (1-sequence given)")
assert error(tuple.__new__, T, range(9))[0] == "TypeError"

t = T(range(9), {"tm_zone": "x", "tm_gmtoff": 2})
assert t.__reduce__() == (T, ((0, 1, 2, 3, 4, 5, 6, 7, 8), {"tm_zone": "x", "tm_gmtoff": 2}))
for c in (copy.copy(t), copy.deepcopy(t), pickle.loads(pickle.dumps(t))):
    assert c == t and type(c) is T and c.tm_zone == "x" and c.tm_gmtoff == 2
assert t.__replace__(tm_year=7).tm_year == 7 and t.__replace__(tm_zone="Q").tm_zone == "Q"
assert error(t.__replace__, foo=7) == ("TypeError", "Got unexpected field name(s): ['foo']")
assert error(t.__replace__, 1) == ("TypeError", "__replace__() takes no positional arguments")
assert error(s.__replace__, st_mode=7)[1] == "__replace__() is not supported for os.stat_result because it has unnamed field(s)"
match time.gmtime(0):
    case T(1970, 1, tm_mday=1):
        pass
    case _:
        raise AssertionError
# Hidden items are kept alive and let go.
import gc
for i in range(2000):
    u = T(range(9), {"tm_zone": [i] * 10})
gc.collect()
assert u.tm_zone == [1999] * 10
