"""The clipboard of an X desktop."""

from __future__ import annotations

from deskx11.connection import FAULTS, connect
from deskx11.selection import Selection, SelectionRefused

from .system_clipboard import ClipRefused, SystemClipboard
from .text import from_wire, to_wire


def open_x11_clipboard() -> SystemClipboard:
    """Opens the clipboard of the X server that DISPLAY names. Raises ClipRefused where none answers."""
    try:
        connect().close()
    except FAULTS as error:
        raise ClipRefused(f"no X server answers: {error}") from error
    return X11Clipboard()


class X11Clipboard:
    """The selection CLIPBOARD; PRIMARY is left alone."""

    def __init__(self) -> None:
        self._selection = Selection()

    def fetch(self) -> str:
        """Fetches the text from the clipboard's owner. Raises ClipRefused."""
        try:
            text = self._selection.fetch()
        except SelectionRefused as error:
            raise ClipRefused(str(error)) from error
        return to_wire(text)

    def put(self, text: str) -> None:
        """Owns the clipboard with this text. Raises ClipRefused; then it stays as it was."""
        text = from_wire(text)
        try:
            self._selection.put(text)
        except SelectionRefused as error:
            raise ClipRefused(str(error)) from error

    def close(self) -> None:
        """Gives the clipboard up."""
        self._selection.close()
