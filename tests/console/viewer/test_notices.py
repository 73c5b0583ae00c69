"""The lines in a window that say who acts, and how to take control."""

from __future__ import annotations

import numpy as np
import pytest

from deskconsole.viewer.keys import (
    Action,
    action_of,
    control_notice,
    help_rows,
    hint,
    looking_notice,
    lost_notice,
)
from deskconsole.viewer.overlay import Overlay
from deskwire.control import ControlState


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ControlState.FREE, "Right Ctrl takes control of the host"),
        (ControlState.OTHER, "anna@desk controls the host    Right Ctrl + t takes control"),
        (ControlState.OFF, "no control: hosts.toml forbids it"),
    ],
)
def test_a_click_that_goes_nowhere_says_how_to_act_or_why_not(state: ControlState, said: str) -> None:
    holder = "anna@desk" if state is ControlState.OTHER else ""
    reason = "hosts.toml forbids it" if state is ControlState.OFF else ""
    assert looking_notice(state, holder, reason, "right ctrl") == said


def test_control_that_another_console_gave_back_is_told_with_its_name() -> None:
    said = control_notice(ControlState.FREE, "anna@desk", "", "right ctrl")
    assert said == "anna@desk had control, it is free now    Right Ctrl takes it"
    assert control_notice(ControlState.FREE, "", "", "right ctrl") == ""


def test_control_that_ends_by_itself_says_that_keys_do_nothing() -> None:
    assert lost_notice("") == "control ended    keys do nothing until you pause"
    assert lost_notice("anna@desk controls the host").startswith(
        "anna@desk controls the host    keys do nothing"
    )


def test_a_sentence_that_is_wider_than_the_window_is_seen_to_its_end() -> None:
    refusal = "Windows takes ctrl+alt+del from its own keyboard only, never from a program; try the chord"
    shown = []
    for end in ("lock", "task manager"):
        picture = np.full((200, 400, 4), 90, np.uint8)
        overlay = Overlay()
        overlay.say(f"{refusal} {end}", 0.0)
        overlay.draw(picture, 0.0)
        shown.append(picture)
    assert not np.array_equal(shown[0], shown[1])


def test_a_window_that_can_only_show_names_no_key_that_takes_control() -> None:
    told = [hint(None), control_notice(ControlState.OTHER, "anna@desk", "", None)]
    told += [text for row in help_rows(None) for text in row]
    assert not [text for text in told if "Ctrl" in text or "take" in text]
    assert told[1] == "anna@desk controls the host"


@pytest.mark.parametrize(
    ("code", "action"),
    [
        (0xFFBE, Action.HELP),
        (0x700000, Action.HELP),
        (0xFFC8, Action.FULLSCREEN),
        (0x7A0000, Action.FULLSCREEN),
    ],
)
def test_a_function_key_is_known_by_highgui_s_code_of_each_system(code: int, action: Action) -> None:
    assert action_of(code) is action
