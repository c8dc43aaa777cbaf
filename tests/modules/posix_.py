# The module posix: files, directories, paths, processes.
import errno, os, posix, sys, tempfile, stat


def error(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError("no error")


class P:
    def __init__(self, p): self.p = p
    def __fspath__(self): return self.p


base = tempfile.mkdtemp()
a, b = base + "/a", base + "/b"
# files
fd = os.open(a, os.O_RDWR | os.O_CREAT, 0o600)
assert not os.get_inheritable(fd)
assert os.write(fd, b"hello world") == 11 and os.lseek(fd, 0, os.SEEK_SET) == 0
assert os.read(fd, 5) == b"hello" and os.pread(fd, 5, 6) == b"world"
buf = bytearray(4)
assert os.readinto(fd, buf) == 4 and buf == b" wor"
x, y = bytearray(3), bytearray(3)
assert os.preadv(fd, [x, y], 0) == 6 and x + y == b"hello "
assert os.pwritev(fd, [b"HE", b"LLO"], 0) == 5 and os.fstat(fd).st_size == 11
os.ftruncate(fd, 5)
st = os.stat(a)
assert st.st_size == 5 and stat.S_ISREG(st.st_mode) and st.st_mode & 0o777 == 0o600 and st == os.stat(fd) == os.fstat(fd) == os.stat(P(a))
assert st.st_mtime_ns // 10**9 == st[8] and abs(st.st_mtime - st.st_mtime_ns / 1e9) < 1e-3
os.close(fd)
assert error(os.close, fd) == ("OSError", "[Errno 9] Bad file descriptor")
os.utime(a, (1.5, 2.25))
assert os.stat(a).st_atime == 1.5 and os.stat(a).st_mtime_ns == 2250000000
os.utime(a, ns=(-1, 5))
assert os.stat(a).st_atime_ns == -1 and os.stat(a).st_mtime_ns == 5
# names
os.rename(a, b)
os.symlink("b", a)
assert os.readlink(a) == "b" and os.readlink(a.encode()) == b"b" and os.lstat(a).st_mode != os.stat(a).st_mode
os.link(b, base + "/c")
assert os.stat(b).st_nlink == 2
os.mkdir(base + "/d")
assert sorted(os.listdir(base)) == ["a", "b", "c", "d"] and sorted(os.listdir(os.fsencode(base))) == [b"a", b"b", b"c", b"d"]
dfd = os.open(base, os.O_RDONLY)
assert sorted(os.listdir(dfd)) == ["a", "b", "c", "d"] and os.stat("b", dir_fd=dfd).st_size == 5
os.mkdir("e", dir_fd=dfd)
os.rmdir("e", dir_fd=dfd)
entries = {}
with os.scandir(base) as it:
    for e in it:
        entries[e.name] = e
assert entries["a"].is_symlink() and entries["a"].is_file() and not entries["a"].is_file(follow_symlinks=False)
assert entries["d"].is_dir() and entries["b"].stat().st_size == 5 and entries["b"].inode() == st.st_ino
assert entries["b"].path == b and os.fspath(entries["b"]) == b and repr(entries["b"]) == "<DirEntry 'b'>"
assert {e.path for e in os.scandir(dfd)} == {"a", "b", "c", "d"}
os.close(dfd)
# names that are no UTF-8
odd = os.fsencode(base) + b"/\xff\xe9"
os.close(os.open(odd, os.O_CREAT | os.O_WRONLY))
assert "\udcff\udce9" in os.listdir(base)
os.unlink(base + "/\udcff\udce9")
# errors
for call, text in [
        (lambda: os.stat("/nonexist/x"), "[Errno 2] No such file or directory: '/nonexist/x'"),
        (lambda: os.rename("/nonexist/x", "/y"), "[Errno 2] No such file or directory: '/nonexist/x' -> '/y'"),
        (lambda: os.stat(None), "stat: path should be string, bytes, os.PathLike or integer, not NoneType"),
        (lambda: os.mkdir(5), "mkdir: path should be string, bytes or os.PathLike, not int"),
        (lambda: os.stat("a\0b"), "stat: embedded null character in path"),
        (lambda: os.stat(1, dir_fd=3), "stat: can't specify dir_fd without matching path"),
        (lambda: os.stat(1, follow_symlinks=False), "stat: cannot use fd and follow_symlinks together"),
        (lambda: os.stat("x", dir_fd="a"), "argument should be integer or None, not str"),
        (lambda: os.fspath(5), "expected str, bytes or os.PathLike object, not int"),
        (lambda: os.fspath(P(5)), "expected P.__fspath__() to return str or bytes, not int"),
        (lambda: os.putenv("a=b", "c"), "illegal environment variable name"),
        (lambda: os.sysconf("SC_FOO"), "unrecognized configuration name")]:
    assert error(call)[1] == text, (error(call), text)
assert error(os.stat, "/nonexist")[0] == "FileNotFoundError"
# path text
for p, r in [("/a/../b//c/./d", "/b/c/d"), ("", "."), ("//a/..", "//"), ("../../a/..", "../.."), ("a/..", "."), ("///a", "/a"),
             ("a\0/../b", "b"), (b"a//b/", b"a/b"), ("/..", "/"), ("a/../../b", "../b"),
             ("é/./ü", "é/ü"), ("\udc80/../\U00010000//", "\U00010000"), (b"", b"."), (b"//\xff/./..", b"//"), ("./.", "."), ("../é/..", ".."), ("//", "//"), ("////a/", "/a")]:
    assert posix._path_normpath(p) == r, p
assert posix._path_splitroot_ex("//a/b") == ("", "//", "a/b") and posix._path_splitroot_ex(b"/a") == (b"", b"/", b"a")
assert posix._path_splitroot_ex("///é") == ("", "/", "//é") and posix._path_splitroot_ex("a") == ("", "", "a") and posix._path_splitroot_ex(b"//") == (b"", b"//", b"")
assert type(posix._path_normpath(type("S", (str,), {})("a/b"))) is str is type(posix._path_splitroot_ex(type("S", (str,), {})("a"))[2])
# environment
os.environ["KAA_TEST_X"] = "é"
assert os.popen("echo $KAA_TEST_X").read() == "é\n"
del os.environ["KAA_TEST_X"]
assert posix._create_environ().get(b"KAA_TEST_X") is None
# pipes, descriptors
r, w = os.pipe()
assert os.writev(w, [b"ab", b"cd"]) == 4 and os.read(r, 10) == b"abcd"
os.set_blocking(r, False)
assert not os.get_blocking(r) and error(os.read, r, 1)[0] == "BlockingIOError"
d = os.dup(w)
os.set_inheritable(d, True)
assert os.get_inheritable(d)
for f in (r, w, d):
    os.close(f)
# processes
r, w = os.pipe()
log = []
os.register_at_fork(before=lambda: log.append("b1"), after_in_parent=lambda: log.append("p"), after_in_child=lambda: log.append("c"))
os.register_at_fork(before=lambda: log.append("b2"))
pid = os.fork()
if pid == 0:
    os.write(w, repr(log).encode())
    os._exit(7)
assert os.waitpid(pid, 0) == (pid, 7 << 8) and os.read(r, 100) == b"['b2', 'b1', 'c']" and log == ["b2", "b1", "p"]
assert os.waitstatus_to_exitcode(7 << 8) == 7 and os.waitstatus_to_exitcode(9) == -9
pid = os.posix_spawn("/bin/sh", ["sh", "-c", "echo $X; exit 3"], {"X": "spawned"}, file_actions=[(os.POSIX_SPAWN_DUP2, w, 1)])
assert os.waitstatus_to_exitcode(os.wait4(pid, 0)[1]) == 3 and os.read(r, 100) == b"spawned\n"
pid = os.fork()
if pid == 0:
    try:
        os.execve("/bin/sh", ["sh", "-c", "exit $Y"], {"Y": "5"})
    finally:
        os._exit(1)
info = os.waitid(os.P_PID, pid, os.WEXITED)
assert info.si_pid == pid and info.si_status == 5 and info.si_code == os.CLD_EXITED
assert error(os.waitpid, pid, 0) == ("ChildProcessError", "[Errno 10] No child processes")
# the rest
assert len(os.urandom(20)) == 20 and os.uname().sysname == "Linux" and os.getpid() > 0 and os.cpu_count() >= 1
assert os.sched_param(5).__reduce__() == (os.sched_param, (5,)) and os.sched_getaffinity(0)
assert os.major(os.makedev(7, 9)) == 7 and os.minor(os.makedev(7, 9)) == 9 and os.strerror(errno.ENOENT) == "No such file or directory"
fd = os.eventfd(3)
os.eventfd_write(fd, 4)
assert os.eventfd_read(fd) == 7
os.close(fd)
m, s = os.openpty()
assert os.isatty(s) and os.isatty(m)
import shutil
shutil.rmtree(base)
assert not os.path.exists(base)
