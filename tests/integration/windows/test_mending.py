"""What a power cut leaves of the files on a Windows host: their names and sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.session.state import State
from support.windows.host import WindowsHost
from support.windows.way import WindowsWay


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param("runtime-*/Lib/site-packages/mss/__init__.py", id="the agent ends at once"),
        pytest.param("runtime-*/Lib/csv.py", id="the launch does not even run"),
        pytest.param("runtime-*/Lib/json/__init__.py", id="no script runs at all"),
    ],
)
def test_connecting_mends_what_is_damaged(shared_windows: WindowsHost, tmp_path: Path, damaged: str) -> None:
    way = WindowsWay(shared_windows, tmp_path)
    way.session.connect()
    assert way.streams(180)
    way.session.disconnect()
    assert way.session.wait_for(lambda one: one.state is State.CLOSED, 60)
    for process in shared_windows.processes("pythonw.exe"):
        shared_windows.kill(process.pid)
    (file,) = (shared_windows.home / "AppData/Local/deskconsole").glob(damaged)
    before = file.read_bytes()
    file.unlink()  # it may be one with files of other tests
    file.write_bytes(bytes(len(before)))
    for compiled in file.parent.glob(f"__pycache__/{file.stem}.*"):
        compiled.unlink()
    try:
        way.session.connect()
        assert way.streams(180), way.session.snapshot().reason
        assert file.read_bytes() == before
    finally:
        way.session.close()
