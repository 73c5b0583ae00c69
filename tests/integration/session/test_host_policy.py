"""The policy of a host's owner, as a command meets it: a mistake in it is read as the strictest rule."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.capture.synthetic_desktop import SyntheticDesktop
from deskagent.consent.policy import parse_policy
from deskagent.control.desktop_control import ControlTools, DesktopControl
from deskagent.control.host_consent import HostConsent
from deskagent.synthetic.clipboard import SyntheticClipboard
from deskconsole.app import host_actions
from deskconsole.common.errors import DeskconsoleError
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from support.peers.served_here import served
from support.recorded_device import RecordedDevice


def ended(act: Callable[[], object]) -> tuple[int, str]:
    """The exit code and the sentence of a command that acts so."""
    try:
        act()
    except DeskconsoleError as error:
        return error.exit_code, str(error)
    return 0, ""


@pytest.mark.parametrize(
    ("rules", "typing", "copying", "said"),
    [
        ({}, 0, 0, ""),
        ({"control": "never"}, 9, 9, "the policy of this host allows no control"),
        ({"control": "nver"}, 9, 9, "the policy has control = 'nver'"),
        ({"clip": False}, 0, 9, "the policy of this host does not allow the clipboard"),
        ({"clip": "no"}, 0, 9, "does not allow the clipboard: the policy has clip = 'no'"),
        ({"contrl": "ask"}, 10, 10, "the policy of this host demands a sign, which cannot be shown"),
    ],
)
def test_a_command_that_the_policy_forbids_ends_with_the_same_code_where_the_policy_has_a_mistake(
    rules: dict[str, Any], typing: int, copying: int, said: str
) -> None:
    consent = HostConsent(policy=lambda: parse_policy(rules))
    clipboard = SyntheticClipboard(SyntheticDesktop("still", 320, 240))
    gate = DesktopControl(ControlTools(RecordedDevice, lambda: clipboard), consent)
    with served(lambda _: SyntheticGrabber("still", 1, 320, 240), gate, consent) as agent:
        route = DirectRoute(("127.0.0.1", agent.port), agent.token)
        with closing(Session("lab", route, 0, lambda _: None)) as session:
            session.connect()
            typed = ended(lambda: host_actions.type_text(session, "x", force=False, watch=False))
            copied = ended(lambda: host_actions.put_clip(session, "x", force=False))
    assert (typed[0], copied[0]) == (typing, copying)
    assert said in copied[1]
