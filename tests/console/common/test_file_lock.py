"""The lock between processes and threads of one machine, held by real ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deskconsole.common.file_lock import locked

HOLDER = """
import pathlib, sys
from deskconsole.common.file_lock import locked
with locked(pathlib.Path(sys.argv[1]), lambda: None):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_lock_is_waited_for_until_its_process_dies(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "one"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"held"
        with locked(path, process.kill) as waited:
            assert waited
    with locked(path, pytest.fail) as waited, locked(path.with_name("other"), pytest.fail):
        assert not waited


def test_waiting_for_a_lock_can_be_cancelled(tmp_path: Path) -> None:
    def call_off() -> None:
        raise InterruptedError

    path = tmp_path / "one"
    with locked(path, pytest.fail), pytest.raises(InterruptedError), locked(path, call_off):
        pass
    with locked(path, pytest.fail) as waited:
        assert not waited
