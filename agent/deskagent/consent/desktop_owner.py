"""The user whose desktop an X server shows: where that is not the agent's user, that person is asked."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_SESSIONS: Final = Path("/run/systemd/sessions")
"""A file for each login session, as systemd-logind writes them."""

_LOCAL: Final = re.compile(r"(?:unix)?:(\d+)")

_PERSONS: Final = 1000
"""The first number of users that are persons, as login.defs(5) has it."""


def is_another_users(display: str | None = None, sessions: Path = _SESSIONS) -> bool:
    """True if the X display belongs to another user than this process, or it cannot be found out whose it
    is. `display`: such as `:0`; by default that of DISPLAY."""
    if sys.platform == "win32":
        return False  # its agent always runs as the desktop's user, and its launcher says who started it
    display = os.environ.get("DISPLAY", "") if display is None else display
    return _owner(display, sessions) != os.getuid()


def user_at_desktop(display: str | None = None, sessions: Path = _SESSIONS) -> str:
    """The name of the person whose login session has the X display; empty where systemd-logind knows none.

    `display` as for `is_another_users`. Users of the system, as that of a greeter, are no persons.
    """
    if sys.platform == "win32":
        return ""  # its launcher tells the user of the session, which stays the same for an agent's life
    display = os.environ.get("DISPLAY", "") if display is None else display
    owner = _session_owner(display, sessions)
    try:
        return "" if owner is None or owner < _PERSONS else _name_of(owner)
    except KeyError:  # of a directory that does not answer
        return ""


@functools.cache
def _name_of(user: int) -> str:
    """The name of a user, asked for once: a directory in the network may take long. Raises KeyError."""
    if sys.platform == "win32":
        raise KeyError(user)
    import pwd

    return pwd.getpwuid(user).pw_name


def _owner(display: str, sessions: Path) -> int | None:
    """The user of the session with that display; else of the X server, which a display manager runs as root;
    else of the authority file. None where none of these is known."""
    if (owner := _session_owner(display, sessions)) is not None:
        return owner
    number = _LOCAL.match(display)
    if number is None:
        return None
    server = _server_user(number[1])
    if server in (0, None):
        with contextlib.suppress(OSError, KeyError):
            return Path(os.environ["XAUTHORITY"]).stat().st_uid
    return server


def _session_owner(display: str, sessions: Path) -> int | None:
    """The user of the login session with that display; None where there is none."""
    number = _LOCAL.match(display)
    if number is None:
        return None
    for session in _login_sessions(sessions):
        # A user who has logged out leaves a session behind, for as long as a program of it runs.
        if session.get("DISPLAY") == f":{number[1]}" and session.get("STATE") != "closing":
            with contextlib.suppress(KeyError, ValueError):
                return int(session["UID"])
    return None


def _login_sessions(folder: Path) -> Iterator[dict[str, str]]:
    """The values of each login session that can be read; sessions end while they are looked at."""
    try:
        files = [*folder.iterdir()]
    except OSError:  # there is no logind, or it is closed to this user
        return
    for session in files:
        with contextlib.suppress(OSError):
            lines = session.read_text("utf-8", "replace").splitlines()
            yield dict(line.split("=", 1) for line in lines if "=" in line)


def _server_user(number: str) -> int | None:
    """The user that runs the X server of this number, as the system says of the other end of its socket."""
    if sys.platform != "linux":
        return None
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(1)
        try:
            sock.connect(f"/tmp/.X11-unix/X{number}")  # noqa: S108
            answer = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        except OSError:
            return None
    _, user, _ = struct.unpack("3i", answer)
    return int(user)
