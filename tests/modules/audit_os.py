# Functions of os tell audit hooks what they are about to do, with CPython's events and arguments.
import os
import sys
import tempfile

events = []
watching = False
veto = None


def hook(event, args):
    if not watching:
        return
    if event.startswith('os.') or event == 'open':
        events.append((event, *args))
    if event == veto:
        raise RuntimeError(event)


sys.addaudithook(hook)


def seen(f, *args, **kw):
    global watching
    events.clear()
    watching = True
    try:
        f(*args, **kw)
    except (OSError, RuntimeError):
        pass
    finally:
        watching = False
    return list(events)


folder = tempfile.mkdtemp()
name, other = os.path.join(folder, 'a'), os.path.join(folder, 'b')
fd = os.open(name, os.O_RDWR | os.O_CREAT)
here = os.open(folder, os.O_RDONLY)
assert seen(os.open, name, os.O_RDONLY)[0][:3] == ('open', name, None)
for f, args, kw, want in (
        (os.chmod, (name, 0o600), {}, ('os.chmod', name, 0o600, -1)),
        (os.fchmod, (fd, 0o600), {}, ('os.chmod', fd, 0o600, -1)),
        (os.chown, (name, -1, -1), {}, ('os.chown', name, 2**32 - 1, 2**32 - 1, -1)),
        (os.fchown, (fd, -1, -1), {}, ('os.chown', fd, 2**32 - 1, 2**32 - 1, -1)),
        (os.truncate, (name, 5), {}, ('os.truncate', name, 5)),
        (os.ftruncate, (fd, 7), {}, ('os.truncate', fd, 7)),
        (os.utime, (name, (1, 2)), {}, ('os.utime', name, (1, 2), None, -1)),
        (os.utime, (name,), {'ns': (1, 2)}, ('os.utime', name, None, (1, 2), -1)),
        (os.rename, (name, other), {}, ('os.rename', name, other, -1, -1)),
        (os.link, ('b', 'a'), {'src_dir_fd': here, 'dst_dir_fd': here}, ('os.link', 'b', 'a', here, here)),
        (os.remove, ('b',), {'dir_fd': here}, ('os.remove', 'b', here)),
        (os.symlink, ('a', other), {}, ('os.symlink', 'a', other, -1)),
        (os.unlink, (other,), {}, ('os.remove', other, -1)),
        (os.mkdir, (other, 0o700), {}, ('os.mkdir', other, 0o700, -1)),
        (os.listdir, (folder,), {}, ('os.listdir', folder)),
        (os.scandir, (other,), {}, ('os.scandir', other)),
        (os.rmdir, (other,), {}, ('os.rmdir', other, -1)),
        (os.chdir, (folder,), {}, ('os.chdir', folder)),
        (os.putenv, ('KAA_AUDIT', 'x'), {}, ('os.putenv', b'KAA_AUDIT', b'x')),
        (os.unsetenv, ('KAA_AUDIT',), {}, ('os.unsetenv', b'KAA_AUDIT')),
        (os.system, ('true',), {}, ('os.system', b'true')),
        (os.kill, (os.getpid(), 0), {}, ('os.kill', os.getpid(), 0)),
        (os.lockf, (fd, os.F_TEST, 1), {}, ('os.lockf', fd, os.F_TEST, 1)),
        (os.getxattr, (name, 'user.none'), {}, ('os.getxattr', name, 'user.none')),
        (os.setxattr, (name, 'user.none', b'x'), {}, ('os.setxattr', name, 'user.none', b'x', 0)),
        (os.removexattr, (name, 'user.none'), {}, ('os.removexattr', name, 'user.none')),
        (os.listxattr, (name,), {}, ('os.listxattr', name)),
        (os.posix_spawn, ('/none/here', ['x'], {}), {}, ('os.posix_spawn', '/none/here', ['x'], {})),
        (os.execv, ('/none/here', ['x']), {}, ('os.exec', '/none/here', ['x'], None)),
        (os.execve, ('/none/here', ['x'], {}), {}, ('os.exec', '/none/here', ['x'], {}))):
    got = seen(f, *args, **kw)
    assert got and got[0] == want, (f, got, want)

# A hook that raises prevents the deed.
for veto, f, args in (('os.fork', os.fork, ()), ('os.remove', os.remove, (name,)), ('os.mkdir', os.mkdir, (other,))):
    assert seen(f, *args) and os.path.exists(name) and not os.path.exists(other)
veto = None
os.remove(name)
os.chdir('/')
os.rmdir(folder)
