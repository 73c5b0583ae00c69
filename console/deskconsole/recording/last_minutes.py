"""Keeps the last minutes of a link in memory, and writes them into files when they are wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from deskconsole.common.kept_file import unused
from deskconsole.session.session_recording import RecordingRequest

from .chunk import SECOND
from .new_file import recording_file
from .recorder import Recorder
from .ring import KeptRing, RecordingRing
from .writer import RecordingWriter

_SEGMENTS: Final = 10
"""Refreshes in the last minutes, where anything changes: a tenth more than wanted is kept at most."""
_LEAST_SEGMENT, _MOST_SEGMENT = 2.0, 60.0
"""Seconds between two of them."""


class LastMinutesRecorder(Recorder):
    """Keeps the last `span` seconds.

    `output`: a file, of which later ones get a number, or a folder, in which each is named by host and time.
    Raises ConfigurationError where there can be no such file.
    """

    def __init__(self, output: Path, span: float, request: RecordingRequest) -> None:
        # Minutes later is too late to hear that.
        RecordingWriter(recording_file(output, request.host)).discard()
        self.span = span
        self._output = output
        self._ring = RecordingRing(output, span, request.want_refresh)
        every = min(_MOST_SEGMENT, max(_LEAST_SEGMENT, span / _SEGMENTS))
        super().__init__(self._ring, request, refresh_every=every)

    def save(self, *, last: bool = False) -> KeptRing | None:
        """Writes them into a new file; None where nothing has come yet. From any thread.

        Raises ConfigurationError where there can be no file, and RecordingError on a full disk: the `last`
        time the part that it took is kept.
        """
        file = unused(recording_file(self._output, self._host))
        return self._ring.save(file, round(self.seconds * SECOND), keep_part=last)
