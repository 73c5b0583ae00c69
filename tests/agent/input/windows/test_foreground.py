"""Input is blocked or not, by what Windows answers about the window in front.

Wine has no integrity levels that differ and no secure desktop: its answers are imitated here.
"""

from __future__ import annotations

import pytest

from deskagent.input.windows.foreground import (
    INTERVAL,
    MORE_RIGHTS,
    OTHER_DESKTOP,
    SECURE_DESKTOP,
    SYSTEM_RIGHTS,
    ForegroundAnswers,
    ForegroundRights,
    blocked_reason,
)

LOW, MEDIUM, HIGH, SYSTEM = 0x1000, 0x2000, 0x3000, 0x4000
DENIED = 5


def answers(
    integrity: int | None = MEDIUM, *, input_desktop: str | None = "Default", error: int = 0
) -> ForegroundAnswers:
    return ForegroundAnswers("Default", input_desktop, error, integrity)


@pytest.mark.parametrize(
    ("own", "given", "reason"),
    [
        (MEDIUM, answers(), ""),
        (MEDIUM, answers(LOW), ""),
        (MEDIUM, answers(0), ""),
        (HIGH, answers(MEDIUM), ""),
        (HIGH, answers(HIGH), ""),
        (MEDIUM, answers(HIGH), MORE_RIGHTS),
        (MEDIUM, answers(SYSTEM), MORE_RIGHTS),
        (MEDIUM, answers(None), MORE_RIGHTS),
        (HIGH, answers(SYSTEM), SYSTEM_RIGHTS),
        (HIGH, answers(None), SYSTEM_RIGHTS),
        (MEDIUM, answers(input_desktop=None, error=DENIED), SECURE_DESKTOP),
        (HIGH, answers(input_desktop="Winlogon"), SECURE_DESKTOP),
        (HIGH, answers(input_desktop="screen-saver"), OTHER_DESKTOP),
        (MEDIUM, answers(input_desktop="default"), ""),
        # No answer: the input will tell.
        (MEDIUM, answers(input_desktop=None, error=1), ""),
    ],
)
def test_input_is_blocked_only_where_windows_would_drop_it(
    own: int, given: ForegroundAnswers, reason: str
) -> None:
    assert blocked_reason(own, given) == reason


class ImitatedWindows:
    """Counts the questions, and has a clock that stands still."""

    def __init__(self) -> None:
        self.window = 1
        self.now = 100.0
        self.integrity: dict[int, int | None] = {1: MEDIUM, 2: HIGH}
        self.asked: list[int] = []
        self.foreground = ForegroundRights(
            window=lambda: self.window, ask=self._ask, own=lambda: MEDIUM, clock=lambda: self.now
        )

    def _ask(self, window: int) -> ForegroundAnswers:
        self.asked.append(window)
        return answers(self.integrity[window])


def test_another_window_in_front_is_asked_at_once_and_the_same_four_times_a_second() -> None:
    windows = ImitatedWindows()
    assert {windows.foreground.reason() for _ in range(50)} == {""}
    assert windows.asked == [1]
    windows.window = 2
    assert {windows.foreground.reason() for _ in range(2)} == {MORE_RIGHTS}
    assert windows.asked == [1, 2]
    windows.window = 1
    assert windows.foreground.reason() == ""
    windows.now += INTERVAL
    windows.integrity[1] = None
    assert windows.foreground.reason() == MORE_RIGHTS
    assert windows.asked == [1, 2, 1, 1]
