"""Records sessions: into a file, or the last minutes until they are wanted."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deskconsole.common.errors import ConfigurationError, DeskconsoleError, RecordingError
from deskconsole.common.kept_file import unused
from deskconsole.common.signals import take_interrupt
from deskconsole.recording.chunk import SECOND
from deskconsole.recording.new_file import record_into, recording_file
from deskconsole.recording.recorder import Recorder
from deskconsole.recording.ring import KeptRing, RecordingRing
from deskconsole.recording.writer import RecordingWriter
from deskconsole.session.session import Session
from deskconsole.session.session_recording import PacketRecorder, RecordingRequest

from .waiting import raise_failure, settled, wait_for, wait_for_picture

_SEGMENTS: Final = 10
"""Refreshes in the last minutes, where anything changes: a tenth more than wanted is kept at most."""
_LEAST_SEGMENT, _MOST_SEGMENT = 2.0, 60.0
"""Seconds between two of them."""

_TICK: Final = 0.25
"""Seconds between two questions whether the last minutes are wanted."""


def record_session(session: Session, file: Path, seconds: float | None) -> PacketRecorder:
    """Records from the first picture on for so long; None: until Ctrl+C.

    Raises what kept the picture away or ended the session, and RecordingError where the file took no more.
    """
    recorder = session.record(record_into(file))
    try:
        try:
            wait_for_picture(session)
            wait_for([session], lambda one: settled(one) or recorder.failure is not None, seconds)
        except KeyboardInterrupt:
            if seconds is not None or not recorder.packets:
                raise
            take_interrupt()
        raise_failure(session)
    finally:
        session.recording.stop()
        session.recording.wait()
    if recorder.failure is not None:
        raise recorder.failure
    return recorder


def record_ring(
    session: Session,
    output: Path,
    span: float,
    seconds: float | None,
    *,
    wanted: Callable[[], bool],
    kept: Callable[[KeptRing], None],
    failed: Callable[[DeskconsoleError], None],
) -> None:
    """Keeps the last `span` seconds in memory, and writes them when they are `wanted` and at the end.

    That is after `seconds`, or at Ctrl+C.

    `output`: a file, of which later ones get a number, or a folder, in which each is named by host and time.
    `wanted` is asked four times a second, `kept` gets what was written, `failed` the reason why something
    could not be: it may be wanted again. Raises as `record_session` does.
    """
    # Minutes later is too late to hear that there can be no such file.
    RecordingWriter(recording_file(output, session.name)).discard()
    rings: list[RecordingRing] = []

    def make(request: RecordingRequest) -> Recorder:
        rings.append(RecordingRing(output, span, request.want_refresh))
        every = min(_MOST_SEGMENT, max(_LEAST_SEGMENT, span / _SEGMENTS))
        return Recorder(rings[0], request, refresh_every=every)

    recorder = session.record(make)
    (ring,) = rings

    def save(*, last: bool = False) -> None:
        file = unused(recording_file(output, session.name))
        if (made := ring.save(file, round(recorder.seconds * SECOND), keep_part=last)) is not None:
            kept(made)

    end = math.inf
    try:
        wait_for_picture(session)
        end = math.inf if seconds is None else time.monotonic() + seconds
        while not wait_for([session], settled, min(_TICK, max(0.0, end - time.monotonic()))):
            if wanted():
                try:
                    save()
                except (ConfigurationError, RecordingError) as error:
                    failed(error)
            if time.monotonic() >= end:
                break
    except KeyboardInterrupt:
        if not recorder.packets:
            raise
        take_interrupt()
    finally:
        session.recording.stop()
        session.recording.wait()
        save(last=True)
    raise_failure(session)
