"""A picture that was saved is noted, wherever it is."""

from __future__ import annotations

from types import SimpleNamespace

from deskconsole.app.screenshot import note_saved
from deskconsole.session.events import Event, encode
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State


def test_a_picture_in_a_folder_that_is_not_utf8_is_noted() -> None:
    noted: list[Event] = []
    session = SimpleNamespace(name="lab-01", note=noted.append)
    note_saved(session, "/home/\udcff/lab-01.png", Snapshot("lab-01", State.STREAMING))  # type: ignore[arg-type]
    assert b'"/home/?/lab-01.png"' in encode(noted[0])
