"""Windows' answers about the agent's session, by ctypes. To be called on Windows; importable everywhere."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from collections.abc import Callable
from ctypes import POINTER, byref, c_int32, c_uint16, c_uint32, c_void_p
from typing import Any, Final, NamedTuple

from .session_state import SystemAnswers, locked_by_flags

_NO_SESSION: Final = 0xFFFFFFFF
_CURRENT_SERVER: Final = None
_DESKTOP_READOBJECTS: Final = 0x0001
_UOI_NAME: Final = 2
_WTS_CONNECT_STATE: Final = 8
_WTS_SESSION_INFO_EX: Final = 25
_DEVICE_NOTIFY_CALLBACK: Final = 2
_PBT_POWERSETTINGCHANGE: Final = 0x8013
_PER_MONITOR_AWARE_V2: Final = -4
_VIRTUAL_SCREEN: Final = (76, 77, 78, 79)
"""SM_XVIRTUALSCREEN, SM_YVIRTUALSCREEN, SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN."""

_HANDLE = c_void_p
_DWORD = c_uint32
_BOOL = c_int32


class _Guid(ctypes.Structure):
    _fields_ = (("data1", c_uint32), ("data2", c_uint16), ("data3", c_uint16), ("data4", ctypes.c_ubyte * 8))


class _PowerBroadcastSetting(ctypes.Structure):
    _fields_ = (("setting", _Guid), ("length", _DWORD), ("data", _DWORD))


class _SessionInfoEx(ctypes.Structure):
    """The beginning of WTSINFOEXW: what follows is names and times."""

    _fields_ = (
        ("level", _DWORD),
        # The structure for level 1 begins with 64-bit alignment, for the times in it.
        ("_padding", _DWORD),
        ("session", c_uint32),
        ("state", c_int32),
        ("flags", c_int32),
    )


_DISPLAY_STATE: Final = (0x6FE69556, 0x704A, 0x47A0, (0x8F, 0x24, 0xC2, 0x8D, 0x93, 0x6F, 0xDA, 0x47))
"""GUID_CONSOLE_DISPLAY_STATE, from Windows 8 on."""


class _Prototype(NamedTuple):
    library: str
    arguments: tuple[Any, ...]
    result: Any
    failed: Callable[[Any], bool]
    """Whether a result means that the error code of the call is to be raised."""


def _is_zero(result: object) -> bool:
    return not result


def _never(_result: object) -> bool:
    return False


_PROTOTYPES: Final = {
    "CloseDesktop": _Prototype("user32", (_HANDLE,), _BOOL, _is_zero),
    "GetCurrentThreadId": _Prototype("kernel32", (), _DWORD, _never),
    "GetProcessWindowStation": _Prototype("user32", (), _HANDLE, _is_zero),
    # 0 may be a value.
    "GetSystemMetrics": _Prototype("user32", (c_int32,), c_int32, _never),
    "GetThreadDesktop": _Prototype("user32", (_DWORD,), _HANDLE, _is_zero),
    "GetUserObjectInformationW": _Prototype(
        "user32", (_HANDLE, c_int32, c_void_p, _DWORD, POINTER(_DWORD)), _BOOL, _is_zero
    ),
    "OpenInputDesktop": _Prototype("user32", (_DWORD, _BOOL, _DWORD), _HANDLE, _is_zero),
    # Returns the error code itself.
    "PowerSettingRegisterNotification": _Prototype(
        "powrprof", (POINTER(_Guid), _DWORD, c_void_p, POINTER(_HANDLE)), _DWORD, _never
    ),
    "ProcessIdToSessionId": _Prototype("kernel32", (_DWORD, POINTER(_DWORD)), _BOOL, _is_zero),
    "SetProcessDpiAwarenessContext": _Prototype("user32", (_HANDLE,), _BOOL, _is_zero),
    "WTSFreeMemory": _Prototype("wtsapi32", (c_void_p,), None, _never),
    "WTSGetActiveConsoleSessionId": _Prototype("kernel32", (), _DWORD, _never),
    "WTSQuerySessionInformationW": _Prototype(
        "wtsapi32", (_HANDLE, _DWORD, c_int32, POINTER(c_void_p), POINTER(_DWORD)), _BOOL, _is_zero
    ),
}


@functools.cache
def _function(name: str) -> Any:
    """A function of the system's that raises OSError where it fails; OSError where this system has none."""
    prototype = _PROTOTYPES[name]
    library = _library(prototype.library)
    try:
        function = getattr(library, name)
    except AttributeError:
        raise OSError(f"this Windows has no {name}") from None
    function.argtypes = prototype.arguments
    function.restype = prototype.result

    def check(result: Any, _function: object, _arguments: object) -> Any:
        if prototype.failed(result):
            raise _last_error(name)
        return result

    function.errcheck = check
    return function


