"""The text of a clipboard on its way between the wire and a system."""

from __future__ import annotations

from deskwire.clip_text import clip_fault, clip_text

from .system_clipboard import ClipRefused


def to_wire(text: str) -> str:
    """A system's text as the console gets it. Raises ClipRefused where it is empty or too long."""
    text = clip_text(text)
    if not text:
        raise ClipRefused("the clipboard holds no text")
    return _checked(text)


def from_wire(text: str) -> str:
    """A console's text as a system gets it, lines ended by a line feed. Raises ClipRefused where it is too
    long."""
    return _checked(clip_text(text))


def with_windows_line_ends(text: str) -> str:
    """Returns the text with CR LF, as Windows has it."""
    return text.replace("\n", "\r\n")


def _checked(text: str) -> str:
    if (fault := clip_fault(text)) is not None:
        raise ClipRefused(fault)
    return text
