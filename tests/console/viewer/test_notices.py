"""The lines in a window that say who acts, and how to take control."""

from __future__ import annotations

import numpy as np
import pytest

from deskconsole.viewer.keys import looking_notice, lost_notice
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
