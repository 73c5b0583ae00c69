"""An image in System V shared memory, which an X server of this machine reads too. It knows nothing of X.

The C library is called directly: Python's own shared memory is POSIX's, of which X servers know nothing.
"""

from __future__ import annotations

import ctypes
import os

import numpy as np
from numpy.typing import NDArray

_PRIVATE, _CREATE, _REMOVE = 0, 0o1000, 0
_OWNER_ONLY = 0o600

_libc = ctypes.CDLL(None, use_errno=True)
_CALLS = (
    # name, result, arguments
    ("shmget", ctypes.c_int, (ctypes.c_int, ctypes.c_size_t, ctypes.c_int)),
    ("shmat", ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)),
    ("shmdt", ctypes.c_int, (ctypes.c_void_p,)),
    ("shmctl", ctypes.c_int, (ctypes.c_int, ctypes.c_int, ctypes.c_void_p)),
)
for _name, _result, _arguments in _CALLS:
    _call = getattr(_libc, _name)
    _call.restype, _call.argtypes = _result, _arguments

_FAILED = ctypes.c_void_p(-1).value


class SharedImage:
    """Room for `pixels` pixels of four bytes; raises OSError where the system has none.

    The segment has lost its name before the constructor returns: the system frees it with its last user,
    however that one ends. Linux lets others attach it by `number` even so, which is all that an X server
    wants; a system that does not is one on which the server says no.
    """

    def __init__(self, pixels: int) -> None:
        self.pixels = pixels
        self.number: int = _libc.shmget(_PRIVATE, 4 * pixels, _CREATE | _OWNER_ONLY)
        if self.number < 0:
            raise _error()
        self._address = _libc.shmat(self.number, None, 0)
        fault = _error() if self._address == _FAILED else None
        _libc.shmctl(self.number, _REMOVE, None)
        if fault is not None:
            raise fault
        self._bytes = (ctypes.c_uint8 * (4 * pixels)).from_address(self._address)

    def image(self, width: int, height: int) -> NDArray[np.uint8]:
        """The first pixels as (height, width, 4); not to be touched after `close`."""
        return np.frombuffer(memoryview(self._bytes), np.uint8, 4 * width * height).reshape(height, width, 4)

    def close(self) -> None:
        """Lets go of it; once more does nothing."""
        if self._address is not None:
            _libc.shmdt(self._address)
            self._address = None


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
