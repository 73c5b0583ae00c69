"""What the stand-in's Windows programs need of Windows itself: processes, jobs and window stations."""

import ctypes
import sys
from collections.abc import Iterator
from ctypes import wintypes

assert sys.platform == "win32"

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
user32 = ctypes.WinDLL("user32", use_last_error=True)
for _function in (
    user32.GetProcessWindowStation, user32.CreateWindowStationW, user32.CreateDesktopW, user32.FindWindowW,
    user32.FindWindowExW, kernel32.CreateJobObjectW, kernel32.OpenProcess, kernel32.CreateToolhelp32Snapshot,
):  # fmt: skip
    _function.restype = wintypes.HANDLE
user32.SendMessageW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]

SERVICE_STATION = "Service-0x0-3e7$"
_CREATE_SUSPENDED, _CREATE_NEW_CONSOLE, _CREATE_NEW_PROCESS_GROUP = 0x4, 0x10, 0x200
_TERMINATE, _QUERY_LIMITED_INFORMATION = 0x1, 0x1000
_FOREVER = 0xFFFFFFFF


class StartupInfo(ctypes.Structure):
    """STARTUPINFOW, its middle part unread."""

    _fields_ = (
        ("size", wintypes.DWORD),
        ("reserved", wintypes.LPWSTR),
        ("desktop", wintypes.LPWSTR),
        ("title", wintypes.LPWSTR),
        ("numbers", wintypes.DWORD * 8),
        ("show_and_size", wintypes.WORD * 2),
        ("reserved2", ctypes.c_void_p),
        ("handles", wintypes.HANDLE * 3),
    )


class ProcessInformation(ctypes.Structure):
    """PROCESS_INFORMATION."""

    _fields_ = (
        ("process", wintypes.HANDLE),
        ("thread", wintypes.HANDLE),
        ("pid", wintypes.DWORD),
        ("thread_id", wintypes.DWORD),
    )


class ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = (
        ("size", wintypes.DWORD),
        ("usage", wintypes.DWORD),
        ("pid", wintypes.DWORD),
        ("heap", ctypes.c_size_t),
        ("module", wintypes.DWORD),
        ("threads", wintypes.DWORD),
        ("parent", wintypes.DWORD),
        ("priority", wintypes.LONG),
        ("flags", wintypes.DWORD),
        ("image", wintypes.WCHAR * 260),
    )


class Job:
    """A set of processes that can be ended at one blow; what they start belongs to it."""

    def __init__(self) -> None:
        self.handle = wintypes.HANDLE(kernel32.CreateJobObjectW(None, None))

    def end(self) -> None:
        """Ends all of them."""
        kernel32.TerminateJobObject(self.handle, 1)


class Process:
    """A process that was started here, on the desktop of its choice; OSError where that failed."""

    def __init__(self, line: str, *, desktop: str, folder: str, job: Job | None = None) -> None:
        startup = StartupInfo(size=ctypes.sizeof(StartupInfo), desktop=desktop)
        made = ProcessInformation()
        flags = _CREATE_SUSPENDED | _CREATE_NEW_CONSOLE | _CREATE_NEW_PROCESS_GROUP
        if not kernel32.CreateProcessW(
            None, ctypes.create_unicode_buffer(line), None, None, False, flags, None, folder,
            ctypes.byref(startup), ctypes.byref(made),
        ):  # fmt: skip
            raise ctypes.WinError(ctypes.get_last_error())
        self._handle = wintypes.HANDLE(made.process)
        thread = wintypes.HANDLE(made.thread)
        if job is not None:
            kernel32.AssignProcessToJobObject(job.handle, self._handle)
        kernel32.ResumeThread(thread)
        kernel32.CloseHandle(thread)

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        kernel32.WaitForSingleObject(self._handle, _FOREVER)
        code = wintypes.DWORD()
        kernel32.GetExitCodeProcess(self._handle, ctypes.byref(code))
        return code.value

    def end(self) -> None:
        """Ends it, not its children."""
        kernel32.TerminateProcess(self._handle, 1)


def make_service_station() -> None:
    """The window station of services: programs there see no user's desktop."""
    original = wintypes.HANDLE(user32.GetProcessWindowStation())
    station = wintypes.HANDLE(user32.CreateWindowStationW(SERVICE_STATION, 0, 0x37F, None))
    user32.SetProcessWindowStation(station)
    user32.CreateDesktopW("Default", None, None, 0, 0x10000000, None)
    user32.SetProcessWindowStation(original)


def processes() -> Iterator[tuple[int, str, str]]:
    """Pid, image name and path (empty where it may not be known) of all that runs."""
    snapshot = wintypes.HANDLE(kernel32.CreateToolhelp32Snapshot(2, 0))
    entry = ProcessEntry(size=ctypes.sizeof(ProcessEntry))
    more = kernel32.Process32FirstW(snapshot, ctypes.byref(entry))
    while more:
        yield entry.pid, entry.image, _path(entry.pid)
        more = kernel32.Process32NextW(snapshot, ctypes.byref(entry))
    kernel32.CloseHandle(snapshot)


def end_process(pid: int) -> None:
    """Ends it as the task manager does."""
    handle = wintypes.HANDLE(kernel32.OpenProcess(_TERMINATE, False, pid))
    if not kernel32.TerminateProcess(handle, 1):
        raise ctypes.WinError(ctypes.get_last_error())
    kernel32.CloseHandle(handle)


def _path(pid: int) -> str:
    handle = wintypes.HANDLE(kernel32.OpenProcess(_QUERY_LIMITED_INFORMATION, False, pid))
    text = ctypes.create_unicode_buffer(1024)
    length = wintypes.DWORD(1024)
    kernel32.QueryFullProcessImageNameW(handle, 0, text, ctypes.byref(length))
    kernel32.CloseHandle(handle)
    return text.value
