# Frozen modules: found without a search, cached as .pyc; a damaged or old cache is made anew.
import _imp, os, shutil, subprocess, sys, tempfile
import importlib.machinery, importlib.util

assert os.__spec__.origin == 'frozen' and os.__spec__.loader is importlib.machinery.FrozenImporter
assert os.__file__.endswith('/os.py') and os.makedirs.__code__.co_filename == '<frozen os>'
import encodings
assert encodings.__path__ == [os.path.dirname(encodings.__file__)]
assert _imp.is_frozen('site') and not _imp.is_frozen('json') and _imp.is_frozen_package('encodings')
assert _imp.find_frozen('json') is None
assert _imp.find_frozen('os') == (None, False, 'os')
data, package, name = _imp.find_frozen('stat', withdata=True)
assert name == 'stat' and type(data) is memoryview
assert _imp.get_frozen_object('stat', data).co_name == '<module>'
for bad in (b'', b'?', b'N'):
    try: _imp.get_frozen_object('stat', bad)
    except (ImportError, TypeError) as e: assert 'stat' in str(e), e
    else: raise AssertionError(bad)
try: _imp.get_frozen_object('json')
except ImportError as e: assert e.name == 'json' and str(e) == 'No such frozen object named json'
else: raise AssertionError

def run(*args, lib=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')}
    if lib: env['KAA_STDLIB'] = lib
    p = subprocess.run([sys.executable, *args], capture_output=True, text=True, env=env)
    assert p.returncode == 0, p.stderr
    return p.stdout.strip()

show = 'import os, zipimport; print(os.__spec__.origin, zipimport.__spec__.origin)'
assert run('-X', 'frozen_modules=off', '-c', show).endswith('os.py frozen')
assert run('-X', 'frozen_modules=on', '-c', show) == 'frozen frozen'
p = subprocess.run([sys.executable, '-X', 'frozen_modules=maybe', '-c', ''], capture_output=True, text=True)
assert p.returncode == 1 and 'bad value for option -X frozen_modules' in p.stderr

# A library of links, but for os.py and the folder of caches.
real = os.path.dirname(os.__file__)
with tempfile.TemporaryDirectory() as lib:
    for entry in os.listdir(real):
        if entry not in ('os.py', '__pycache__'): os.symlink(os.path.join(real, entry), os.path.join(lib, entry))
    source, cache = os.path.join(lib, 'os.py'), os.path.join(lib, '__pycache__', 'os.kaa-314.pyc')
    shutil.copy(os.path.join(real, 'os.py'), source)
    run('-B', '-c', '', lib=lib)
    assert not os.path.exists(cache)
    run('-c', '', lib=lib)
    with open(cache, 'rb') as f: good = f.read()
    show = 'import os; print(getattr(os, "mark", None), os.makedirs.__code__.co_filename)'
    for damaged in (b'', good[:16], good[:100], good[:-1], good[:500] + bytes([good[500] ^ 255]) + good[501:], b'junk' * 1000):
        with open(cache, 'wb') as f: f.write(damaged)
        assert run('-c', show, lib=lib) == 'None <frozen os>'
        with open(cache, 'rb') as f: assert f.read() == good
    with open(source, 'a') as f: f.write('\nmark = 42\n')
    for i in range(2): assert run('-c', show, lib=lib) == '42 <frozen os>'
    # importlib and the native reader share the file, each with its own name for the source.
    assert run('-X', 'frozen_modules=off', '-c', show, lib=lib) == '42 ' + source
    assert run('-c', show, lib=lib) == '42 <frozen os>'
