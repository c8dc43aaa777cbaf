# A thread that writes all the time does not keep others out of a buffered file, and a child of a fork is not locked out by a thread that it does not have.
import os
import threading
import time

r, w = os.pipe()
file = open(w, 'wb', buffering=100)
stop = False


def drain():
    while os.read(r, 1 << 16):
        pass


def write():
    while not stop:
        file.write(b'.')
        file.flush()


threads = [threading.Thread(target=drain), threading.Thread(target=write), threading.Thread(target=write)]
for t in threads:
    t.start()
start = time.monotonic()
for i in range(100):
    file.write(b'!')
    file.flush()
    time.sleep(0.001)
assert time.monotonic() - start < 20

# A child that finds the lock taken.
for i in range(20):
    pid = os.fork()
    if pid == 0:
        file.write(b'?')
        file.flush()
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
stop = True
for t in threads[1:]:
    t.join()
file.close()
threads[0].join()
