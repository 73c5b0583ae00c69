"""The keys of the wall's window: what each does, and what is told about them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from .keys import HostKeyName, WindowKey


class WallAction(Enum):
    """An action that a key asks for."""

    CLOSE = auto()
    FULLSCREEN = auto()
    ESCAPE = auto()
    HELP = auto()
    LEFT = auto()
    RIGHT = auto()
    UP = auto()
    DOWN = auto()
    OPEN = auto()
    NEXT_PAGE = auto()
    LAST_PAGE = auto()
    HOLD = auto()
    LARGER = auto()
    SMALLER = auto()
    FIT = auto()


_LETTERS: Final[Mapping[str, WallAction]] = MappingProxyType(
    {
        "q": WallAction.CLOSE,
        "f": WallAction.FULLSCREEN,
        "h": WallAction.HELP,
        "?": WallAction.HELP,
        " ": WallAction.HOLD,
        "+": WallAction.LARGER,
        "=": WallAction.LARGER,
        "-": WallAction.SMALLER,
        "0": WallAction.FIT,
        "\r": WallAction.OPEN,
        "\n": WallAction.OPEN,
        chr(27): WallAction.ESCAPE,
    }
)

_CODES: Final[Mapping[int, WallAction]] = MappingProxyType(
    {
        # X's keysyms, and the virtual keys of Windows, 16 bits up.
        **dict.fromkeys((0xFFBE, 0x70 << 16), WallAction.HELP),  # F1
        **dict.fromkeys((0xFFC8, 0x7A << 16), WallAction.FULLSCREEN),  # F11
        **dict.fromkeys((0xFF51, 0x25 << 16), WallAction.LEFT),
        **dict.fromkeys((0xFF52, 0x26 << 16), WallAction.UP),
        **dict.fromkeys((0xFF53, 0x27 << 16), WallAction.RIGHT),
        **dict.fromkeys((0xFF54, 0x28 << 16), WallAction.DOWN),
        **dict.fromkeys((0xFF55, 0x21 << 16), WallAction.LAST_PAGE),
        **dict.fromkeys((0xFF56, 0x22 << 16), WallAction.NEXT_PAGE),
        **dict.fromkeys((0xFF0D, 0xFF8D), WallAction.OPEN),  # Return, and that of the number pad
        0xFFAB: WallAction.LARGER,
        0xFFAD: WallAction.SMALLER,
    }
)

WALL_KEYS: Final = (
    WindowKey("click, Enter", "open the host's own window"),
    WindowKey("arrows", "choose a tile"),
    WindowKey("Page Up, Page Down", "the page before, the next one"),
    WindowKey("space", "hold this page, and let the pages turn again"),
    WindowKey("+, -", "larger or smaller tiles"),
    WindowKey("0", "as large as they fit on one page"),
    WindowKey("f, F11", "full screen, and back"),
    WindowKey("Esc", "leave full screen"),
    WindowKey("F1, h, ?", "show or hide these keys"),
    WindowKey("wheel", "turn the pages"),
    WindowKey("q", "close the wall"),
)
"""The keys of the wall's window."""

WALL_HINT: Final = "F1 keys    f full screen    click opens a host    space holds the page    q close"
"""The line that tells the most important keys."""


def wall_rows(_host_key: HostKeyName | None) -> tuple[WindowKey, ...]:
    """All keys, for the box in the window."""
    return WALL_KEYS


def wall_action(code: int) -> WallAction | None:
    """The action of the key with this code of highgui's; None for other keys."""
    # Other bits are modifiers, as Qt has them.
    return _CODES.get(code) or _CODES.get(code & 0xFFFF) or _LETTERS.get(chr(code & 0xFFFF).lower())
