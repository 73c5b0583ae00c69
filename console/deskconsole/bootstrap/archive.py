"""Archives to upload: a zip of files under a name made of their content, equal everywhere."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import io
import threading
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO

from deskconsole.runtimes.listing import LISTING, listing, part_name

_FOLDER_MAIN = b"""\
\"\"\"Makes this folder a program.\"\"\"

import sys

from deskagent.launcher import main

if __name__ == "__main__":
    sys.exit(main())
"""
"""The folder's own `__main__.py`: an isolated Python, which hears of no PYTHONPATH, runs the folder."""

_PACKAGES = ("deskagent", "deskwin32", "deskwire", "deskx11")
"""Packages that make up the agent."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Archive:
    """A part of the deployment, ready to be uploaded."""

    name: str
    """`agent-<hash>` or `packages-<hash>`: the folder it becomes."""
    content: bytes | Path = field(repr=False)
    """Itself, or the file that it is read from: sent to a hundred hosts at once, it is not a hundred times in
    memory."""
    unpacked: int
    """Bytes of all files."""

    @property
    def size(self) -> int:
        """Bytes of the archive itself."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def open(self) -> io.BytesIO | io.BufferedReader:
        """The archive, to be read and closed."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    def sha256(self) -> str:
        """The hash of the archive itself, which the host verifies before it unpacks."""
        with self.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def pack(files: Mapping[str, bytes], into: IO[bytes], packed: Callable[[int], None] = lambda _: None) -> None:
    """Writes a zip of the files and their listing; the same bytes for the same files.

    `packed` is called with the number of bytes of files so far. One file at a time is asked for.
    """
    done = 0
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, data: bytes) -> None:
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)

        for name in sorted(files):
            data = files[name]
            add(name, data)
            done += len(data)
            packed(done)
        add(LISTING, listing(files))


_PACKING = threading.Lock()
"""A hundred hosts that connect together ask for the agent together: without it sixteen threads packed it."""


def agent_archive() -> Archive:
    """The agent's files as they are installed here, in a folder that Python runs by its name or, on its path,
    as `-m deskagent`. They do not change while the console runs."""
    with _PACKING:
        return _agent_archive()


@functools.cache
def _agent_archive() -> Archive:
    files = {"__main__.py": _FOLDER_MAIN}
    for package in _PACKAGES:
        files.update(_walk(importlib.resources.files(package), package))
    name = part_name("agent", listing(files))
    return archived(name, files)


def archived(name: str, files: Mapping[str, bytes]) -> Archive:
    """The archive of a few small files, in memory."""
    buffer = io.BytesIO()
    pack(files, buffer)
    return Archive(name, buffer.getvalue(), sum(map(len, files.values())))


def _walk(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                found += _walk(entry, name)
        elif not entry.name.endswith((".pyc", ".pyo")):
            found.append((name, entry.read_bytes()))
    return found
