"""A recording that ends while it begins is none: the list must not show one that a key cannot end."""

from __future__ import annotations

from pathlib import Path

from deskconsole.session.observer_list import ObserverList
from deskconsole.session.session_recording import PacketRecorder, RecordingRequest, SessionRecording


class Recorder(PacketRecorder):
    """Keeps nothing."""

    file = Path("lab-01.dcr")
    packets = 0
    failure = None

    @property
    def seconds(self) -> float:
        return 0.0

    @property
    def size(self) -> int:
        return 0

    def close(self) -> None:
        """Does nothing: no file is open."""


def test_an_end_that_overtakes_the_beginning_is_what_counts() -> None:
    told: list[bool] = []

    def changed(since: float | None) -> None:
        if since is not None:
            recording.stop()  # as the recorder's thread does where the disk is full
        told.append(since is not None)

    recording = SessionRecording(ObserverList(), lambda _event: None, changed)

    def make(request: RecordingRequest) -> PacketRecorder:
        assert request.host == "lab-01"
        return Recorder()

    recording.start("lab-01", 0, lambda: None, make)
    recording.wait()
    assert recording.recorder is None
    assert told[-1] is False
