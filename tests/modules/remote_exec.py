# sys.remote_exec: a script runs in another process, in a namespace of its own, at the next instruction that polls; its errors are told there.
import os
import subprocess
import sys
import tempfile

TARGET = '''
import sys
sys.addaudithook(lambda event, args: print('audit', args[0]) if event == 'cpython.remote_debugger_script' else None)
print('ready', flush=True)
sys.stdin.readline()
for i in range(3):
    pass
print('x' in globals(), flush=True)
sys.stdin.readline()
for i in range(3):
    pass
print('end', flush=True)
'''


def raises(exc, *args):
    try:
        sys.remote_exec(*args)
    except exc as e:
        return str(e)
    raise AssertionError(args)


def start(*options, **env):
    p = subprocess.Popen([sys.executable, *options, '-c', TARGET], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         env={**os.environ, **env})
    assert p.stdout.readline() == 'ready\n'
    return p


assert sys.is_remote_debug_enabled()
with tempfile.TemporaryDirectory() as folder:
    script, wrong = os.path.join(folder, 'script.py'), os.path.join(folder, 'wrong.py')
    with open(script, 'w') as f:
        f.write('import sys\nx = 5\nassert __builtins__ and x\nprint("in", sys._getframe(1).f_code.co_name)\n')
    with open(wrong, 'w') as f:
        f.write('1 / 0\n')
    # this process
    log = []
    with open(os.path.join(folder, 'self.py'), 'w') as f:
        f.write('import __main__\n__main__.log.append(1)\n')
    sys.remote_exec(os.getpid(), os.path.join(folder, 'self.py').encode())
    for i in range(3):
        pass
    assert log == [1]
    # another one
    with start() as p:
        sys.remote_exec(p.pid, script)
        p.stdin.write('\n')
        p.stdin.flush()
        assert p.stdout.readline() == f'audit {script}\n'
        assert p.stdout.readline().startswith('in ')
        assert p.stdout.readline() == 'False\n'
        sys.remote_exec(p.pid, wrong)
        out, err = p.communicate('\n')
        assert out == f'audit {wrong}\nend\n' and 'ZeroDivisionError: division by zero' in err and p.returncode == 0, (out, err)
    for options, env in ((['-X', 'disable_remote_debug'], {}), ([], {'PYTHON_DISABLE_REMOTE_DEBUG': '1'})):
        with start(*options, **env) as p:
            assert raises(RuntimeError, p.pid, script) == 'Remote debugging is not enabled in the remote process'
            p.communicate('\n\n')
    with subprocess.Popen(['sleep', '100']) as p:
        raises((RuntimeError, OSError), p.pid, script)  # no Kaa
        p.kill()
    raises(FileNotFoundError, os.getpid(), os.path.join(folder, 'none.py'))
    raises(OSError, 2 ** 22 + 5, script)
    raises(TypeError, 0, None)
