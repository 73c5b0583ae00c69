"""The words of a state."""

from __future__ import annotations

from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.wording.status import Kind, look


def test_a_host_whose_screen_is_black_is_not_counted_as_live() -> None:
    seen = look(Snapshot("gate", state=State.STREAMING, black=True), 0.0)
    assert (seen.kind, seen.word) == (Kind.ATTENTION, "black")


def test_a_recording_waits_until_a_picture_comes() -> None:
    waiting = Snapshot("gate", state=State.RETRYING, recording_since=10.0, picture_at=9.0)
    assert look(waiting, 12.0).text.startswith("REC waits retrying")
    assert look(Snapshot("gate", state=State.STREAMING, recording_since=10.0), 12.0).text == "REC live 12 s"
