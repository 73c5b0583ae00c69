"""Sessions of a Windows host: who is logged on in which.

What a session shows cannot be asked here: the processes of SSH live in session 0, which sees a phantom.

Imports everywhere; what asks the system raises OSError elsewhere, as it does where the system refuses.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from ctypes import POINTER, byref, c_void_p
from ctypes.wintypes import DWORD
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any

from deskwin32.calls import SessionInfo, windows
from deskwin32.query_user import logged_on, preference, same_user

from .accounts import own_user, sid_of, sid_of_process
from .processes import processes, program, session_of

if TYPE_CHECKING:
    from subprocess import Popen

    Query = Popen[bytes]

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
SHELL = "explorer.exe"
NO_SESSION = 0xFFFFFFFF


def sessions(asked: Query | None = None) -> list[dict[str, Any]]:
    """Lists who is logged on: number, station, user, sid, state, own (of this process' user).

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
        session["sid"] = sid_in(session["number"], session["user"]) if session["user"] else ""
        session["own"] = session["sid"] == sid if session["sid"] else same_user(session["user"], user)
    return sorted(found, key=preference)


def sid_in(number: int, user: str) -> str:
    """The SID of a session's user, by name or by his shell; empty where neither tells.

    A domain may be out of reach, and an account of Entra ID has no SID by its name while the host is offline.
    """
    try:
        return sid_of(user)
    except OSError:
        pass
    for process in processes():
        if PureWindowsPath(process.image).name.lower() == SHELL and session_of(process.pid) == number:
            with contextlib.suppress(OSError):
                return sid_of_process(process.pid)
    return ""


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


def console_session() -> int | None:
    """The session that the host's own screen shows; None while there is none."""
    number = int(windows("WTSGetActiveConsoleSessionId")())
    return None if number == NO_SESSION else number


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
    """Reads what `query user` prints; None where there is none or it hangs."""
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
    """Spells a text as programs of the console print it: letters that its code page lacks become others."""
    return text.encode("oem", "replace").decode("oem") if sys.platform == "win32" else text
