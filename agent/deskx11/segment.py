"""A piece of System V shared memory: where an X server writes a picture to, or reads one from."""

from __future__ import annotations

import ctypes
import os
import weakref

import numpy as np
from numpy.typing import NDArray

_IPC_PRIVATE = 0
_IPC_RMID = 0
_OWNER_ONLY = 0o600
_FAILED = ctypes.c_void_p(-1).value

_libc = ctypes.CDLL(None, use_errno=True)
_libc.shmget.argtypes = (ctypes.c_int, ctypes.c_size_t, ctypes.c_int)
_libc.shmget.restype = ctypes.c_int
_libc.shmat.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_libc.shmat.restype = ctypes.c_void_p
_libc.shmdt.argtypes = (ctypes.c_void_p,)
_libc.shmdt.restype = ctypes.c_int
_libc.shmctl.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_libc.shmctl.restype = ctypes.c_int


class Segment:
    """`size` bytes of memory that an X server on this machine can attach by `number`.

    Raises OSError where there are none. It has lost its name before the constructor returns: the system frees
    it with its last user, however that one ends. Linux lets others attach it even so; a system that does not
    is one on which the server says no.
    """

    def __init__(self, size: int) -> None:
        self.number: int = _checked(_libc.shmget(_IPC_PRIVATE, size, _OWNER_ONLY))
        address = _libc.shmat(self.number, None, 0)
        code = ctypes.get_errno()
        _libc.shmctl(self.number, _IPC_RMID, None)
        if address == _FAILED:
            raise OSError(code, os.strerror(code))
        memory = (ctypes.c_uint8 * size).from_address(address)
        # With the last view of it.
        weakref.finalize(memory, _libc.shmdt, address).atexit = False
        self.bytes: NDArray[np.uint8] = np.frombuffer(memoryview(memory).cast("B"), np.uint8)
        """(size,), writable. It stays as long as anybody has a view of it."""


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
