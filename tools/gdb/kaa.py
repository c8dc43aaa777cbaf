"""gdb commands for a running or crashed Kaa.

    (gdb) source tools/gdb/kaa.py
    (gdb) kaa-bt              the Python frames of all threads, innermost first
    (gdb) kaa-bt --native     with the native stack of the current thread behind them

A live process prints its frames itself (kaa_dump_frames), so that builds without debugging information will do.
"""
import os
import tempfile

import gdb


class KaaBacktrace(gdb.Command):
    """kaa-bt [--native]: Python frames of all threads of the process, and gdb's own backtrace."""

    def __init__(self):
        super().__init__('kaa-bt', gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        handle, path = tempfile.mkstemp()
        os.close(handle)
        try:
            # O_WRONLY; the process writes to a file of its own, whatever its standard streams are.
            fd = int(gdb.parse_and_eval('((int (*)(const char *, int))open)("%s", 1)' % path))
            if fd < 0:
                raise gdb.GdbError('kaa-bt: the process cannot open ' + path)
            gdb.parse_and_eval('((void (*)(int))kaa_dump_frames)(%d)' % fd)
            gdb.parse_and_eval('((int (*)(int))close)(%d)' % fd)
            with open(path, errors='replace') as f:
                gdb.write(f.read())
        except gdb.error as e:
            raise gdb.GdbError('kaa-bt: %s (is this a live Kaa process?)' % e)
        finally:
            os.unlink(path)
        if '--native' in argument.split():
            gdb.execute('backtrace')


KaaBacktrace()
