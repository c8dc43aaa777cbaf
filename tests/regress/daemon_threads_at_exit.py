# Daemon threads that wait for their turn when the program ends, or come back from a system call then, get none; the main thread, which still runs Python
# code, must not wait for them.
import subprocess
import sys

program = r'''
import sys, threading, time, types

module = sys.modules['slow'] = types.ModuleType('slow')
exec("""
import sys, threading
text = b'ab' * 100_000_000
lock = threading.Lock()
lock.acquire()
class Slow:
    def __del__(self):
        text.count(b'c'), lock.acquire(timeout=0.02)
        for i in range(1000): pass
        sys.stdout.write('done\\n')
kept = Slow()
""", module.__dict__)
del module

def compute():
    while True: pass
def sleep():
    while True: time.sleep(0.02)
for f in compute, sleep, sleep, sleep:
    threading.Thread(target=f, daemon=True).start()
time.sleep(0.01)
'''
for i in range(3):
    run = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, timeout=20)
    assert (run.returncode, run.stdout, run.stderr) == (0, 'done\n', ''), run
