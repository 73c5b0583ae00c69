"""What Windows' answers mean: every row of the table, and what comes first where several fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskagent.capture.windows.session_state import (
    LIVE,
    DisplayPower,
    SessionConnection,
    SystemAnswers,
    judge,
    judge_blank,
    locked_by_flags,
)
from deskwire.messages import ScreenState

USED = SystemAnswers(
    session=2,
    station="WinSta0",
    desktop="Default",
    console=2,
    connection=SessionConnection.ACTIVE,
    locked=False,
    input_desktop="Default",
    power=DisplayPower.ON,
)
"""Somebody works at the computer's own display."""

SECURE = replace(USED, input_desktop=None, input_error=5)

LIVE_CASES = {
    "somebody works": USED,
    "over Remote Desktop, the display is another's": replace(USED, console=1),
    "nobody at the computer's display": replace(USED, console=None),
    "names in other letters": replace(USED, station="winsta0", input_desktop="DEFAULT"),
    "shadowed by an administrator": replace(USED, connection=SessionConnection.SHADOW),
    "the display sleeps": replace(USED, power=DisplayPower.OFF),
    "a system that answers little": SystemAnswers(session=1, station="WinSta0", desktop="Default"),
    "a state nobody has heard of": replace(USED, connection=77),
    "an input desktop that cannot be opened for another reason": replace(
        USED, input_desktop=None, input_error=1
    ),
}

OTHERS = {
    "session 0": (replace(USED, session=0), ScreenState.GRAB_FAILED, "session 0"),
    "session 0, and more": (replace(SECURE, session=0, locked=True), ScreenState.GRAB_FAILED, "session 0"),
    "another station": (
        replace(USED, station="Service-0x0-3e7$"),
        ScreenState.GRAB_FAILED,
        "Service-0x0-3e7$",
    ),
    "no station": (replace(USED, station=""), ScreenState.GRAB_FAILED, "window station"),
    "RDP closed": (
        replace(USED, connection=SessionConnection.DISCONNECTED, locked=True),
        ScreenState.DISCONNECTED,
        "session 2 is disconnected",
    ),
    "log-on screen": (
        replace(SECURE, connection=SessionConnection.CONNECTED),
        ScreenState.NO_USER,
        "nobody is logged on in session 2",
    ),
    "a session that went": (
        replace(USED, connection=SessionConnection.DOWN),
        ScreenState.NO_USER,
        "session 2 is not in use",
    ),
    "locked": (replace(USED, locked=True), ScreenState.LOCKED, "the session is locked"),
    "locked, on the secure desktop": (
        replace(SECURE, locked=True),
        ScreenState.LOCKED,
        "the session is locked",
    ),
    "a prompt of UAC": (SECURE, ScreenState.LOCKED, "a prompt for consent"),
    "the same, for whoever may look": (
        replace(USED, input_desktop="Winlogon"),
        ScreenState.LOCKED,
        "the secure desktop",
    ),
    "screen saver with a password": (
        replace(USED, input_desktop="Screen-saver"),
        ScreenState.LOCKED,
        "screen saver",
    ),
    "another desktop": (replace(USED, input_desktop="Work"), ScreenState.GRAB_FAILED, "'Work'"),
}


@pytest.mark.parametrize("answers", LIVE_CASES.values(), ids=LIVE_CASES)
def test_answers_of_a_live_desktop_are_live(answers: SystemAnswers) -> None:
    assert judge(answers) == LIVE


@pytest.mark.parametrize(("answers", "state", "words"), OTHERS.values(), ids=OTHERS)
def test_answers_of_a_hidden_desktop_have_a_reason(
    answers: SystemAnswers, state: ScreenState, words: str
) -> None:
    verdict = judge(answers)
    assert verdict.state is state
    assert words in verdict.reason
    assert "{" not in verdict.reason
    assert judge_blank(answers) == verdict


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        (replace(USED, power=DisplayPower.OFF), ScreenState.DISPLAY_OFF),
        (replace(USED, power=DisplayPower.DIMMED), ScreenState.LIVE),
        (replace(USED, power=None), ScreenState.LIVE),
        (replace(USED, power=DisplayPower.OFF, console=1), ScreenState.LIVE),
    ],
    ids=["off", "dimmed", "unknown", "another session's display"],
)
def test_a_blank_picture_may_mean_a_display_that_is_off(answers: SystemAnswers, state: ScreenState) -> None:
    assert judge_blank(answers).state is state


@pytest.mark.parametrize(
    ("flags", "version", "locked"),
    [
        (0, (10, 0), True),
        (1, (10, 0), False),
        (0, (6, 2), True),
        (0, (6, 1), False),
        (1, (6, 1), True),
        (-1, (10, 0), None),
        (0xFFFFFFFF, (6, 1), None),
    ],
)
def test_the_lock_flag_and_its_inversion_in_windows_7(
    flags: int, version: tuple[int, int], locked: bool | None
) -> None:
    assert locked_by_flags(flags, version) is locked


def test_a_name_with_braces_is_only_a_name() -> None:
    assert "'{session}'" in judge(replace(USED, station="{session}")).reason
