"""The clipboard of a Windows desktop, opened for each transfer and closed at once."""

from __future__ import annotations

import contextlib
import ctypes
import time
from collections.abc import Iterator
from typing import Final

from deskwin32.calls import windows
from deskwin32.desktop import VISIBLE_STATION, own_station
from deskwire.limits import MAX_CLIP

from .system_clipboard import ClipRefused
from .text import from_wire, to_wire, with_windows_line_ends

TRIES: Final = 10
BETWEEN_TRIES: Final = 0.02
"""Seconds: other programs hold the clipboard for moments, those that watch it at each change."""

_CF_UNICODETEXT: Final = 13
_HWND_MESSAGE: Final = -3
_GMEM_MOVEABLE: Final = 0x0002

_OURS: Final = "deskconsole"
"""The format that says that an agent has put the text: it is no secret to the console that may fetch it."""

_NOT_TO_BE_KEPT: Final = (
    "ExcludeClipboardContentFromMonitorProcessing",
    "CanIncludeInClipboardHistory",
    "CanUploadToCloudClipboard",
)
"""Formats with which a text goes neither into the history (Win+V) nor into the cloud. The last two say so
only with the value 0."""

_SECRET: Final = ("ExcludeClipboardContentFromMonitorProcessing", "Clipboard Viewer Ignore")
"""Formats by which password managers mark a text, whatever their value."""

_LONGEST: Final = 4 * (MAX_CLIP + 1)
"""Bytes of UTF-16 that are looked at: each character on the wire may be two units, as a line feed is here."""


class WindowsClipboard:
    """The clipboard of the window station that people see. Raises ClipRefused on another."""

    def __init__(self) -> None:
        station = own_station()
        if station.casefold() != VISIBLE_STATION.casefold():
            raise ClipRefused(f"the window station {station!r} does not have the clipboard that people use")

    def fetch(self) -> str:
        """Returns the text. Raises ClipRefused where there is none, it is a secret, or it is too long."""
        with _refusals(), _opened():
            if not _has(_OURS) and _is_secret():
                raise ClipRefused("a password manager has marked the clipboard as a secret")
            if not windows("IsClipboardFormatAvailable")(_CF_UNICODETEXT):
                raise ClipRefused("the clipboard holds no text")
            data = _bytes(_CF_UNICODETEXT, _LONGEST)
        text, end, _rest = data.decode("utf-16-le", "replace").partition("\0")
        if not end and len(data) == _LONGEST:
            raise ClipRefused(f"the text is too long; the clipboard takes at most {MAX_CLIP:,} characters")
        return to_wire(text)

    def put(self, text: str) -> None:
        """Makes this text the clipboard. Raises ClipRefused; a text that is too long changes nothing."""
        text = with_windows_line_ends(from_wire(text))
        with _refusals(), _opened():
            windows("EmptyClipboard")()
            # Rendered at once: a text that is promised blocks others until we answer, and dies with us.
            _set(_CF_UNICODETEXT, (text + "\0").encode("utf-16-le"))
            for name in (_OURS, *_NOT_TO_BE_KEPT):
                _set(_format(name), bytes(4))

    def close(self) -> None:
        """Nothing is held between transfers; what was put stays."""


@contextlib.contextmanager
def _opened() -> Iterator[None]:
    """Opens the clipboard for a window that lives as long, or raises ClipRefused.

    A program that empties the clipboard later would wait until its owner's window has answered.
    """
    owner = windows("CreateWindowExW")(
        0, "STATIC", None, 0, 0, 0, 0, 0, ctypes.c_void_p(_HWND_MESSAGE), None, None, None
    )
    try:
        for tries in range(TRIES, 0, -1):
            try:
                windows("OpenClipboard")(owner)
                break
            except OSError:
                if tries == 1:
                    raise ClipRefused("another program holds the clipboard; try again") from None
                time.sleep(BETWEEN_TRIES)
        try:
            yield
        finally:
            windows("CloseClipboard")()
    finally:
        windows("DestroyWindow")(owner)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ClipRefused(f"Windows refused: {str(error).rstrip('.')}") from error


def _format(name: str) -> int:
    number: int = windows("RegisterClipboardFormatW")(name)
    return number


def _has(name: str) -> bool:
    return bool(windows("IsClipboardFormatAvailable")(_format(name)))


def _is_secret() -> bool:
    """Password managers say so by formats; those that keep a text out of history or cloud count, too."""
    if any(_has(name) for name in _SECRET):
        return True
    return any(_has(name) and not any(_bytes(_format(name), 4)) for name in _NOT_TO_BE_KEPT)


def _bytes(kind: int, most: int) -> bytes:
    """Returns the open clipboard's data in this format, `most` bytes at most."""
    memory = windows("GetClipboardData")(kind)
    size = min(windows("GlobalSize")(memory), most)
    place = windows("GlobalLock")(memory)
    try:
        return ctypes.string_at(place, size)
    finally:
        windows("GlobalUnlock")(memory)


def _set(kind: int, data: bytes) -> None:
    """Gives the open clipboard a copy of the data."""
    memory = windows("GlobalAlloc")(_GMEM_MOVEABLE, len(data))
    try:
        ctypes.memmove(windows("GlobalLock")(memory), data, len(data))
        windows("GlobalUnlock")(memory)
        windows("SetClipboardData")(kind, memory)  # it is the system's from here on
    except OSError:
        windows("GlobalFree")(memory)
        raise
