"""Which processes end when a Windows host is undeployed, with calls of the system noted."""

from __future__ import annotations

import os
from pathlib import PureWindowsPath
from typing import Any

import pytest

from deskagent.host.windows import processes, remove
from deskagent.host.windows.processes import Process

ROOT: Any = PureWindowsPath(r"C:\Users\ann\AppData\Local\deskconsole")
PYTHON = rf"{ROOT}\runtime-1\python.exe"
SCHTASKS = r"C:\WINDOWS\system32\schtasks.exe"


def test_a_task_that_a_cut_launch_is_making_is_not_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSTEMROOT", r"C:\Windows")
    listed = [
        Process(os.getpid(), 1, PYTHON),
        Process(5, 1, PYTHON),
        Process(6, 5, SCHTASKS),
        Process(7, os.getpid(), SCHTASKS),
        Process(8, 1, SCHTASKS),
        Process(9, 5, r"C:\Windows\notepad.exe"),
        Process(10, 1, r"C:\Users\ann\AppData\Local\deskconsole-other\python.exe"),
    ]
    monkeypatch.setattr(processes, "processes", lambda: listed)
    assert remove.running(ROOT) == {5, 6}
