"""The folder of one agent on a Windows host: made with the rights that it needs, deleted with its task."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from deskwin32 import held_files, schtasks

from . import tasks
from .agents import EXIT_TIMEOUT, SAID
from .security import allow_files, allow_reading, make_private_folder


def make(folder: Path, own: str, user: str) -> None:
    """Makes a run folder: only the user who logs in, administrators and the system write there.

    If `user`, the desktop's, is somebody else, that user reads the token and writes below `said`, and cannot
    exchange anything that was written for the system or for an administrator.
    """
    make_private_folder(str(folder), own)
    make_private_folder(str(folder / SAID), own)
    make_private_folder(str(folder / SAID / "kept"), own)  # it is not empty then, and stays a folder
    if user != own:
        allow_reading(str(folder), user)
        allow_files(str(folder / SAID), user)


def drop_task(folder: Path) -> None:
    """Deletes the task of a run folder; its file stays for as long as there may be one."""
    file = folder / "task.xml"
    if file.exists() and tasks.delete(schtasks.PREFIX + folder.name) is None:
        held_files.clear(file.unlink)


def clear(folder: Path, timeout: float = EXIT_TIMEOUT) -> None:
    """Deletes a run folder, and the task that a launch left with it when it was cut off."""
    drop_task(folder)
    deadline = time.monotonic() + timeout
    while folder.exists():
        # Windows lets go of a process' files a moment after the process is gone.
        shutil.rmtree(folder, ignore_errors=time.monotonic() < deadline)
        time.sleep(0.02)
