"""Bars on a terminal: what has no bytes shows none, and nothing endless is left standing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from deskconsole.cli.progress_bars import progress_bars
from deskconsole.common.progress import Progress, StepId

PROGRAM = """
import time
from deskconsole.cli.progress_bars import progress_bars
from deskconsole.common.progress import Progress, StepId

with progress_bars(quiet=False) as show:
    show(Progress(StepId.UPLOAD_RUNTIME, 500, 1000))
    show(Progress(StepId.UPLOAD_RUNTIME, 1000, 1000))
    show(Progress(StepId.TRY_RUNTIME, 0, 0))
    time.sleep(0.4)
"""


def test_a_step_without_bytes_shows_none_and_goes_when_it_is_over() -> None:
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "NO_COLOR": "1"}
    with subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stderr=slave) as process:
        os.close(slave)
        said = b""
        while piece := _read(master):
            said += piece
    os.close(master)
    assert process.returncode == 0
    text = said.decode()
    assert "trying the Python runtime" in text
    assert "/?" not in text
    last = text.rpartition("trying the Python runtime")[2]
    assert "uploading" in last, "the last that is drawn is what has come to its end"
    assert "1.0/1.0 kB" in last


def test_a_step_about_another_thing_has_a_bar_of_its_own() -> None:
    with progress_bars(quiet=True) as show:
        for path in ("a.dll", "b.dll", "a.dll"):
            show(Progress(StepId.WAIT_FOR_PROGRAM, subject=path))
            show(Progress(StepId.UPLOAD_RUNTIME, 500, 1000))


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the last writer is gone
        return b""
