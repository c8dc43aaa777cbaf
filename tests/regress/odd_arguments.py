# Arguments that once crashed natives.
import signal
import ssl
import threading
import time


def refuses(error, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except error:
        return
    raise AssertionError(f'{f} took {args} {kwargs}')


c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
refuses(TypeError, c.set_psk_server_callback, len, 5)
refuses(TypeError, c.set_psk_server_callback, len, identity_hint=object())

# Ids that are no thread's; the C library would follow them as pointers.
for bad in (1, True, 2**62):
    refuses(ProcessLookupError, time.pthread_getcpuclockid, bad)
    refuses(ProcessLookupError, signal.pthread_kill, bad, 0)
time.clock_gettime(time.pthread_getcpuclockid(threading.get_ident()))
event = threading.Event()
t = threading.Thread(target=event.wait)
t.start()
signal.pthread_kill(t.ident, 0)
time.clock_gettime(time.pthread_getcpuclockid(t.ident))
event.set()
t.join()
refuses(ProcessLookupError, signal.pthread_kill, t.ident, 0)
