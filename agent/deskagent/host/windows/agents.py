"""Our agents on a Windows host: which run, what they said, whether a console is connected; ends them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .. import handover
from . import processes

PROGRAM = "pythonw.exe"
"""The program that agents run in; requests such as this one run in python.exe."""

SAID = "said"
"""The one folder of a run folder that the desktop's user may write to, who may be somebody else than the one
who logs in: what is read from it is checked, and nothing is read back that was written for the system."""

READY = f"{SAID}/ready.json"
LOG = f"{SAID}/agent.log"

_LARGEST = 65536
"""Bytes that are read of what an agent says."""

EXIT_TIMEOUT = 3.0
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
    return {process.pid for process in processes.processes() if is_agent(process.image, root)}


def served(root: Path) -> set[int]:
    """Living agents that a console is connected to, or may be, or is about to be."""
    found = set()
    for folder in folders(root):
        said = speaking(folder, root)
        if said and (handover.is_awaited(folder) or processes.connected(said["port"]) is not False):
            found.add(int(said["pid"]))
    return found


def folders(root: Path) -> list[Path]:
    """One for each agent that runs, or ran."""
    run = root / "run"
    return sorted(entry for entry in run.iterdir() if entry.is_dir()) if run.is_dir() else []


def end(pids: set[int]) -> set[int]:
    """Ends processes and returns those that would not go."""
    return {pid for pid in pids if not processes.end(pid, EXIT_TIMEOUT)}
