"""The recording of a session: begun and ended when asked, ended too where no more can be kept."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from deskconsole.common.errors import DeskconsoleError

from .events import Event, Failure, RecordingEnded, RecordingStarted
from .link_observer import LinkObserver
from .observer_list import ObserverList


class PacketRecorder(LinkObserver):
    """Keeps what a link brings, see `deskconsole.recording.recorder`."""

    file: Path
    """The file that is written."""
    packets: int
    """Packets so far."""
    failure: DeskconsoleError | None
    """The error that ended the recording."""

    @property
    def seconds(self) -> float:
        """The length until now."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """Bytes in the file."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends the recording and waits for its file. Raises the error that ended it before."""
        raise NotImplementedError


class RecordingRequest(NamedTuple):
    """The session as a recorder has to know it."""

    host: str
    display: int
    want_refresh: Callable[[], None]
    """Asks the host for a refresh."""
    failed: Callable[[], None]
    """Takes the news that no more can be written; the recorder calls it once, from any thread."""


MakeRecorder = Callable[[RecordingRequest], PacketRecorder]
"""Makes a recorder. Raises ConfigurationError where there can be no file."""


class SessionRecording:
    """Holds at most one recording of one session. Any thread may use it; only `wait` blocks.

    `tell` gets the events, `changed` the Unix time at which a recording began, None when it ended.
    """

    def __init__(
        self,
        observers: ObserverList,
        tell: Callable[[Event], None],
        changed: Callable[[float | None], None],
    ) -> None:
        self._observers = observers
        self._tell = tell
        self._changed = changed
        self._lock = threading.Lock()
        self._host = ""
        self._closing: threading.Thread | None = None
        self.recorder: PacketRecorder | None = None
        """The recorder that runs."""

    def start(
        self, host: str, display: int, want_refresh: Callable[[], None], make: MakeRecorder
    ) -> PacketRecorder:
        """Begins, unless a recording runs already; returns what runs. Raises what `make` raises."""
        with self._lock:
            if self.recorder is not None:
                return self.recorder
            recorder = make(RecordingRequest(host, display, want_refresh, self.stop))
            self._host, self.recorder = host, recorder
            self._observers.add(recorder)
        self._changed(time.time())
        if self.recorder is not recorder:  # ended meanwhile, and perhaps told before
            self._changed(None)
        self._tell(RecordingStarted(host=host, file=str(recorder.file)))
        return recorder

    def stop(self) -> None:
        """Ends the recording, if there is one; its file is whole after `wait`."""
        with self._lock:
            recorder, self.recorder = self.recorder, None
            if recorder is None:
                return
            self._observers.remove(recorder)
            # A slow disk may take a while for what waits.
            self._closing = threading.Thread(
                target=self._close, args=(recorder,), name=f"end of a recording of {self._host}"
            )
            self._closing.start()
        self._changed(None)

    def wait(self) -> None:
        """Returns when the file of the last recording is whole."""
        if self._closing is not None:
            self._closing.join()

    def _close(self, recorder: PacketRecorder) -> None:
        with contextlib.suppress(DeskconsoleError):  # the recorder knows it
            recorder.close()
        failure = None if recorder.failure is None else Failure.of(recorder.failure)
        file = str(recorder.file) if recorder.packets else ""
        self._tell(
            RecordingEnded(
                host=self._host, file=file, seconds=recorder.seconds, size=recorder.size, failure=failure
            )
        )
