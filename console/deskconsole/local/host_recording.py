"""Records a host for a command, in the session that a running console has with it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from deskconsole.app.recording import keep_last_minutes, save_last_minutes
from deskconsole.app.results import RecordResult
from deskconsole.app.waiting import require_seen
from deskconsole.common.errors import Cancelled, ConfigurationError, ConsoleNotRunning, StreamError
from deskconsole.recording.last_minutes import LastMinutesRecorder
from deskconsole.recording.new_file import record_into
from deskconsole.session.session import Session
from deskconsole.session.session_recording import PacketRecorder, RecordingRequest, SessionRecording
from deskconsole.session.state import SETTLED

from .messages import FailureReply, HostAnswer, KeepLastMinutes, RecordHost

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
        raise _recorded_already(session, recorder)
    _wait_for_end(session, session.recording, recorder, request.seconds, waiting)
    if recorder.failure is None and session.failure is not None:
        raise session.failure
    return _result(session, recorder)


def keep(session: Session, request: KeepLastMinutes, waiting: Callable[[], None]) -> HostAnswer:
    """Keeps the last minutes as `record` records, and writes them at the end. Raises as that does."""
    recorder = keep_last_minutes(session, Path(request.file), request.span)
    try:
        _wait_for_end(session, session.last_minutes, recorder, request.seconds, waiting)
    finally:
        made = save_last_minutes(session, recorder, last=True)
    if made is None:
        raise session.failure or _no_picture_came(session)
    failure = None if session.failure is None else FailureReply.of(session.failure)
    return HostAnswer(msgspec.json.encode(made), failure=failure)


def save(session: Session) -> RecordResult | None:
    """Writes the last minutes that are kept now; None where no picture has come yet.

    Raises ConfigurationError where none are kept, and as LastMinutesRecorder does.
    """
    recorder = session.last_minutes.recorder
    if not isinstance(recorder, LastMinutesRecorder):
        raise ConfigurationError(f"the last minutes of {session.name} are not being kept")
    return save_last_minutes(session, recorder)


def begin_recording(session: Session, start: Callable[[], None]) -> RecordResult:
    """Begins a recording as the console does, by `start`; what there is of it now.

    Raises ConfigurationError where the host is recorded already or there can be no file, and StreamError
    where its screen cannot be seen.
    """
    if (recorder := session.recording.recorder) is not None:
        raise _recorded_already(session, recorder)
    require_seen(session)
    start()
    recorder = session.recording.recorder
    if recorder is None:  # a person may have ended it
        raise _no_picture_came(session)
    return RecordResult(session.name, str(recorder.file), recorder.seconds, recorder.packets, recorder.size)


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


def _wait_for_end(
    session: Session,
    recording: SessionRecording,
    recorder: PacketRecorder,
    seconds: float | None,
    waiting: Callable[[], None],
) -> None:
    """Returns so long after the first picture, when the command has left, or when the console ended it.

    Raises what `waiting` raises, and StreamError, where no picture came.
    """
    end = math.inf
    try:
        while recording.recorder is recorder and time.monotonic() < end:
            if recorder.packets and end == math.inf and seconds is not None:
                end = time.monotonic() + seconds
            if not recorder.packets:
                require_seen(session)
            session.wait_for(lambda one: one.state in SETTLED, min(_TICK, max(0.0, end - time.monotonic())))
            waiting()
    except (Cancelled, ConsoleNotRunning):
        if not recorder.packets:
            raise
    finally:
        recording.stop(recorder)
        recording.wait()


def _result(session: Session, recorder: PacketRecorder) -> RecordResult:
    """The recording that has ended. Raises why there is none, or only a part."""
    if recorder.failure is not None:
        raise recorder.failure
    if not recorder.packets:
        raise _no_picture_came(session)
    return RecordResult(session.name, str(recorder.file), recorder.seconds, recorder.packets, recorder.size)


def _no_picture_came(session: Session) -> StreamError:
    return StreamError(f"the recording of {session.name} ended before a picture came", remedy="Try again.")


def _recorded_already(session: Session, recorder: PacketRecorder) -> ConfigurationError:
    return ConfigurationError(
        f"{session.name} is being recorded already, in {recorder.file}",
        remedy=f"End it by `deskconsole record {session.name} --end` (f9 in the console), or give --own.",
    )
