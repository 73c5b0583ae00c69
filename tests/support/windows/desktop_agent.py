"""The agent on the desktop of a Windows stand-in, started without SSH; tests' consoles connect to it."""

from __future__ import annotations

import json
import secrets
import socket
from typing import Self

from support.xvfb import wait_for

from .host import WindowsHost


class DesktopAgent:
    """One agent, `Reachable` for consoles; `put_agent` has brought its files before."""

    token = bytes(range(32))

    def __init__(self, windows: WindowsHost, *options: str) -> None:
        name = f"agent-{secrets.token_hex(4)}"
        self.folder = windows.drive_c / "ours" / name
        self.folder.mkdir()
        (self.folder / "token").write_bytes(self.token)
        place = rf"C:\ours\{name}"
        self._windows = windows
        self._process = windows.start_process(
            r"C:\ours\runtime\pythonw.exe", "-I", "-X", "utf8", r"C:\ours\agent", "serve",
            "--token-file", rf"{place}\token", "--ready-file", rf"{place}\ready.json",
            "--log-file", rf"{place}\agent.log", "--idle-exit", "60", *options,
        )  # fmt: skip
        ready = self.folder / "ready.json"
        wait_for(ready.exists, what="the agent on the Windows desktop")
        self._said = json.loads(ready.read_text())

    @property
    def log(self) -> str:
        """The agent's log file so far."""
        return (self.folder / "agent.log").read_text("utf-8")

    def connect(self) -> socket.socket:
        """A bare connection to it."""
        return socket.create_connection(("127.0.0.1", self._said["port"]), timeout=60)

    def end(self) -> None:
        """Ends it at once, as the task manager does."""
        self._windows.kill(self._said["pid"])
        self._process.wait(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()
