"""Results of acts on a host: a text, keys, a click, a clipboard."""

from __future__ import annotations

import msgspec


class ActionResult(msgspec.Struct, frozen=True):
    """Seconds until all of it was injected, and until the first picture after it (None: none came)."""

    host: str
    done: float
    shown: float | None


class TypeResult(ActionResult, frozen=True):
    """A text of so many characters was typed."""

    characters: int


class KeyResult(ActionResult, frozen=True):
    """So many chords were pressed."""

    chords: int


class ClickResult(ActionResult, frozen=True):
    """A place was clicked, in pixels of the picture."""

    x: int
    y: int
    button: str
    clicks: int


class ClipResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """A clipboard's text went to the host, or came from it (`text`), after `done` seconds.

    `left_out`: the control characters that did not go there.
    """

    host: str
    done: float
    characters: int
    text: str | None = None
    left_out: int = 0
