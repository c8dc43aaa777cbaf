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
# The smallest size is CPython's.
assert threading.stack_size(53248) == old
t = threading.Thread(target=work)
t.start()
t.join(30)
assert threading.stack_size(old) == 53248 and done == [[3, 2, 1]] * 2
for size in -1, 1, 53247:
    try:
        threading.stack_size(size)
    except ValueError as e:
        assert str(e) == 'size must be at least 53248 bytes'
    else:
        raise AssertionError(size)
