"""Functions of Windows for ctypes: one table of prototypes, an error check per call.

Imports everywhere; a call raises OSError, elsewhere always, on Windows where the system refuses.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import POINTER, c_void_p, wintypes
from ctypes.wintypes import BOOL, DWORD, HANDLE, LPARAM, LPCWSTR, LPWSTR, WPARAM
from typing import Any

from .input_event import InputEvent

INVALID_HANDLE = c_void_p(-1).value
LRESULT = ctypes.c_ssize_t


class SessionInfo(ctypes.Structure):
    """WTS_SESSION_INFOW."""

    _fields_ = (("number", DWORD), ("station", LPWSTR), ("state", ctypes.c_int))


class SecurityAttributes(ctypes.Structure):
    """SECURITY_ATTRIBUTES."""

    _fields_ = (("size", DWORD), ("descriptor", c_void_p), ("inherit", BOOL))


class Privilege(ctypes.Structure):
    """TOKEN_PRIVILEGES with one entry."""

    _fields_ = (("count", DWORD), ("luid", DWORD * 2), ("attributes", DWORD))


class ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = (
        ("size", DWORD),
        ("usage", DWORD),
        ("pid", DWORD),
        ("heap", c_void_p),
        ("module", DWORD),
        ("threads", DWORD),
        ("parent", DWORD),
        ("priority", wintypes.LONG),
        ("flags", DWORD),
        ("file", wintypes.WCHAR * 260),
    )


if sys.platform == "win32":
    WindowProcedure = ctypes.WINFUNCTYPE(LRESULT, HANDLE, wintypes.UINT, WPARAM, LPARAM)
else:
    WindowProcedure = ctypes.CFUNCTYPE(LRESULT, HANDLE, wintypes.UINT, WPARAM, LPARAM)


class WindowClass(ctypes.Structure):
    """WNDCLASSW."""

    _fields_ = (
        ("style", wintypes.UINT),
        ("procedure", WindowProcedure),
        ("class_bytes", ctypes.c_int),
        ("window_bytes", ctypes.c_int),
        ("module", HANDLE),
        ("icon", HANDLE),
        ("cursor", HANDLE),
        ("background", HANDLE),
        ("menu", LPCWSTR),
        ("name", LPCWSTR),
    )


class TcpRow(ctypes.Structure):
    """MIB_TCPROW; addresses and ports in network order."""

    _fields_ = (
        ("state", DWORD),
        ("address", DWORD),
        ("port", DWORD),
        ("remote_address", DWORD),
        ("remote_port", DWORD),
    )


def failed(function: str, code: int) -> OSError:
    """The system's own words for an error code, with the function that it came from."""
    if sys.platform == "win32":
        return OSError(0, ctypes.FormatError(code).strip(), function, code)
    return OSError(0, f"Windows error {code}", function)


def last_error() -> int:
    """The calling thread's, as it was after the last call."""
    if sys.platform == "win32":
        return ctypes.get_last_error()
    return 0


Check = Callable[[Any, Any, tuple[Any, ...]], Any]


def not_zero(result: Any, function: Any, _arguments: tuple[Any, ...]) -> Any:
    """Zero means failure, and the thread's last error says why."""
    if not result:
        raise failed(function.__name__, last_error())
    return result


def a_handle(result: Any, function: Any, _arguments: tuple[Any, ...]) -> Any:
    """-1 means failure, and the thread's last error says why."""
    if result == INVALID_HANDLE:
        raise failed(function.__name__, last_error())
    return result


def no_error(result: Any, function: Any, _arguments: tuple[Any, ...]) -> Any:
    """The result is itself an error code, and zero is success."""
    if result:
        raise failed(function.__name__, result)
    return result


