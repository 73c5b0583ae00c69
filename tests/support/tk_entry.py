"""A real Tk program: a line to type into, which it writes into a file, and a menu that grabs the screen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from support.xvfb import Xvfb, wait_for

_SCRIPT = """
wm geometry . 300x200+0+0
menu .bar
menu .bar.menu -tearoff 0
.bar.menu add command -label chosen -command {.line insert end "<chosen>"}
.bar add cascade -label Menu -menu .bar.menu
. configure -menu .bar
entry .line -textvariable typed
pack .line
trace add variable typed write {apply {args {
    global typed
    set file [open [file join $::env(FOLDER) typed] w]
    fconfigure $file -encoding utf-8
    puts -nonewline $file $typed
    close $file
}}}
focus -force .line
bind .line <Map> {close [open [file join $::env(FOLDER) ready] w]}
"""


class TkEntry:
    """Fills the upper left of a screen."""

    def __init__(self, screen: Xvfb, folder: Path) -> None:
        self._screen = screen
        self._folder = folder
        script = folder / "entry.tcl"
        script.write_text(_SCRIPT)
        screen.run("wish", str(script), environment={"LC_ALL": "C.UTF-8", "FOLDER": str(folder)})
        wait_for((folder / "ready").exists, what="the Tk program")
        wait_for(lambda: self._below_menu().any(), what="the Tk program's window")
        self._closed = self._below_menu()

    def wait_for_menu(self) -> None:
        """The menu is seen."""
        wait_for(lambda: not np.array_equal(self._below_menu(), self._closed), what="the menu")

    def _below_menu(self) -> NDArray[np.uint8]:
        return self._screen.screenshot()[33:52, :60]

    @property
    def text(self) -> str:
        """The line's text."""
        path = self._folder / "typed"
        return path.read_text(encoding="utf-8") if path.exists() else ""
