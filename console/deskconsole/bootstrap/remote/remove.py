"""Takes everything of ours off a POSIX host: ends the agents, deletes the folder, verifies."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

PATIENCE = 3.0
"""Seconds an agent has to end by itself."""


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: root. Answers processes, files, bytes (what was there), left (what would not go)."""
    root = Path(arguments["root"])
    pids = agents(root)
    end(pids)
    files = size = 0
    if root.is_symlink():
        root.unlink()  # what it points to is not ours
        files = 1
    elif root.exists():
        for folder, _folders, names in os.walk(root):
            files += len(names)
            size += sum((Path(folder) / name).lstat().st_size for name in names)
        shutil.rmtree(root, ignore_errors=True)
    left = [f"process {pid}" for pid in agents(root)]
    if os.path.lexists(root):
        left += [str(entry) for entry in [root, *root.rglob("*")]][:20]
    return {"processes": len(pids), "files": files, "bytes": size, "left": left}


def agents(root: Path) -> list[int]:
    """Living processes that are agents started from below `root`."""
    start = os.fsencode(root / "run") + b"/"
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")  # empty for a zombie
        except OSError:
            continue
        if b"deskagent" in words and any(word.startswith(start) for word in words):
            found.append(int(entry.name))
    return found


def end(pids: list[int]) -> None:
    """Asks, waits, then insists."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGCONT)  # a stopped one could not end
                os.kill(pid, number)
            except (ProcessLookupError, PermissionError):
                continue
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            pids = [pid for pid in pids if living(pid)]
            if not pids:
                return
            time.sleep(0.02)


def living(pid: int) -> bool:
    """False too where only its parent has not yet taken note of its end."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] not in "ZX"
        )
    except (OSError, IndexError):
        return False
