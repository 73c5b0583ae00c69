"""Names of files that the console keeps of a host: made of host and time, and none is overwritten."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from .paths import is_taken

_LONGEST: Final = 64
"""Characters of a host's name in a file's name."""
_MOST_BYTES: Final = 200


def kept_name(host: str, at: float, suffix: str) -> str:
    """`lab-01_2026-11-30_09-41-07.png`: host and local time of `at` (Unix time), for any file system."""
    plain = "".join(sign if sign.isalnum() or sign in "-._@" else "_" for sign in host)
    # Letters may have four bytes each, and no file system takes a name of more than 255.
    plain = plain[:_LONGEST].encode()[:_MOST_BYTES].decode(errors="ignore")
    moment = time.strftime("%Y-%m-%d_%H-%M-%S", time.localtime(at))
    return f"{plain.strip('.') or 'host'}_{moment}{suffix}"


def unused(path: Path) -> Path:
    """The path, or the first with a number that no file has: `NAME-2.png`.

    Where its folder cannot be looked into, it is the path: making the file says why.
    """
    number = 1
    found = path
    while is_taken(found):
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found
