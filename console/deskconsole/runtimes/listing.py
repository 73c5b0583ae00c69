"""The list of files by which a host tells whether one of our parts is whole, and by which parts are named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

LISTING = ".files.json"
"""In every part: `{name: [size, sha256]}`."""


def listing(files: Mapping[str, bytes]) -> bytes:
    """The content of `LISTING` for these files."""
    rows = {}
    for name in sorted(files):
        data = files[name]  # one at a time: together they may be hundreds of MB
        rows[name] = [len(data), hashlib.sha256(data).hexdigest()]
    return json.dumps(rows, separators=(",", ":")).encode("ascii")


def part_name(kind: str, listed: bytes) -> str:
    """`agent-<hash>`, `runtime-<hash>`: equal files, equal name."""
    return f"{kind}-{hashlib.sha256(listed).hexdigest()[:12]}"
