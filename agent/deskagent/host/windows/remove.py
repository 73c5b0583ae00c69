"""Ends everything of deskconsole on a Windows host and counts its files.

Sent over stdin: it has to work where the deployed folder is damaged, missing or of another version. The
console deletes the files afterwards by a command of the system: no program can delete itself.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from . import agents, processes, tasks
from .security import reach_others


def main(_arguments: dict[str, Any]) -> dict[str, Any]:
    """Answers processes (ended), files and bytes (that are there), left (what would not go)."""
    root = processes.own_folder()
    reach_others()
    # First of all a launch that a cut left running: it would make a task next, and that an agent.
    pids = running(root)
    agents.end(pids)
    refusals = {name: tasks.delete(name) for name in tasks.ours(str(root))}
    left = [f"task {name} ({refusal})" for name, refusal in refusals.items() if refusal]
    more = running(root)
    left += [f"process {pid}" for pid in sorted(agents.end(more))]
    files, size = content(str(root))
    return {"processes": len(pids | more), "files": files, "bytes": size, "left": left}


def running(root: Path) -> set[int]:
    """Processes from below our folder without this one, and the schtasks that they began to make tasks."""
    listed = processes.processes()
    ours = {process.pid for process in listed if is_below(process.image, root)} - {os.getpid()}
    schtasks = processes.program("schtasks").casefold()
    return ours | {
        process.pid for process in listed if process.parent in ours and process.image.casefold() == schtasks
    }


def is_below(image: str, root: Path) -> bool:
    """True for agents, and for requests of a console that was cut off."""
    return image.casefold().startswith(f"{root}\\".casefold())


def content(folder: str) -> tuple[int, int]:
    """Files below a folder, and their bytes; what a link points to is not counted."""
    files = size = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and not is_junction(entry):
                inner = content(entry.path)
                files, size = files + inner[0], size + inner[1]
            else:
                files, size = files + 1, size + entry.stat(follow_symlinks=False).st_size
    return files, size


def is_junction(entry: os.DirEntry[str]) -> bool:
    """From Python 3.12 on there is a method for it; before, junctions were folders to it."""
    reparse_point = 0x400
    return bool(getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) & reparse_point)
