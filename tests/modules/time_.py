# The module time.
import time


def error(f, *args):
    try:
        f(*args)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError("no error")


assert time.gmtime(0)[:] == (1970, 1, 1, 0, 0, 0, 3, 1, 0) and time.gmtime(0).tm_zone == "GMT"
assert time.gmtime(-1.1)[:6] == (1969, 12, 31, 23, 59, 58)
assert error(time.gmtime, 1e20) == ("OverflowError", "timestamp out of range for platform time_t")
assert error(time.gmtime, float("nan")) == ("ValueError", "Invalid value NaN (not a number)")
tup = (2020, 1, 1, 0, 0, 0, 0, 0, -1)
assert time.asctime(tup) == "Mon Jan  1 00:00:00 2020" and time.asctime((-12345,) + tup[1:6] + (6, 0, -1)) == "Sun Jan  1 00:00:00 -12345"
for i, v, text in [(1, 13, "month out of range"), (2, 32, "day of month out of range"), (3, 24, "hour out of range"),
                   (4, 60, "minute out of range"), (5, 62, "seconds out of range"), (6, -2, "day of week out of range"),
                   (7, 367, "day of year out of range")]:
    t = list(tup)
    t[i] = v
    assert error(time.asctime, tuple(t)) == error(time.strftime, "", tuple(t)) == ("ValueError", text)
assert error(time.mktime, (1, 2)) == ("TypeError", "mktime(): illegal time tuple argument")
assert error(time.mktime, 5) == ("TypeError", "Tuple or struct_time argument required")
assert time.strftime("%Y-%m-%d %H:%M", tup) == "2020-01-01 00:00"
assert time.strftime("\0%Y\0é\ud800%", tup) == "\x002020\0é\ud800%" and time.strftime("", tup) == ""
assert time.strftime("%Z %z", time.gmtime(0)) == "GMT +0000"
assert time.strptime("2020-02-03", "%Y-%m-%d")[:3] == (2020, 2, 3)
x = int(time.time())
assert time.mktime(time.localtime(x)) == x
for c in "time", "monotonic", "perf_counter", "process_time", "thread_time":
    f, g = getattr(time, c), getattr(time, c + "_ns")
    assert isinstance(f(), float) and isinstance(g(), int) and abs(f() * 1e9 - g()) < 5e8
    assert time.get_clock_info(c).resolution == 1e-09
assert error(time.get_clock_info, "x") == ("ValueError", "unknown clock")
t0 = time.monotonic()
time.sleep(0.05)
assert 0.05 <= time.monotonic() - t0 < 1
assert error(time.sleep, -1) == ("ValueError", "sleep length must be non-negative")
assert error(time.sleep, "a") == ("TypeError", "'str' object cannot be interpreted as an integer or float")
import os
os.environ["TZ"] = "EST+05EDT,M3.2.0,M11.1.0"
time.tzset()
assert time.tzname == ("EST", "EDT") and (time.timezone, time.altzone, time.daylight) == (18000, 14400, 1)
assert time.localtime(0)[:4] == (1969, 12, 31, 19) and time.localtime(0).tm_gmtoff == -18000
