"""Records a session until the time is over or the user says so."""

from __future__ import annotations

import time
from importlib.metadata import version
from pathlib import Path

from deskconsole.recording.chunk import RecordingFacts
from deskconsole.recording.recorder import Recorder
from deskconsole.recording.writer import RecordingWriter
from deskconsole.session.session import Session

from .waiting import raise_failure, settled, wait_for, wait_for_picture


def record_session(session: Session, file: Path, display: int, seconds: float | None) -> Recorder:
    """Records from the first picture on for so long; None: until Ctrl+C.

    Raises what kept the picture away or ended the session, and RecordingError where the file took no more.
    """
    facts = RecordingFacts(session.name, display, time.time(), f"deskconsole {version('deskconsole')}")
    recorder = Recorder(RecordingWriter(file, facts), session.name, session.request_refresh)
    try:
        session.observe(recorder)
        session.request_refresh()
        try:
            wait_for_picture(session)
            wait_for([session], lambda one: settled(one) or recorder.failure is not None, seconds)
        except KeyboardInterrupt:
            if seconds is not None or not recorder.packets:
                raise
        raise_failure(session)
    finally:
        session.forget(recorder)
        recorder.close()
    return recorder
