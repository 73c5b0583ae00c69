"""What is uploaded: a zip of files under a name made of their content, equal everywhere."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

from ..packaging.listing import LISTING, listing, part_name

_FOLDER_MAIN = b"""\
\"\"\"Makes this folder a program.\"\"\"

import sys

from deskagent.start import main

if __name__ == "__main__":
    sys.exit(main())
"""
"""The folder's own `__main__.py`: an isolated Python, which hears of no PYTHONPATH, runs the folder."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Archive:
    """A part of ours, ready to go up."""

    name: str
    """`agent-<hash>` or `packages-<hash>`: the folder it becomes."""
    data: bytes = field(repr=False)
    unpacked: int
    """Bytes of all files."""

    @property
    def sha256(self) -> str:
        """Of the archive itself, which the host verifies before it unpacks."""
        return hashlib.sha256(self.data).hexdigest()


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files and their listing; the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*sorted(files.items()), (LISTING, listing(files))]:
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


@functools.cache
def agent_archive() -> Archive:
    """The agent's files as they are installed here, in a folder that Python runs by its name or, on its path,
    as `-m deskagent`. They do not change while the console runs."""
    files = {"__main__.py": _FOLDER_MAIN, **dict(_walk(importlib.resources.files("deskagent"), "deskagent"))}
    name = part_name("agent", listing(files))
    return Archive(name=name, data=pack(files), unpacked=sum(map(len, files.values())))


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
