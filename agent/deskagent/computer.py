"""The computer that the agent runs on, in its own words: its name, its system, who is at the desktop."""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

_LONGEST: Final = 128
"""Characters of a word that is sent: a name of a computer or a user has 64 at most."""

_WINDOWS_11: Final = 22000
"""The first build of Windows 11, which still calls itself Windows 10 in the registry."""


def this_platform() -> str:
    """Returns `linux x86_64`, `windows amd64`. The module `platform` would ask WMI, which may not answer."""
    if sys.platform == "win32":
        return f"windows {os.environ.get('PROCESSOR_ARCHITECTURE', '')}".strip().lower()
    return f"{sys.platform} {os.uname().machine}".lower()


@dataclass(frozen=True, slots=True)
class Computer:
    """The names of a computer, its system and its user; empty where they are not known."""

    hostname: str = ""
    os_name: str = ""
    user: str = ""
    """The person at the desktop, as the system calls that user."""
    platform: str = field(default_factory=this_platform)
    """`linux x86_64`, `windows amd64`."""


def this_computer(user: str) -> Computer:
    """Returns the words of this computer, with `user` at its desktop."""
    return Computer(_sendable(socket.gethostname()), _sendable(_os_name()), _sendable(user))


class ComputerWatch:
    """Keeps the words of this computer; `find_user` looks for the person at its desktop."""

    def __init__(self, computer: Computer, find_user: Callable[[], str] | None = None) -> None:
        self.computer = computer
        self._find_user = find_user

    def changed_user(self) -> str | None:
        """Looks again; returns another user than before, empty where there is none now, or None."""
        user = self.computer.user if self._find_user is None else _sendable(self._find_user())
        if user == self.computer.user:
            return None
        self.computer = replace(self.computer, user=user)
        return user


def _sendable(text: str) -> str:
    """Cuts a text to the length that may be sent; bytes that are no UTF-8 become question marks."""
    return text[:_LONGEST].encode(errors="replace").decode()


def _os_name() -> str:
    if sys.platform == "win32":
        return _windows_name()
    # The module `platform` would do it, but on Windows it asks WMI: nothing of the agent imports it.
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        with contextlib.suppress(OSError, ValueError):
            for line in Path(path).read_text("utf-8").splitlines():
                field, _, value = line.partition("=")
                if field == "PRETTY_NAME":
                    return " ".join(shlex.split(value))
    system = os.uname()
    return f"{system.sysname} {system.release}"


def _windows_name() -> str:
    """`Windows 11 Pro 23H2`, from the registry: the module `platform` asks WMI, which may never answer."""
    if sys.platform != "win32":
        return ""
    import winreg

    values = {}
    try:
        with winreg.OpenKey(
            winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
        ) as key:
            for name in ("ProductName", "DisplayVersion"):
                try:
                    values[name] = str(winreg.QueryValueEx(key, name)[0])
                except OSError:
                    values[name] = ""
    except OSError:
        return "Windows"
    return windows_name(values["ProductName"], values["DisplayVersion"], sys.getwindowsversion().build)


def windows_name(product: str, version: str, build: int) -> str:
    """Returns the name that people know, from the registry's words and the number of the build."""
    if build >= _WINDOWS_11:
        product = product.replace("Windows 10", "Windows 11")
    return f"{product or 'Windows'} {version}".strip()
