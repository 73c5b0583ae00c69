"""The recording of a session: begun and ended when asked, ended too where no more can be kept."""

from __future__ import annotations

import contextlib
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from deskconsole.common.errors import DeskconsoleError

from .events import (
    Event,
    Failure,
    LastMinutesEnded,
    LastMinutesKept,
    RecordingEnded,
    RecordingStarted,
)
from .link_observer import LinkObserver
from .observer_list import ObserverList


class PacketRecorder(LinkObserver, ABC):
    """Keeps what a link brings, see `deskconsole.recording.recorder`."""

    file: Path
    """The file that is written."""
    packets: int
    """Packets so far."""
    failure: DeskconsoleError | None
    """The error that ended the recording."""
    span: float | None = None
    """The last so many seconds are kept, in memory; None: all that comes, in the file."""

    @property
    @abstractmethod
    def seconds(self) -> float:
        """The length until now."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes in the file."""

    @abstractmethod
    def close(self) -> None:
        """Ends the recording and waits for its file. Raises the error that ended it before."""


class RecordingRequest(NamedTuple):
    """The session as a recorder has to know it."""

    host: str
    display: int
    want_refresh: Callable[[], None]
    """Asks the host for a refresh."""
    failed: Callable[[], None]
    """Takes the news that no more can be written; the recorder calls it once, from any thread."""
    began: Callable[[float], None] = lambda _at: None
    """Takes the Unix time of the first packet that is kept."""


class RecordingStatus(NamedTuple):
    """The Unix time of a recording's first packet; before that came (`waits`), when it was asked for."""

    since: float | None
    """None: nothing is recorded."""
    waits: bool = False


NOT_RECORDED = RecordingStatus(None)


MakeRecorder = Callable[[RecordingRequest], PacketRecorder]
"""Makes a recorder. Raises ConfigurationError where there can be no file."""


class SessionRecording:
    """Holds at most one recording of one session. Any thread may use it; only `wait` blocks.

    `tell` gets the events, `changed` since when is recorded.
    """

    def __init__(
        self,
        observers: ObserverList,
        tell: Callable[[Event], None],
        changed: Callable[[RecordingStatus], None] = lambda _: None,
    ) -> None:
        self._observers = observers
        self._tell = tell
        self._changed = changed
        self._beginning = threading.Lock()
        """Lock that is held while a file is made: a slow disk holds up no end."""
        self._lock = threading.Lock()
        self._host = ""
        self._closing: list[threading.Thread] = []
        self.recorder: PacketRecorder | None = None
        """The recorder that runs."""

    def start(
        self, host: str, display: int, want_refresh: Callable[[], None], make: MakeRecorder
    ) -> PacketRecorder:
        """Begins, unless a recording runs already; returns what runs. Raises what `make` raises."""
        made: PacketRecorder | None = None

        def failed() -> None:
            if made is not None:
                self.stop(made)

        telling = threading.Lock()
        """Lock that lets the news of the first packet be the last word, however soon it comes."""
        begun = False

        def began(at: float) -> None:
            nonlocal begun
            with telling:
                begun = True
                if made is not None and self.recorder is made:
                    self._changed(RecordingStatus(at))
                    if self.recorder is not made:  # it was ended meanwhile, and that was told before
                        self._changed(NOT_RECORDED)

        with self._beginning:
            if (running := self.recorder) is not None:
                return running
            recorder = made = make(RecordingRequest(host, display, want_refresh, failed, began))
            self._tell(_started(host, recorder))
            with self._lock:
                self._host, self.recorder = host, recorder
                self._observers.add(recorder)
        with telling:
            if not begun:
                self._changed(RecordingStatus(time.time(), waits=True))
        if recorder.failure is not None:
            self.stop(recorder)
        if self.recorder is not recorder:  # ended meanwhile, and perhaps told before
            self._changed(NOT_RECORDED)
        return recorder

    def stop(self, only: PacketRecorder | None = None) -> None:
        """Ends the recording, if there is one; its file is whole after `wait`.

        `only`: that recording, and no other that has begun since.
        """
        with self._lock:
            recorder = self.recorder
            if recorder is None or (only is not None and only is not recorder):
                return
            self.recorder = None
            self._observers.remove(recorder)
            # A slow disk may take a while for what waits.
            closing = threading.Thread(
                target=self._close, args=(recorder, self._host), name=f"end of a recording of {self._host}"
            )
            self._closing = [*(one for one in self._closing if one.is_alive()), closing]
            closing.start()
        self._changed(NOT_RECORDED)

    def wait(self) -> None:
        """Returns when the files of all recordings that were ended are whole."""
        with self._lock:
            closing = list(self._closing)
        for thread in closing:
            thread.join()

    def _close(self, recorder: PacketRecorder, host: str) -> None:
        with contextlib.suppress(DeskconsoleError):  # the recorder knows it
            recorder.close()
        self._tell(_ended(host, recorder))


def _started(host: str, recorder: PacketRecorder) -> Event:
    if recorder.span is not None:
        return LastMinutesKept(host=host, span=recorder.span)
    return RecordingStarted(host=host, file=str(recorder.file))


def _ended(host: str, recorder: PacketRecorder) -> Event:
    if recorder.span is not None:
        return LastMinutesEnded(host=host)
    failure = None if recorder.failure is None else Failure.of(recorder.failure)
    file = str(recorder.file) if recorder.packets else ""
    return RecordingEnded(host=host, file=file, seconds=recorder.seconds, size=recorder.size, failure=failure)
