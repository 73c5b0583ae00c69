"""The name of a console's uploads: the same every time, so that a cut one can be resumed."""

from __future__ import annotations

import hashlib
import platform

from deskconsole.common.paths import Paths


def console_id() -> str:
    """Names the console of these files on this machine: two of them never write to one upload."""
    told = f"{platform.node()}\n{Paths.default().data}"
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:8]
