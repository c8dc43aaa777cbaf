# Channels between interpreters.
import _interpchannels as channels
import _interpreters
import threading
import time


def error(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except Exception as e:
        return f'{type(e).__name__}: {e}'
    return None


# IDs.
cid = channels.create(3)
assert (repr(cid), repr(cid.send), repr(cid.recv), cid.end, cid.send.end) == (f'ChannelID({cid})', f'ChannelID({cid}, send=True)', f'ChannelID({cid}, recv=True)', 'both', 'send')
assert cid == int(cid) == float(cid) and cid != cid.send and cid.send == cid.send and hash(cid) == hash(int(cid)) and not cid == 'a'
assert channels.list_all() == [(cid, 3, 1)] and channels.get_channel_defaults(cid) == (3, 1)
assert error(channels._channel_id, -1) == 'ValueError: channel ID must be a non-negative int, got -1'
assert error(channels._channel_id, 'a') == 'TypeError: channel ID must be an int, got str'
assert error(channels._channel_id, 2**64) == 'OverflowError: int too big to convert'
assert error(channels._channel_id, 10, send=False, recv=False) == "ValueError: 'send' and 'recv' cannot both be False"
assert error(channels._channel_id, 99) == 'ChannelNotFoundError: channel 99 not found'
assert repr(channels._channel_id(99, force=True)) == 'ChannelID(99)'
assert error(channels.ChannelID, 3) == "TypeError: cannot create '_interpchannels.ChannelID' instances"
assert error(channels.create, 9) == 'ValueError: unsupported unboundop 9'

# Sending and receiving.
assert error(channels.recv, cid) == f'ChannelEmptyError: channel {cid} is empty'
assert channels.recv(cid, 7) == (7, None)
for thing in (None, 5, 'text', b'bytes', (1, 'two'), [1, 2], cid.send):
    channels.send(cid, thing, blocking=False)
    assert channels.recv(cid) == (thing, None)
data = bytearray(b'spam')
channels.send_buffer(cid, data, blocking=False)
view, _ = channels.recv(cid)
view[0] = ord('S')
assert data == b'Spam'
assert error(channels.send, cid, 1, blocking=False, timeout=1) == "ValueError: can't specify a timeout for a non-blocking call"
assert error(channels.send, cid, 1, timeout=-2) == 'ValueError: timeout value must be a non-negative number'
assert error(channels.send, cid, 1, timeout=0.01) == 'TimeoutError: timed out'
assert channels.get_count(cid) == 0


def when_sent(call):
    def wait():
        while not channels.get_count(cid):
            time.sleep(0.001)
        call()
    thread = threading.Thread(target=wait)
    thread.start()
    return thread


thread = when_sent(lambda: channels.recv(cid))
channels.send(cid, 1)
thread.join()
thread = when_sent(lambda: channels.close(cid, force=True))
assert error(channels.send, cid, 1) == f'ChannelClosedError: channel {cid} has closed'
thread.join()

# Closing.
assert channels.list_all() == [] and channels.get_info(cid).closed
for call in (channels.recv, channels.close, channels.release, channels.get_count):
    assert error(call, cid) == f'ChannelClosedError: channel {cid} is closed'
channels.destroy(cid)
assert error(channels.recv, cid) == f'ChannelNotFoundError: channel {cid} not found'
cid = channels.create()
channels.send(cid, 1, blocking=False)
channels.send(cid, 2, blocking=False)
assert error(channels.close, cid) == f'ChannelNotEmptyError: channel {cid} may not be closed if not empty (try force=True)'
channels.close(cid, send=True)
info = channels.get_info(cid)
assert (info.open, info.closing, info.closed, info.count) == (False, True, False, 2)
assert error(channels.send, cid, 1, blocking=False) == error(channels.list_interpreters, cid, send=True) == f'ChannelClosedError: channel {cid} is closed'
assert [channels.recv(cid)[0], channels.recv(cid)[0]] == [1, 2] and 'is closed' in error(channels.recv, cid)
cid = channels.create()
channels.release(cid, send=True)
assert error(channels.send, cid, 1) == f'ChannelClosedError: channel {cid} is closed' and len(channels.list_all()) == 1

# Another interpreter, and what becomes of its items when it ends.
for op, expected in ((1, None), (2, (None, 2)), (3, (None, 3)), (-1, (None, 3))):
    cid = channels.create(3)
    channels.recv(cid, 0)
    other = _interpreters.create()
    _interpreters.run_string(other, f'import _interpchannels as channels\nchannels.send({cid}, 5, {op}, blocking=False)')
    info = channels.get_info(cid)
    assert info[3:] == (1, 1, 0, 1, 0) and info.recv_associated and not info.send_associated, info
    assert channels.list_interpreters(cid, send=True) == [other] and channels.list_interpreters(cid, send=False) == [0]
    _interpreters.destroy(other)
    assert channels.recv(cid, None) == (expected or (None, None))
    assert channels.get_info(cid)[3:] == (0, 0, 1, 1, 0)
other = _interpreters.create()
_interpreters.set___main___attrs(other, {'cid': cid.send})
_interpreters.run_string(other, 'import _interpchannels as channels\nchannels.send(cid, cid.end, blocking=False)')
assert channels.recv(cid) == ('send', None)

# The last ID takes the channel with it.
number = int(cid)
del cid
import gc
gc.collect()
_interpreters.destroy(other)
gc.collect()
assert error(channels.recv, number) == f'ChannelNotFoundError: channel {number} not found'
