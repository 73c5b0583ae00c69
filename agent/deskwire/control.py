"""The messages of control: who acts on a host, what is typed and clicked, and what became of it.

Sent only to a peer that speaks the feature `control`. Every input bears the number of the grant that allows
it, and its own number, counted from 1 on each link.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from .limits import MAX_NOTCHES, MAX_SIDE, MAX_TYPED
from .message import Count, Message, Text

Number = Annotated[int, msgspec.Meta(ge=1, le=2**62)]
Place = Annotated[int, msgspec.Meta(ge=0, lt=MAX_SIDE)]
Notches = Annotated[int, msgspec.Meta(ge=-MAX_NOTCHES, le=MAX_NOTCHES)]
Locks = Annotated[int, msgspec.Meta(ge=0, le=7)]

CAPS_LOCK, NUM_LOCK, SCROLL_LOCK = 1, 2, 4
"""Bits of `Key.locks`."""


class Ability(StrEnum):
    """The parts of control that an agent has on its host (`Welcome.may`)."""

    POINTER = "pointer"
    KEYBOARD = "keyboard"
    CLIP = "clip"
    QUESTION = "question"
    """The agent can ask the person at the host."""
    SIGN = "sign"
    """The agent can show the person at the host that somebody acts."""


class Consent(StrEnum):
    """When the person at the host is asked; the host's own policy may demand more."""

    OTHERS = "others"
    """Asked where the desktop belongs to another user than the one who logged in."""
    ALWAYS = "always"
    NEVER = "never"


class ChordName(StrEnum):
    """Acts on the host that no single key can say."""

    CTRL_ALT_DEL = "ctrl alt del"
    LOCK = "lock"
    TASK_MANAGER = "task manager"
    PRINT = "print"


class ControlState(StrEnum):
    """Who acts on a host, as one console sees it."""

    FREE = "free"
    YOURS = "yours"
    OTHER = "other"
    ASKING = "asking"
    REFUSED = "refused"
    OFF = "off"
    """This agent or this host allows no control at all."""


class InputOutcome(StrEnum):
    """The end of an input: injected or not, and why not."""

    DONE = "done"
    DROPPED = "dropped"
    """The input was aimed at a picture of another size."""
    BLOCKED = "blocked"
    """The host's system did not let it through."""


# From the console


class WantControl(Message, frozen=True):
    """May I act? `force` takes it from another console."""

    force: bool = False
    ask: bool = False
    """The person at the host is to be asked first."""


class EndControl(Message, frozen=True):
    """I do not act any more; everything held goes up."""


class Key(Message, frozen=True, omit_defaults=True):
    """A key by its position on a PC's keyboard, and by what it gave at the console."""

    grant: Number
    n: Number
    code: Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
    """Set-1 make code, see `keys`; 0: none."""
    down: bool
    text: Annotated[str, msgspec.Meta(max_length=8)] = ""
    dead: bool = False
    """The key is a dead key; `text` is its combining character."""
    locks: Locks = 0
    repeat: bool = False


class Pointer(Message, frozen=True):
    """The pointer is there, in pixels of the console's picture."""

    grant: Number
    n: Number
    x: Place
    y: Place


class Button(Message, frozen=True):
    """A button went down or up there."""

    grant: Number
    n: Number
    x: Place
    y: Place
    button: Annotated[int, msgspec.Meta(ge=1, le=5)]
    """1 to 5: left, middle, right, back, forward."""
    down: bool


class Wheel(Message, frozen=True, omit_defaults=True):
    """The wheel was turned there, by 120ths of a notch."""

    grant: Number
    n: Number
    x: Place
    y: Place
    right: Notches = 0
    down: Notches = 0


class Typing(Message, frozen=True):
    """Characters, whatever the layouts are; a line feed is Enter, a tab is Tab."""

    grant: Number
    n: Number
    text: Annotated[str, msgspec.Meta(max_length=MAX_TYPED)]


class Chord(Message, frozen=True):
    """Asks for one of the chords that no single key can say."""

    grant: Number
    n: Number
    chord: ChordName


class AllUp(Message, frozen=True):
    """Everything held goes up: the console's window lost the keyboard."""

    grant: Number
    n: Number


# From the agent


class Control(Message, frozen=True, omit_defaults=True):
    """Who acts now; sent to every console at each change."""

    state: ControlState
    grant: Count = 0
    """The number that this console's inputs must bear; with YOURS only."""
    holder: Text = ""
    """The console that acts, by the name that it gave."""
    reason: Text = ""


class Done(Message, frozen=True, omit_defaults=True):
    """Every input up to number `n` was injected, or what became of number `n`."""

    n: Number
    outcome: InputOutcome = InputOutcome.DONE
    reason: Text = ""


class Effect(Message, frozen=True):
    """The next packet has the first change that was grabbed after input `n` was injected."""

    n: Number
