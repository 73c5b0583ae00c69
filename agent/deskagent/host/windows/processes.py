"""The processes of a Windows host: the one scan of them, the one way to end them, who is connected to them.

Imports everywhere; what asks the system raises OSError elsewhere, as it does where the system refuses.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from ctypes import byref
from ctypes.wintypes import DWORD
from pathlib import Path
from typing import NamedTuple

from deskwin32.calls import ProcessEntry, TcpRow, closing, windows

PROCESS_TERMINATE = 0x1
PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
SYNCHRONIZE = 0x100000
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
SNAPSHOT_PROCESSES = 0x2
WAIT_OBJECT_0 = 0
AF_INET = 2
TCP_TABLE_CONNECTIONS = 1
TCP_ESTABLISHED = 5


class Process(NamedTuple):
    """One process of the host."""

    pid: int
    parent: int
    """The process that began it; that number may be another one's by now."""
    image: str
    """Path of its program where it may be known, else the file's name alone."""


def processes() -> list[Process]:
    """Every process of the host."""
    found = []
    with closing(windows("CreateToolhelp32Snapshot")(SNAPSHOT_PROCESSES, 0)) as snapshot:
        entry = ProcessEntry(size=ctypes.sizeof(ProcessEntry))
        more = windows("Process32FirstW")(snapshot, byref(entry))
        while more:
            if entry.pid:
                found.append(Process(entry.pid, entry.parent, image_of(entry.pid) or entry.file))
            more = windows("Process32NextW")(snapshot, byref(entry))
    return found


def session_of(pid: int) -> int | None:
    """The number of a process' session; None where it is gone or may not be asked."""
    number = DWORD()
    try:
        windows("ProcessIdToSessionId")(pid, byref(number))
    except OSError:
        return None
    return number.value


def image_of(pid: int) -> str:
    """The path of a process' program; empty where it is gone or may not be asked."""
    try:
        with closing(
            windows("OpenProcess")(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, 0, pid)
        ) as process:
            # One that has ended keeps number and path for as long as anybody holds a handle of it.
            if windows("WaitForSingleObject")(process, 0) == WAIT_OBJECT_0:
                return ""
            path = ctypes.create_unicode_buffer(32768)
            size = DWORD(len(path))
            windows("QueryFullProcessImageNameW")(process, 0, path, byref(size))
            return path.value
    except OSError:
        return ""


def own_folder() -> Path:
    """Our folder: the one with the runtime in it that runs this.

    As the system names it where it names programs, for these are compared with it: it follows links, such as
    a profile that was moved to another drive, and `sys.executable` does not.
    """
    return Path(image_of(os.getpid()) or sys.executable).parent.parent


def end(pid: int, seconds: float) -> bool:
    """Ends a process and waits for it to be gone; False where it may not be ended or does not go."""
    try:
        handle = windows("OpenProcess")(PROCESS_TERMINATE | SYNCHRONIZE, 0, pid)
    except OSError as error:
        return getattr(error, "winerror", 0) == ERROR_INVALID_PARAMETER  # there is no such process
    with closing(handle) as process:
        with contextlib.suppress(OSError):  # it may be on its way out
            windows("TerminateProcess")(process, 1)
        return bool(windows("WaitForSingleObject")(process, int(seconds * 1000)) == WAIT_OBJECT_0)


def connected(port: int) -> bool | None:
    """True if a program is connected to a port of this host's loopback; None where that is unknown."""
    size = DWORD(0)
    table = ctypes.create_string_buffer(4)
    for _ in range(4):  # it may grow between two calls
        try:
            code = windows("GetExtendedTcpTable")(table, byref(size), 0, AF_INET, TCP_TABLE_CONNECTIONS, 0)
        except OSError:
            return None
        if code == 0:
            count = DWORD.from_buffer(table).value
            rows = (TcpRow * count).from_buffer(table, 4)
            local = int.from_bytes(port.to_bytes(2, "big"), sys.byteorder)
            return any(row.state == TCP_ESTABLISHED and row.port & 0xFFFF == local for row in rows)
        if code != ERROR_INSUFFICIENT_BUFFER:
            return None
        table = ctypes.create_string_buffer(size.value + 1024)
        size.value = len(table)
    return None


def program(name: str) -> str:
    """One of the system's by its path: one so called in another folder shall not be run instead."""
    return os.environ.get("SYSTEMROOT", r"C:\Windows") + rf"\System32\{name}.exe"
