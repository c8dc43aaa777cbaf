# An installed tree works where it is moved to: without PYTHONHOME, from another folder, without the right to write there, by way of a link, and
# as the base of a virtual environment. The tree is made of hard links to this program and its library.
import os
import shutil
import subprocess
import sys

library = os.path.dirname(os.__file__)
here = os.path.realpath(os.curdir)
first, second = os.path.join(here, 'first'), os.path.join(here, 'second', 'place')


def link(source, target):
    source = os.path.realpath(source)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


os.makedirs(os.path.join(first, 'bin'))
link(sys.executable, os.path.join(first, 'bin', 'kaa3.14'))
os.symlink('kaa3.14', os.path.join(first, 'bin', 'kaa'))
shutil.copytree(library, os.path.join(first, 'lib', 'kaa3.14'), copy_function=link,
                ignore=lambda folder, names: {n for n in names if n in ('test', '__pycache__', 'site-packages', 'idlelib', 'ensurepip')})
os.makedirs(os.path.join(first, 'lib', 'kaa3.14', 'site-packages'))
os.makedirs(os.path.dirname(second))
os.rename(first, second)

environment = {k: v for k, v in os.environ.items() if not k.startswith(('PYTHON', 'KAA'))}
probe = 'import sys, json, asyncio, sqlite3, decimal; print(sys.prefix, sys.base_prefix, json.__file__, sep="\\n")'


def run(*command, cwd='/'):
    r = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert r.returncode == 0, (command, r.stdout, r.stderr)
    return r.stdout.splitlines()


program = os.path.join(second, 'bin', 'kaa')
want = [second, second, os.path.join(second, 'lib', 'kaa3.14', 'json', '__init__.py')]
assert run(program, '-c', probe) == want
assert run(program, '-c', probe, cwd='/usr') == want
for folder, names, files in os.walk(second):
    os.chmod(folder, 0o555)
try:
    assert run(program, '-B', '-c', probe) == want and run(program, '-I', '-c', probe) == want
    os.symlink(program, os.path.join(here, 'a link'))
    assert run(os.path.join(here, 'a link'), '-c', probe) == want
    venv = os.path.join(here, 'environment')
    run(program, '-m', 'venv', '--without-pip', venv)
    assert run(os.path.join(venv, 'bin', 'python'), '-c', probe) == [venv, *want[1:]]
finally:
    for folder, names, files in os.walk(second):
        os.chmod(folder, 0o755)
