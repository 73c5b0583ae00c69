"""From the system's answers to the state of the screen, and why: one table, no calls to any system.

Tried on Wine only, which has no lock screen, no UAC prompt, no RDP session and no display that is switched
off: those rows follow the system's documentation and were not seen on a real Windows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from deskwin32.desktop import ACCESS_DENIED, VISIBLE_STATION
from deskwire.messages import ScreenState

_WINLOGON: Final = "winlogon"
_SCREEN_SAVER: Final = "screen-saver"
_SERVICES: Final = 0


class SessionConnection(IntEnum):
    """WTS_CONNECTSTATE_CLASS: what a session is connected to."""

    ACTIVE = 0
    CONNECTED = 1
    CONNECT_QUERY = 2
    SHADOW = 3
    DISCONNECTED = 4
    IDLE = 5
    LISTEN = 6
    RESET = 7
    DOWN = 8
    INIT = 9


class DisplayPower(IntEnum):
    """MONITOR_DISPLAY_STATE."""

    OFF = 0
    ON = 1
    DIMMED = 2


@dataclass(frozen=True, slots=True)
class SystemAnswers:
    """The system's answers; None stands for no answer."""

    session: int
    """The session of this process; 0 is where services run."""
    station: str
    """The window station of this process; empty where it has none."""
    desktop: str
    """The desktop of the thread that grabs; empty where it has none."""
    console: int | None = None
    """The session at the computer's own display, or None while there is none."""
    connection: int | None = None
    """A `SessionConnection`; numbers that are not known mean nothing."""
    locked: bool | None = None
    input_desktop: str | None = None
    """The desktop that keyboard and mouse go to, where it could be opened."""
    input_error: int = 0
    """The system's error where it could not."""
    power: int | None = None
    """A `DisplayPower` of the computer's own display."""


class ScreenVerdict(NamedTuple):
    """The state of the screen, and the reason in one sentence; no reason where it is live."""

    state: ScreenState
    reason: str = ""


LIVE: Final = ScreenVerdict(ScreenState.LIVE)


def _same(name: str | None, other: str) -> bool:
    """Names of stations and desktops do not differ by case."""
    return name is not None and name.casefold() == other.casefold()


class _Row(NamedTuple):
    when: Callable[[SystemAnswers], bool]
    state: ScreenState
    reason: str
    """May name the answers' fields in braces."""


_TABLE: Final = (
    # The wrong place to be: nothing that happens on the desktop changes it, so it is asked first. Services
    # have a desktop of 1024 x 768 that is never shown to anybody.
    _Row(
        lambda it: it.session == _SERVICES,
        ScreenState.GRAB_FAILED,
        "the agent runs in session 0, among the services, where no user's desktop is",
    ),
    _Row(
        lambda it: not _same(it.station, VISIBLE_STATION),
        ScreenState.GRAB_FAILED,
        "the agent runs on the window station '{station}', which no screen shows",
    ),
    # Before the lock: a session that was disconnected is locked as well, but unlocking it is not what helps.
    _Row(
        lambda it: it.connection == SessionConnection.DISCONNECTED,
        ScreenState.DISCONNECTED,
        "session {session} is disconnected: its Remote Desktop was closed, or another user was switched to",
    ),
    # The log-on screen, before anybody has used it.
    _Row(
        lambda it: (
            it.connection
            in (SessionConnection.CONNECTED, SessionConnection.CONNECT_QUERY, SessionConnection.IDLE)
        ),
        ScreenState.NO_USER,
        "nobody is logged on in session {session}",
    ),
    _Row(
        lambda it: (
            it.connection
            in (
                SessionConnection.LISTEN,
                SessionConnection.RESET,
                SessionConnection.DOWN,
                SessionConnection.INIT,
            )
        ),
        ScreenState.NO_USER,
        "session {session} is not in use",
    ),
    _Row(lambda it: it.locked is True, ScreenState.LOCKED, "the session is locked"),
    _Row(
        lambda it: _same(it.input_desktop, _SCREEN_SAVER),
        ScreenState.LOCKED,
        "the screen saver that asks for a password is on",
    ),
    # The lock screen, Ctrl+Alt+Del and UAC's prompt share the secure desktop. A program of the user's may not
    # open it; a console that may is told its name.
    _Row(
        lambda it: it.input_error == ACCESS_DENIED or _same(it.input_desktop, _WINLOGON),
        ScreenState.LOCKED,
        "the secure desktop is shown: the session is locked, or a prompt for consent or a password is open",
    ),
    _Row(
        lambda it: it.input_desktop is not None and not _same(it.input_desktop, it.desktop),
        ScreenState.GRAB_FAILED,
        "the user works on another desktop, '{input_desktop}'; the agent is on '{desktop}'",
    ),
)
"""The first row that fits decides; where none does, the screen is live as far as the system tells."""


def judge(answers: SystemAnswers) -> ScreenVerdict:
    """Returns what the answers mean for grabbing. No answer speaks for a live screen: the grab will tell.

    A display that is switched off is not looked at here: `judge_blank` says why.
    """
    for row in _TABLE:
        if row.when(answers):
            fields = {name: getattr(answers, name) for name in SystemAnswers.__slots__}
            return ScreenVerdict(row.state, row.reason.format_map(fields))
    return LIVE


def judge_blank(answers: SystemAnswers) -> ScreenVerdict:
    """Does the same where a grab gave one colour or nothing at all.

    Only then is a display that is switched off a reason. The desktop behind it lives on, and as long as it
    can be grabbed a console should see it: a monitor that sleeps is the usual case. A session that is not the
    display's own (RDP) has nothing to do with that display's power.
    """
    verdict = judge(answers)
    if verdict is LIVE and answers.power == DisplayPower.OFF and answers.session == answers.console:
        return ScreenVerdict(ScreenState.DISPLAY_OFF, "the display is switched off, and with it the picture")
    return verdict


def locked_by_flags(flags: int, version: tuple[int, int]) -> bool | None:
    """Returns whether WTSINFOEX's `SessionFlags` say locked; None where they say nothing."""
    if flags not in (0, 1):  # 0xFFFFFFFF is the system's "unknown".
        return None
    # 0 is locked and 1 is not; Windows 7 and Server 2008 R2 (6.1) mean the opposite, by a defect that
    # the documentation of WTSINFOEX_LEVEL1 admits.
    return (flags == 0) != (version == (6, 1))
