"""Names of files that the console keeps of a host: made of host and time, and none is overwritten."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from .paths import is_taken

_LONGEST: Final = 64
"""Characters of a host's name in a file's name."""


def kept_name(host: str, at: float, suffix: str) -> str:
    """`lab-01_2026-11-30_09-41-07.png`: host and local time of `at` (Unix time), for any file system."""
    plain = "".join(sign if sign.isalnum() or sign in "-._@" else "_" for sign in host)
    moment = time.strftime("%Y-%m-%d_%H-%M-%S", time.localtime(at))
    return f"{plain[:_LONGEST].strip('.') or 'host'}_{moment}{suffix}"


def unused(path: Path) -> Path:
    """The path, or the first with a number that no file has: `NAME-2.png`."""
    number = 1
    found = path
    while is_taken(found):
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
