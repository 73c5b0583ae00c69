"""Our agents on a Windows host: which run, whether a console is connected; ends them and what they leave."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

from deskwin32 import schtasks

from ..run_folder import awaits_console
from . import processes, tasks
from .security import allow_files, allow_reading, make_private_folder, reach_others

PROGRAM = "pythonw.exe"
"""The program that agents run in; requests such as this one run in python.exe."""

SAID = "said"
"""The one folder of a run folder that the desktop's user may write to, who may be somebody else than the one
who logs in: what is read from it is checked, and nothing is read back that was written for the system."""

READY = f"{SAID}/ready.json"
LOG = f"{SAID}/agent.log"

_LARGEST = 65536
"""Bytes that are read of what an agent says."""

PATIENCE = 3.0
"""Seconds until a process that was ended, or a file that it held, is gone."""


def ready(folder: Path) -> dict[str, Any] | None:
    """Reads what the agent of a run folder said when it was ready; None before."""
    try:
        with (folder / READY).open("rb") as file:
            said = json.loads(file.read(_LARGEST))
        port, pid = int(said["port"]), int(said["pid"])
        if not (0 < port < 2**16 and 0 < pid < 2**32):
            return None
        return {**said, "port": port, "pid": pid, "version": str(said["version"])}
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def last_words(folder: Path) -> list[str]:
    """The end of an agent's log."""
    try:
        with (folder / LOG).open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LARGEST))
            return file.read(_LARGEST).decode("utf-8", "replace").splitlines()[-12:]
    except OSError:
        return []


def make_folder(folder: Path, own: str, user: str) -> None:
    """A run folder: only who logs in, administrators and the system write there, but for what `user` says.

    With `user`, the desktop's, being somebody else, that one reads the token and cannot exchange anything
    that was written for the system or for an administrator.
    """
    make_private_folder(str(folder), own)
    make_private_folder(str(folder / SAID), own)
    make_private_folder(str(folder / SAID / "kept"), own)  # it is not empty then, and stays a folder
    if user != own:
        allow_reading(str(folder), user)
        allow_files(str(folder / SAID), user)


def speaking(folder: Path, root: Path) -> dict[str, Any] | None:
    """Reads the same, if the process that it names is that of an agent; otherwise None."""
    said = ready(folder)
    return said if said and is_agent(processes.image_of(said["pid"]), root) else None


def is_agent(image: str, root: Path) -> bool:
    """True if a program is one of our runtimes' that agents run in."""
    return image.casefold().startswith(f"{root}\\runtime-".casefold()) and image.casefold().endswith(
        f"\\{PROGRAM}"
    )


def living(root: Path) -> set[int]:
    """Processes of agents started from below our folder."""
    return {pid for pid, image in processes.processes() if is_agent(image, root)}


def served(root: Path) -> set[int]:
    """Living agents that a console is connected to, or may be, or is about to be."""
    found = set()
    for folder in folders(root):
        said = speaking(folder, root)
        if said and (awaits_console(folder) or processes.connected(said["port"]) is not False):
            found.add(int(said["pid"]))
    return found


def folders(root: Path) -> list[Path]:
    """One for each agent that runs, or ran."""
    run = root / "run"
    return sorted(entry for entry in run.iterdir() if entry.is_dir()) if run.is_dir() else []


def reach() -> None:
    """Lets an administrator see and end other users' agents too."""
    with contextlib.suppress(OSError):  # other users may not
        reach_others()


def end(pids: set[int]) -> set[int]:
    """Ends processes and returns those that would not go."""
    return {pid for pid in pids if not processes.end(pid, PATIENCE)}


def drop_task(folder: Path) -> None:
    """Deletes the task of a run folder; its file stays for as long as there may be one."""
    file = folder / "task.xml"
    if file.exists() and tasks.delete(schtasks.PREFIX + folder.name) is None:
        file.unlink()


def clear(folder: Path) -> None:
    """Deletes a run folder, and the task that a launch left with it when it was cut off."""
    drop_task(folder)
    deadline = time.monotonic() + PATIENCE
    while folder.exists():
        # Windows lets go of a process' files a moment after the process is gone.
        shutil.rmtree(folder, ignore_errors=time.monotonic() < deadline)
        time.sleep(0.02)
