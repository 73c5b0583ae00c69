"""The messages between the console and the window's process: one JSON object a line, nothing else."""

from __future__ import annotations

import msgspec

from deskwire.geometry import Rectangle


class Map(msgspec.Struct, frozen=True, tag="map"):
    """Look at this file from now on: width * height * 3 bytes of blue, green, red."""

    path: str
    width: int
    height: int
    generation: int


class Damage(msgspec.Struct, frozen=True, tag="damage"):
    """These parts have changed, by a packet of this number; they lie inside the picture."""

    packet: int
    rectangles: tuple[Rectangle, ...]


class Status(msgspec.Struct, frozen=True, tag="status"):
    """Says the title, and whether the picture is old."""

    title: str
    text: str
    """Why the picture is old; shown only then."""
    stale: bool
    at: float | None = None
    """Unix time of which the picture is; None: of when this is first said."""


class Raise(msgspec.Struct, frozen=True, tag="raise"):
    """Show the window above all others."""


class CloseWindow(msgspec.Struct, frozen=True, tag="close"):
    """Take the window away and end."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The process is up and can show a window as soon as it gets a picture."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """There will be no window."""

    sentence: str
    remedy: str


class Shown(msgspec.Struct, frozen=True, tag="shown"):
    """The window shows everything up to this packet."""

    packet: int
    draws: int
    """Drawings of the window since it opened."""


CLOSED_BY_HAND = "it was closed"
"""The reason of a window that its user closed."""


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    """The window is gone."""

    reason: str
    draws: int


ToWindow = Map | Damage | Status | Raise | CloseWindow
ToConsole = Ready | Failed | Shown | Closed

_encoder = msgspec.json.Encoder()
to_window = msgspec.json.Decoder(ToWindow)
"""Reads one line; raises msgspec.DecodeError (ValidationError) for anything else."""
to_console = msgspec.json.Decoder(ToConsole)


def line(message: ToWindow | ToConsole) -> bytes:
    """The message as one line."""
    return _encoder.encode(message) + b"\n"
