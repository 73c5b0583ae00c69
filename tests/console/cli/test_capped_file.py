"""The console's own log: what libraries and child processes print has a size and a mode."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from pathlib import Path

from deskconsole.cli.capped_file import capped_file


def filled(path: Path, largest: int) -> None:
    descriptor = capped_file(path, largest)
    subprocess.run(["seq", "100000"], stdout=descriptor, check=True, timeout=60)
    os.close(descriptor)


def test_a_log_that_children_fill_ends_at_its_size_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log" / "console.log"
    filled(path, 10_000)
    deadline = time.monotonic() + 30
    while b"log is full" not in path.read_bytes() and time.monotonic() < deadline:
        time.sleep(0.01)
    text = path.read_bytes()
    assert text.startswith(b"1\n2\n3\n")
    assert b"The log is full" in text
    assert len(text) < 10_200
    filled(path, 10_000)  # a console that is started again
    assert path.read_bytes() == text


def test_the_log_and_its_folders_are_the_users_alone_whatever_the_umask(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        os.close(capped_file(tmp_path / "home" / "log" / "console.log"))
    finally:
        os.umask(umask)
    paths = (tmp_path / "home", tmp_path / "home" / "log", tmp_path / "home" / "log" / "console.log")
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o700, 0o700, 0o600]
