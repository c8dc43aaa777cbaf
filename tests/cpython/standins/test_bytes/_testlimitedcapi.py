# What test_bytes uses of CPython's test-only module: the sequence protocol by plain index, as its C API has it.
import operator


def sequence_getitem(obj, index):
    return operator.getitem(obj, index)


def sequence_setitem(obj, index, value):
    operator.setitem(obj, index, value)


def sequence_delitem(obj, index):
    operator.delitem(obj, index)


def _py_getbuiltwithassert():
    return False
