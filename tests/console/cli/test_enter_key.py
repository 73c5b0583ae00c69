"""Enter on the terminal of a command that runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no terminals of this kind")

ASK = "from deskconsole.cli.enter_key import enter_pressed; print(enter_pressed())"


@pytest.mark.parametrize(("own", "pressed"), [(True, "True"), (False, "False")])
def test_a_terminal_is_asked_only_where_it_is_the_commands_own(own: bool, pressed: str) -> None:
    import pty

    take = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); " if own else ""
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, b"\xff is no text\n")
        asked = subprocess.run(
            [sys.executable, "-c", take + ASK],
            stdin=terminal,
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert (asked.stdout.strip(), asked.stderr) == (pressed, "")
