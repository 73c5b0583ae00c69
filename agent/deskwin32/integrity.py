"""The integrity level of a process, by which Windows decides whose windows may be sent input."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_ubyte, c_void_p, cast
from ctypes.wintypes import DWORD, HANDLE
from typing import Final

from .calls import closing, windows

HIGH: Final = 0x3000
"""SECURITY_MANDATORY_HIGH_RID: a program that runs as administrator."""

_TOKEN_QUERY: Final = 0x8
_TOKEN_INTEGRITY_LEVEL: Final = 25
_PROCESS_QUERY_LIMITED_INFORMATION: Final = 0x1000


def own_integrity() -> int:
    """The level of this process: 0x2000 is medium, 0x3000 high, 0x4000 that of the system."""
    return _integrity(windows("GetCurrentProcess")())


def process_integrity(pid: int) -> int:
    """The level of another process. Raises OSError where the system does not tell or it has ended."""
    with closing(windows("OpenProcess")(_PROCESS_QUERY_LIMITED_INFORMATION, 0, pid)) as process:
        return _integrity(process)


def _integrity(process: int) -> int:
    token = HANDLE()
    windows("OpenProcessToken")(process, _TOKEN_QUERY, byref(token))
    with closing(token):
        buffer, size = ctypes.create_string_buffer(256), DWORD()
        windows("GetTokenInformation")(token, _TOKEN_INTEGRITY_LEVEL, buffer, len(buffer), byref(size))
        # TOKEN_MANDATORY_LABEL begins with a pointer to its SID, whose last part is the level.
        sid = c_void_p.from_buffer(buffer).value or 0
        parts = c_ubyte.from_address(sid + 1).value
        level: int = cast(sid + 8, POINTER(DWORD))[parts - 1]
        return level
