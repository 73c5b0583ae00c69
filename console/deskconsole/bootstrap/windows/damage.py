"""Damaged files of a part on a Windows host, seen by SFTP where our Python does not run.

A Python that gives no answer is not damaged for that: a virus scanner, Smart App Control or AppLocker may
refuse it, or the host may be slow. To send everything again helps against none of these.
"""

from __future__ import annotations

import msgspec

from deskconsole.runtimes.listing import LISTING
from deskconsole.ssh.files import Files


def is_damaged(files: Files, folder: str) -> bool:
    """True if a file of the part's list is missing or has another size, or if the list cannot be read.

    Raises DeployError where the host does not let it be looked at.
    """
    path = f"{folder}/{LISTING}"
    if files.stat(path) is None:
        return True
    try:
        listed = msgspec.json.decode(files.read(path), type=dict[str, tuple[int, str]])
    except (msgspec.DecodeError, RecursionError):
        return True
    sizes = {}
    for below in {name.rpartition("/")[0] for name in listed}:
        for entry in files.list(f"{folder}/{below}" if below else folder):
            sizes[f"{below}/{entry.name}" if below else entry.name] = entry.size
    return any(sizes.get(name) != size for name, (size, _) in listed.items())
