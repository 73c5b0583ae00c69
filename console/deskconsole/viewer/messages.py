"""The messages between the console and the window's process: one JSON object a line, nothing else."""

from __future__ import annotations

import msgspec

from deskwire.control import ChordName, ControlState
from deskwire.geometry import Rectangle

from .keys import PlayKey


class Map(msgspec.Struct, frozen=True, tag="map"):
    """Look at this file from now on: width * height * 3 bytes of blue, green, red."""

    path: str
    width: int
    height: int
    generation: int


class Damage(msgspec.Struct, frozen=True, tag="damage"):
    """These parts have changed, by a packet of this number; they lie inside the picture."""

    packet: int
    rectangles: tuple[Rectangle, ...]
    input_at: float | None = None
    """The time of the input whose effect is in this packet, by the monotonic clock of this machine."""


class Status(msgspec.Struct, frozen=True, tag="status"):
    """Says the title, and whether the picture is old."""

    title: str
    text: str
    """Why the picture is old; shown only then."""
    stale: bool
    at: float | None = None
    """Unix time of which the picture is; None: of when this is first said."""


class WhoControls(msgspec.Struct, frozen=True, tag="control"):
    """Says who acts on the host: with YOURS the window's keys and pointer go there."""

    state: ControlState
    holder: str = ""
    """The console that acts, if it is another one."""
    reason: str = ""
    """Why this console does not act."""
    notify: bool = False
    """Something changed, or was asked for: the user is to read it."""


class Notice(msgspec.Struct, frozen=True, tag="notice"):
    """Show this sentence for a moment."""

    text: str


class LapseNotice(msgspec.Struct, frozen=True, tag="lapse"):
    """What the window held went up on the host: the console had not heard of the window for long."""


class ClipText(msgspec.Struct, frozen=True, tag="clip"):
    """Put this text of the host's clipboard into the clipboard here."""

    text: str


class DoneTimes(msgspec.Struct, frozen=True, tag="times"):
    """Says how long inputs take until they are injected, in seconds."""

    p50: float
    p95: float


class FigureLines(msgspec.Struct, frozen=True, tag="figures"):
    """The figures to show over the picture while the user wants them."""

    lines: tuple[str, ...]


class PlayPlace(msgspec.Struct, frozen=True, tag="play place"):
    """Show where a recording is in the line at the bottom; empty: no more."""

    text: str


class PlaceWindow(msgspec.Struct, frozen=True, tag="place"):
    """Take this place on the screen, with the frame around the window."""

    x: int
    y: int
    width: int
    height: int


class Raise(msgspec.Struct, frozen=True, tag="raise"):
    """Show the window above all others."""


class CloseWindow(msgspec.Struct, frozen=True, tag="close"):
    """Take the window away and end."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The process is up and can show a window as soon as it gets a picture."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """There will be no window."""

    sentence: str
    remedy: str


class Shown(msgspec.Struct, frozen=True, tag="shown"):
    """The window shows everything up to this packet."""

    packet: int
    draws: int
    """Drawings of the window since it opened."""


CLOSED_BY_HAND = "it was closed"
"""The reason of a window that its user closed."""


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    """The window is gone."""

    reason: str
    draws: int


class ControlWish(msgspec.Struct, frozen=True, tag="wish"):
    """The user wants to act on the host, or to stop it."""

    on: bool
    force: bool = False
    """Take control from another console."""


class KeyInput(msgspec.Struct, frozen=True, omit_defaults=True, tag="key"):
    """A key went down or up; fields as in the wire's `Key`."""

    at: float
    """When it happened, by the monotonic clock of this machine."""
    code: int
    down: bool
    text: str = ""
    dead: bool = False
    locks: int = 0
    repeat: bool = False


class PointerInput(msgspec.Struct, frozen=True, tag="pointer"):
    """The pointer is there, in pixels of the picture."""

    at: float
    x: int
    y: int


class ButtonInput(msgspec.Struct, frozen=True, tag="button"):
    """A button went down or up there; 1 to 5: left, middle, right, back, forward."""

    at: float
    x: int
    y: int
    button: int
    down: bool


class WheelInput(msgspec.Struct, frozen=True, tag="wheel"):
    """The wheel was turned there, by 120ths of a notch."""

    at: float
    x: int
    y: int
    right: int
    down: int


class Released(msgspec.Struct, frozen=True, tag="released"):
    """Everything held goes up: the window lost the keyboard, or its user has left the host."""


class Holding(msgspec.Struct, frozen=True, tag="holding"):
    """The window still runs and has the keyboard: what it holds stays down."""


class TypingInput(msgspec.Struct, frozen=True, tag="typing"):
    """Type this text on the host."""

    text: str


class ChordInput(msgspec.Struct, frozen=True, tag="chord"):
    """Press on the host what no single key can say."""

    chord: ChordName


class ClipOffer(msgspec.Struct, frozen=True, tag="put"):
    """Put this text into the host's clipboard."""

    text: str


class ClipWish(msgspec.Struct, frozen=True, tag="fetch"):
    """Fetch the text of the host's clipboard."""


class DisplayWish(msgspec.Struct, frozen=True, tag="display"):
    """The user wants to see the host's next display."""


class FiguresWish(msgspec.Struct, frozen=True, tag="figures"):
    """The user wants to see figures, or not any more."""

    on: bool


class ArrangeWish(msgspec.Struct, frozen=True, tag="arrange"):
    """The user wants all windows side by side on this monitor."""

    x: int
    y: int
    width: int
    height: int


class SaveWish(msgspec.Struct, frozen=True, tag="save"):
    """The user wants the picture saved in a file."""


class PlayWish(msgspec.Struct, frozen=True, tag="play"):
    """The user of a recording's window has pressed this key."""

    key: PlayKey


Input = KeyInput | PointerInput | ButtonInput | WheelInput | Released | Holding | TypingInput | ChordInput
"""Messages that go to the host as soon as the console has them."""
Request = ControlWish | ClipOffer | ClipWish
"""Messages that take time and get an answer."""

ToWindow = (
    Map
    | Damage
    | Status
    | WhoControls
    | Notice
    | LapseNotice
    | ClipText
    | DoneTimes
    | FigureLines
    | PlayPlace
    | PlaceWindow
    | Raise
    | CloseWindow
)
WindowWish = DisplayWish | FiguresWish | ArrangeWish
"""Wishes of the user that concern the console, not the host."""

FromWindow = Shown | SaveWish | PlayWish | WindowWish | Input | Request
ToConsole = Ready | Failed | Closed | FromWindow

_encoder = msgspec.json.Encoder()
to_window = msgspec.json.Decoder(ToWindow)
"""Reads one line; raises msgspec.DecodeError (ValidationError) for anything else."""
to_console = msgspec.json.Decoder(ToConsole)


def line(message: msgspec.Struct) -> bytes:
    """The message as one line."""
    return _encoder.encode(message) + b"\n"
