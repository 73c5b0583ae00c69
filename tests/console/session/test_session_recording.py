"""Recordings of one session, one after the other: their ends, and ends that come late."""

from __future__ import annotations

import threading
from pathlib import Path

from deskconsole.common.errors import RecordingError
from deskconsole.session.observer_list import ObserverList
from deskconsole.session.session_recording import (
    NOT_RECORDED,
    PacketRecorder,
    RecordingRequest,
    RecordingStatus,
    SessionRecording,
)


class Recorder(PacketRecorder):
    """Keeps nothing. Its file is whole when `whole` is set."""

    file = Path("lab-01.deskrec")
    packets = 0
    failure: RecordingError | None = None

    def __init__(self, request: RecordingRequest) -> None:
        self.request = request
        self.whole = threading.Event()
        self.whole.set()

    @property
    def seconds(self) -> float:
        return 0.0

    @property
    def size(self) -> int:
        return 0

    def close(self) -> None:
        """Waits for the disk, which may turn out to be full."""
        self.whole.wait(60)
        if self.failure is not None:
            self.request.failed()


class Recorders(list[Recorder]):
    """All that were made."""

    def __call__(self, request: RecordingRequest) -> PacketRecorder:
        self.append(Recorder(request))
        return self[-1]


def test_an_end_that_overtakes_the_beginning_is_what_counts() -> None:
    told: list[bool] = []

    def changed(status: RecordingStatus) -> None:
        if status.since is not None:
            recording.stop()  # as the recorder's thread does where the disk is full
        told.append(status.since is not None)

    recording = SessionRecording(ObserverList(), lambda _event: None, changed)

    recording.start("lab-01", 0, lambda: None, Recorder)
    recording.wait()
    assert recording.recorder is None
    assert told[-1] is False


def test_a_disk_that_is_full_at_the_end_of_one_recording_does_not_end_the_next() -> None:
    made = Recorders()
    recording = SessionRecording(ObserverList(), lambda _event: None, lambda _since: None)
    recording.start("lab-01", 0, lambda: None, made)
    made[0].whole.clear()
    recording.stop()
    recording.start("lab-01", 0, lambda: None, made)
    made[0].failure = RecordingError("the disk is full")
    made[0].whole.set()
    recording.wait()
    assert recording.recorder is made[1]
    recording.stop()


def test_all_files_are_whole_before_a_session_ends() -> None:
    made = Recorders()
    recording = SessionRecording(ObserverList(), lambda _event: None, lambda _since: None)
    for _ in range(2):
        recording.start("lab-01", 0, lambda: None, made)
        made[-1].whole.clear()
        recording.stop()
    made[1].whole.set()
    waited = threading.Thread(target=recording.wait)
    waited.start()
    waited.join(0.2)
    assert waited.is_alive(), "the first recording's file is not whole yet"
    made[0].whole.set()
    waited.join(60)
    assert not waited.is_alive()


def test_a_recording_is_since_its_first_packet() -> None:
    told: list[RecordingStatus] = []
    recording = SessionRecording(ObserverList(), lambda _event: None, told.append)
    recorder = recording.start("lab-01", 0, lambda: None, Recorder)
    assert isinstance(recorder, Recorder)
    assert told[-1].waits
    recorder.request.began(1000.0)
    assert told[-1] == RecordingStatus(1000.0)
    recording.stop()
    recorder.request.began(2000.0)
    recording.wait()
    assert told[-1] == NOT_RECORDED
