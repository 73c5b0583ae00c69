"""A recording for a command, in a console's session: what the command hears of its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from deskconsole.common.errors import (
    Cancelled,
    ConfigurationError,
    ConnectionFailed,
    ConsoleNotRunning,
    DeskconsoleError,
    StreamError,
)
from deskconsole.local.host_recording import record
from deskconsole.local.messages import RecordHost
from deskconsole.session.observer_list import ObserverList
from deskconsole.session.session import Session
from deskconsole.session.session_recording import MakeRecorder, PacketRecorder, SessionRecording
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskwire.geometry import Rectangle
from deskwire.packet import Packet, Slice

PACKET = Packet(True, (Slice(Rectangle(0, 0, 8, 8), b"picture"),))


class RecordedSession:
    """A session whose recording is real; its stream and its end are the test's."""

    name = "lab-01"
    linked = False

    def __init__(self) -> None:
        self.failure: DeskconsoleError | None = None
        self.recording = SessionRecording(ObserverList(), lambda _event: None, lambda _since: None)

    def record(self, make: MakeRecorder) -> PacketRecorder:
        return self.recording.start(self.name, 0, lambda: None, make)

    def snapshot(self) -> Snapshot:
        return Snapshot(self.name, State.STREAMING)

    def wait_for(self, predicate: Callable[[Snapshot], bool], _timeout: float) -> bool:
        return predicate(self.snapshot())

    def draw(self) -> None:
        assert self.recording.recorder is not None
        self.recording.recorder.arrived(PACKET)

    def fail(self, error: DeskconsoleError) -> None:
        self.failure = error
        self.recording.stop()


def recorded(session: RecordedSession, file: Path, waiting: Callable[[], None]) -> int:
    """Packets, as the command hears of them."""
    return record(cast("Session", session), RecordHost("lab-01", str(file), None), waiting).packets


@pytest.mark.parametrize("end", [Cancelled("left"), ConsoleNotRunning("the console was closed meanwhile")])
@pytest.mark.parametrize("drawn", [True, False])
def test_the_file_is_told_whichever_end_of_the_connection_ends_first(
    end: DeskconsoleError, drawn: bool, tmp_path: Path
) -> None:
    session = RecordedSession()

    def waiting() -> None:
        if drawn:
            session.draw()
        raise end

    file = tmp_path / "lab.deskrec"
    if not drawn:
        with pytest.raises(type(end)):
            recorded(session, file, waiting)
        assert not file.exists()
        return
    assert recorded(session, file, waiting) == 1
    assert file.stat().st_size


@pytest.mark.parametrize("drawn", [True, False])
def test_a_session_that_fails_is_told(drawn: bool, tmp_path: Path) -> None:
    session = RecordedSession()

    def waiting() -> None:
        if drawn:
            session.draw()
        session.fail(ConnectionFailed("the host is off"))

    with pytest.raises(ConnectionFailed, match="the host is off"):
        recorded(session, tmp_path / "lab.deskrec", waiting)


def test_a_recording_without_a_picture_is_no_success(tmp_path: Path) -> None:
    session = RecordedSession()
    with pytest.raises(StreamError, match="the recording of lab-01 ended before a picture came"):
        recorded(session, tmp_path / "lab.deskrec", session.recording.stop)


def test_a_second_command_with_the_same_file_leaves_the_first_ones_recording_alone(tmp_path: Path) -> None:
    session = RecordedSession()
    file = tmp_path / "lab.deskrec"

    def waiting() -> None:
        session.draw()
        with pytest.raises(ConfigurationError, match="lab-01 is being recorded already, in "):
            recorded(session, file, lambda: None)
        assert session.recording.recorder is not None
        raise Cancelled("left")

    assert recorded(session, file, waiting) == 1