DWORDS = POINTER(DWORD)
ULONGLONGS = POINTER(ctypes.c_ulonglong)
FUNCTIONS: dict[str, tuple[str, Any, tuple[Any, ...], Check | None]] = {
    # name: library, result, arguments, and what looks at the result; None: the caller does
    "AdjustTokenPrivileges": (
        "advapi32",
        BOOL,
        (HANDLE, BOOL, POINTER(Privilege), DWORD, c_void_p, c_void_p),
        not_zero,
    ),
    "AdjustWindowRectEx": ("user32", BOOL, (POINTER(wintypes.RECT), DWORD, BOOL, DWORD), not_zero),
    "CloseClipboard": ("user32", BOOL, (), not_zero),
    "CloseDesktop": ("user32", BOOL, (HANDLE,), not_zero),
    "CloseHandle": ("kernel32", BOOL, (HANDLE,), not_zero),
    "CoCreateInstance": (
        "ole32",
        wintypes.LONG,
        (ctypes.c_char_p, c_void_p, DWORD, ctypes.c_char_p, POINTER(c_void_p)),
        no_error,
    ),
    "CoInitializeEx": ("ole32", wintypes.LONG, (c_void_p, DWORD), None),  # it may be done already
    "ConvertSecurityDescriptorToStringSecurityDescriptorW": (
        "advapi32",
        BOOL,
        (c_void_p, DWORD, DWORD, POINTER(c_void_p), DWORDS),
        not_zero,
    ),
    "ConvertSidToStringSidW": ("advapi32", BOOL, (c_void_p, POINTER(c_void_p)), not_zero),
    "ConvertStringSecurityDescriptorToSecurityDescriptorW": (
        "advapi32",
        BOOL,
        (LPCWSTR, DWORD, POINTER(c_void_p), DWORDS),
        not_zero,
    ),
    "CreateDirectoryW": ("kernel32", BOOL, (LPCWSTR, POINTER(SecurityAttributes)), not_zero),
    "CreateFontW": ("gdi32", HANDLE, (ctypes.c_int,) * 5 + (DWORD,) * 8 + (LPCWSTR,), not_zero),
    "CreateMutexW": ("kernel32", HANDLE, (c_void_p, BOOL, LPCWSTR), not_zero),
    "CreateSolidBrush": ("gdi32", HANDLE, (DWORD,), not_zero),
    "CreateToolhelp32Snapshot": ("kernel32", HANDLE, (DWORD, DWORD), a_handle),
    "CreateWindowExW": (
        "user32",
        HANDLE,
        (DWORD, LPCWSTR, LPCWSTR, DWORD, *[ctypes.c_int] * 4, *[HANDLE] * 3, c_void_p),
        not_zero,
    ),
    "DefWindowProcW": ("user32", LRESULT, (HANDLE, wintypes.UINT, WPARAM, LPARAM), None),
    "DeleteObject": ("gdi32", BOOL, (HANDLE,), None),
    "DestroyWindow": ("user32", BOOL, (HANDLE,), not_zero),
    "DispatchMessageW": ("user32", LRESULT, (POINTER(wintypes.MSG),), None),
    "DrawTextW": (
        "user32",
        ctypes.c_int,
        (HANDLE, LPCWSTR, ctypes.c_int, POINTER(wintypes.RECT), wintypes.UINT),
        not_zero,
    ),
    "EmptyClipboard": ("user32", BOOL, (), not_zero),
    "FindWindowExW": ("user32", HANDLE, (HANDLE, HANDLE, LPCWSTR, LPCWSTR), None),
    "GetAdaptersAddresses": ("iphlpapi", DWORD, (DWORD, DWORD, c_void_p, c_void_p, DWORDS), no_error),
    "GetAsyncKeyState": ("user32", wintypes.SHORT, (ctypes.c_int,), None),
    "GetClipboardData": ("user32", HANDLE, (wintypes.UINT,), not_zero),
    "GetCurrentProcess": ("kernel32", HANDLE, (), None),
    "GetCurrentThreadId": ("kernel32", DWORD, (), None),
    "GetDC": ("user32", HANDLE, (HANDLE,), not_zero),
    "GetDiskFreeSpaceExW": ("kernel32", BOOL, (LPCWSTR, ULONGLONGS, ULONGLONGS, ULONGLONGS), not_zero),
    "GetDpiForSystem": ("user32", wintypes.UINT, (), not_zero),
    "GetExtendedTcpTable": (
        "iphlpapi",
        DWORD,
        (c_void_p, DWORDS, BOOL, wintypes.ULONG, ctypes.c_int, wintypes.ULONG),
        None,
    ),
    "GetForegroundWindow": ("user32", HANDLE, (), None),
    "GetKeyState": ("user32", wintypes.SHORT, (ctypes.c_int,), None),
    "GetKeyboardLayout": ("user32", HANDLE, (DWORD,), None),
    "GetMessageW": (
        "user32",
        ctypes.c_int,
        (POINTER(wintypes.MSG), HANDLE, wintypes.UINT, wintypes.UINT),
        None,
    ),
    "GetModuleHandleW": ("kernel32", HANDLE, (LPCWSTR,), not_zero),
    "GetNamedSecurityInfoW": (
        "advapi32",
        DWORD,
        (LPCWSTR, ctypes.c_int, DWORD, *[POINTER(c_void_p)] * 5),
        no_error,
    ),
    "GetProcessWindowStation": ("user32", HANDLE, (), not_zero),
    "GetSecurityDescriptorDacl": (
        "advapi32",
        BOOL,
        (c_void_p, POINTER(BOOL), POINTER(c_void_p), POINTER(BOOL)),
        not_zero,
    ),
    "GetSecurityDescriptorSacl": (
        "advapi32",
        BOOL,
        (c_void_p, POINTER(BOOL), POINTER(c_void_p), POINTER(BOOL)),
        not_zero,
    ),
    "GetSystemMetrics": ("user32", ctypes.c_int, (ctypes.c_int,), None),  # 0 may be a value,
    "GetThreadDesktop": ("user32", HANDLE, (DWORD,), not_zero),
    "GetTokenInformation": ("advapi32", BOOL, (HANDLE, ctypes.c_int, c_void_p, DWORD, DWORDS), not_zero),
    "GetUserObjectInformationW": (
        "user32",
        BOOL,
        (HANDLE, ctypes.c_int, c_void_p, DWORD, DWORDS),
        not_zero,
    ),
    "GetWindowThreadProcessId": ("user32", DWORD, (HANDLE, DWORDS), None),
    "GlobalAlloc": ("kernel32", HANDLE, (wintypes.UINT, ctypes.c_size_t), not_zero),
    "GlobalFree": ("kernel32", HANDLE, (HANDLE,), None),
    "GlobalLock": ("kernel32", c_void_p, (HANDLE,), not_zero),
    "GlobalSize": ("kernel32", ctypes.c_size_t, (HANDLE,), not_zero),
    "GlobalUnlock": ("kernel32", BOOL, (HANDLE,), None),
    "IsClipboardFormatAvailable": ("user32", BOOL, (wintypes.UINT,), None),
    "IsDialogMessageW": ("user32", BOOL, (HANDLE, POINTER(wintypes.MSG)), None),
    "KillTimer": ("user32", BOOL, (HANDLE, ctypes.c_size_t), None),
    "LoadCursorW": ("user32", HANDLE, (HANDLE, c_void_p), not_zero),
    "LocalFree": ("kernel32", c_void_p, (c_void_p,), None),
    "LockWorkStation": ("user32", BOOL, (), not_zero),
    "LookupAccountNameW": (
        "advapi32",
        BOOL,
        (LPCWSTR, LPCWSTR, c_void_p, DWORDS, LPWSTR, DWORDS, DWORDS),
        not_zero,
    ),
    "LookupAccountSidW": (
        "advapi32",
        BOOL,
        (LPCWSTR, c_void_p, LPWSTR, DWORDS, LPWSTR, DWORDS, DWORDS),
        not_zero,
    ),
    "LookupPrivilegeValueW": ("advapi32", BOOL, (LPCWSTR, LPCWSTR, POINTER(DWORD * 2)), not_zero),
    "MapVirtualKeyExW": ("user32", wintypes.UINT, (wintypes.UINT, wintypes.UINT, HANDLE), None),
    "OpenClipboard": ("user32", BOOL, (HANDLE,), not_zero),
    "OpenInputDesktop": ("user32", HANDLE, (DWORD, BOOL, DWORD), not_zero),
    "OpenMutexW": ("kernel32", HANDLE, (DWORD, BOOL, LPCWSTR), not_zero),
    "OpenProcess": ("kernel32", HANDLE, (DWORD, BOOL, DWORD), not_zero),
    "OpenProcessToken": ("advapi32", BOOL, (HANDLE, DWORD, POINTER(HANDLE)), not_zero),
    "PeekMessageW": (
        "user32",
        BOOL,
        (POINTER(wintypes.MSG), HANDLE, wintypes.UINT, wintypes.UINT, wintypes.UINT),
        None,
    ),
    "PostMessageW": ("user32", BOOL, (HANDLE, wintypes.UINT, WPARAM, LPARAM), not_zero),
    "PostQuitMessage": ("user32", None, (ctypes.c_int,), None),
    "PowerSettingRegisterNotification": (
        "powrprof",
        DWORD,
        (c_void_p, DWORD, c_void_p, POINTER(HANDLE)),
        no_error,
    ),
    "Process32FirstW": ("kernel32", BOOL, (HANDLE, POINTER(ProcessEntry)), not_zero),
    "Process32NextW": ("kernel32", BOOL, (HANDLE, POINTER(ProcessEntry)), None),
    "ProcessIdToSessionId": ("kernel32", BOOL, (DWORD, DWORDS), not_zero),
    "QueryFullProcessImageNameW": ("kernel32", BOOL, (HANDLE, DWORD, LPWSTR, DWORDS), not_zero),
    "RegisterClassW": ("user32", wintypes.ATOM, (POINTER(WindowClass),), not_zero),
    "RegisterClipboardFormatW": ("user32", wintypes.UINT, (LPCWSTR,), not_zero),
    "ReleaseDC": ("user32", ctypes.c_int, (HANDLE, HANDLE), None),
    "ReleaseMutex": ("kernel32", BOOL, (HANDLE,), not_zero),
    "SelectObject": ("gdi32", HANDLE, (HANDLE, HANDLE), not_zero),
    "SendInput": ("user32", wintypes.UINT, (wintypes.UINT, POINTER(InputEvent), ctypes.c_int), None),
    "SendMessageW": ("user32", LRESULT, (HANDLE, wintypes.UINT, WPARAM, LPARAM), None),
    "SetBkColor": ("gdi32", DWORD, (HANDLE, DWORD), None),
    "SetClipboardData": ("user32", HANDLE, (wintypes.UINT, HANDLE), not_zero),
    "SetFocus": ("user32", HANDLE, (HANDLE,), None),
    "SetLayeredWindowAttributes": ("user32", BOOL, (HANDLE, DWORD, wintypes.BYTE, DWORD), not_zero),
    "SetNamedSecurityInfoW": (
        "advapi32",
        DWORD,
        (LPCWSTR, ctypes.c_int, DWORD, *[c_void_p] * 4),
        no_error,
    ),
    "SetProcessDpiAwarenessContext": ("user32", BOOL, (HANDLE,), not_zero),
    "SetTextColor": ("gdi32", DWORD, (HANDLE, DWORD), None),
    "SetThreadExecutionState": ("kernel32", DWORD, (DWORD,), None),
    "SetTimer": ("user32", ctypes.c_size_t, (HANDLE, ctypes.c_size_t, wintypes.UINT, c_void_p), not_zero),
    "SetWindowPos": ("user32", BOOL, (HANDLE, HANDLE, *[ctypes.c_int] * 4, wintypes.UINT), not_zero),
    "SetWindowTextW": ("user32", BOOL, (HANDLE, LPCWSTR), not_zero),
    "ShowWindow": ("user32", BOOL, (HANDLE, ctypes.c_int), None),
    "SysAllocString": ("oleaut32", c_void_p, (LPCWSTR,), not_zero),
    "SysFreeString": ("oleaut32", None, (c_void_p,), None),
    "TerminateProcess": ("kernel32", BOOL, (HANDLE, wintypes.UINT), not_zero),
    "ToUnicodeEx": (
        "user32",
        ctypes.c_int,
        (wintypes.UINT, wintypes.UINT, ctypes.c_char_p, LPWSTR, ctypes.c_int, wintypes.UINT, HANDLE),
        None,
    ),
    "TranslateMessage": ("user32", BOOL, (POINTER(wintypes.MSG),), None),
    "WTSEnumerateSessionsW": (
        "wtsapi32",
        BOOL,
        (HANDLE, DWORD, DWORD, POINTER(POINTER(SessionInfo)), DWORDS),
        not_zero,
    ),
    "WTSFreeMemory": ("wtsapi32", None, (c_void_p,), None),
    "WTSGetActiveConsoleSessionId": ("kernel32", DWORD, (), None),
    "WTSQuerySessionInformationW": (
        "wtsapi32",
        BOOL,
        (HANDLE, DWORD, ctypes.c_int, POINTER(c_void_p), DWORDS),
        not_zero,
    ),
    "WaitForSingleObject": ("kernel32", DWORD, (HANDLE, DWORD), None),
}


@functools.cache
def library(name: str) -> ctypes.CDLL:
    """A system library; raises OSError where there is none."""
    if sys.platform != "win32":
        raise OSError(0, "this is no Windows", name)
    return ctypes.WinDLL(name, use_last_error=True)


@functools.cache
def windows(name: str) -> Callable[..., Any]:
    """A function of the table, with its check; raises OSError where this Windows lacks it."""
    library_name, result, arguments, check = FUNCTIONS[name]
    try:
        function = getattr(library(library_name), name)
    except AttributeError:
        raise OSError(0, "this Windows has no such function", name) from None
    function.restype = result
    function.argtypes = arguments
    if check is not None:
        function.errcheck = check
    return function  # type: ignore[no-any-return]


@contextmanager
def closing(handle: Any) -> Iterator[Any]:
    """The handle, closed at the end."""
    try:
        yield handle
    finally:
        windows("CloseHandle")(handle)
