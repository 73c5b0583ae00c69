"""Finds our parts on a host of any system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deskagent.host.parts import is_intact

KINDS = ("agent-", "packages-", "runtime-")


def deployed(root: Path) -> list[dict[str, Any]]:
    """Parts below our folder, each with whether every file of its list is there as it was.

    Files of an agent are hashed (they are few and small), those of others have their size compared.
    """
    return [
        {"name": folder.name, "intact": is_intact(folder, thorough=folder.name.startswith("agent-"))}
        for folder in sorted(root.glob("*-*"))
        if folder.name.startswith(KINDS) and not folder.suffix and folder.is_dir()
    ]
