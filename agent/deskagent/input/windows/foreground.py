"""Finds out if the window in front takes injected input.

Windows drops what a program injects into windows of programs with more rights. It tells this neither by an
error nor by the count that SendInput returns (its documentation). So it is found out beforehand. Wine has no
integrity levels and no secure desktop: the verdicts were not seen on a real Windows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from ctypes import byref
from ctypes.wintypes import DWORD
from typing import Final, NamedTuple

from deskwin32.calls import windows
from deskwin32.desktop import ACCESS_DENIED, input_desktop, own_desktop
from deskwin32.integrity import HIGH, own_integrity, process_integrity

INTERVAL: Final = 0.25
"""Seconds for which an answer holds while the same window is in front."""

SECURE_DESKTOP: Final = (
    "Windows shows its secure desktop, which takes no input from programs: the session is locked, or a prompt"
    " for consent or a password is open; only a person at the host can answer it"
)
MORE_RIGHTS: Final = (
    "the window in front belongs to a program with more rights than the agent;"
    ' run_level = "highest" for this host reaches it'
)
SYSTEM_RIGHTS: Final = (
    "the window in front belongs to a program of the system, which takes no input from other programs;"
    " only a person at the host can use it"
)
OTHER_DESKTOP: Final = "the user works on another desktop of Windows, which the agent's input does not reach"


class ForegroundAnswers(NamedTuple):
    """The system's answers about what has the keyboard."""

    desktop: str
    """The desktop of the thread that injects."""
    input_desktop: str | None
    """The desktop that keyboard and mouse go to; None where it could not be opened."""
    input_error: int
    """The system's error where the desktop could not be opened."""
    integrity: int | None
    """The integrity level of the program in front, 0 without one; None where the system does not tell."""


def blocked_reason(own: int, answers: ForegroundAnswers) -> str:
    """Returns why nothing can be injected, for an agent of integrity level `own`; empty where it can."""
    name = answers.input_desktop
    if answers.input_error == ACCESS_DENIED or (name is not None and name.casefold() == "winlogon"):
        return SECURE_DESKTOP
    if name is not None and name.casefold() != answers.desktop.casefold():
        return OTHER_DESKTOP
    # A process that may not be asked has more rights: the system always tells of programs of this user.
    if answers.integrity is None or answers.integrity > own:
        return MORE_RIGHTS if own < HIGH else SYSTEM_RIGHTS
    return ""


def foreground_window() -> int:
    """The window in front; 0 where there is none."""
    return windows("GetForegroundWindow")() or 0


def thread_and_process(window: int) -> tuple[int, int]:
    """The thread and the process that a window belongs to; 0 and 0 where it is gone."""
    process = DWORD()
    thread = windows("GetWindowThreadProcessId")(window, byref(process))
    return thread, process.value


def _ask(window: int) -> ForegroundAnswers:
    name, error = input_desktop()
    return ForegroundAnswers(own_desktop(), name, error, _integrity(window))


def _integrity(window: int) -> int | None:
    _, process = thread_and_process(window)
    if not process:
        return 0
    try:
        return process_integrity(process)
    except OSError as error:
        # Any other error: the program has ended meanwhile.
        return None if getattr(error, "winerror", None) == ACCESS_DENIED else 0


class ForegroundRights:
    """Remembers whether the window in front takes input, and asks again when another window is in front."""

    def __init__(
        self,
        *,
        window: Callable[[], int] = foreground_window,
        ask: Callable[[int], ForegroundAnswers] = _ask,
        own: Callable[[], int] = own_integrity,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._window = window
        self._ask = ask
        self._own = own()
        self._clock = clock
        self._asked = (-1, 0.0)
        self._reason = ""

    def reason(self) -> str:
        """The reason why nothing can be injected now, and what would help; empty where inputs arrive."""
        window, now = self._window(), self._clock()
        before, at = self._asked
        if window != before or now - at >= INTERVAL:
            self._reason = blocked_reason(self._own, self._ask(window))
            self._asked = window, now
        return self._reason
