"""The chords of the menu: what a terminal cannot tell, or keeps for itself. No widgets, no host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deskwire.control import ChordName

from .strokes import Stroke, chord


@dataclass(frozen=True, slots=True)
class MenuChord:
    """One line of the menu: what it is called, what it does, and what is sent."""

    label: str
    does: str
    sends: Stroke | ChordName


CHORDS: Final = (
    MenuChord("Ctrl+Alt+Del", "Linux only; on Windows use Task manager or Lock", ChordName.CTRL_ALT_DEL),
    MenuChord("Task manager", "Ctrl+Shift+Esc", ChordName.TASK_MANAGER),
    MenuChord("Lock", "lock the host's screen", ChordName.LOCK),
    MenuChord("Win", "start menu, or the overview of a Linux desktop", chord("win")),
    MenuChord("Win+R", "run a program", chord("win", "r")),
    MenuChord("Win+D", "show the desktop", chord("win", "d")),
    MenuChord("Alt+Tab", "the window before", chord("alt", "tab")),
    MenuChord("Alt+F4", "close the window", chord("alt", "f4")),
    MenuChord("Alt+Space", "the window's own menu", chord("alt", "space")),
    MenuChord("Ctrl+Esc", "start menu", chord("ctrl", "escape")),
    MenuChord("Print", "a picture of the screen", ChordName.PRINT),
    MenuChord("Alt+Print", "a picture of the window", chord("alt", "print")),
    MenuChord("Menu", "the menu of what is selected", chord("menu")),
    MenuChord("F12", "the key that leaves typing here", chord("f12")),
)
