"""Build facts of Kaa for Linux on x86-64, under the name that sysconfig looks for."""

from _kaa_sysconfig import build_time_vars as _table

build_time_vars = _table('x86_64-linux-gnu')
