"""Removes all that is ours from a Windows host: tasks, agents, files; with our Python or without."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from deskconsole.bootstrap.answers import Pid, Refusal, RemoveAnswer
from deskconsole.bootstrap.facts import HostFacts, Removed
from deskconsole.bootstrap.script import HOST, last_words
from deskconsole.common.errors import BootstrapError, DeployError
from deskconsole.ssh.command import CommandResult
from deskconsole.ssh.connection import Connection
from deskconsole.ssh.files import Entry, Files
from deskwin32 import schtasks

from .contact import native
from .held_files import HELD_TIMEOUT
from .python import FOLDER, ask_python, python_of

DELETE_TIMEOUT = HELD_TIMEOUT
"""Seconds to wait for files of programs that were just ended, or that a virus scanner holds."""

_PARENT, _, _NAME = FOLDER.rpartition("/")
_NAMED_AT_MOST = 20
_FOLDERS_AT_MOST = 10_000
"""A runtime has some hundred."""
_LONGEST = 4096
"""Characters of a path that is still looked into."""


@dataclass
class _RemovalCounts:
    """Counts of what was there and is to be gone."""

    processes: int = 0
    files: int = 0
    bytes: int = 0
    left: list[str] = field(default_factory=list)


def remove(connection: Connection, facts: HostFacts) -> Removed:
    """Undeploys; a host that has none of our files is left as it is.

    Raises DeployError where SFTP cannot list our folder, ConnectionLost.
    """
    # First without /s: this takes away a link in our folder's place, never what it points to.
    if _there(connection):
        connection.run(f"cmd /d /c rmdir {native(FOLDER)}")
    gone = _RemovalCounts()
    entry = _there(connection)
    if entry is None or not entry.folder:
        _end_tasks(connection, facts.root, gone)
        if entry is not None:
            gone.left.append(f"{native(FOLDER)} (not a deskconsole folder: a file, or a link to elsewhere)")
        return _report(gone)
    if not _ended_by_python(connection, facts, gone):
        _end_tasks(connection, facts.root, gone)
        _end_processes(connection, gone)
        with connection.files() as files:
            gone.files, gone.bytes = _content(files)
    said = _delete(connection)
    # Patience begins after the first try: on a busy host that alone has taken longer.
    deadline = time.monotonic() + DELETE_TIMEOUT
    while (left := _there(connection)) and time.monotonic() < deadline:
        time.sleep(0.2)
        said = _delete(connection)
    if left:
        with connection.files() as files:
            gone.left += [f"{native(path)} ({last_words(said)})" for path in _names(files)]
    return _report(gone)


def _delete(connection: Connection) -> CommandResult:
    return connection.run(f"cmd /d /c rmdir /s /q {native(FOLDER)}", timeout=120.0)


def _report(gone: _RemovalCounts) -> Removed:
    return Removed(processes=gone.processes, files=gone.files, bytes=gone.bytes, left=tuple(gone.left))


def _there(connection: Connection) -> Entry | None:
    """Our folder, or what else is in its place; a link is not followed."""
    with connection.files() as files:
        return next((entry for entry in files.list(_PARENT) if entry.name.casefold() == _NAME), None)


def _ended_by_python(connection: Connection, facts: HostFacts, gone: _RemovalCounts) -> bool:
    """Has our Python end tasks and agents; False where none runs there any more."""
    pythons = [facts.python] if facts.python else []
    pythons += [python_of(part.name) for part in facts.deployed if part.name.startswith("runtime-")]
    for python in dict.fromkeys(pythons):
        try:
            answer = ask_python(connection, python, f"{HOST}.windows.remove", {}, RemoveAnswer)
        except BootstrapError:
            continue  # damaged
        if isinstance(answer, Refusal):
            continue
        gone.processes, gone.files, gone.bytes = answer.processes, answer.files, answer.bytes
        gone.left += answer.left
        return True
    return False


def _end_tasks(connection: Connection, root: str, gone: _RemovalCounts) -> None:
    """Deletes our tasks by commands, where our Python does not run."""

    def ask(*words: str) -> str:
        return connection.run(" ".join(("schtasks", *words))).stdout.decode("utf-8", "replace")

    for name in schtasks.names(ask(*schtasks.LIST)):
        if schtasks.starts_from(ask(*schtasks.DETAILS, name), root):
            deleted = connection.run(f"schtasks /delete /f /tn {name}")
            if deleted.exit_code:
                gone.left.append(f"task {name} ({last_words(deleted)})")


def _end_processes(connection: Connection, gone: _RemovalCounts) -> None:
    """Ends the agents that reported themselves, if their number still is that of such a program."""
    listed = connection.run("tasklist /fo csv /nh").stdout.decode("utf-8", "replace")
    programs = {row[1]: row[0].casefold() for row in csv.reader(listed.splitlines()) if len(row) > 1}
    for pid in _agents(connection):
        if programs.get(str(pid)) == "pythonw.exe":
            connection.run(f"taskkill /f /pid {pid}")
            gone.processes += 1


def _agents(connection: Connection) -> list[int]:
    found = []
    with connection.files() as files:
        for entry in files.list(f"{FOLDER}/run"):
            with suppress(DeployError, msgspec.MsgspecError):
                said = files.read(f"{FOLDER}/run/{entry.name}/said/ready.json", limit=65536)
                found.append(msgspec.json.decode(said, type=_Ready).pid)
    return found


class _Ready(msgspec.Struct):
    pid: Pid


def _content(files: Files) -> tuple[int, int]:
    sizes = [entry.size for _, entry in _remaining_files(files) if entry is not None]
    return len(sizes), sum(sizes)


def _names(files: Files) -> list[str]:
    """Paths of some files that are left, and of folders with nothing in them."""
    return [path for path, _ in islice(_remaining_files(files), _NAMED_AT_MOST)]


def _remaining_files(files: Files) -> Iterator[tuple[str, Entry | None]]:
    """Each of our files, and None for a folder with nothing in it; only so many of a host without end."""
    folders = [FOLDER]
    for _ in range(_FOLDERS_AT_MOST):
        if not folders:
            return
        folder = folders.pop()
        entries = files.list(folder)
        if not entries:
            yield folder, None
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if not entry.folder:
                yield path, entry
            elif len(path) < _LONGEST and len(folders) < _FOLDERS_AT_MOST:
                folders.append(path)
