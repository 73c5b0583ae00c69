"""Records a host for a command, in the session that a running console has with it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deskconsole.app.results import RecordResult
from deskconsole.common.errors import Cancelled, ConfigurationError, StreamError
from deskconsole.recording.new_file import record_into
from deskconsole.session.host_screen import no_picture
from deskconsole.session.session import Session
from deskconsole.session.state import SETTLED
from deskwire.messages import ScreenState

from .messages import RecordHost

_TICK: Final = 0.25


def record(session: Session, request: RecordHost, waiting: Callable[[], None]) -> RecordResult:
    """Records for so long from the first picture on, until the command leaves, or the console ends it.

    Raises ConfigurationError where the host is recorded already or there can be no file, and what ended it.
    """
    file = Path(request.file)
    recorder = session.record(record_into(file))
    if recorder.file != file:
        raise ConfigurationError(
            f"{session.name} is being recorded already, in {recorder.file}",
            remedy="End that recording (f9 in the console), or give --own.",
        )
    end = math.inf
    try:
        while session.recording.recorder is recorder and time.monotonic() < end:
            if recorder.packets and end == math.inf and request.seconds is not None:
                end = time.monotonic() + request.seconds
            if not recorder.packets:
                _require_picture(session)
            session.wait_for(lambda one: one.state in SETTLED, min(_TICK, max(0.0, end - time.monotonic())))
            waiting()
    except Cancelled:
        if not recorder.packets:
            raise
    finally:
        session.recording.stop(recorder)
        session.recording.wait()
    if recorder.failure is not None:
        raise recorder.failure
    return RecordResult(session.name, str(file), recorder.seconds, recorder.packets, recorder.size)


def _require_picture(session: Session) -> None:
    """Raises StreamError where the host's screen cannot be seen."""
    snapshot = session.snapshot()
    if session.linked and snapshot.screen != ScreenState.LIVE:
        sentence = no_picture(session.name, snapshot.screen, snapshot.screen_reason)
        raise StreamError(sentence, remedy=snapshot.advice)
