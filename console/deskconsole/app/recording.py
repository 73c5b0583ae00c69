"""Records sessions: into a file, or the last minutes until they are wanted."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deskconsole.common.errors import ConfigurationError, DeskconsoleError, RecordingError
from deskconsole.common.signals import take_interrupt
from deskconsole.recording.last_minutes import LastMinutesRecorder
from deskconsole.recording.new_file import record_into
from deskconsole.session.events import LastMinutesSaved
from deskconsole.session.session import Session
from deskconsole.session.session_recording import PacketRecorder, RecordingRequest

from .results import RecordResult
from .waiting import raise_failure, settled, wait_for, wait_for_picture

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
    kept: Callable[[RecordResult], None],
    failed: Callable[[DeskconsoleError], None],
) -> None:
    """Keeps the last `span` seconds in memory, and writes them when they are `wanted` and at the end.

    That is after `seconds`, or at Ctrl+C. `output` as for LastMinutesRecorder. `wanted` is asked four times a
    second, `kept` gets what was written, `failed` the reason why something could not be: it may be wanted
    again. Raises as `record_session` does.
    """
    recorder = keep_last_minutes(session, output, span)

    def save(*, last: bool = False) -> None:
        if (made := save_last_minutes(session, recorder, last=last)) is not None:
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
        session.last_minutes.stop()
        session.last_minutes.wait()
        save(last=True)
    raise_failure(session)


def keep_last_minutes(session: Session, output: Path, span: float) -> LastMinutesRecorder:
    """Begins to keep the last `span` seconds; `output` as for LastMinutesRecorder.

    Raises ConfigurationError where they are kept already or there can be no such file.
    """
    made: list[LastMinutesRecorder] = []

    def make(request: RecordingRequest) -> LastMinutesRecorder:
        made.append(LastMinutesRecorder(output, span, request))
        return made[0]

    session.keep_last_minutes(make)
    if not made:
        raise ConfigurationError(
            f"the last minutes of {session.name} are kept already, for another command",
            remedy="End that command, or give --own.",
        )
    return made[0]


def save_last_minutes(
    session: Session, recorder: LastMinutesRecorder, *, last: bool = False
) -> RecordResult | None:
    """Writes what `recorder` keeps into a new file; None where nothing has come yet. Raises as it does."""
    made = recorder.save(last=last)
    if made is None:
        return None
    file = str(made.file)
    session.note(LastMinutesSaved(host=session.name, file=file, seconds=made.seconds, size=made.size))
    return RecordResult(session.name, file, made.seconds, made.packets, made.size)
