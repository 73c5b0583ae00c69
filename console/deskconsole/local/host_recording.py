"""Records a host for a command, in the session that a running console has with it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deskconsole.app.results import RecordResult
from deskconsole.app.waiting import require_seen
from deskconsole.common.errors import Cancelled, ConfigurationError, ConsoleNotRunning, StreamError
from deskconsole.recording.new_file import record_into
from deskconsole.session.session import Session
from deskconsole.session.session_recording import PacketRecorder, RecordingRequest
from deskconsole.session.state import SETTLED

from .messages import RecordHost

_TICK: Final = 0.25


def record(session: Session, request: RecordHost, waiting: Callable[[], None]) -> RecordResult:
    """Records for so long from the first picture on, until the command leaves, or the console ends it.

    Raises ConfigurationError where the host is recorded already or there can be no file, what ended the
    session, and StreamError where no picture came.
    """
    file = Path(request.file)
    made: list[PacketRecorder] = []

    def make(its: RecordingRequest) -> PacketRecorder:
        made.append(record_into(file)(its))
        return made[0]

    recorder = session.record(make)
    if not made:  # another command may have named the same file
        raise ConfigurationError(
            f"{session.name} is being recorded already, in {recorder.file}",
            remedy=f"End it by `deskconsole record {session.name} --end` (f9 in the console), or give --own.",
        )
    end = math.inf
    try:
        while session.recording.recorder is recorder and time.monotonic() < end:
            if recorder.packets and end == math.inf and request.seconds is not None:
                end = time.monotonic() + request.seconds
            if not recorder.packets:
                require_seen(session)
            session.wait_for(lambda one: one.state in SETTLED, min(_TICK, max(0.0, end - time.monotonic())))
            waiting()
    except (Cancelled, ConsoleNotRunning):
        if not recorder.packets:
            raise
    finally:
        session.recording.stop(recorder)
        session.recording.wait()
    if recorder.failure is None and session.failure is not None:
        raise session.failure
    return _result(session, recorder)


def end_recording(session: Session) -> RecordResult:
    """Ends the recording that runs, of a person or of another command, and waits for its file.

    Raises ConfigurationError where there is none, RecordingError where the file took no more, and StreamError
    where no picture came.
    """
    recorder = session.recording.recorder
    if recorder is None:
        raise ConfigurationError(
            f"{session.name} is not being recorded",
            remedy=f"Begin with `deskconsole record {session.name} FILE`, or with f9 in the console.",
        )
    session.recording.stop(recorder)
    session.recording.wait()
    return _result(session, recorder)


def _result(session: Session, recorder: PacketRecorder) -> RecordResult:
    """The recording that has ended. Raises why there is none, or only a part."""
    if recorder.failure is not None:
        raise recorder.failure
    if not recorder.packets:
        raise StreamError(f"the recording of {session.name} ended before a picture came", remedy="Try again.")
    return RecordResult(session.name, str(recorder.file), recorder.seconds, recorder.packets, recorder.size)
