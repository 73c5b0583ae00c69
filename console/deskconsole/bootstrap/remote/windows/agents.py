"""Our agents on a Windows host: which run, whether a console is connected, ending them and what they leave.

Runs on the host, needs `windows/api`, `windows/system`, `windows/security` and `windows/task`.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

from . import system, task
from .security import reach_others

PROGRAM = "pythonw.exe"
"""What agents run in; scripts such as this one run in python.exe."""

PATIENCE = 3.0
"""Seconds until a process that was ended, or a file that it held, is gone."""


def ready(folder: Path) -> dict[str, Any] | None:
    """What the agent of a run folder said when it was ready; None before."""
    try:
        said = json.loads((folder / "ready.json").read_bytes())
        return {**said, "port": int(said["port"]), "pid": int(said["pid"]), "version": str(said["version"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_agent(image: str, root: Path) -> bool:
    """Whether a program is one of ours that an agent runs in."""
    return image.casefold().startswith(f"{root}\\runtime-".casefold()) and image.casefold().endswith(
        f"\\{PROGRAM}"
    )


def living(root: Path) -> set[int]:
    """Processes of agents started from below our folder."""
    return {pid for pid, image in system.processes() if is_agent(image, root)}


def served(root: Path) -> set[int]:
    """Those of them that a console is connected to, or may be."""
    found = set()
    for folder in folders(root):
        said = ready(folder)
        if (
            said
            and is_agent(system.image_of(said["pid"]), root)
            and system.connected(said["port"]) is not False
        ):
            found.add(int(said["pid"]))
    return found


def folders(root: Path) -> list[Path]:
    """One for each agent that runs, or ran."""
    run = root / "run"
    return sorted(entry for entry in run.iterdir() if entry.is_dir()) if run.is_dir() else []


def end(pids: set[int]) -> set[int]:
    """Ends processes and returns those that would not go."""
    if pids:
        with contextlib.suppress(OSError):  # it is held by administrators only
            reach_others()
    return {pid for pid in pids if not system.end(pid, PATIENCE)}


def drop_task(folder: Path) -> None:
    """Takes away the task of a run folder; its file lies there for as long as there may be one."""
    file = folder / "task.xml"
    if file.exists() and task.delete(task.PREFIX + folder.name) is None:
        file.unlink()


def clear(folder: Path) -> None:
    """Takes away a run folder, and the task that a launch left with it when it was cut off."""
    drop_task(folder)
    deadline = time.monotonic() + PATIENCE
    while folder.exists():
        # Windows lets go of a process' files a moment after the process is gone.
        shutil.rmtree(folder, ignore_errors=time.monotonic() < deadline)
        time.sleep(0.02)
