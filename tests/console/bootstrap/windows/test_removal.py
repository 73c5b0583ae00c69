"""Undeploying a Windows host whose server shows what cannot be, or that is slow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from deskconsole.bootstrap.facts import HostFacts, Removed
from deskconsole.bootstrap.windows import removal
from deskconsole.ssh.command import CommandResult
from deskconsole.ssh.files import Entry


class Endless:
    """Files of a server on which each folder holds a file and so many folders more."""

    def __init__(self, folders: int) -> None:
        self._folders = folders
        self.asked = 0

    def list(self, _folder: str) -> tuple[Entry, ...]:
        self.asked += 1
        found = [Entry("file", 5, folder=False, modified=0.0)]
        found += [Entry(f"more{n}", 0, folder=True, modified=0.0) for n in range(self._folders)]
        return tuple(found)


@pytest.mark.parametrize("folders", [1, 2, 9])
def test_folders_without_end_are_looked_into_for_a_while(folders: int) -> None:
    server: Any = Endless(folders)
    count, size = removal._content(server)
    assert count == server.asked <= 10_000
    assert size == 5 * count
    assert removal._names(server)[0] == "AppData/Local/deskconsole/file"


class Busy:
    """A host without a Python of ours, where deleting takes 60 s and leaves a file that is held at first."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.folders = {"AppData/Local": ["deskconsole"], "AppData/Local/deskconsole": ["python.exe"]}
        self._held = True

    @contextlib.contextmanager
    def files(self) -> Iterator[Busy]:
        yield self

    def list(self, folder: str) -> tuple[Entry, ...]:
        below = self.folders.get(folder, [])
        return tuple(
            Entry(name, 5, folder=f"{folder}/{name}" in self.folders, modified=0.0) for name in below
        )

    def run(self, command: str, **_: object) -> CommandResult:
        if "rmdir /s" in command:
            self.seconds += 60.0
            if not self._held:
                self.folders.clear()
            self._held = False
        return CommandResult(0, b"", b"")


def test_a_slow_host_is_given_a_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    host: Any = Busy()
    clock = SimpleNamespace(monotonic=lambda: host.seconds, sleep=lambda _: None)
    monkeypatch.setattr(removal, "time", clock)
    facts = HostFacts("pc", "Windows", "AMD64", "", (0, 0, 0), "", "root", "", None)
    assert removal.remove(host, facts) == Removed(processes=0, files=1, bytes=5)
