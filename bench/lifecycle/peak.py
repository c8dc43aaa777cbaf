"""peak.py OUTPUT PROGRAM: runs a program and writes the peak memory of the process, in KiB, to OUTPUT."""
import sys

_output, _program = sys.argv[1:3]
sys.argv[:] = [_program]
with open(_program, 'rb') as _f:
    _code = compile(_f.read(), _program, 'exec')
try:
    exec(_code, globals())
finally:
    with open('/proc/self/status') as _f:
        _peak = [line.split()[1] for line in _f if line.startswith('VmHWM')]
    with open(_output, 'w') as _f:
        _f.write(_peak[0])
