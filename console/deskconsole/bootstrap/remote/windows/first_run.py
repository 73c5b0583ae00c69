"""Runs a seed before the large part of a runtime is sent: a host that refuses its programs shows it now.

Tells too whether an earlier deploy has unpacked everything already.
"""

from __future__ import annotations

import lzma  # noqa: F401 - the one library that unpacking loads, and a host may refuse it alone
import sys
from pathlib import Path
from typing import Any

from deskagent.host.parts import is_as_named, is_intact


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: name (the runtime's). Answers whole: nothing is left to be sent or unpacked."""
    folder = Path(sys.executable).parent
    return {"whole": is_as_named(folder, arguments["name"]) and is_intact(folder, thorough=True)}
