# A daemon thread that is inside a stream when the program ends may not give the stream's lock back: the end does not wait for it, or not for long.
import subprocess
import sys

for stream in "open(w, 'wb')", "sys.stderr.buffer":
    program = f'''
import os, sys, threading, time
r, w = os.pipe()
os.dup2(w, 2)
f = {stream}
threading.Thread(target=f.write, args=(b'x' * 1_000_000,), daemon=True).start()
time.sleep(0.1)
print('end')
'''
    run = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, timeout=30)
    assert (run.returncode, run.stdout, run.stderr) == (0, 'end\n', ''), run

# Text in the buffer makes the first flush wait for the lock.
program = '''
import os, sys, threading, time
r, w = os.pipe()
os.dup2(w, 2)
sys.stderr.buffer.write(b'some')
threading.Thread(target=sys.stderr.buffer.write, args=(b'x' * 1_000_000,), daemon=True).start()
time.sleep(0.1)
print('end')
'''
run = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, timeout=30)
assert run.stdout == 'end\n' and run.returncode == 0, run
