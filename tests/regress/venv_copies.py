# A virtual environment whose program is a copy finds the library by pyvenv.cfg; sys._base_executable names the original.
import os, subprocess, sys, tempfile
with tempfile.TemporaryDirectory() as d:
    for option in ('--copies', '--symlinks'):
        where = os.path.join(d, option[2:])
        subprocess.run([sys.executable, '-m', 'venv', option, '--without-pip', where], check=True)
        show = 'import sys; print(sys.prefix); print(sys.base_prefix); print(sys._base_executable); print(sys.executable)'
        out = subprocess.run([os.path.join(where, 'bin', 'python'), '-c', show], capture_output=True, text=True, check=True).stdout.split('\n')
        assert out[0] == where and out[1] == sys.base_prefix, out
        assert os.path.samefile(out[2], sys.executable) and out[3] == os.path.join(where, 'bin', 'python'), out
