"""Changes of control as a person reads them."""

from __future__ import annotations

import pytest

from deskconsole.session.control_events import ControlEvents, control_event
from deskconsole.session.control_status import NOT_CONNECTED, ControlStatus
from deskconsole.session.events import Event
from deskconsole.session.host_events import MOST, HostEvents
from deskconsole.wording.events import wording
from deskwire.control import ControlState

FREE = ControlStatus(ControlState.FREE)
YOURS = ControlStatus(ControlState.YOURS)
ASKING = ControlStatus(ControlState.ASKING)
BEN = ControlStatus(ControlState.OTHER, holder="ben@desk")
CIA = ControlStatus(ControlState.OTHER, holder="cia@desk")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (FREE, YOURS, "you control it"),
        (
            ASKING,
            ControlStatus(ControlState.YOURS, taken_from="ben@desk"),
            "you control it, taken from ben@desk",
        ),
        (BEN, YOURS, "you control it"),
        (YOURS, FREE, "control given back"),
        (
            YOURS,
            ControlStatus(ControlState.FREE, reason="ended at the host"),
            "control ended: ended at the host",
        ),
        (YOURS, BEN, "ben@desk took control"),
        (
            YOURS,
            ControlStatus(ControlState.OFF, reason="the policy forbids it"),
            "control ended: the policy forbids it",
        ),
        (YOURS, ControlStatus(ControlState.REFUSED, reason="not you"), "control ended: not you"),
        (YOURS, ASKING, "control ended"),
        (FREE, ASKING, "the person at the host is asked whether you may control it"),
        (ASKING, ControlStatus(ControlState.REFUSED, reason="no answer"), "not controlled: no answer"),
        (
            FREE,
            ControlStatus(ControlState.OFF, reason="the policy says no"),
            "not controlled: the policy says no",
        ),
        (YOURS, NOT_CONNECTED, None),
        (NOT_CONNECTED, FREE, None),
        (NOT_CONNECTED, ControlStatus(ControlState.OFF, reason="it only shows"), None),
        (FREE, BEN, None),
        (BEN, CIA, None),
        (BEN, FREE, None),
    ],
)
def test_a_change_is_told_in_a_sentence(
    before: ControlStatus, after: ControlStatus, told: str | None
) -> None:
    event = control_event("lab", before, after)
    assert (None if event is None else wording(event).text) == told


def test_who_acted_and_until_when_is_told_however_often_a_host_asks() -> None:
    told: list[Event] = []
    events = ControlEvents(told.append, HostEvents(told.append, lambda: 0.0))
    for _ in range(200):
        events.changed("lab", FREE, ASKING)
    assert len(told) == MOST
    events.changed("lab", ASKING, YOURS)
    events.changed("lab", YOURS, ControlStatus(ControlState.OFF, reason="the policy says no"))
    events.changed("lab", BEN, YOURS)
    events.changed("lab", YOURS, BEN)
    assert [wording(event).text for event in told[MOST:]] == [
        "you control it",
        "control ended: the policy says no",
        "you control it",
        "ben@desk took control",
    ]
