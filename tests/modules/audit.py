# Audit hooks: events, vetoes of hooks, no tracing inside of them.
import sys

events = []
class Hook:
    on = True
    veto = None
    def __call__(self, event, args):
        if not self.on:
            return
        events.append((event, args))
        if self.veto and event == 'sys.addaudithook':
            raise self.veto
hook = Hook()
sys.addaudithook(hook)
sys.audit('mine', 1, 'x')
assert events == [('mine', (1, 'x'))]
events.clear()
sys._getframe()
sys.setprofile(None)
assert [e[0] for e in events] == ['sys._getframe', 'sys.setprofile'] and events[0][1] == (sys._getframe(),)
hook.veto = RuntimeError
refused = []
sys.addaudithook(lambda e, a: refused.append(e))  # silently
hook.veto = BaseException
try:
    sys.addaudithook(lambda e, a: refused.append(e))
except BaseException as e:
    assert type(e) is BaseException
else:
    raise AssertionError
hook.veto = None
sys.audit('again')
assert refused == []
calls = []
def tracer(frame, event, arg):
    calls.append(frame.f_code.co_name)
sys.settrace(tracer)
sys.audit('traced')
sys.settrace(None)
assert '__call__' not in calls and ('traced', ()) in events
hook.on = False
