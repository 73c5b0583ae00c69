"""The keys of the window: what each does, and what is told about them."""

from __future__ import annotations

from enum import Enum, auto


class Action(Enum):
    """An action that a key asks for."""

    CLOSE = auto()
    FULLSCREEN = auto()
    ESCAPE = auto()
    FIT = auto()
    AS_IT_IS = auto()
    DOUBLE = auto()
    HELP = auto()


_CODES = {
    "f": Action.FULLSCREEN,
    "0": Action.FIT,
    "z": Action.FIT,
    "1": Action.AS_IT_IS,
    "2": Action.DOUBLE,
    "q": Action.CLOSE,
    "h": Action.HELP,
    "?": Action.HELP,
    chr(27): Action.ESCAPE,
    # Keys without a letter come as X's keysyms.
    chr(0xFFBE): Action.HELP,  # F1
    chr(0xFFC8): Action.FULLSCREEN,  # F11
}

HELP = (
    ("f, F11", "full screen, and back"),
    ("0", "fit the picture to the window"),
    ("1", "one pixel for one pixel"),
    ("2", "double size"),
    ("drag", "move a picture that is larger than the window"),
    ("Esc", "leave full screen"),
    ("F1, h, ?", "show or hide these keys"),
    ("q", "close the window"),
)
"""Keys and what they do, for the box in the window. ASCII: OpenCV draws no other letters."""

HINT = "F1 keys    f full screen    0 fit    1 one to one    2 double    q close"


def action_of(code: int) -> Action | None:
    """The action of the key with this code of highgui's; None for other keys."""
    return _CODES.get(chr(code & 0xFFFF).lower())
