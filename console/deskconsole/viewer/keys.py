"""The keys of the window: what each does, and what is told about them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from deskwire.control import ControlState
from deskwire.keys import BY_CODE


class Action(Enum):
    """An action that a key asks for."""

    CLOSE = auto()
    FULLSCREEN = auto()
    ESCAPE = auto()
    FIT = auto()
    AS_IT_IS = auto()
    DOUBLE = auto()
    HELP = auto()
    SCALING = auto()
    """Another way to enlarge and reduce the picture."""
    DISPLAY = auto()
    """Show the host's next display."""
    FIGURES = auto()
    """Show or hide the figures."""
    ARRANGE = auto()
    """Put all windows side by side."""
    SAVE = auto()
    """Save the picture in a file."""
    # With the host key
    CONTROL = auto()
    """Act on the host, or stop it."""
    FORCE = auto()
    """Take control from another console."""
    SEND_HOST_KEY = auto()
    GRAB = auto()
    """Send all keys to the host, those of the local system too; or stop it."""
    CTRL_ALT_DEL = auto()
    LOCK = auto()
    TYPE_CLIP = auto()
    PUT_CLIP = auto()
    FETCH_CLIP = auto()
    TIMES = auto()
    """Show or hide the round trips."""


class PlayKey(StrEnum):
    """A key of the window of a recording."""

    PAUSE = "pause"
    """Pause, and play on."""
    STEP = "step"
    """Pause at the next change."""
    STEP_BACK = "step back"
    """Pause before the last change."""
    BACK = "back"
    AHEAD = "ahead"
    SLOWER = "slower"
    FASTER = "faster"
    BEGIN = "begin"
    END = "end"


HOST_ACTIONS: Final = frozenset(
    {
        Action.SEND_HOST_KEY,
        Action.GRAB,
        Action.CTRL_ALT_DEL,
        Action.LOCK,
        Action.TYPE_CLIP,
        Action.PUT_CLIP,
        Action.FETCH_CLIP,
    }
)
"""Actions that do nothing while the window only shows the host."""

HostKeyName = Literal["right ctrl", "scroll lock", "pause", "ctrl+alt"]
"""The host key, as settings.toml has it."""

_CODES: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "f": Action.FULLSCREEN,
        "0": Action.FIT,
        "z": Action.FIT,
        "1": Action.AS_IT_IS,
        "2": Action.DOUBLE,
        "x": Action.SCALING,
        "d": Action.DISPLAY,
        "i": Action.FIGURES,
        "t": Action.ARRANGE,
        "q": Action.CLOSE,
        "s": Action.SAVE,
        "h": Action.HELP,
        "?": Action.HELP,
        chr(27): Action.ESCAPE,
        # Keys without a letter come as X's keysyms.
        chr(0xFFBE): Action.HELP,  # F1
        chr(0xFFC8): Action.FULLSCREEN,  # F11
    }
)

_PLAY_CODES: Final[Mapping[int, PlayKey]] = MappingProxyType(
    {
        ord(" "): PlayKey.PAUSE,
        ord("."): PlayKey.STEP,
        ord(","): PlayKey.STEP_BACK,
        # X's keysyms, and the virtual keys of Windows, 16 bits up.
        **dict.fromkeys((0xFF51, 0x25 << 16), PlayKey.BACK),
        **dict.fromkeys((0xFF53, 0x27 << 16), PlayKey.AHEAD),
        **dict.fromkeys((0xFF54, 0x28 << 16), PlayKey.SLOWER),
        **dict.fromkeys((0xFF52, 0x26 << 16), PlayKey.FASTER),
        **dict.fromkeys((0xFF50, 0x24 << 16), PlayKey.BEGIN),
        **dict.fromkeys((0xFF57, 0x23 << 16), PlayKey.END),
    }
)

_WINDOWS_CODES: Final[Mapping[int, Action]] = MappingProxyType(
    {
        # Highgui on Windows gives the virtual key of a key without a letter, 16 bits up.
        0x70 << 16: Action.HELP,  # F1
        0x7A << 16: Action.FULLSCREEN,  # F11
    }
)

_CHORDS: Final[Mapping[str, Action]] = MappingProxyType(
    {
        **{key: _CODES[key] for key in "f012xisqh"},
        # As in the window alone but for two letters, which the host has.
        "n": Action.DISPLAY,
        "w": Action.ARRANGE,
        "f1": Action.HELP,
        "f11": Action.FULLSCREEN,
        "escape": Action.ESCAPE,
        "g": Action.GRAB,
        "d": Action.CTRL_ALT_DEL,
        "l": Action.LOCK,
        "v": Action.TYPE_CLIP,
        "p": Action.PUT_CLIP,
        "c": Action.FETCH_CLIP,
        "r": Action.TIMES,
        "t": Action.FORCE,
    }
)
"""Actions of the keys while the host key is held: by the letter that a key gives, else by its name."""


class WindowKey(NamedTuple):
    """One row of what is told about the keys. ASCII: OpenCV draws no other letters."""

    keys: str
    meaning: str


