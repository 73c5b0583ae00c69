"""Undeploying a Windows host whose server shows what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from deskconsole.bootstrap.windows import removal
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
