"""The terminal of a shell on an embedded host: one of this system's, with the shell at its other end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import signal
import struct
import subprocess
import termios
import threading
from collections.abc import Mapping
from pathlib import Path


class HostTerminal:
    """A terminal of this kind (`xterm`) and size; its owner starts the shell, and closes it."""

    def __init__(self, kind: str, width: int, height: int) -> None:
        self._kind = kind
        self._lock = threading.Lock()
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._master, slave = os.openpty()
        self._name = os.ttyname(slave)
        # Held until the shell has opened it: without any other end the terminal would hang up.
        self._slave = slave
        self.resize(width, height)

    def start(self, home: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Starts a shell in `home`, with this as the terminal that it controls."""
        # The first terminal that the leader of a session opens is the one that it controls.
        tty = shlex.quote(self._name)
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec /bin/sh -i <{tty} >{tty} 2>&1"],
            cwd=home,
            env={**environment, "TERM": self._kind, "PS1": "$USER@demo:$PWD$ "},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._slave,
            start_new_session=True,
        )
        os.close(self._slave)
        self._process = process
        return process

    def resize(self, width: int, height: int) -> None:
        """Gives the terminal another size, in cells."""
        with self._lock:
            if not self._closed:
                size = struct.pack("4H", min(height, 0xFFFF), min(width, 0xFFFF), 0, 0)
                fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def read(self, size: int) -> bytes:
        """Returns at most `size` bytes of what the shell prints. Raises OSError once the shell has ended."""
        return os.read(self._master, size)

    def write(self, data: bytes) -> None:
        """Types `data`."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._master, rest) :]

    def hang_up(self) -> None:
        """Ends the shell, as a terminal that is closed does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGHUP)

    def close(self) -> None:
        """Gives the terminal back."""
        with self._lock:
            self._closed = True
            os.close(self._master)
