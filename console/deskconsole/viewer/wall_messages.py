"""The messages between the console and the wall's window: lines of JSON, as those of `messages`."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from .messages import Closed, CloseWindow, Failed, Notice, Raise, Ready


class TileKind(StrEnum):
    """The meaning of a host's state to a person who looks from across the room."""

    LIVE = "live"
    ATTENTION = "attention"
    UNDER_WAY = "under-way"
    BAD = "bad"
    QUIET = "quiet"


class Tiles(msgspec.Struct, frozen=True, tag="tiles"):
    """The tiles that there are from now on, by their hosts' names, in this order."""

    names: tuple[str, ...]


class TileStatus(msgspec.Struct, frozen=True, tag="tile"):
    """The state of one tile's host."""

    name: str
    kind: TileKind
    word: str
    """One or two words: `live`, `locked`, `down`."""
    text: str
    """The whole sentence: why, and what to do."""
    age: str = ""
    """How old its picture is, or how long it has had no picture: `now`, `seen 2 h ago`, `for 4 min`."""
    person: str = ""
    """The user who is logged on at the desktop, as far as is known."""


class TilePicture(msgspec.Struct, frozen=True, tag="picture"):
    """A picture for one tile: a JPEG of this size whose structure has been checked."""

    name: str
    width: int
    height: int
    jpeg: bytes


class SeenTiles(msgspec.Struct, frozen=True, tag="seen"):
    """These tiles are on the page that is shown, with room for pictures of this size (pixels)."""

    names: tuple[str, ...]
    width: int
    height: int


class OpenTile(msgspec.Struct, frozen=True, tag="open"):
    """The user wants the window of this tile's host."""

    name: str


ToWall = Tiles | TileStatus | TilePicture | Notice | Raise | CloseWindow
WallWish = SeenTiles | OpenTile
FromWall = Ready | Failed | Closed | WallWish

to_wall = msgspec.json.Decoder(ToWall)
"""Reads one line; raises msgspec.DecodeError for anything else."""
from_wall = msgspec.json.Decoder(FromWall)
