"""Makes a runtime of its seed: verifies `rest.tar.xz` beside it, unpacks that, looks whether all is there.

Run by the seed's own Python, which has hardly more than what is imported here and in `parts`, which it needs.
The folder is the one in which that Python lies. What the listing does not name is deleted at the end, but not
the archive: until the runtime is tried, a cut may make it needed again. A half unpacked folder is gone over
once more.
"""

from __future__ import annotations

import lzma
import shutil
import sys
import tarfile
import time
from pathlib import Path
from typing import IO, Any

from ..answer import tell
from ..parts import LISTING, hashed, listing, lying

MANIFEST = "runtime.json"
STOP = "stop"
"""A file of this name beside the seed ends the unpacking: the console was called off."""
PIECE = 1 << 20
PAUSE = 0.1


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: archive (its name), sha256, unpacked (bytes that come out of it).

    Answers verified (the archive has that hash), wrong (files that are not as listed, some of them), files.
    """
    folder = Path(sys.executable).parent
    archive = folder / arguments["archive"]
    if hashed(archive) != arguments["sha256"]:
        return {"verified": False, "wrong": [], "files": 0}
    unpack(folder, archive, arguments["unpacked"])
    listed = listing(folder)
    sizes = dict(lying(folder))
    wrong = [
        name
        for name, (size, digest) in listed.items()
        if sizes.get(name) != size or hashed(folder / name) != digest
    ]
    if not wrong:
        for name in sizes.keys() - listed.keys() - {LISTING, MANIFEST, archive.name}:
            (folder / name).unlink(missing_ok=True)
    return {"verified": True, "wrong": wrong[:3], "files": len(listed)}


def unpack(folder: Path, archive: Path, total: int) -> None:
    """Every file of the archive into its place."""
    listed: dict[str, list[Any]] = {}
    made: set[Path] = set()
    done = 0
    told = 0.0
    with lzma.open(archive) as plain, tarfile.open(fileobj=plain, mode="r|") as members:
        for member in members:
            path = folder / member.name
            content = members.extractfile(member) if member.isreg() else None
            if content is None or not path.resolve().is_relative_to(folder.resolve()):
                raise OSError(f"{member.name} does not belong into a runtime")
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            if not is_there(path, listed.get(member.name)):
                write(path, content)
            if member.name == LISTING:  # the first of all
                listed = listing(folder)
            else:
                done += member.size
            if time.monotonic() - told > PAUSE:
                told = time.monotonic()
                tell(done, total)
                if (folder / STOP).exists():
                    raise OSError("called off")
    tell(done, total)


def is_there(path: Path, row: list[Any] | None) -> bool:
    """Whether an earlier try, which was cut, brought the file; a program that it left running may hold it."""
    try:
        return row is not None and path.stat().st_size == row[0] and hashed(path) == row[1]
    except OSError:
        return False


def write(path: Path, content: IO[bytes]) -> None:
    """The content into a file."""
    with path.open("wb") as file:
        shutil.copyfileobj(content, file, PIECE)
