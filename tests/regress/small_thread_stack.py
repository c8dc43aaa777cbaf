# A thread with the smallest stack that may be asked for runs ordinary code.
import threading
old = threading.stack_size(256 * 1024)
done = []
def work():
    done.append(sorted([3, 1, 2], key=lambda x: -x))
t = threading.Thread(target=work)
t.start()
t.join(30)
threading.stack_size(old)
assert done == [[3, 2, 1]]
