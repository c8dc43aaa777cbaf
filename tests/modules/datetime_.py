# _datetime: what CPython's test_datetime leaves out, and the rest in short.
import _datetime
import copy
import pickle
from _datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text in str(e), e
    else:
        assert False, (f, args)


# Days and the calendar.
for n in (1, 58, 59, 60, 365, 366, 1461, 36524, 146097, 146098, 719163, 730120, 3652059):
    d = date.fromordinal(n)
    assert d.toordinal() == n and date.fromisocalendar(*d.isocalendar()) == d
    assert date.fromisoformat(d.isoformat()) == d and datetime.fromisoformat(d.isoformat()).date() == d
assert date(2004, 1, 1).isocalendar() == (2004, 1, 4) and date(2005, 1, 1).isocalendar().week == 53
assert repr(date(2004, 12, 31).isocalendar()) == 'datetime.IsoCalendarDate(year=2004, week=53, weekday=5)'
assert date(2024, 2, 29).replace(day=1) == date(2024, 2, 1) == copy.replace(date(2024, 5, 1), month=2)
assert date.max - date.min == timedelta(3652058) and date.min.weekday() == 0
raises(OverflowError, 'date value out of range', lambda: date.max + timedelta(1))
raises(ValueError, 'day 30 must be in range 1..29 for month 2 in year 2024', date, 2024, 2, 30)

# Durations: exact sums, rounding half to even.
assert timedelta(microseconds=0.5) == timedelta(0) and timedelta(microseconds=1.5) == timedelta(microseconds=2)
assert timedelta(hours=-1) == timedelta(-1, 82800) and str(timedelta(-1, 82800)) == '-1 day, 23:00:00'
assert repr(timedelta(1, 2, 3)) == 'datetime.timedelta(days=1, seconds=2, microseconds=3)'
assert timedelta(days=10**20, hours=-24 * 10**20) == timedelta(0)
assert timedelta(seconds=1) * 0.3 == timedelta(microseconds=300000) and timedelta(seconds=7) / 2 == timedelta(seconds=3.5)
assert timedelta.max // timedelta.resolution == 86399999999999999999 and timedelta(hours=5) % timedelta(hours=2) == timedelta(hours=1)
assert divmod(timedelta(days=-1), timedelta(hours=7)) == (-4, timedelta(hours=4))
assert timedelta(days=1, microseconds=1).total_seconds() == 86400.000001
raises(OverflowError, 'days=1000000000; must have magnitude <= 999999999', timedelta, 10**9)
raises(ZeroDivisionError, '', lambda: timedelta(1) / 0)
raises(TypeError, 'unsupported type for timedelta days component: str', timedelta, 'x')

# Texts.
for text, back in {
    '2024-01-02T03:04:05.678901+05:30': None, '20240102T030405Z': '2024-01-02T03:04:05+00:00', '2024-W01-2': '2024-01-02T00:00:00',
    '2024W012 03': '2024-01-02T03:00:00', '2024-12-31T24:00': '2025-01-01T00:00:00', '2024-01-02\u12340304': '2024-01-02T03:04:00',
    '2024-01-02T03:04:05,1-00:00:01.5': '2024-01-02T03:04:05.100000-00:00:01.500000',
}.items():
    assert datetime.fromisoformat(text).isoformat() == (back or text), text
for text in '2024', '2024-1-01', '2024-01-02T', '2024-01-02T3', '2024-01-02T03:0', '2024-01-02T03:04:05.', '2024-01-0\u0662', '2024-01-02T03:04+1':
    raises(ValueError, 'Invalid isoformat string', datetime.fromisoformat, text)
