"""Takes an uploaded archive into use on a host of any system, in three verbs: install, discard, verify.

An archive is a zip whose `.files.json` lists every file. Nothing of it is unpacked before its
SHA-256 fits, and the folder appears under its name only when it is whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

from deskagent.host.answer import tell
from deskagent.host.parts import hashed, is_intact
from deskagent.host.posix.processes import environment, processes
from deskwin32.held_files import clear, once_released

KEEP = 2
STALE = 86400.0
"""Seconds after which an upload that was cut is a leftover: no console has come back to resume it."""


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: verb, root; part (the upload's name) to install and discard; name, sha256 and keep (names in
    use) to install; parts (names) to verify.

    Verifying reads each file, after an agent that did not come up: probing compares the sizes of most, and a
    power cut leaves files of the right size and with nothing in them.
    """
    root = Path(arguments["root"])
    verb = arguments["verb"]
    if verb == "verify":
        return {"damaged": [name for name in arguments["parts"] if not is_intact(root / name, thorough=True)]}
    part = root / arguments["part"]
    if verb == "discard":
        clear(lambda: part.unlink(missing_ok=True))
        free = shutil.disk_usage(root).free if root.exists() else 0
        if root.exists() and not any(root.iterdir()):
            clear(root.rmdir)
        return {"free": free}
    if os.name == "posix":  # Windows gives what is below a profile to its user alone
        root.chmod(0o700)
    clear_leftovers(root)
    try:
        return install(root, part, arguments["name"], arguments["sha256"], arguments["keep"])
    finally:
        clear(lambda: part.unlink(missing_ok=True))


def install(root: Path, part: Path, name: str, sha256: str, keep: list[str]) -> dict[str, Any]:
    """Verifies, unpacks aside, renames into place. Losing that race to another console is success.

    A virus scanner may be reading what was just unpacked: then its new name waits.
    """
    if hashed(part) != sha256:
        return {"error": f"the uploaded file does not have the checksum that was sent for it ({name})"}
    folder = root / name
    aside = root / f".unpack-{secrets.token_hex(8)}"
    try:
        with zipfile.ZipFile(part) as archive:
            archive.extractall(aside)
        if folder.exists():
            if is_intact(folder, thorough=True):
                return {"pruned": prune(root, keep)}
            # Damaged: a console that probes between the two renames finds nothing, which is the truth.
            once_released(lambda: folder.rename(root / f".old-{secrets.token_hex(8)}"), wait=tell_of_waiting)
        try:
            once_released(lambda: aside.rename(folder), wait=tell_of_waiting)
        except OSError:
            if not is_intact(folder, thorough=True):
                raise
        os.utime(folder)
        return {"pruned": prune(root, keep)}
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        clear_away(root)


def tell_of_waiting() -> None:
    """Lets the console say that a program holds the files; nothing depends on its listening."""
    with contextlib.suppress(OSError):
        tell(0, 0)


def prune(root: Path, keep: list[str]) -> list[str]:
    """Leaves the newest two of each kind, and what is in use."""
    gone = []
    for kind in ("agent", "packages", "runtime"):
        folders = [entry for entry in root.glob(f"{kind}-*") if entry.is_dir() and not entry.suffix]
        folders.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
        spare = [folder for folder in folders if folder.name not in keep]
        for folder in spare[max(0, KEEP - (len(folders) - len(spare))) :]:
            if in_use(folder):
                continue
            try:
                # Where Windows holds its programs, it is not taken apart while they run.
                folder.rename(root / f".old-{secrets.token_hex(8)}")
            except OSError:
                continue
            gone.append(folder.name)
    clear_away(root)
    return gone


def clear_away(root: Path) -> None:
    """Deletes what was moved out of the way."""
    for old in root.glob(".old-*"):
        shutil.rmtree(old, ignore_errors=True)


def in_use(folder: Path) -> bool:
    """True if an agent runs from the folder, by its environment or by what its start noted."""
    for note in folder.parent.glob("run/*/uses.json"):
        try:
            if folder.name in json.loads(note.read_bytes())["parts"]:
                return True
        except (OSError, ValueError, KeyError, TypeError):
            continue
    needle = os.fsencode(folder)
    for pid in processes():
        try:
            paths = environment(pid).get(b"PYTHONPATH", b"")
        except OSError:
            continue
        if needle in paths.split(b":"):
            return True
    return False


def clear_leftovers(root: Path) -> None:
    """Removes uploads and half-unpacked folders that have not changed for a while."""
    for leftover in [
        *root.glob("*.part"),
        *root.glob("*.old"),
        *root.glob(".unpack-*"),
        *root.glob(".old-*"),
    ]:
        try:
            if time.time() - leftover.stat().st_mtime < STALE:
                continue
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink()
        except OSError:  # gone meanwhile, or held: the next deploy looks again
            continue
