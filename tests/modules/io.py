# The native module _io: raw, buffered and text streams, and those in memory. Every behaviour here is CPython 3.14's.
import _io as io
import posix

PATH = "/tmp/kaa_io_test.%d" % posix.getpid()


def raises(exc, text, fn, *args, **kw):
    try:
        fn(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (text, str(e))
        return e
    raise AssertionError("%s not raised" % exc.__name__)


class Raw(io._RawIOBase):
    """A raw stream in Python: reads from a list of pieces (None: would block), keeps what is written."""

    def __init__(self, pieces=()):
        self.pieces = list(pieces)
        self.out = []
        self.room = None

    def readable(self):
        return True

    def writable(self):
        return True

    def seekable(self):
        return True

    def readinto(self, b):
        if not self.pieces:
            return 0
        d = self.pieces.pop(0)
        if d is None:
            return None
        n = min(len(b), len(d))
        b[:n] = d[:n]
        if n < len(d):
            self.pieces.insert(0, d[n:])
        return n

    def write(self, b):
        n = len(b)
        if self.room is not None:
            if self.room == 0:
                return None
            n = min(n, self.room)
            self.room -= n
        self.out.append(bytes(b[:n]))
        return n

    def seek(self, pos, whence=0):
        return 0

    def tell(self):
        return 0


def put(data):
    with io.open(PATH, "wb") as f:
        f.write(data)


def get():
    with io.open(PATH, "rb") as f:
        return f.read()


def test_fileio():
    f = io.FileIO(PATH, "w+")
    assert repr(f) == "<_io.FileIO name=%r mode='rb+' closefd=True>" % PATH
    assert f.write(b"abc") == 3 and f.seek(0) == 0
    b = bytearray(2)
    assert f.readinto(b) == 2 and b == b"ab" and f.tell() == 2
    assert f.truncate(1) == 1 and f.readall() == b"" and f.seek(0) == 0 and f.read(10) == b"a"
    assert f.readable() and f.writable() and f.seekable() and not f.isatty() and f.fileno() > 2
    assert f.name == PATH and f.closefd and not f.closed and f.__dict__ == {"name": PATH}
    f.close()
    f.close()
    assert f.closed and repr(f) == "<_io.FileIO [closed]>"
    raises(ValueError, "I/O operation on closed file", f.read)
    raises(ValueError, "I/O operation on closed file.", f.__enter__)
    for mode, text in (("r", "rb"), ("w", "wb"), ("a", "ab"), ("r+", "rb+"), ("a+", "ab+"), ("rb", "rb")):
        with io.FileIO(PATH, mode) as f:
            assert f.mode == text
    raises(ValueError, "invalid mode: q", io.FileIO, PATH, "q")
    raises(ValueError, "Must have exactly one of create/read/write/append mode and at most one plus", io.FileIO, PATH, "rw")
    raises(ValueError, "negative file descriptor", io.FileIO, -1)
    raises(ValueError, "Cannot use closefd=False with file name", io.FileIO, PATH, closefd=False)
    raises(ValueError, "embedded null byte", io.FileIO, "a\0b")
    raises(IsADirectoryError, "[Errno 21] Is a directory: '/tmp'", io.FileIO, "/tmp")
    raises(FileExistsError, None, io.FileIO, PATH, "x")
    raises(ValueError, "opener returned -5", io.FileIO, PATH, opener=lambda p, f: -5)
    raises(TypeError, "expected integer from opener", io.FileIO, PATH, opener=lambda p, f: "x")
    raises(TypeError, "FileIO() missing required argument 'file' (pos 1)", io.FileIO)
    with io.FileIO(PATH) as f:
        raises(io.UnsupportedOperation, "File not open for writing", f.write, b"x")
        raises(TypeError, "readinto() argument 1 must be read-write bytes-like object, not bytes", f.readinto, b"x")
        raises(OSError, "[Errno 22] Invalid argument", f.seek, -5)
        raises(TypeError, "cannot pickle 'FileIO' instances", f.__getstate__)
    fd = posix.open(PATH, 0)
    io.open(fd, closefd=False).close()
    io.open(fd).close()
    raises(OSError, None, posix.close, fd)


def test_buffered():
    put(b"0123456789" * 10)
    with io.open(PATH, "rb+") as f:
        assert f.seek(5) == 5 and f.read(3) == b"567" and f.tell() == 8
        f.write(b"abc")
        assert f.tell() == 11 and f.read(4) == b"1234" and f.tell() == 15
        f.seek(-3, 1)
        f.write(b"ZZ")
        f.seek(0)
        assert f.read(16) == b"01234567abc1ZZ45"
        f.seek(0, 2)
        f.write(b"end")
        f.seek(-5, 2)
        assert f.peek()[:10] == b"89end" and f.readline() == b"89end"
        assert f.truncate(8) == 8 and f.tell() == 103
        f.seek(0)
        assert f.read() == b"01234567"
    with io.open(PATH, "wb", buffering=4) as f:
        assert (f.write(b"ab"), f.write(b"cdefghij"), f.tell(), f.write(b"k")) == (2, 8, 10, 1)
        f.flush()
        assert get() == b"abcdefghijk"
    with io.open(PATH, "rb", buffering=4) as f:
        assert f.read(2) == b"ab" and f.read1(10) == b"cd" and f.peek() == b"efgh" and f.read(5) == b"efghi" and f.read() == b"jk" and f.read1() == b""
    put(b"line1\nline2\nline3")
    with io.open(PATH, "rb", buffering=3) as f:
        assert f.readlines() == [b"line1\n", b"line2\n", b"line3"]
        f.seek(2)
        assert f.readline(2) == b"ne" and f.readline() == b"1\n" and f.readlines(3) == [b"line2\n"] and next(f) == b"line3"
    b = io.BufferedReader(Raw([b"abc", None, b"d"]))
    assert (b.read(5), b.read(5), b.read(5)) == (b"abc", b"d", b"")
    b = io.BufferedReader(Raw([None, None, None]))
    assert b.read(5) is None and b.read1(5) == b"" and b.readinto(bytearray(3)) is None
    raw = Raw()
    raw.room = 3
    w = io.BufferedWriter(raw, 4)
    e = raises(BlockingIOError, None, w.write, b"abcdefghijklmn")
    assert e.args == (0, "write could not complete without blocking", 7) and e.characters_written == 7
    raw.room = None
    w.flush()
    assert b"".join(raw.out) == b"abcdefg"
    raises(io.UnsupportedOperation, "read", w.read)
    raises(TypeError, "cannot pickle 'BufferedWriter' instances", w.__getstate__)
    assert w.detach() is raw
    raises(ValueError, "raw stream has been detached", w.write, b"x")
    raises(ValueError, "buffer size must be strictly positive", io.BufferedReader, Raw(), 0)
    raises(ValueError, "I/O operation on uninitialized object", io.BufferedReader.__new__(io.BufferedReader).read)
    pair = io.BufferedRWPair(Raw([b"abc\nd"]), Raw())
    assert (pair.read(2), pair.readline(), pair.write(b"xyz"), pair.peek(1)) == (b"ab", b"c\n", 3, b"d")
    pair.close()
    assert pair.closed

    class Bad(Raw):
        def readinto(self, b):
            return 1000

        def write(self, b):
            return 1000

    raises(OSError, "raw readinto() returned invalid length 1000 (should have been between 0 and 8)", io.BufferedReader(Bad(), 8).read, 5)


def test_nonblocking():
    r, w = posix.pipe()
    posix.set_blocking(r, False)
    f = io.open(r, "rb")
    assert f.read(3) is None and f.read() is None and f.read1(3) == b"" and f.raw.read(3) is None
    posix.write(w, b"ab")
    assert f.read(3) == b"ab"
    posix.close(w)
    assert f.read() == b""
    f.close()


def test_bytesio():
    b = io.BytesIO(b"a\nbc\nd")
    assert list(b) == [b"a\n", b"bc\n", b"d"] and b.read() == b"" and b.seek(-2, 2) == 4 and b.read1() == b"\nd"
    assert b.seek(8) == 8 and b.write(b"x") == 1 and b.getvalue() == b"a\nbc\nd\0\0x"
    assert b.truncate(2) == 2 and b.getvalue() == b"a\n" and b.tell() == 9
    b.seek(0)
    x = bytearray(5)
    assert b.readinto(x) == 2 and x == b"a\n\0\0\0"
    b = io.BytesIO(b"hello")
    v = b.getbuffer()
    v[0] = 74
    assert b.getvalue() == b"Jello"
    for fn, args in ((b.write, (b"more",)), (b.truncate, (0,)), (b.close, ())):
        raises(BufferError, "Existing exports of data: object cannot be re-sized", fn, *args)
    v.release()
    b.close()
    raises(ValueError, "I/O operation on closed file.", b.getvalue)
    raises(TypeError, "a bytes-like object is required, not 'str'", io.BytesIO().write, "x")
    raises(ValueError, "negative seek value -1", io.BytesIO().seek, -1)

    class Sub(io.BytesIO):
        pass

    s = Sub(b"abc")
    s.extra = 1
    t = Sub()
    t.__setstate__(s.__getstate__())
    assert t.extra == 1 and t.getvalue() == b"abc" and t.tell() == 0


def test_stringio():
    s = io.StringIO("ab\ncd\r\ne\rf")
    assert s.readlines() == ["ab\n", "cd\r\n", "e\rf"]
    s.seek(2)
    assert s.write("日本") == 2 and s.getvalue() == "ab日本d\r\ne\rf" and s.read(1) == "d" and s.truncate() == 5 and s.getvalue() == "ab日本d"
    s.seek(7)
    s.write("𝄞")
    assert s.getvalue() == "ab日本d\0\0𝄞"
    s = io.StringIO("a\r\nb\rc", newline=None)
    assert s.readlines() == ["a\n", "b\n", "c"] and s.newlines == ("\r", "\r\n")
    assert io.StringIO("a\r\nb\rc", newline="").readlines() == ["a\r\n", "b\r", "c"]
    s = io.StringIO(newline="\r\n")
    assert s.write("a\nb\n") == 4 and s.getvalue() == "a\r\nb\r\n"
    s.seek(0)
    assert s.readlines() == ["a\r\n", "b\r\n"]
    assert io.StringIO("abc").__getstate__() == ("abc", "\n", 0, None)
    raises(ValueError, "illegal newline value: 'x'", io.StringIO, newline="x")
    raises(OSError, "Can't do nonzero cur-relative seeks", s.seek, 1, 1)
    raises(TypeError, "string argument expected, got 'int'", s.write, 5)
    s.close()
    raises(ValueError, "I/O operation on closed file", s.read)


def test_text():
    with io.open(PATH, "w", newline="\r\n", encoding="utf-8") as f:
        assert f.write("a\nbé\n") == 5 and f.tell() == 8
    assert get() == b"a\r\nb\xc3\xa9\r\n"
    for nl, lines, seen in (
        (None, ["a\n", "bé\n"], "\r\n"),
        ("", ["a\r\n", "bé\r\n"], "\r\n"),
        ("\n", ["a\r\n", "bé\r\n"], None),
        ("\r", ["a\r", "\nbé\r", "\n"], None),
        ("\r\n", ["a\r\n", "bé\r\n"], None),
    ):
        with io.open(PATH, newline=nl, encoding="utf-8") as f:
            assert f.readlines() == lines and f.newlines == seen
    b = io.BytesIO()
    t = io.TextIOWrapper(b, "utf-8", line_buffering=True)
    t.write("abc")
    assert b.getvalue() == b""
    t.write("d\ne")
    assert b.getvalue() == b"abcd\ne"
    t.reconfigure(line_buffering=False, write_through=True)
    t.write("zz")
    assert b.getvalue() == b"abcd\nezz" and not t.line_buffering and t.write_through
    assert t.detach() is b
    raises(ValueError, "underlying buffer has been detached", t.read)
    t = io.TextIOWrapper(io.BytesIO(b"ab\ncd"), "utf-8")
    assert next(t) == "ab\n"
    raises(OSError, "telling position disabled by next() call", t.tell)
    assert next(t) == "cd" and list(t) == [] and t.tell() == 5
    b = io.BytesIO()
    t = io.TextIOWrapper(b, "utf-16")
    t.write("ab")
    t.write("c")
    t.seek(0)
    assert t.read() == "abc"
    t.seek(0, 2)
    t.write("d")
    t.seek(0)
    assert t.read() == "abcd" and len(b.getvalue()) == 10
    t = io.TextIOWrapper(io.BytesIO(b"\xe6\x97\xa5\xff\xe6a"), "utf-8", errors="surrogateescape")
    t._CHUNK_SIZE = 1
    assert t.read(1) == "日" and t.tell() == 3 and t.read(1) == "\udcff" and t.read() == "\udce6a"
    raises(UnicodeDecodeError, "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte", io.TextIOWrapper(io.BytesIO(b"a\xff"), "utf-8").read)
    raises(UnicodeEncodeError, None, io.TextIOWrapper(io.BytesIO(), "ascii").write, "é")
    with io.open(PATH, "w", encoding="utf-8") as f:
        raises(io.UnsupportedOperation, "not readable", f.read)
        raises(TypeError, "write() argument must be str, not bytes", f.write, b"x")
        assert repr(f) == "<_io.TextIOWrapper name=%r mode='w' encoding='utf-8'>" % PATH
    raises(ValueError, "I/O operation on closed file.", f.write, "x")


def test_tell():
    data = "日本語\r\ntext\rmore\nlast𝄞x" * 20
    with io.open(PATH, "w", encoding="utf-8", newline="") as f:
        f.write(data)
    for nl in (None, "", "\n", "\r\n", "\r"):
        for chunk in (1, 3, 7, 100):
            f = io.open(PATH, encoding="utf-8", newline=nl)
            f._CHUNK_SIZE = chunk
            out, pos, i = [], [], 0
            while True:
                pos.append(f.tell())
                c = f.read(i % 5 + 1)
                i += 1
                if not c:
                    break
                out.append(c)
            for k in range(len(out)):
                f.seek(pos[k])
                assert f.read(len(out[k])) == out[k], (nl, chunk, k)
            f.seek(0)
            assert "".join(f.readlines()) == "".join(out)
            f.close()


def test_open():
    for mode, text in (
        ("rr", "invalid mode: 'rr'"),
        ("rw", "must have exactly one of create/read/write/append mode"),
        ("rbt", "can't have text and binary mode at once"),
        ("", "Must have exactly one of create/read/write/append mode and at most one plus"),
    ):
        raises(ValueError, text, io.open, PATH, mode)
    raises(ValueError, "binary mode doesn't take an encoding argument", io.open, PATH, "rb", encoding="x")
    raises(ValueError, "can't have unbuffered text I/O", io.open, PATH, "r", 0)
    raises(ValueError, "illegal newline value: x", io.open, PATH, newline="x")
    raises(LookupError, "unknown encoding: zork", io.open, PATH, encoding="zork")
    raises(TypeError, "expected str, bytes or os.PathLike object, not NoneType", io.open, None)
    raises(FileNotFoundError, "[Errno 2] No such file or directory: '/nonexist'", io.open_code, "/nonexist")
    assert io.text_encoding("x") == "x" and io.text_encoding(None) in ("locale", "utf-8")

    class P:
        def __fspath__(self):
            return PATH

    with io.open(P()) as f:
        assert f.name == PATH and f.mode == "r"
    assert issubclass(io.UnsupportedOperation, OSError) and issubclass(io.UnsupportedOperation, ValueError)


def test_newline_decoder():
    d = io.IncrementalNewlineDecoder(None, True)
    assert [d.decode(x) for x in ("a\r", "\nb\r", "c\n")] == ["a", "\nb", "\nc\n"]
    assert d.decode("\r") == "" and d.getstate() == (b"", 1) and d.decode("", final=True) == "\n"
    assert d.newlines == ("\r", "\n", "\r\n")
    d.reset()
    assert d.newlines is None
    raises(ValueError, "IncrementalNewlineDecoder.__init__() not called", io.IncrementalNewlineDecoder.__new__(io.IncrementalNewlineDecoder).reset)


def test_bases():
    raises(io.UnsupportedOperation, "seek", io._IOBase().tell)
    raises(io.UnsupportedOperation, "File or stream is not seekable.", io._IOBase()._checkSeekable)
    raises(NotImplementedError, "", io._RawIOBase().read)
    assert Raw([b"ab\ncd"]).readline() == b"ab\n" and Raw([b"abc", b"de", None, b"f"]).readall() == b"abcde" and Raw([None]).read() is None

    class F(io.BufferedWriter):
        def flush(self):
            raise OSError("flush")

    class E(Raw):
        def close(self):
            self.__dict__["done"] = True
            io._RawIOBase.close(self)

    raw = E()
    f = F(raw)
    raises(OSError, "flush", f.close)
    assert raw.closed and f.closed and raw.done


try:
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
finally:
    posix.unlink(PATH)
