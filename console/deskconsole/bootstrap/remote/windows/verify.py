"""Looks at each file of some parts of ours, after an agent that did not come up.

Runs on the host, needs `parts`. Probing compares sizes only, and a power cut leaves files of the right size
and with nothing in them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ..parts import is_intact


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: parts (names). Answers damaged (those of them that are not as they were sent)."""
    root = Path(sys.executable).parent.parent
    return {"damaged": [name for name in arguments["parts"] if not is_intact(root / name, thorough=True)]}
