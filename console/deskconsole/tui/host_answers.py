"""Answers of hosts to keys that ask for something: a comparison, the whole picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from deskconsole.session.events import AnswerMissing, PictureDiffers, PictureResent, PictureVerified
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE

from .view import FleetView

RequestKind = Literal["check", "refresh"]

LONGEST = 15.0
"""Seconds after which no answer is one too."""


Answer = PictureVerified | PictureDiffers | PictureResent | AnswerMissing


class HostAnswers:
    """Remembers what was asked and finds the answer in later snapshots."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, RequestKind], tuple[object, float]] = {}

    def ask(self, snapshot: Snapshot, asked: RequestKind, now: float) -> None:
        """`snapshot` is as it was before; `now` in seconds, of the clock that `found` is given."""
        self._asked[snapshot.host, asked] = (_mark(snapshot, asked), now)

    def found(self, view: FleetView, now: float) -> Iterator[Answer]:
        """Each answer once."""
        for (name, asked), (mark, since) in list(self._asked.items()):
            snapshot = view.snapshot(name)
            answer = None
            if view.host(name) is not None and _mark(snapshot, asked) != mark:
                answer = _answer(snapshot, asked)
            if answer is None and (snapshot.state not in LIVE or now - since > LONGEST):
                answer = AnswerMissing(host=name, asked=asked)
            if answer is not None:
                del self._asked[name, asked]
                yield answer


def _mark(snapshot: Snapshot, asked: RequestKind) -> object:
    """A mark that is another one once the answer is there."""
    if asked == "check":
        return snapshot.exactness
    return sum(snapshot.statistics.refreshes.values())


def _answer(snapshot: Snapshot, asked: RequestKind) -> Answer | None:
    if asked == "refresh":
        return PictureResent(host=snapshot.host)
    exactness = snapshot.exactness
    if exactness is None:  # a new link: the comparison is under way
        return None
    found = PictureVerified if exactness.exact else PictureDiffers
    return found(host=snapshot.host, packet=exactness.packet)
