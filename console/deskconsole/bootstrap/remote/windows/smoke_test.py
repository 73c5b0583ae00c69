"""Tries a runtime before it gets its name: imports what the agent imports, which also compiles it.

Run by the runtime's own Python. Tells too what is already in the runtime's place.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from deskagent.host.parts import is_intact


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: name (the runtime's), modules.

    Answers failed (why a module cannot be imported, or empty), there: `nothing`, `whole` or `damaged`.
    """
    failed = ""
    for module in arguments["modules"]:
        try:
            importlib.import_module(module)
        except ImportError as error:  # a DLL that the host lacks shows so too
            failed = f"{module}: {error}"
            break
    target = Path(sys.executable).parent.parent / arguments["name"]
    there = "nothing" if not target.exists() else "whole" if is_intact(target, thorough=True) else "damaged"
    return {"failed": failed, "there": there}
