# readline: history files of both kinds, and a line edited in a pseudo-terminal. CPython's test_readline covers the rest.
import os
import pty
import select
import subprocess
import sys
import time

import readline

assert readline.backend == 'editline' and 'libedit' in readline.__doc__
readline.clear_history()
for i in range(5):
    readline.add_history(f'line {i} \u00e9 \\n')
assert readline.get_current_history_length() == 5
assert [readline.get_history_item(i) for i in (0, 1, 5, 6, -1)] == [None, 'line 0 \u00e9 \\n', 'line 4 \u00e9 \\n', None, None]
readline.write_history_file('plain')
assert open('plain', encoding='utf-8').read() == ''.join(f'line {i} \u00e9 \\n\n' for i in range(5)) and os.stat('plain').st_mode & 0o777 == 0o600
readline.replace_history_item(1, 'other')
readline.remove_history_item(0)
assert readline.get_history_item(1) == 'other' and readline.get_current_history_length() == 4
readline.append_history_file(2, 'plain')
assert len(open('plain', encoding='utf-8').readlines()) == 7
readline.set_history_length(3)
readline.append_history_file(1, 'plain')
assert len(open('plain', encoding='utf-8').readlines()) == 3 and readline.get_history_length() == 3
readline.set_history_length(-1)
readline.clear_history()
readline.read_history_file('plain')
assert readline.get_current_history_length() == 3
# what libedit itself writes
with open('own', 'w') as f:
    f.write('_HiStOrY_V2_\nprint(1)\nwith\\040a\\040space\\134\n')
readline.clear_history()
readline.read_history_file('own')
assert [readline.get_history_item(i) for i in (1, 2)] == ['print(1)', 'with a space\\']
for f, exc in [(lambda: readline.read_history_file('absent'), FileNotFoundError), (lambda: readline.append_history_file(1, 'absent'), FileNotFoundError),
               (lambda: readline.append_history_file(-1, 'plain'), ValueError), (lambda: readline.remove_history_item(-1), ValueError),
               (lambda: readline.remove_history_item(99), ValueError), (lambda: readline.replace_history_item(99, 'x'), ValueError),
               (lambda: readline.add_history(3), TypeError), (lambda: readline.add_history('a\0b'), ValueError), (lambda: readline.set_completer(3), TypeError)]:
    try:
        f()
    except exc:
        pass
    else:
        raise AssertionError(exc)
readline.set_completer_delims(' .')
assert readline.get_completer_delims() == ' .' and readline.get_completer() is None
complete = lambda text, n: None
readline.set_completer(complete)
assert readline.get_completer() is complete
readline.set_completer()

child = r'''
import readline, gc, signal, os
readline.parse_and_bind('bind "\t" rl_complete')
words = ['alpha', 'alps', 'beta']
def completer(text, n):
    gc.collect()
    return ([w for w in words if w.startswith(text)] + [None])[n]
readline.set_completer(completer)
print('got', ascii(input('> ')))
print('again', ascii(input('>> ')), readline.get_history_item(1), readline.get_current_history_length())
seen = []
signal.signal(signal.SIGALRM, lambda *a: seen.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.2)
print('third', ascii(input('3> ')), seen)
try:
    input('4> ')
except EOFError:
    print('end of file')
'''
master, slave = pty.openpty()
p = subprocess.Popen([sys.executable, '-c', child], stdin=slave, stdout=slave, stderr=subprocess.PIPE, env={**os.environ, 'TERM': 'xterm', 'LC_ALL': 'C.UTF-8'}, start_new_session=True)
os.close(slave)
screen, end = b'', time.monotonic() + 200
steps = [(b'> ', b'be\t\x02\x02\x02\x02X\r'), (b'>> ', b'\x1b[A!\r'), (b'3> ', None), (b'4> ', b'\x04')]
while p.poll() is None and time.monotonic() < end:
    if select.select([master], [], [], 0.1)[0]:
        try:
            screen += os.read(master, 65536)
        except OSError:
            break
    if steps and steps[0][0] in screen:
        prompt, answer = steps.pop(0)
        if answer is None:
            time.sleep(0.6)  # the alarm comes while the line is waited for
            answer = b'ok\r'
        os.write(master, answer)
while select.select([master], [], [], 0.1)[0]:  # what it wrote last
    try:
        screen += os.read(master, 65536)
    except OSError:
        break
p.wait(20)
errors = p.stderr.read().decode()
assert p.returncode == 0 and not errors, (errors, screen)
assert b"got 'Xbeta'" in screen and b"again 'Xbeta!' Xbeta 2" in screen and b"third 'ok' [1]" in screen and b'end of file' in screen, screen
