# _curses and _curses_panel, in a pseudo-terminal. CPython's test_curses covers the functions one by one.
import os
import pty
import select
import subprocess
import sys
import time

import _curses
import curses

# ---- before there is a screen
for f, message in [(curses.beep, 'must call initscr() first'), (lambda: curses.newwin(1, 1), 'must call initscr() first'),
                   (lambda: _curses.tigetnum('cols'), 'must call (at least) setupterm() first')]:
    try:
        f()
    except curses.error as e:
        assert str(e) == message
    else:
        raise AssertionError(message)
assert curses.KEY_F1 == 265 and curses.KEY_UP == 259 and curses.A_BOLD == 1 << 21 and curses.ncurses_version >= (6,)

child = r'''
import curses, curses.panel, curses.ascii, gc, io, sys, tempfile
out = open(sys.argv[1], 'w')
def main(stdscr):
    assert stdscr.getmaxyx() == (curses.LINES, curses.COLS)
    stdscr.addstr(1, 2, 'gr\u00fc\u00df dich')
    stdscr.addstr(2, 2, b'bytes', curses.A_BOLD)
    stdscr.addch(3, 2, 'x'); stdscr.addch(b'y'); stdscr.addch(ord('z'), curses.A_REVERSE)
    stdscr.addnstr('abcdef', 3)
    assert stdscr.instr(3, 2, 6) == b'xyzabc', stdscr.instr(3, 2, 6)
    assert stdscr.inch(3, 4) & curses.A_CHARTEXT == ord('z') and stdscr.inch(3, 4) & curses.A_REVERSE
    stdscr.insstr(3, 2, 'ins'); assert stdscr.instr(3, 2, 4) == b'insx'
    for bad in [lambda: stdscr.addch('xy' * 9), lambda: stdscr.addch(''), lambda: stdscr.addstr(5), lambda: stdscr.addch(), lambda: stdscr.addstr(1, 2, 'x', 1, 2, 3), lambda: stdscr.box(1)]:
        try: bad()
        except TypeError: pass
        else: raise AssertionError
    try: stdscr.addstr(1000, 1000, 'x')
    except curses.error: pass
    else: raise AssertionError
    part = stdscr.derwin(3, 10, 5, 5)
    part.border(); part.addstr(1, 1, 'part'); part.refresh()
    assert part.getbegyx() == (5, 5) and part.getparyx() == (5, 5) and part.enclose(6, 6) and not part.enclose(0, 0)
    kept = [stdscr.subwin(1, 1, i % 10, i) for i in range(30)]
    del kept, part
    gc.collect()
    w = curses.newwin(3, 10, 1, 1)
    w.addstr('saved')
    with tempfile.TemporaryFile() as f:
        w.putwin(f); f.seek(0)
        assert curses.getwin(f).instr(0, 0, 5) == b'saved'
    pad = curses.newpad(50, 50)
    pad.addstr(0, 0, 'pad')
    try: pad.refresh()
    except curses.error as e: assert 'requires 6 arguments' in str(e)
    pad.refresh(0, 0, 0, 0, 5, 5)
    panels = [curses.panel.new_panel(curses.newwin(3, 3, i, i)) for i in range(5)]
    assert curses.panel.top_panel() is panels[4] and curses.panel.bottom_panel() is panels[0] and panels[4].above() is None and panels[0].below() is None
    panels[0].top(); assert curses.panel.top_panel() is panels[0]
    panels[1].set_userptr(panels); assert panels[1].userptr() is panels and panels[1].window().getmaxyx() == (3, 3)
    panels[2].hide(); assert panels[2].hidden() and not panels[3].hidden()
    curses.panel.update_panels(); curses.doupdate()
    del panels
    gc.collect()
    assert curses.panel.top_panel() is None
    if curses.has_colors():
        curses.init_pair(1, curses.COLOR_RED, curses.COLOR_BLACK)
        assert curses.pair_content(1) == (curses.COLOR_RED, curses.COLOR_BLACK)
        assert curses.pair_number(curses.color_pair(1)) == 1
    curses.ungetch('q'); assert stdscr.getch() == ord('q')
    curses.unget_wch('\u00e9'); assert stdscr.get_wch() == '\u00e9'
    stdscr.nodelay(True)
    assert stdscr.getch() == -1
    stdscr.nodelay(False)
    stdscr.refresh()
    out.write('ready\n'); out.flush()
    out.write(f'{stdscr.getkey()} {stdscr.getkey()} {stdscr.get_wch()!r}\n')
curses.wrapper(main)
out.write('done\n')
out.close()
'''
master, slave = pty.openpty()
environment = {**os.environ, 'TERM': 'xterm-256color', 'LC_ALL': 'C.UTF-8', 'LINES': '24', 'COLUMNS': '80'}
p = subprocess.Popen([sys.executable, '-c', child, 'result'], stdin=slave, stdout=slave, stderr=subprocess.PIPE, env=environment, start_new_session=True)
os.close(slave)
screen, sent, end = b'', False, time.monotonic() + 100
while p.poll() is None and time.monotonic() < end:
    if select.select([master], [], [], 0.1)[0]:
        try:
            screen += os.read(master, 65536)
        except OSError:
            break
    if not sent and os.path.exists('result') and open('result').read() == 'ready\n':
        os.write(master, 'a\x1bOA\u00e9'.encode())
        sent = True
try:
    p.wait(20)
except subprocess.TimeoutExpired:
    p.kill()
    raise AssertionError(f'it hangs; {screen!r}')
errors = p.stderr.read().decode()
assert p.returncode == 0 and not errors, errors
assert open('result').read() == "ready\na KEY_UP 'é'\ndone\n", open('result').read()
assert 'üß dich'.encode() in screen
