"""The text of a clipboard: which characters may travel, and how much of it."""

from __future__ import annotations

from typing import Final

from .limits import MAX_CLIP

_CONTROLS: Final = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\t"), ord("\n")}
"""C0 without tab and line feed, DEL, and C1: terminals act on them, editors show them as rubbish."""
_SURROGATES: Final = range(0xD800, 0xE000)
"""Halves of a character; UTF-8 has no form for them."""
_REORDERING: Final = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Bidi embeddings, overrides and isolates: with them a text reads otherwise than it is."""

_LEFT_OUT: Final = dict.fromkeys((*_CONTROLS, *_SURROGATES))
_LEFT_OUT_OF_STRANGERS: Final = _LEFT_OUT | dict.fromkeys(_REORDERING)


def with_line_feeds(text: str) -> str:
    """The text with its line ends as the wire has them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def clip_text(text: str) -> str:
    """The text as it travels: lines end with a line feed, and there are no control characters but that and
    the tab."""
    return with_line_feeds(text).translate(_LEFT_OUT)


def left_out_of_clip(text: str) -> int:
    """The number of characters that `clip_text` leaves out."""
    return len(with_line_feeds(text)) - len(clip_text(text))


def strangers_clip_text(text: str) -> str:
    """The text as it travels, if another machine gave it: also without marks that make it read otherwise."""
    return clip_text(text).translate(_LEFT_OUT_OF_STRANGERS)


def clip_fault(text: str) -> str | None:
    """The reason why this text cannot travel, or None where it can. Nothing is ever cut."""
    if len(text) > MAX_CLIP:
        return f"the text has {len(text):,} characters; the clipboard takes at most {MAX_CLIP:,}"
    return None
