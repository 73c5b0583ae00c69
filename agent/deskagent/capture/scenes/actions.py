"""The things that a person does to the synthetic desktop."""

from __future__ import annotations

from typing import NamedTuple


class KeyAction(NamedTuple):
    """A key, by its set-1 make code, goes down (again, when it is held) or up."""

    code: int
    down: bool


class TextAction(NamedTuple):
    """Characters that no key gives are typed."""

    text: str


class PointerAction(NamedTuple):
    """The pointer moves to a pixel."""

    x: int
    y: int


class ButtonAction(NamedTuple):
    """A button (1 is the left one) goes down or up there."""

    button: int
    down: bool
    x: int
    y: int


class ClipAction(NamedTuple):
    """The clipboard gets this text."""

    text: str


class SignAction(NamedTuple):
    """The sign at the upper edge says this from now on; empty: no sign."""

    text: str


Action = KeyAction | TextAction | PointerAction | ButtonAction | ClipAction | SignAction


class TimedAction(NamedTuple):
    """Something that was done `t` seconds after the desktop's beginning."""

    t: float
    action: Action
