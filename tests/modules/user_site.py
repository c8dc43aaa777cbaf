# The user's site-packages are the folder that pip --user installs into, and are on the path when they exist.
import os
import site
import subprocess
import sys
import sysconfig

base = os.path.realpath('userbase')
folder = site._get_path(base)
assert folder == os.path.join(base, 'lib', 'kaa3.14', 'site-packages'), folder
assert site.getusersitepackages() == sysconfig.get_path('purelib', 'posix_user')

os.makedirs(folder)
with open(os.path.join(folder, 'of_the_user.py'), 'w') as f:
    f.write('print("found")\n')
environment = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')} | {'PYTHONUSERBASE': base}


def run(*options):
    return subprocess.run([sys.executable, *options, '-c', 'import of_the_user'], env=environment, capture_output=True, text=True)


assert run().stdout == 'found\n', run()
assert run('-s').returncode == 1
