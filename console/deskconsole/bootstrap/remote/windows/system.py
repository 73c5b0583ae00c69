"""What Windows itself tells: users, sessions, processes, connections. Runs on the host, needs `windows/api`.

Imports everywhere; what asks the system raises OSError elsewhere, as it does where the system refuses. What a
session shows on its displays is not to be had here: SSH's processes live in session 0, which sees a phantom.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
from ctypes import POINTER, byref, c_void_p
from ctypes.wintypes import DWORD, HANDLE
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .api import ProcessEntry, SessionInfo, TcpRow, closing, windows

if TYPE_CHECKING:
    from subprocess import Popen

    Query = Popen[bytes]

TOKEN_QUERY = 0x8
TOKEN_USER = 1
TOKEN_ELEVATION = 20
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
WTS_USER_NAME = 5
WTS_DOMAIN_NAME = 7
WTS_STATES = (
    "active",
    "connected",
    "connecting",
    "shadowing",
    "disconnected",
    "idle",
    "listening",
    "resetting",
    "down",
    "initializing",
)
NO_SESSION = 0xFFFFFFFF


def own_user() -> tuple[str, str]:
    """`DOMAIN\\user` and SID of whom this process runs as."""
    token = HANDLE()
    windows("OpenProcessToken")(windows("GetCurrentProcess")(), TOKEN_QUERY, byref(token))
    with closing(token):
        buffer = ctypes.create_string_buffer(1024)
        size = DWORD()
        windows("GetTokenInformation")(token, TOKEN_USER, buffer, len(buffer), byref(size))
    sid = c_void_p.from_buffer(buffer).value  # TOKEN_USER begins with a pointer to the SID behind it
    return account_of(sid), sid_text(sid)


def is_elevated() -> bool:
    """Whether this process has an administrator's full rights."""
    token = HANDLE()
    windows("OpenProcessToken")(windows("GetCurrentProcess")(), TOKEN_QUERY, byref(token))
    with closing(token):
        elevation, size = DWORD(), DWORD()
        windows("GetTokenInformation")(token, TOKEN_ELEVATION, byref(elevation), 4, byref(size))
    return bool(elevation.value)


def account_of(sid: int | None) -> str:
    """`DOMAIN\\user` of a SID in memory."""
    name, domain = ctypes.create_unicode_buffer(512), ctypes.create_unicode_buffer(512)
    sizes = DWORD(len(name)), DWORD(len(domain))
    use = DWORD()
    windows("LookupAccountSidW")(None, sid, name, byref(sizes[0]), domain, byref(sizes[1]), byref(use))
    return f"{domain.value}\\{name.value}" if domain.value else name.value


def sid_text(sid: int | None) -> str:
    """`S-1-5-...` of a SID in memory."""
    text = c_void_p()
    windows("ConvertSidToStringSidW")(sid, byref(text))
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        windows("LocalFree")(text)


def sid_of(account: str) -> str:
    """The SID of `DOMAIN\\user` or `user`; raises OSError where the host does not know it."""
    sid, domain = ctypes.create_string_buffer(256), ctypes.create_unicode_buffer(512)
    sizes = DWORD(len(sid)), DWORD(len(domain))
    use = DWORD()
    windows("LookupAccountNameW")(None, account, sid, byref(sizes[0]), domain, byref(sizes[1]), byref(use))
    return sid_text(ctypes.addressof(sid))


def session_of(pid: int) -> int:
    """The number of the session that a process lives in; 0 is that of services."""
    number = DWORD()
    windows("ProcessIdToSessionId")(pid, byref(number))
    return number.value


def console_session() -> int | None:
    """The session that the host's own screen shows; None while there is none."""
    number = int(windows("WTSGetActiveConsoleSessionId")())
    return None if number == NO_SESSION else number


def sessions(asked: Query | None = None) -> list[dict[str, Any]]:
    """Who is logged on where: number, station, user, sid, state, own (of this process' user).

    The session that an agent belongs in comes first: the user's own, then the one on the host's screen.
    Where Windows enumerates nothing at all (Wine; not seen on a real one), `query user` is asked, or was by
    `begin_query`; where that is missing too, the console's session is taken to be this user's.
    """
    user, sid = own_user()
    found = enumerated()
    if found is None:
        found = []
        said = answer_of(asked or begin_query())
        if said is not None:
            found = logged_on(said)
            for session in found:
                if same_user(session["user"], in_console(user)):
                    session["user"] = user
        elif (number := console_session()) is not None:
            found = [{"number": number, "station": "Console", "user": user, "state": "active"}]
    for session in found:
        try:
            session["sid"] = sid_of(session["user"]) if session["user"] else ""
        except OSError:  # a domain that cannot be asked now
            session["sid"] = ""
        session["own"] = session["sid"] == sid if session["sid"] else same_user(session["user"], user)
    return sorted(found, key=preference)


