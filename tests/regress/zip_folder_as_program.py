# A folder inside an archive can be run as a program; a missing file is still a missing file.
import os
import subprocess
import sys
import tempfile
import zipfile

with tempfile.TemporaryDirectory() as folder:
    archive = os.path.join(folder, 'a.zip')
    with zipfile.ZipFile(archive, 'w') as z:
        z.writestr('pack/__main__.py', 'import sys, other; print(other.x, sys.argv[1:], sys.path[0])')
        z.writestr('pack/other.py', 'x = 42')
    inside = os.path.join(archive, 'pack')
    r = subprocess.run([sys.executable, inside, 'arg'], capture_output=True, text=True)
    assert r.stdout == f"42 ['arg'] {inside}\n", r
    r = subprocess.run([sys.executable, os.path.join(archive, 'pack', 'other.py')], capture_output=True, text=True)
    assert r.returncode == 1 and "can't find '__main__' module" in r.stderr, r
    r = subprocess.run([sys.executable, os.path.join(folder, 'none.py')], capture_output=True, text=True)
    assert r.returncode == 2 and '[Errno 2] No such file or directory' in r.stderr, r
