"""The place and size of each host's window: kept in a file for the next time."""

from __future__ import annotations

from pathlib import Path

import msgspec

from deskconsole.common.remembered_file import RememberedFile


class WindowPlace(msgspec.Struct, frozen=True):
    """The point on the screen where the inside of a window begins, and its size where its user chose one
    (pixels)."""

    x: int
    y: int
    size: tuple[int, int] | None = None


def place_of(host: str, path: Path) -> WindowPlace | None:
    """The last place of a host's window; None where that is not known or the file cannot be read."""
    return RememberedFile(path, WindowPlace).get(host)


def remember(host: str, place: WindowPlace, path: Path) -> None:
    """Keeps the host's place. Raises OSError where the file cannot be written."""
    RememberedFile(path, WindowPlace).put(host, place)
