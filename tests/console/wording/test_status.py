"""The words of a state."""

from __future__ import annotations

import pytest

from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.wording.status import Kind, look, tile_age


def test_a_host_whose_screen_is_black_is_not_counted_as_live() -> None:
    seen = look(Snapshot("gate", state=State.STREAMING, black=True), 0.0)
    assert (seen.kind, seen.word) == (Kind.ATTENTION, "black")


def test_a_recording_waits_until_a_picture_comes() -> None:
    waiting = Snapshot("gate", state=State.RETRYING, recording_since=10.0, recording_waits=True)
    assert look(waiting, 12.0).text.startswith("REC waits retrying")
    assert look(Snapshot("gate", state=State.STREAMING, recording_since=10.0), 12.0).text == "REC live 12 s"


@pytest.mark.parametrize(
    ("snapshot", "words"),
    [
        pytest.param(Snapshot("a", state=State.STREAMING, picture_at=999.0), "now", id="live"),
        pytest.param(Snapshot("a", state=State.STREAMING), "not seen yet", id="before the first picture"),
        pytest.param(
            Snapshot("a", state=State.STREAMING, screen="locked", since=760.0),
            "for 4 min",
            id="locked from the start",
        ),
        pytest.param(
            Snapshot("a", state=State.STREAMING, screen="locked", picture_at=880.0),
            "seen 2 min ago",
            id="locked",
        ),
        pytest.param(Snapshot("a", state=State.RETRYING, picture_at=995.0), "seen just now", id="cut off"),
        pytest.param(Snapshot("a", state=State.FAILED), "not seen yet", id="down"),
    ],
)
def test_every_tile_has_an_age(snapshot: Snapshot, words: str) -> None:
    assert tile_age(snapshot, 1000.0) == words