if sys.platform == "win32":

    @functools.cache
    def _library(name: str) -> ctypes.CDLL:
        return ctypes.WinDLL(name, use_last_error=True)

    def _last_error(name: str) -> OSError:
        code = ctypes.get_last_error()
        return OSError(None, f"{name}: {ctypes.FormatError(code).strip()}", None, code)

    def _version() -> tuple[int, int]:
        version = sys.getwindowsversion()
        return version.major, version.minor

    _callback_type = ctypes.WINFUNCTYPE(_DWORD, c_void_p, _DWORD, c_void_p)
else:

    def _library(name: str) -> ctypes.CDLL:
        raise OSError(f"{name} is a library of Windows")

    def _last_error(name: str) -> OSError:
        raise OSError(f"{name} is a function of Windows")

    def _version() -> tuple[int, int]:
        raise OSError("this is no Windows")

    _callback_type = ctypes.CFUNCTYPE(_DWORD, c_void_p, _DWORD, c_void_p)


class _Subscription(ctypes.Structure):
    """DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS."""

    _fields_ = (("callback", _callback_type), ("context", c_void_p))


class WindowsDesktop:
    """Asks Windows about the session, station and desktop of this process, for as long as it lives.

    `answers` may be called from any thread; it tells the desktop of the thread that calls.
    """

    def __init__(self) -> None:
        self._power: int | None = None
        # Windows calls what lies in here: it lives as long as the registration, which is never given back.
        self._subscription = _Subscription(_callback_type(self._power_changed), None)
        self._watch_power()

    def answers(self) -> SystemAnswers:
        """What Windows says now; what it does not answer is None. Raises OSError where it does not even tell
        the session. Measured under Wine, where some answers are refused: 0.08 ms."""
        session = _DWORD()
        _function("ProcessIdToSessionId")(os.getpid(), byref(session))
        console = _function("WTSGetActiveConsoleSessionId")()
        input_desktop, input_error = _input_desktop()
        connection, locked = _session_state(session.value)
        return SystemAnswers(
            session=session.value,
            station=_station(),
            desktop=_desktop(),
            console=None if console == _NO_SESSION else console,
            connection=connection,
            locked=locked,
            input_desktop=input_desktop,
            input_error=input_error,
            power=self._power,
        )

    def _watch_power(self) -> None:
        setting = _Guid(*_DISPLAY_STATE)
        registration = _HANDLE()
        try:
            # The callback is called at once with what is so now, and then at every change. A refusal means
            # that nobody knows, and so does a Windows without the function (Wine).
            _function("PowerSettingRegisterNotification")(
                byref(setting), _DEVICE_NOTIFY_CALLBACK, byref(self._subscription), byref(registration)
            )
        except OSError:
            return

    def _power_changed(self, _context: int | None, kind: int, setting: int | None) -> int:
        if kind == _PBT_POWERSETTINGCHANGE and setting:
            self._power = int(_PowerBroadcastSetting.from_address(setting).data)
        return 0


def be_dpi_aware() -> None:
    """Makes coordinates and pixels those of the displays, whatever their scaling. Before anything of user32.

    mss asks for the older kind of awareness, per monitor, at every instance; the first request wins, and to a
    later one the system says no without harm.
    """
    try:
        _function("SetProcessDpiAwarenessContext")(_PER_MONITOR_AWARE_V2)
    except OSError:
        # Before Windows 10 1703 there is none: mss's request stands.
        return


def virtual_screen() -> tuple[int, ...]:
    """Left, top, width and height of all displays together. Measured under Wine: 0.14 ms."""
    return tuple(_function("GetSystemMetrics")(number) for number in _VIRTUAL_SCREEN)


def _station() -> str:
    try:
        return _object_name(_function("GetProcessWindowStation")())
    except OSError:
        return ""


def _desktop() -> str:
    try:
        return _object_name(_function("GetThreadDesktop")(_function("GetCurrentThreadId")()))
    except OSError:
        return ""


def _input_desktop() -> tuple[str | None, int]:
    """The name of the desktop that has keyboard and mouse, or the system's error."""
    try:
        handle = _function("OpenInputDesktop")(0, 0, _DESKTOP_READOBJECTS)
        try:
            return _object_name(handle), 0
        finally:
            _function("CloseDesktop")(handle)
    except OSError as error:
        return None, getattr(error, "winerror", None) or 0


def _object_name(handle: int) -> str:
    name = ctypes.create_unicode_buffer(256)
    needed = _DWORD()
    _function("GetUserObjectInformationW")(handle, _UOI_NAME, name, ctypes.sizeof(name), byref(needed))
    return name.value


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
    buffer, size = c_void_p(), _DWORD()
    try:
        _function("WTSQuerySessionInformationW")(_CURRENT_SERVER, session, what, byref(buffer), byref(size))
    except OSError:
        return None
    try:
        if not buffer.value or size.value < ctypes.sizeof(kind):
            return None
        return kind.from_buffer_copy(ctypes.string_at(buffer.value, ctypes.sizeof(kind)))
    finally:
        _function("WTSFreeMemory")(buffer)
