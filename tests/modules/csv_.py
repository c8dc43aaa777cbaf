# csv, through the csv package and _csv.
import csv
import io
import _csv


def rows(text, **kw):
    return list(csv.reader(io.StringIO(text, newline=""), **kw))


def written(row, **kw):
    out = io.StringIO(newline="")
    csv.writer(out, **kw).writerow(row)
    return out.getvalue()


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert str(e) == text, str(e)
    else:
        raise AssertionError("no " + exc.__name__)


assert rows('a,b\r\n"c ""d""",\n\n"e\nf",g') == [["a", "b"], ['c "d"', ""], [], ["e\nf", "g"]]
assert rows("a; b", delimiter=";", skipinitialspace=True) == [["a", "b"]] and rows("a\\,b,c", escapechar="\\") == [["a,b", "c"]]
assert rows('1,"2",x', quoting=csv.QUOTE_STRINGS if 0 else csv.QUOTE_MINIMAL) == [["1", "2", "x"]] and rows('1,"a"', quoting=csv.QUOTE_NONNUMERIC) == [[1.0, "a"]]
assert rows(',"",x', quoting=csv.QUOTE_NOTNULL) == [[None, "", "x"]] and rows("a\tb", dialect="excel-tab") == [["a", "b"]]
r = csv.reader(["a", "b"])
assert next(r) == ["a"] and r.line_num == 1 and r.dialect.delimiter == "," and next(r) == ["b"] and next(r, None) is None
raises(csv.Error, "',' expected after '\"'", rows, '"a"b', strict=True)
raises(csv.Error, "unexpected end of data", rows, '"a', strict=True)
raises(csv.Error, "iterator should return strings, not bytes (the file should be opened in text mode)", list, csv.reader([b"a"]))
raises(csv.Error, "new-line character seen in unquoted field - do you need to open the file with newline=''?", list, csv.reader(["a\rb"]))
assert written(["a", 1, None, 2.5, 'q"q', "x,y", "l\nm", "é"]) == 'a,1,,2.5,"q""q","x,y","l\nm",é\r\n'
assert written([1, "a", None], quoting=csv.QUOTE_NONNUMERIC) == '1,"a",""\r\n' and written([1, None], quoting=csv.QUOTE_ALL) == '"1",""\r\n'
assert written([1, "a", None], quoting=csv.QUOTE_STRINGS) == '1,"a",\r\n' and written([1, None], quoting=csv.QUOTE_NOTNULL) == '"1",\r\n'
assert written(["a,b"], quoting=csv.QUOTE_NONE, escapechar="\\") == "a\\,b\r\n" and written([""]) == '""\r\n' and written([]) == "\r\n"
assert written(['a"b'], doublequote=False, escapechar="\\", lineterminator="!") == 'a\\"b!'
raises(csv.Error, "need to escape, but no escapechar set", written, ["a,b"], quoting=csv.QUOTE_NONE)
raises(csv.Error, "iterable expected, not int", written, 3)
raises(TypeError, 'argument 1 must have a "write" method', csv.writer, 3)
csv.register_dialect("mine", delimiter="|", quoting=csv.QUOTE_ALL)
assert "mine" in csv.list_dialects() and csv.get_dialect("mine").delimiter == "|" and written([1, 2], dialect="mine") == '"1"|"2"\r\n'
csv.unregister_dialect("mine")
raises(csv.Error, "unknown dialect", csv.get_dialect, "mine")
raises(TypeError, '"delimiter" must be a unicode character, not int', csv.reader, [], delimiter=1)
raises(TypeError, '"delimiter" must be a unicode character, not a string of length 2', csv.reader, [], delimiter="ab")
raises(TypeError, '"quotechar" must be a unicode character or None, not a string of length 0', csv.reader, [], quotechar="")
raises(TypeError, 'bad "quoting" value', csv.reader, [], quoting=9)
raises(TypeError, "quotechar must be set if quoting enabled", csv.reader, [], quotechar=None, quoting=csv.QUOTE_ALL)
raises(ValueError, "bad delimiter value", csv.reader, [], delimiter="\n")
raises(ValueError, "bad delimiter or quotechar value", csv.reader, [], delimiter='"')
old = csv.field_size_limit(3)
raises(csv.Error, "field larger than field limit (3)", rows, "abcd")
assert csv.field_size_limit(old) == 3 and csv.field_size_limit() == old
out = io.StringIO()
w = csv.DictWriter(out, ["a", "b"])
w.writeheader()
w.writerows([{"a": 1, "b": 2}])
assert list(csv.DictReader(io.StringIO(out.getvalue()))) == [{"a": "1", "b": "2"}]
print("ok")
