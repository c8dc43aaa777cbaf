# subprocess over _posixsubprocess, and limits.
import os, resource, signal, subprocess, sys


def error(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError("no error")


assert subprocess.check_output(["echo", "hello"]) == b"hello\n"
assert subprocess.run("exit 3", shell=True).returncode == 3
p = subprocess.run(["cat"], input="é\n", capture_output=True, text=True)
assert (p.stdout, p.stderr, p.returncode) == ("é\n", "", 0)
p = subprocess.run(["sh", "-c", "echo out; echo err >&2"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
assert p.stdout == b"out\nerr\n"
assert subprocess.check_output(["pwd"], cwd="/usr") == b"/usr\n"
assert subprocess.check_output(["sh", "-c", "echo $A"], env={"A": "b"}) == b"b\n"
assert error(subprocess.run, ["/nonexist/x"]) == ("FileNotFoundError", "[Errno 2] No such file or directory: '/nonexist/x'")
assert error(subprocess.run, ["true"], cwd="/nonexist") == ("FileNotFoundError", "[Errno 2] No such file or directory: '/nonexist'")
assert error(subprocess.run, ["/etc/passwd"])[0] == "PermissionError"
r, w = os.pipe()
subprocess.run(["sh", "-c", "echo kept >&%d" % w], pass_fds=[w])
assert os.read(r, 10) == b"kept\n"
os.set_inheritable(w, True)
assert subprocess.run(["sh", "-c", "echo x >&%d" % w], stderr=subprocess.DEVNULL).returncode != 0   # closed
assert subprocess.check_output(["sh", "-c", "umask"], umask=0o027) == b"0027\n"
assert int(subprocess.check_output(["sh", "-c", "ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat"], start_new_session=True)) != os.getsid(0)
assert subprocess.check_output(["sh", "-c", "echo $X"], preexec_fn=lambda: os.putenv("X", "pre"), env=None) == b"pre\n"
assert error(subprocess.run, ["true"], preexec_fn=lambda: 1 / 0) == ("SubprocessError", "Exception occurred in preexec_fn.")
p = subprocess.Popen(["sleep", "10"])
assert p.poll() is None
p.send_signal(signal.SIGTERM)
assert p.wait() == -signal.SIGTERM
assert error(subprocess.run, ["sleep", "5"], timeout=0.05)[0] == "TimeoutExpired"
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0 and resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime >= 0
assert error(resource.getrlimit, 99) == ("ValueError", "invalid resource specified")
import fcntl, pwd, grp
assert pwd.getpwuid(0).pw_name == "root" and pwd.getpwnam("root").pw_uid == 0 and grp.getgrgid(0)[0] == "root"
assert error(pwd.getpwnam, "nobodyhere") == ("KeyError", "\"getpwnam(): name not found: 'nobodyhere'\"")
assert fcntl.fcntl(r, fcntl.F_GETFD) == fcntl.FD_CLOEXEC
assert error(fcntl.fcntl, 0, 1, 1.5)[1] == "fcntl() argument 3 must be an integer, a bytes-like object, or a string, not float"
