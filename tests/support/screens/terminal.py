"""The real console in a real terminal: a tmux server of its own with the console in its only pane."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]


def environment(home: Path) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT / "agent"), str(ROOT / "console")])
    gone = ("TMUX", "TMUX_PANE", "DISPLAY", "NO_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    return kept | {
        "DESKCONSOLE_HOME": str(home),
        "HOME": str(home),
        "PYTHONPATH": path,
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
    }


class Terminal:
    """`arguments` are those of `program`, its files lie below `home`, `more` goes to its environment."""

    def __init__(
        self,
        home: Path,
        *arguments: str,
        size: tuple[int, int] = (100, 30),
        more: Mapping[str, str] | None = None,
        program: tuple[str, ...] = (sys.executable, "-m", "deskconsole"),
    ) -> None:
        self._socket = str(home / "tmux")
        session = ["-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1])]
        command = [*program, *arguments]
        self._tmux(*session, *command, env=environment(home) | dict(more or {}))
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        self._tmux("set-option", "-s", "set-clipboard", "on")

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def title(self) -> str:
        """The title that a program gave to the terminal."""
        return self._tmux("display-message", "-p", "#{pane_title}").strip()

    def clipboard(self) -> str:
        """The text that a program gave to the terminal's clipboard last."""
        return self._tmux("show-buffer")

    def until(self, holds: Callable[[str], bool]) -> str:
        """Waits for the screen to show something; fails with what it shows instead."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            shown = self.screen()
            if holds(shown):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"the screen still shows:\n{self.screen()}")

    def exited(self) -> bool:
        """tmux does not always learn the exit code; the test on the raw pty checks that."""
        return self._tmux("display-message", "-p", "#{pane_dead}").strip() == "1"

    def close(self) -> None:
        self._tmux("kill-server")

    def _tmux(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        command = [shutil.which("tmux") or "tmux", "-S", self._socket, *arguments]
        return subprocess.run(command, env=env, check=True, capture_output=True, encoding="utf-8").stdout
