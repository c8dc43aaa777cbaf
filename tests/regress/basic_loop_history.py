# The basic interactive loop reads a terminal through the module readline: lines can be recalled, and the history is kept.
import os
import pty
import select
import sys
import tempfile
import time


def session(history, keys):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM='xterm', NO_COLOR='1', PYTHON_BASIC_REPL='1', PYTHON_HISTORY=history, LC_ALL='C.UTF-8')
        os.execv(sys.executable, [sys.executable, '-q'])
    shown, end = b'', time.monotonic() + 50
    prompts = 0
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.1)[0]:
            continue
        try:
            shown += os.read(fd, 10000)
        except OSError:  # the other side is closed
            break
        while keys and shown.count(b'>>> ') + shown.count(b'... ') > prompts:
            prompts = shown.count(b'>>> ') + shown.count(b'... ')
            os.write(fd, keys.pop(0))
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


with tempfile.TemporaryDirectory() as folder:
    history = os.path.join(folder, 'history')
    shown, status = session(history, [b'a = 40\r', b'if a:\r', b'    print(a + 2, "\xc3\xa9")\r', b'\r', b'1/0\r', b'\x04'])
    assert '42 \u00e9' in shown and 'ZeroDivisionError' in shown and status == 0, (shown, status)
    with open(history, encoding='utf-8') as f:
        assert f.read().splitlines() == ['a = 40', 'if a:', '    print(a + 2, "\u00e9")', '1/0'], history
    shown, status = session(history, [b'b = "recalled"\r', b'\x1b[A\x1b[A\r', b'b.upper()\r', b'exit()\r'])
    assert 'ZeroDivisionError' in shown and 'RECALLED' in shown and status == 0, (shown, status)
