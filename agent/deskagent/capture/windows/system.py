"""Windows' answers about the agent's session, by ctypes. To be called on Windows; importable everywhere."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from ctypes import byref, c_int32, c_uint16, c_uint32, c_void_p
from ctypes.wintypes import DWORD, HANDLE
from typing import Any, Final

from deskwin32.calls import windows
from deskwin32.desktop import input_desktop, own_desktop, own_station

from .session_state import SystemAnswers, locked_by_flags

_NO_SESSION: Final = 0xFFFFFFFF
_CURRENT_SERVER: Final = None
_WTS_CONNECT_STATE: Final = 8
_WTS_SESSION_INFO_EX: Final = 25
_DEVICE_NOTIFY_CALLBACK: Final = 2
_PBT_POWERSETTINGCHANGE: Final = 0x8013


class _Guid(ctypes.Structure):
    _fields_ = (("data1", c_uint32), ("data2", c_uint16), ("data3", c_uint16), ("data4", ctypes.c_ubyte * 8))


class _PowerBroadcastSetting(ctypes.Structure):
    _fields_ = (("setting", _Guid), ("length", c_uint32), ("data", c_uint32))


class _SessionInfoEx(ctypes.Structure):
    """The beginning of WTSINFOEXW: what follows is names and times."""

    _fields_ = (
        ("level", c_uint32),
        # The structure for level 1 begins with 64-bit alignment, for the times in it.
        ("_padding", c_uint32),
        ("session", c_uint32),
        ("state", c_int32),
        ("flags", c_int32),
    )


_DISPLAY_STATE: Final = (0x6FE69556, 0x704A, 0x47A0, (0x8F, 0x24, 0xC2, 0x8D, 0x93, 0x6F, 0xDA, 0x47))
"""GUID_CONSOLE_DISPLAY_STATE, from Windows 8 on."""


if sys.platform == "win32":

    def _version() -> tuple[int, int]:
        version = sys.getwindowsversion()
        return version.major, version.minor

    _callback_type = ctypes.WINFUNCTYPE(c_uint32, c_void_p, c_uint32, c_void_p)
else:

    def _version() -> tuple[int, int]:
        raise OSError("this is no Windows")

    _callback_type = ctypes.CFUNCTYPE(c_uint32, c_void_p, c_uint32, c_void_p)


class _Subscription(ctypes.Structure):
    """DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS."""

    _fields_ = (("callback", _callback_type), ("context", c_void_p))


class WindowsDesktop:
    """Asks Windows about the session, station and desktop of this process, for as long as it lives.

    `answers` may be called from any thread; it tells the desktop of the thread that calls.
    """

    def __init__(self) -> None:
        self._power: int | None = None
        # Windows calls what is in here: it lives as long as the registration, which is never given back.
        self._subscription = _Subscription(_callback_type(self._power_changed), None)
        self._watch_power()

    def answers(self) -> SystemAnswers:
        """Asks Windows now; what it does not answer is None. Raises OSError where it does not even tell
        the session. Measured under Wine, where some answers are refused: 0.08 ms."""
        session = DWORD()
        windows("ProcessIdToSessionId")(os.getpid(), byref(session))
        console = windows("WTSGetActiveConsoleSessionId")()
        name, input_error = input_desktop()
        connection, locked = _session_state(session.value)
        return SystemAnswers(
            session=session.value,
            station=own_station(),
            desktop=own_desktop(),
            console=None if console == _NO_SESSION else console,
            connection=connection,
            locked=locked,
            input_desktop=name,
            input_error=input_error,
            power=self._power,
        )

    def _watch_power(self) -> None:
        setting = _Guid(*_DISPLAY_STATE)
        registration = HANDLE()
        try:
            # The callback is called at once with what is so now, and then at every change. A refusal means
            # that is not known, and so does a Windows without the function (Wine).
            windows("PowerSettingRegisterNotification")(
                byref(setting), _DEVICE_NOTIFY_CALLBACK, byref(self._subscription), byref(registration)
            )
        except OSError:
            return

    def _power_changed(self, _context: int | None, kind: int, setting: int | None) -> int:
        if kind == _PBT_POWERSETTINGCHANGE and setting:
            self._power = int(_PowerBroadcastSetting.from_address(setting).data)
        return 0


@functools.cache
def windows_desktop() -> WindowsDesktop:
    """The one of this process."""
    return WindowsDesktop()


def _session_state(session: int) -> tuple[int | None, bool | None]:
    """Connection, and whether it is locked."""
    state = _query(session, _WTS_CONNECT_STATE, c_int32)
    info = _query(session, _WTS_SESSION_INFO_EX, _SessionInfoEx)
    locked = None
    if info is not None and info.level == 1:
        locked = locked_by_flags(info.flags, _version())
    return None if state is None else state.value, locked


def _query(session: int, what: int, kind: type[Any]) -> Any:
    """A copy of one thing that is known of a session; None where the system does not answer (Wine, often)."""
    buffer, size = c_void_p(), DWORD()
    try:
        windows("WTSQuerySessionInformationW")(_CURRENT_SERVER, session, what, byref(buffer), byref(size))
    except OSError:
        return None
    try:
        if not buffer.value or size.value < ctypes.sizeof(kind):
            return None
        return kind.from_buffer_copy(ctypes.string_at(buffer.value, ctypes.sizeof(kind)))
    finally:
        windows("WTSFreeMemory")(buffer)
