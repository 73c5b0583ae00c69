"""A real xterm whose program writes whatever is typed into a file."""

from __future__ import annotations

import contextlib
from pathlib import Path

from support.xvfb import Xvfb, wait_for


class TypedFile:
    """Fills the upper left of a screen. Without a window manager it has the keyboard where the pointer is."""

    def __init__(self, screen: Xvfb, folder: Path) -> None:
        self._path = folder / "typed"
        self._read = 0
        ready = folder / "ready"
        screen.run(
            "xterm", "-u8", "-geometry", "80x24+0+0", "-e", "sh", "-c",
            f"stty -icanon -echo; touch {ready}; exec cat > {self._path}",
            environment={"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        wait_for(ready.exists, what="the terminal's program")

    def expect(self, text: str) -> str:
        """Waits for as much as `text`, but not for ever; returns what was typed since the last time."""
        end = self._read + len(text.encode())
        with contextlib.suppress(TimeoutError):  # the comparison shows what is missing
            wait_for(lambda: self._path.stat().st_size >= end)
        content = self._path.read_bytes()
        typed, self._read = content[self._read :], len(content)
        return typed.decode(errors="replace")
