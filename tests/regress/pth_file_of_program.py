# PROGRAM._pth beside the program gives the whole of sys.path and shuts out the environment; site is imported only if it says so.
import os
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    program = os.path.join(folder, 'kaa')
    os.symlink(sys.executable, program)
    library = os.path.dirname(os.__file__)
    ask = 'import sys; print(sys.path, sys.flags.no_site, sys.flags.isolated, sys.flags.safe_path)'

    def run(lines):
        with open(program + '._pth', 'w') as f:
            f.write(lines)
        r = subprocess.run([program, '-c', ask], capture_output=True, text=True, env={**os.environ, 'PYTHONPATH': 'from-env'})
        assert r.returncode == 0 and not r.stderr, r
        return r.stdout

    assert run(f'# comment\n{library}\n./a/../b  # more\n\n..\n') == f"{[library, folder + '/b', os.path.dirname(folder)]} 1 1 True\n"
    shown = run(f'{library}\nimport site\n')
    assert shown.startswith(f"['{library}'") and shown.endswith('0 1 True\n') and 'from-env' not in shown, shown
