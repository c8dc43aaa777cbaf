# After -i the line editor, and the loop it falls back to on a terminal that can do nothing, have the program's names.
import os
import pty
import sys
import tempfile


def session(term, *args):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM=term, NO_COLOR='1', PYTHON_HISTORY='/dev/null')
        os.execv(sys.executable, [sys.executable, *args])
    os.write(fd, b'print(FOO + 1)\nexit()\n')
    shown = b''
    try:
        while chunk := os.read(fd, 1000):
            shown += chunk
    except OSError:  # the other side is closed
        pass
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


with tempfile.TemporaryDirectory() as folder:
    program = os.path.join(folder, 'program.py')
    with open(program, 'w') as f:
        f.write('FOO = 42\n')
    for term in 'dumb', 'xterm':
        shown, status = session(term, '-i', program)
        assert '43' in shown and 'Error' not in shown and status == 0, (term, shown, status)
    os.environ['PYTHONSTARTUP'] = program
    for args in ((), ('-i', '-c', 'pass')):
        shown, status = session('xterm', *args)
        assert '43' in shown and 'Error' not in shown and status == 0, (args, shown, status)
assert 'warning' not in session('xterm')[0] and "can't use pyrepl" in session('dumb')[0]
