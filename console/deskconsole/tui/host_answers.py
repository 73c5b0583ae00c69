"""What a host answers to a key that asks it for something: a comparison, the whole picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE

from .view import FleetView

Asked = Literal["check", "refresh"]

LONGEST = 15.0
"""Seconds after which no answer is one too."""


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """One sentence about what a host was asked for."""

    host: str
    text: str
    good: bool


class HostAnswers:
    """Remembers what was asked and finds the answer in later snapshots."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, Asked], tuple[object, float]] = {}

    def ask(self, snapshot: Snapshot, asked: Asked, now: float) -> None:
        """`snapshot` is as it was before; `now` in seconds, of the clock that `found` is given."""
        self._asked[snapshot.host, asked] = (_mark(snapshot, asked), now)

    def found(self, view: FleetView, now: float) -> Iterator[HostAnswer]:
        """Each answer once."""
        for (name, asked), (mark, since) in list(self._asked.items()):
            snapshot = view.snapshot(name)
            answer = None
            if view.host(name) is not None and _mark(snapshot, asked) != mark:
                answer = _answer(snapshot, asked)
            if answer is None and (snapshot.state not in LIVE or now - since > LONGEST):
                what = "the comparison" if asked == "check" else "the whole picture"
                answer = HostAnswer(name, f"{what} did not come: see the state of the host", good=False)
            if answer is not None:
                del self._asked[name, asked]
                yield answer


def _mark(snapshot: Snapshot, asked: Asked) -> object:
    """What is another one once the answer is there."""
    if asked == "check":
        return snapshot.exactness
    return sum(snapshot.statistics.refreshes.values())


def _answer(snapshot: Snapshot, asked: Asked) -> HostAnswer | None:
    if asked == "refresh":
        return HostAnswer(snapshot.host, "the whole picture was sent again", good=True)
    exactness = snapshot.exactness
    if exactness is None:  # a new link: the comparison is under way
        return None
    if exactness.exact:
        text = f"verified: every pixel is as on the host (packet {exactness.packet:,})"
        return HostAnswer(snapshot.host, text, good=True)
    return HostAnswer(
        snapshot.host, f"the picture differs from the host's (packet {exactness.packet:,})", good=False
    )
