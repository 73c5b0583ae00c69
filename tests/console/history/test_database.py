"""The history's file: consoles add to it at once, and one that cannot be used is told in a sentence."""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
from deskconsole.history.database import KEPT_DAYS, HistoryDatabase
from deskconsole.history.day import HostDay, today, total

TODAY = today().isoformat()

WRITER = """
import sys
from pathlib import Path
from deskconsole.history import database
from deskconsole.history.database import HistoryDatabase
from deskconsole.history.day import HostDay
database._BUSY = 60.0  # a console tries again later; here a busy machine must not look like a loss
database = HistoryDatabase(Path(sys.argv[1]))
for _ in range(40):
    database.add([HostDay(host="lab-01", day=sys.argv[2], slices=3, live=0.5, refreshes={"first frame": 1})])
"""


def test_consoles_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    """They make the file at once, too."""
    path = tmp_path / "new" / "history.sqlite"
    command = [sys.executable, "-c", WRITER, str(path), TODAY]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(3)]
    assert [writer.communicate()[1] for writer in writers] == [b"", b"", b""]
    (day,) = HistoryDatabase(path).read()
    assert day == HostDay(host="lab-01", day=TODAY, slices=360, live=60.0, refreshes={"first frame": 120})
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_days_are_read_by_host_and_time_and_old_ones_go(tmp_path: Path) -> None:
    database = HistoryDatabase(tmp_path / "history.sqlite")
    assert database.read() == []
    ago = {days: (today() - dt.timedelta(days=days)).isoformat() for days in (0, 1, 7, KEPT_DAYS + 1)}
    database.add(HostDay(host=host, day=day, outages=1) for host in ("b", "a") for day in ago.values())
    assert [(day.host, day.day) for day in database.read(today() - dt.timedelta(days=1))] == [
        ("a", ago[1]),
        ("a", ago[0]),
        ("b", ago[1]),
        ("b", ago[0]),
    ]
    assert {day.day for day in database.read(hosts=["b"])} == {ago[0], ago[1], ago[7]}


def test_a_sum_has_all_figures() -> None:
    one = HostDay(host="a", day="d", live=1.5, refreshes={"x": 1}, updates=2, received=30)
    both = total([one, HostDay(host="b", day="d", refreshes={"x": 2, "y": 1}, received=10)], host="all")
    assert both == HostDay(host="all", day="", live=1.5, refreshes={"x": 3, "y": 1}, updates=2, received=40)


@dataclass
class Unusable:
    """A file in the place of the history."""

    make: Callable[[Path], object]
    sentence: str


def _database(path: Path, *commands: str) -> None:
    with closing(sqlite3.connect(path)) as file:
        for command in commands:
            file.execute(command)
        file.commit()


def _ours(path: Path, *commands: str) -> None:
    HistoryDatabase(path).add([HostDay(host="a", day=TODAY)])
    _database(path, *commands)


def _cut(path: Path) -> None:
    _ours(path)
    path.write_bytes(path.read_bytes()[:5000])


UNUSABLE = {
    "text": Unusable(lambda path: path.write_text("no database\n" * 200), "is damaged or no history"),
    "cut": Unusable(_cut, "is damaged or no history"),
    "values": Unusable(
        lambda path: _ours(path, "UPDATE days SET slices = 'many'"), "is damaged or no history"
    ),
    "tables": Unusable(lambda path: _ours(path, "DROP TABLE refreshes"), "is damaged or no history"),
    "newer": Unusable(
        lambda path: _ours(path, "PRAGMA user_version = 2"),
        "is of another version of deskconsole: format 2, not 1",
    ),
    "foreign": Unusable(lambda path: _database(path, "CREATE TABLE days (a)"), "a file of another program"),
    "folder": Unusable(Path.mkdir, "it is not a regular file"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence_and_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "history.sqlite"
    UNUSABLE[kind].make(path)
    before = path.read_bytes() if path.is_file() else b""
    database = HistoryDatabase(path)
    for use in (lambda: database.add([HostDay(host="a", day=TODAY, slices=1)]), database.read):
        if kind == "values" and use is not database.read:
            continue  # only a reader looks at all values
        with pytest.raises(ConfigurationError, match=re.escape(UNUSABLE[kind].sentence)) as refused:
            use()
        assert str(path) in str(refused.value)
        assert refused.value.remedy
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_full_disk_is_told_and_what_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    _ours(path)
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from deskconsole.history.database import HistoryDatabase\n"
        "from deskconsole.history.day import HostDay\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try: HistoryDatabase(Path(sys.argv[1])).add(\n"
        "    HostDay(host=f'host {number}', day=sys.argv[2], slices=1) for number in range(5000))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    if sys.platform == "win32":
        pytest.skip("no limit of a file's size")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run(
        [sys.executable, "-c", program, str(path), TODAY],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.startswith("ConfigurationError"), told
    assert [day.host for day in HistoryDatabase(path).read()] == ["a"]


def test_a_place_that_cannot_be_looked_at_is_told_in_a_sentence(tmp_path: Path) -> None:
    database = HistoryDatabase(tmp_path / ("a" * 300))
    for use in (database.read, lambda: database.add([HostDay(host="lab-01", day="2026-11-28")])):
        with pytest.raises(ConfigurationError, match="cannot be used: File name too long"):
            use()
