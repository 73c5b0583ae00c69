"""The words on a tile of the wall: host, state, who is logged on, the age of the picture. No widgets."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from deskconsole.common.figures import fit
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE
from deskconsole.wording.status import SIGNS, Kind, StatusText, look, tile_age
from deskwire.messages import ScreenState

from .rows import MARK

NO_PICTURE = StatusText(Kind.UNDER_WAY, "no picture yet", "no picture yet")
"""A host that is live, before its first picture."""


@dataclass(frozen=True, slots=True)
class TileText:
    """The words of one host; equal ones look the same. All but `name` has passed `safe_text`."""

    name: str
    """The key, as in the inventory: not for showing."""
    label: str
    status: StatusText
    """Status of the host, without words where the picture is current: they would change every second."""
    person: str = ""
    """The person logged on at the desktop."""
    age: str = ""
    """Age of the picture, or how long there has been none: see `tile_age`."""
    current: bool = False
    """True if the picture is that of now, and something is on it."""
    marked: bool = False


def make_tile(host: Host, snapshot: Snapshot, now: float, *, marked: bool = False) -> TileText:
    """The words of one host as it is at `now` (Unix time)."""
    person = ""
    if snapshot.state in LIVE and snapshot.screen != ScreenState.NO_USER:
        person = safe_text(snapshot.user.rpartition("\\")[2], 64)
    status = look(snapshot, now)
    current = snapshot.current and not snapshot.black
    if current:
        status = StatusText(status.kind, status.word, status.word)
    return TileText(
        host.name,
        safe_text(host.name, 64),
        status,
        person,
        tile_age(snapshot, now),
        current,
        marked,
    )


def title(tile: TileText, width: int) -> tuple[str, str, str, str]:
    """The line above the picture in `width` cells: mark, sign, name, and the state's word where it fits."""
    status, mark = tile.status, MARK if tile.marked else ""
    room = max(0, width - 2 - len(mark))
    word = f" {status.word}" if cell_len(tile.label) + 1 + cell_len(status.word) <= room else ""
    return mark, f"{status.sign} "[: width - len(mark)], fit(tile.label, room - cell_len(word)), word


def footer(tile: TileText, width: int) -> str:
    """The line below the picture in `width` cells: who is logged on, and the picture's age."""
    shown = tile.age
    if cell_len(tile.person) + 1 + cell_len(shown) > width:  # the words around it go first
        shown = shown.removeprefix("seen ").removeprefix("for ").removesuffix(" ago")
    room = width - cell_len(shown) - 1
    if not shown or room < 2:
        return fit(tile.person or shown, width)
    return f"{fit(tile.person, room)} {shown}"


def banner(status: StatusText, width: int, lines: int) -> list[str]:
    """Lines over a picture that is not current: sign and word, then the reason, at most `lines` of them."""
    said = f"{SIGNS[status.kind]} {status.word}"
    shown = [_middle(said, width)]
    text = status.tight or status.text
    if lines >= 3 and text != status.word and width >= cell_len(said) + 8:
        shown.append(_middle(text.removeprefix(status.word).lstrip(":, "), width))
    return shown[:lines]


def _middle(text: str, width: int) -> str:
    left = max(0, (width - cell_len(text)) // 2)
    return fit(" " * left + text, width)
