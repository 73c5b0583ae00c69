"""Who acts on a host, in words: for the row, the detail and the type mode. No widgets."""

from __future__ import annotations

from deskconsole.common.figures import milliseconds
from deskconsole.common.safe_text import safe_text
from deskconsole.session.control_status import ControlStatus
from deskconsole.session.sent_inputs import RoundTrips
from deskconsole.wording.status import WHOLE, Kind, StatusText
from deskwire.control import ControlState

PERSON = 64
"""Characters of a console's name."""


def control_text(status: ControlStatus) -> StatusText:
    """`word` is for a column, `text` for a line; both are empty where there is nothing to say."""
    holder = safe_text(status.holder, PERSON)
    match status.state:
        case ControlState.YOURS:
            return StatusText(Kind.LIVE, "you", "controlled by you")
        case ControlState.OTHER:
            return StatusText(Kind.ATTENTION, holder, f"controlled by {holder or 'another console'}")
        case ControlState.ASKING:
            return StatusText(Kind.UNDER_WAY, "asking", "control: asking the person at the host")
        case ControlState.REFUSED:
            return StatusText(Kind.BAD, "refused", _with("control refused", status.reason))
        case ControlState.OFF:
            return StatusText(Kind.QUIET, "", _with("no control", status.reason))
        case ControlState.FREE:
            return StatusText(Kind.QUIET, "", "")


def round_trip_text(trips: RoundTrips) -> list[tuple[str, str]]:
    """Words and values of how long inputs take: until they are done, and until the picture shows it."""
    return [
        (label, _range(p50, p95))
        for label, p50, p95 in (
            ("input done after", trips.done_p50, trips.done_p95),
            ("seen after", trips.shown_p50, trips.shown_p95),
        )
        if p50 is not None
    ]


def _range(p50: float, p95: float | None) -> str:
    usual = milliseconds(p50)
    return usual if p95 is None else f"{usual} (95 % within {milliseconds(p95)})"


def _with(word: str, reason: str) -> str:
    return f"{word}: {safe_text(reason, WHOLE)}" if reason else word
