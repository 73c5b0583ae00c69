"""The folder of one Windows stand-in: locked while its test runs, cleared after a run that was killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from winhost import cache, wine

_NOISE = ("testbed", "windows/temp", "windows/Temp")


def new_folder() -> tuple[Path, int]:
    """A folder for one host, locked for as long as its owner lives. What dead owners left goes."""
    above = cache.folder() / "running"
    above.mkdir(exist_ok=True)
    for folder in above.iterdir():
        lock = _lock(folder)
        if lock is not None:
            _end_display(folder)
            wine.shut_down(wine.environment(folder, "nobody"))
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
    # Beside the cache, as files are hard-linked from there; and locked before others may take it for left.
    folder = Path(tempfile.mkdtemp(dir=cache.folder()))
    lock = _lock(folder)
    assert lock is not None
    return folder.rename(above / folder.name), lock


def _end_display(folder: Path) -> None:
    """Ends the display that a killed test run left; its SSH server has ended with it."""
    with contextlib.suppress(OSError, ValueError, psutil.NoSuchProcess):
        pid, began = (folder / "display").read_text().split()
        process = psutil.Process(int(pid))
        if process.create_time() == float(began):
            process.kill()


def _lock(folder: Path) -> int | None:
    """A descriptor that holds the folder, or None where somebody else has it, or has just removed it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def listing(folder: Path, name: str = "") -> Iterator[str]:
    """All files and folders below it, less what changes all the time; `name` goes before each."""
    # What is removed while it is looked at was there or not: both are true.
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for entry in os.scandir(folder):
            path = f"{name}{entry.name}"
            if path in _NOISE:
                continue
            yield path
            if entry.is_dir(follow_symlinks=False):
                yield from listing(Path(entry.path), f"{path}/")
