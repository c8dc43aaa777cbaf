"""Stacks of other processes cannot be read yet (sys.remote_exec works). asyncio's tools import these names."""
from collections import namedtuple

FrameInfo = namedtuple('FrameInfo', ['filename', 'lineno', 'funcname'])
CoroInfo = namedtuple('CoroInfo', ['call_stack', 'task_name'])
TaskInfo = namedtuple('TaskInfo', ['task_id', 'task_name', 'coroutine_stack', 'awaited_by'])
AwaitedInfo = namedtuple('AwaitedInfo', ['thread_id', 'awaited_by'])
ThreadInfo = namedtuple('ThreadInfo', ['thread_id', 'frame_info'])

PROCESS_VM_READV_SUPPORTED = 1


class RemoteUnwinder:
    """Stacks of another process. Making one always fails."""

    def __init__(self, pid, *, all_threads=False, debug=False):
        raise NotImplementedError(f'the stacks of process {pid} cannot be read: Kaa does not support remote debugging')
