"""The console in a terminal of its own: a pty that is read all the time, as a terminal does."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]


class Terminal:
    """`deskconsole ARGUMENTS`, or another module, in a terminal of so many columns and lines, with its files
    below `home`, and without a display."""

    def __init__(
        self, home: Path, *arguments: str, module: str = "deskconsole", size: tuple[int, int] = (120, 36)
    ) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._master = master
        self._written = bytearray()
        self._arrived = threading.Condition()
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=slave, stdout=slave, stderr=slave, env=_environment(home), start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._thread = threading.Thread(target=self._read, name="terminal")
        self._thread.start()

    @property
    def pid(self) -> int:
        """The console's process."""
        return self._process.pid

    @property
    def output(self) -> bytes:
        """What the console wrote so far."""
        with self._arrived:
            return bytes(self._written)

    @property
    def length(self) -> int:
        """Bytes of that."""
        return len(self._written)

    def wait_for(self, holds: Callable[[bytearray], bool], timeout: float) -> float:
        """Seconds from the start of the process until what it wrote so far satisfies `holds`."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: holds(self._written), timeout):
                raise TimeoutError(
                    f"the console did not show it within {timeout:g} s: {bytes(self._written[-3000:])!r}"
                )
            return time.monotonic() - self.started

    def press(self, keys: bytes) -> None:
        """Presses keys."""
        os.write(self._master, keys)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # it has ended by itself
            self.press(b"q")
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        os.close(self._master)

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._master, 65536)
            except OSError:  # the other end is closed
                return
            with self._arrived:
                self._written += piece
                self._arrived.notify_all()


def _environment(home: Path) -> Mapping[str, str]:
    gone = ("TMUX", "TMUX_PANE", "DISPLAY", "WAYLAND_DISPLAY", "NO_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    return kept | {
        "DESKCONSOLE_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "agent"), str(ROOT / "console"), str(ROOT)]),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
    }