raises(ValueError, 'hour is 24', datetime.fromisoformat, '2024-01-02T24:01')
assert datetime(1, 2, 3, 4).strftime('%Y|%F|%C|%f|%z|%Z|%:z|%%|%') == '0001|0001-02-03|00|000000||||%|%'
aware = datetime(2024, 1, 2, 3, 4, 5, 6, timezone(timedelta(hours=-1, minutes=-30), 'a%b'))
assert aware.strftime('%z %:z %Z %f') == '-0130 -01:30 a%b 000006' and f'{aware:%H}' == '03'
assert time(1, 2, 3, 4).isoformat('milliseconds') == '01:02:03.000' and aware.isoformat('\u1234', 'hours') == '2024-01-02\u123403-01:30'
assert repr(aware).endswith("tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=81000), 'a%b'))")
assert str(timezone(timedelta(0))) == 'UTC' and timezone(timedelta(0)) is UTC and repr(UTC) == 'datetime.timezone.utc'
assert datetime.strptime('2024-01-02 03:04', '%Y-%m-%d %H:%M') == datetime(2024, 1, 2, 3, 4)
assert date.strptime('2024-01-02', '%Y-%m-%d') == date(2024, 1, 2) and time.strptime('03:04', '%H:%M') == time(3, 4)


# Time zones; fold.
class Zone(tzinfo):
    def utcoffset(self, dt):
        return timedelta(hours=1 + (not dt.fold))

    def dst(self, dt):
        return timedelta(hours=not dt.fold)

    def tzname(self, dt):
        return 'Z'


z = Zone()
a, b = datetime(2024, 1, 2, 3, tzinfo=z), datetime(2024, 1, 2, 3, fold=1, tzinfo=z)
assert a == b and hash(a) == hash(b) and a != datetime(2024, 1, 2, 1, tzinfo=UTC) and a - datetime(2024, 1, 2, 1, tzinfo=UTC) == timedelta(0)
assert aware.astimezone(UTC).hour == 4 and aware.astimezone(UTC) == aware and hash(aware) == hash(aware.astimezone(UTC))
assert datetime(1970, 1, 2, tzinfo=UTC).timestamp() == 86400 and datetime.fromtimestamp(86400.5, UTC) == datetime(1970, 1, 2, microsecond=500000, tzinfo=UTC)
now = datetime.now()
assert datetime.fromtimestamp(now.timestamp()) == now and abs(now - datetime.today()) < timedelta(minutes=1)
raises(TypeError, "can't compare offset-naive and offset-aware datetimes", lambda: now < aware)
raises(ValueError, 'strictly between', timezone, timedelta(1))
raises(TypeError, 'not an acceptable base type', type, 'X', (timezone,), {})
raises(NotImplementedError, 'must implement utcoffset()', tzinfo().utcoffset, None)
assert time(3, tzinfo=UTC) == time(4, tzinfo=timezone(timedelta(hours=1))) and time(1) != time(1, tzinfo=UTC)


# Subclasses, pickles.
class D(datetime):
    def __new__(cls, *args, **kw):
        self = super().__new__(cls, *args, **kw)
        self.extra = 1
        return self


d = D(2024, 1, 2, 3, tzinfo=UTC)
for v in d + timedelta(1), d.replace(hour=5), D.now(UTC), D.fromisoformat('2024-01-02'), D.combine(date(1, 1, 1), time()), d.astimezone(timezone(timedelta(1 / 2))):
    assert type(v) is D and v.extra == 1
for v in date(2024, 1, 2), time(1, 2, 3, 4, UTC, fold=1), aware, timedelta(1, 2, 3), UTC, timezone(timedelta(hours=1), 'x'), b:
    for protocol in range(6):
        w = pickle.loads(pickle.dumps(v, protocol)) if v is not b else v
        assert w == v and type(w) is type(v) and repr(w) == repr(v) or protocol < 4
    assert copy.copy(v) == v and (v is b or copy.deepcopy(v) == v)
assert date(b'\x07\xe8\x01\x02') == date(2024, 1, 2) and not date(2024, 1, 2) == datetime(2024, 1, 2)
assert sorted({date(2024, 1, d % 5 + 1) for d in range(100)}) == [date(2024, 1, d) for d in range(1, 6)]
