"""Makes a runtime of its seed: verifies `rest.tar.xz` beside it, unpacks that, looks whether all is there.

Run by the seed's own Python, which has hardly more than what is imported here. The
folder is the one in which that Python lies. What the listing does not name is deleted at the end, but not the
archive: until the runtime is tried, a cut may make it needed again. A half unpacked folder is gone over once
more. Where the console has gone, only what it sent stays.
"""

from __future__ import annotations

import contextlib
import functools
import lzma
import shutil
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from deskagent.host.parts import LISTING, MANIFEST, hashed, listing, lying
from deskwin32.held_files import clear, once_released

from .read_back import ReadBack
from .unpack_lock import HELD, NAMES, Ended, UnpackLock, turn

PIECE = 1 << 20


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: archive (its name), sha256, unpacked (bytes that come out of it), seed (names), whole (all
    is unpacked, and only to be verified).

    Answers verified (the archive has that hash), wrong (files that are not as listed, some of them), files.
    """
    folder = Path(sys.executable).parent
    try:
        with turn(folder) as own:
            try:
                return make(folder, arguments, own)
            except Ended as end:
                if end.kind == "gone":
                    clear_folder(folder, {arguments["archive"], HELD, *arguments["seed"]})
                raise
    except Ended as end:
        return {"error": str(end), "kind": end.kind}


def make(folder: Path, arguments: dict[str, Any], own: UnpackLock) -> dict[str, Any]:
    """The runtime, as far as it gets."""
    archive = folder / arguments["archive"]
    total = arguments["unpacked"]
    right: set[str] = set()
    if not arguments["whole"]:
        if hashed(archive) != arguments["sha256"]:
            return {"verified": False, "wrong": [], "files": 0}
        with ReadBack(folder) as read_back:
            unpack(folder, archive, total, own, read_back)
            right = read_back.finish(lambda: own.go_on(total, total))
    listed = listing(folder)
    sizes = dict(lying(folder))
    wrong = []
    for name, (size, digest) in listed.items():
        if sizes.get(name) != size or (name not in right and hashed(folder / name) != digest):
            wrong.append(name)
        own.go_on(total, total)
    if not wrong:
        for name in sizes.keys() - listed.keys() - NAMES - {LISTING, MANIFEST, archive.name}:
            clear((folder / name).unlink)
    own.be_heard(total, total)
    return {"verified": True, "wrong": wrong[:3], "files": len(listed)}


def unpack(folder: Path, archive: Path, total: int, own: UnpackLock, read_back: ReadBack) -> None:
    """Every file of the archive into its place; those that are listed are read back beside it."""
    listed: dict[str, list[Any]] = {}
    made: set[Path] = set()
    done = 0
    with lzma.open(archive) as plain, tarfile.open(fileobj=plain, mode="r|", bufsize=PIECE >> 2) as members:
        for member in members:
            path = folder / member.name
            content = members.extractfile(member) if member.isreg() else None
            if content is None or not stays_below(member.name):
                raise OSError(f"{member.name} does not belong into a runtime")
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            if not is_there(path, listed.get(member.name)):
                write(path, content, functools.partial(own.go_on, done, total))
            if member.name in listed:
                read_back.add(member.name, listed[member.name][1])
            if member.name == LISTING:  # the first of all
                listed = listing(folder)
            else:
                done += member.size
            own.go_on(done, total)


def stays_below(name: str) -> bool:
    """True if a name leads to a file below the folder it is put to; to ask the disk for each took long."""
    return not any(part in {"", ".", ".."} or ":" in part or "\\" in part for part in name.split("/"))


def is_there(path: Path, row: list[Any] | None) -> bool:
    """True if an earlier try, which was cut, brought the file; a program that it left running may hold it."""
    try:
        return row is not None and path.stat().st_size == row[0] and hashed(path) == row[1]
    except OSError:
        return False


def write(path: Path, content: IO[bytes], wait: Callable[[], None]) -> None:
    """The content into a file, as soon as no other program holds that: a scanner, one that is just ending."""
    try:
        file = once_released(lambda: path.open("wb"), wait=wait)
    except PermissionError:
        raise Ended("held", f"another program holds {path}") from None
    with file:
        shutil.copyfileobj(content, file, PIECE)


def clear_folder(folder: Path, keep: set[str]) -> None:
    """Deletes all but these files."""
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder comes before it
        with contextlib.suppress(OSError):
            if path.is_dir():
                path.rmdir()
            elif path.relative_to(folder).as_posix() not in keep:
                path.unlink()
