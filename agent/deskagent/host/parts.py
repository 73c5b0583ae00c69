"""Our parts on a host of any system, judged by the list of files that each one carries."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deskwin32.held_files import BRIEF_TIMEOUT, once_released

LISTING = ".files.json"
"""`{path: [size, SHA-256]}` of all other files of a part."""

MANIFEST = "runtime.json"
"""Names what a runtime was made of; not in the runtime's own list of files."""


def is_intact(folder: Path, *, thorough: bool) -> bool:
    """True if every listed file is there with its size and, if `thorough`, its content."""
    try:
        listed = listing(folder)
        sizes = dict(lying(folder))
        return all(
            sizes.get(name) == size and (not thorough or hashed(folder / name) == digest)
            for name, (size, digest) in listed.items()
        )
    except (OSError, ValueError, TypeError, AttributeError):  # the list may be damaged too
        return False


def is_as_named(folder: Path, name: str = "") -> bool:
    """True if the part's name was made from its list of files; `name`: one that it shall get."""
    try:
        return (name or folder.name).rpartition("-")[2] == hashed(folder / LISTING)[:12]
    except OSError:
        return False


def listing(folder: Path) -> dict[str, list[Any]]:
    """Size and SHA-256 by path, as the part's list says."""
    content = once_released((folder / LISTING).read_bytes, BRIEF_TIMEOUT)
    listed: dict[str, list[Any]] = json.loads(content)
    return listed


def lying(folder: Path, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Yields path and size of every file in a folder, without compiled ones; quicker than to ask for each."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield prefix + entry.name, entry.stat(follow_symlinks=False).st_size
            elif entry.name != "__pycache__":
                yield from lying(Path(entry.path), f"{prefix}{entry.name}/")


def hashed(path: Path, timeout: float = BRIEF_TIMEOUT) -> str:
    """SHA-256 of a file, which another program may keep for itself at first: it is not damaged for that."""
    with once_released(lambda: path.open("rb"), timeout) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