def preference(session: dict[str, Any]) -> tuple[bool, bool, bool, int]:
    """Sorts sessions: own ones, then active ones, then the console's come first."""
    at_console = session["station"].casefold() == "console"
    return not session["own"], session["state"] != "active", not at_console, session["number"]


def enumerated() -> list[dict[str, Any]] | None:
    """Sessions with somebody in them, as Remote Desktop Services list them; RDP's are among them.

    None where they list no session whatever: then they do not know, for that of services is always there.
    """
    rows, count = POINTER(SessionInfo)(), DWORD()
    windows("WTSEnumerateSessionsW")(None, 0, 1, byref(rows), byref(count))
    try:
        listed = [(rows[n].number, rows[n].station or "", rows[n].state) for n in range(count.value)]
    finally:
        windows("WTSFreeMemory")(rows)
    if not listed:
        return None
    found = []
    for number, station, state in listed:
        word = WTS_STATES[state] if 0 <= state < len(WTS_STATES) else str(state)
        try:
            user, domain = session_text(number, WTS_USER_NAME), session_text(number, WTS_DOMAIN_NAME)
        except OSError:  # no right to ask about it: somebody is there if it is used like that
            user = domain = ""
            if number == 0 or word not in {"active", "disconnected"}:
                continue
        else:
            if not user:
                continue
        account = f"{domain}\\{user}" if domain else user
        found.append({"number": number, "station": station, "user": account, "state": word})
    return found


def session_text(number: int, what: int) -> str:
    """One of the texts that are known of a session."""
    text, size = c_void_p(), DWORD()
    windows("WTSQuerySessionInformationW")(None, number, what, byref(text), byref(size))
    try:
        return ctypes.wstring_at(text.value) if text.value else ""
    finally:
        windows("WTSFreeMemory")(text)


def program(name: str) -> str:
    """One of the system's by its path: one so called in another folder shall not be run instead."""
    return os.environ.get("SYSTEMROOT", r"C:\Windows") + rf"\System32\{name}.exe"


def begin_query() -> Query | None:
    """Starts `query user`, to be read later; None where this edition of Windows has no such command."""
    import subprocess  # seldom needed, and slow to come

    try:
        return subprocess.Popen(
            [program("query"), "user"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None


def answer_of(query: Query | None) -> str | None:
    """What `query user` prints; None where there is none or it hangs."""
    import subprocess

    if query is None:
        return None
    try:
        said, _ = query.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        query.kill()
        return None
    return said.decode("oem" if sys.platform == "win32" else "cp437", "replace")


def in_console(text: str) -> str:
    """As programs of the console print it: letters that its code page lacks become others."""
    return text.encode("oem", "replace").decode("oem") if sys.platform == "win32" else text


def logged_on(said: str) -> list[dict[str, Any]]:
    """What `query user` says in any language: its columns keep their order, and only names have none.

    A session without a station is disconnected, whatever the word for that is; the others are in use.
    """
    found = []
    for line in said.splitlines():
        row = re.match(r"[> ](\S.*?)\s{2,}(?:(\S+)\s+)?(\d+)\s{2,}\S", line, re.ASCII)
        if row:
            user, station, number = row.groups()
            state = "active" if station else "disconnected"
            found.append({"number": int(number), "station": station or "", "user": user, "state": state})
    return found


def same_user(one: str, other: str) -> bool:
    """Whether two accounts are the same as far as both are told: the domain may be missing in either."""
    one, other = one.casefold(), other.casefold()
    if "\\" in one and "\\" in other:
        return one == other
    return one.rpartition("\\")[2] == other.rpartition("\\")[2]


def processes() -> list[tuple[int, str]]:
    """Number and program of every process; the path where it may be known, else the file's name alone."""
    found = []
    with closing(windows("CreateToolhelp32Snapshot")(SNAPSHOT_PROCESSES, 0)) as snapshot:
        entry = ProcessEntry(size=ctypes.sizeof(ProcessEntry))
        more = windows("Process32FirstW")(snapshot, byref(entry))
        while more:
            if entry.pid:
                found.append((entry.pid, image_of(entry.pid) or entry.file))
            more = windows("Process32NextW")(snapshot, byref(entry))
    return found


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
    """Whether somebody is connected to a port of this host's loopback; None where nobody knows."""
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


def disk_free(path: str) -> int:
    """Bytes that this user may still write where `path` is, quotas and all."""
    free = ctypes.c_ulonglong()
    windows("GetDiskFreeSpaceExW")(path, byref(free), None, None)
    return free.value
