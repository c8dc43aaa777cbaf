# site and sysconfig name the same folder for packages that a user installs with `pip --user`.
import site
import sysconfig

assert site._get_path('/base') == sysconfig.get_path('purelib', 'posix_user', vars={'userbase': '/base'}), site._get_path('/base')
