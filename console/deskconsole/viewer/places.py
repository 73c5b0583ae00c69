"""The place and size of each host's window: kept in a file for the next time."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from deskconsole.common.file_lock import briefly, locked
from deskwin32.held_files import BRIEF_TIMEOUT, once_released

_MOST = 1000
"""Hosts that are remembered; the one that was closed longest ago goes first."""


class WindowPlace(msgspec.Struct, frozen=True):
    """The point on the screen where the inside of a window begins, and its size where its user chose one
    (pixels)."""

    x: int
    y: int
    size: tuple[int, int] | None = None


def place_of(host: str, path: Path) -> WindowPlace | None:
    """The last place of a host's window; None where that is not known or the file cannot be read."""
    return _load(path).get(host)


def remember(host: str, place: WindowPlace, path: Path) -> None:
    """Keeps the host's place. Raises OSError where the file cannot be written.

    Windows are processes: several may close at the same time.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(path.with_suffix(".lock"), briefly()):
        places = _load(path)
        places.pop(host, None)
        places[host] = place
        kept = dict(list(places.items())[-_MOST:])
        part = path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(kept))
        once_released(lambda: part.replace(path), BRIEF_TIMEOUT)


def _load(path: Path) -> dict[str, WindowPlace]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, WindowPlace])
    except (OSError, msgspec.DecodeError):
        return {}
