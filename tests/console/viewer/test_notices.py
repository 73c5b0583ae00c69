"""The lines in a window that say who acts, and how to take control."""

from __future__ import annotations

import pytest

from deskconsole.viewer.keys import looking_notice, lost_notice
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
