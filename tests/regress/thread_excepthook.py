# threading.excepthook is the native one: what it takes, and where it writes.
import io
import sys
import threading
import _thread

assert threading.excepthook is _thread._excepthook and threading.ExceptHookArgs is _thread._ExceptHookArgs
for wrong in 3, None, (1, 2, 3, 4):
    try:
        threading.excepthook(wrong)
    except TypeError as e:
        assert str(e) == '_thread.excepthook argument type must be ExceptHookArgs'
    else:
        raise AssertionError(wrong)
assert repr(threading.ExceptHookArgs([1, 2, 3, 4])) == '_thread._ExceptHookArgs(exc_type=1, exc_value=2, exc_traceback=3, thread=4)'


def fails():
    raise ValueError('of the thread')


def told(make, without_stderr):
    real, text = sys.stderr, io.StringIO()
    sys.stderr = text
    try:
        t = threading.Thread(target=make, name='T')
        if without_stderr:
            sys.stderr = None
        t.start()
        t.join()
    finally:
        sys.stderr = real
    return text.getvalue()


for without in False, True:
    text = told(fails, without)
    assert text.startswith('Exception in thread T:\nTraceback (most recent call last):\n') and text.endswith('ValueError: of the thread\n'), text
    assert told(sys.exit, without) == ''
print('ok')
