"""Removes everything of deskconsole from a POSIX host: ends the agents, deletes the folder, verifies.

Sent over stdin: it has to work where the deployed folder is damaged, missing or of another version.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from .processes import agents, end


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: root. Answers processes, files, bytes (what was there), left (what would not go)."""
    root = Path(arguments["root"])
    pids = [pid for pid, _instance in agents(root)]
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
    left = [f"process {pid}" for pid, _instance in agents(root)]
    if os.path.lexists(root):
        left += [str(entry) for entry in [root, *root.rglob("*")]][:20]
    return {"processes": len(pids), "files": files, "bytes": size, "left": left}