VIEW_KEYS: Final = (
    WindowKey("f, F11", "full screen, and back"),
    WindowKey("0", "fit the picture to the window"),
    WindowKey("1", "one pixel for one pixel"),
    WindowKey("2", "double size"),
    WindowKey("wheel", "larger or smaller, around the pointer"),
    WindowKey("drag", "move a picture that is larger than the window"),
    WindowKey("x", "scale automatically, smooth or crisp"),
    WindowKey("s", "save the picture in a file"),
    WindowKey("Esc", "leave full screen"),
    WindowKey("F1, h, ?", "show or hide these keys"),
    WindowKey("q", "close the window"),
)
"""The keys while the window only shows the host."""

HOST_KEYS: Final = (
    WindowKey("d", "the host's next display"),
    WindowKey("i", "show or hide figures"),
    WindowKey("t", "all windows side by side"),
)
"""More keys of the window of a host."""

PLAY_KEYS: Final = (
    WindowKey("space", "pause, and play on"),
    WindowKey("left, right", "ten seconds back or ahead"),
    WindowKey("up, down", "twice or half as fast"),
    WindowKey(". ,", "the next change, and back before the last one"),
    WindowKey("Home, End", "the beginning, the end"),
)
"""More keys of the window of a recording."""

CONTROL_KEYS: Final = (
    WindowKey("HOST", "take control; pressed again: give it back"),
    WindowKey("HOST twice", "send this key to the host"),
    WindowKey("HOST + t", "take control from another console"),
    WindowKey("HOST + g", "send the system's own keys too, and stop"),
    WindowKey("HOST + d", "Ctrl+Alt+Del on the host"),
    WindowKey("HOST + l", "lock the host"),
    WindowKey("HOST + v", "type this clipboard on the host"),
    WindowKey("HOST + p", "put this clipboard into the host's"),
    WindowKey("HOST + c", "copy the host's clipboard into this one"),
    WindowKey("HOST + drag", "move a picture that is larger than the window"),
    WindowKey("HOST + r", "show or hide how long inputs take"),
    WindowKey("HOST + n, w", "the host's next display; all windows side by side"),
    WindowKey("HOST + f 0 1 2 x i s h q", "the keys above, while you control the host"),
)
"""The keys for control; HOST stands for the host key."""


def host_key_title(name: HostKeyName) -> str:
    """The host key as it is written on keyboards."""
    return "+".join(part.title() for part in name.split("+"))


def help_rows(host_key: HostKeyName | None, *, playing: bool = False) -> tuple[WindowKey, ...]:
    """All keys, for the box in the window, HOST replaced; None: the window can only show the host."""
    if host_key is None:
        return (PLAY_KEYS if playing else HOST_KEYS) + VIEW_KEYS
    title = host_key_title(host_key)
    rows = tuple(WindowKey(row.keys.replace("HOST", title), row.meaning) for row in CONTROL_KEYS)
    return HOST_KEYS + VIEW_KEYS + rows


def hint(host_key: HostKeyName | None, *, playing: bool = False) -> str:
    """The line that tells the most important keys."""
    if playing:
        return "F1 keys    space pause    left, right 10 s    up, down speed    f full screen    q close"
    line = "F1 keys    f full screen    0 fit    1 one to one    2 double    q close"
    return f"{line}    {host_key_title(host_key)} control" if host_key is not None else line


def refusal(fault: str) -> str:
    """The line that says why the window can only show the host."""
    return f"no control from this window: {fault}"


def control_notice(state: ControlState, holder: str, reason: str, host_key: HostKeyName | None) -> str:
    """The line about who acts on the host; empty where the frame says enough.

    `holder`: the console that acts, or acted until now. `host_key` None: the window can only show the host.
    """
    title = "" if host_key is None else host_key_title(host_key)
    match state:
        case ControlState.YOURS:
            return f"you control the host    {title} ends it" if title else ""
        case ControlState.OTHER:
            line = f"{holder or 'another console'} controls the host"
            return f"{line}    {title} + t takes control" if title else line
        case ControlState.ASKING:
            return "the person at the host is asked"
        case ControlState.REFUSED:
            return f"control is refused: {reason}" if reason else "control is refused"
        case ControlState.OFF:
            return f"no control: {reason}" if reason else "no control of this host"
        case ControlState.FREE:
            if holder and not reason:
                line = f"{holder} had control, it is free now"
                return f"{line}    {title} takes it" if title else line
            return f"control ended: {reason}" if reason else ""


def lost_notice(notice: str) -> str:
    """The line about who acts now, where control ended while the user may have been typing."""
    return f"{notice or 'control ended'}    keys do nothing until you pause"


def looking_notice(state: ControlState, holder: str, reason: str, host_key: HostKeyName) -> str:
    """The line for a click or a key that goes nowhere because the window only looks."""
    if state in (ControlState.FREE, ControlState.YOURS):
        return f"{host_key_title(host_key)} takes control of the host"
    return control_notice(state, holder, reason, host_key)


def action_of(code: int) -> Action | None:
    """The action of the key with this code of highgui's; None for other keys."""
    return _WINDOWS_CODES.get(code) or _CODES.get(chr(code & 0xFFFF).lower())


def play_key(code: int) -> PlayKey | None:
    """The key of a recording's window with this code of highgui's; None for other keys."""
    return _PLAY_CODES.get(code) or _PLAY_CODES.get(code & 0xFFFF)


def chord_action(code: int, text: str) -> Action | None:
    """The action of a key with the host key: by what it gives, else by its place on a US keyboard, which
    serves layouts without these letters."""
    place = BY_CODE.get(code)
    return _CHORDS.get(text.lower()) or _CHORDS.get(place.name if place is not None else "")
