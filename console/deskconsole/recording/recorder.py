"""Records a link: what comes is put into a queue, and a separate thread writes it, so that no link waits."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

import msgspec

from deskconsole.common.errors import RecordingError
from deskconsole.session.host_screen import no_picture
from deskconsole.session.session_recording import PacketRecorder, RecordingRequest
from deskwire.messages import Screen, ScreenState
from deskwire.packet import INFO, Packet, encode_packet

from .chunk import SECOND, Chunk, ChunkKind, PictureState, RecordingFacts

_MOST_WAITING: Final = 256 * 1024 * 1024
"""Bytes that may wait for a slow disk."""

_SEEK_COST: Final = 0.25
"""Seconds that a seek may take until the picture is there: what it takes to draw all since a refresh."""
_SLICE_COST: Final = 0.0003
_PIXEL_COST: Final = 4e-9
"""Seconds to draw a slice, and each of its pixels: measured at 1920 x 1080."""

_LONGEST_HOST: Final = 256
_LONGEST_WHY: Final = 500
"""Characters of a host's name, and of why a picture is old: some of that are the host's own words."""

_REFRESH_SHARE: Final = 0.1
"""Share of the stream's bytes that refreshes for seeking may take."""


_Body = bytes | Packet | RecordingFacts
"""The body of a chunk as it waits to be written."""


class ChunkStore(Protocol):
    """Keeps chunks: a file, or memory. Used from one thread only; raises RecordingError if it cannot."""

    path: Path
    """The file that is written, or that will be."""

    @property
    def size(self) -> int: ...

    def begin(self, facts: RecordingFacts) -> None: ...

    def write(self, chunk: Chunk) -> None: ...

    def close(self, at: int) -> None: ...

    def discard(self) -> None: ...


class Recorder(PacketRecorder):
    """Keeps each packet from the first refresh on, and asks for a refresh when seeking would take long.

    `refresh_every`: seconds after which it asks for one anyway, if something has changed. Beside the stream
    it costs the packing of each packet and a checksum: 0.1 ms for 100 kB.
    """

    def __init__(
        self,
        store: ChunkStore,
        request: RecordingRequest,
        *,
        refresh_every: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._host = request.host
        self._display = request.display
        self._want_refresh = request.want_refresh
        self._failed = request.failed
        self._told_begin = request.began
        self._refresh_every = refresh_every
        self._clock = clock
        self.file = store.path
        self._began: float | None = None
        self._ended: float | None = None
        self._queue: queue.SimpleQueue[tuple[ChunkKind, int, bytes | Packet | RecordingFacts]] = (
            queue.SimpleQueue()
        )
        self._lock = threading.Lock()
        self._waiting = 0
        self._live = True
        self._cost = 0.0
        """Seconds to draw what came since the last refresh."""
        self._since = self._refresh_size = 0
        """Bytes since the last refresh, and of that refresh."""
        self._refresh_due = math.inf
        self.failure: RecordingError | None = None
        """The error that ended the recording; what came before it is kept."""
        self.packets = 0
        self._thread = threading.Thread(target=self._run, name=f"recorder of {request.host}", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """The length until now, in seconds; 0 before the first picture."""
        if self._began is None:
            return 0.0
        return (self._ended or self._clock()) - self._began

    @property
    def size(self) -> int:
        return self._store.size

    def close(self) -> None:
        """Writes what waits and the index; without any picture there is no file.

        Raises the RecordingError that ended the recording before.
        """
        self._ended = self._clock()
        self._queue.put((ChunkKind.END, self._now(), b""))
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    # A LinkObserver

    def arrived(self, packet: Packet) -> None:
        if self._began is None:
            if not packet.refresh:
                return
            self._began = self._clock()
            program = f"deskconsole {version('deskconsole')}"
            at = time.time()
            self._put(ChunkKind.FACTS, RecordingFacts(self._host[:_LONGEST_HOST], self._display, at, program))
            self._told_begin(at)
        self._set_live(live=True)
        size = sum(INFO.size + len(one.body) for one in packet.slices)
        self._put(ChunkKind.REFRESH if packet.refresh else ChunkKind.UPDATE, packet, size)
        self.packets += 1
        now = self._clock()
        if packet.refresh:
            self._cost, self._since, self._refresh_size = 0.0, 0, size
            self._refresh_due = now + self._refresh_every
            return
        area = sum(one.rectangle.area for one in packet.slices)
        self._cost += _SLICE_COST * len(packet.slices) + _PIXEL_COST * area
        self._since += size
        long_to_draw = self._cost > _SEEK_COST and self._refresh_size < _REFRESH_SHARE * self._since
        if long_to_draw or now >= self._refresh_due:
            self._cost, self._refresh_due = 0.0, now + self._refresh_every  # asked once
            self._want_refresh()

    def screen(self, screen: Screen) -> None:
        if screen.state is not ScreenState.LIVE:
            self._set_live(live=False, why=no_picture(self._host, screen.state.value, screen.reason))
        else:
            self._set_live(live=True)

    def silent(self, stale: bool) -> None:
        self._set_live(live=not stale, why="the agent is silent" if stale else "")

    def ended(self) -> None:
        self._set_live(live=False, why="the link ended")

    def _set_live(self, *, live: bool, why: str = "") -> None:
        if self._began is not None and live != self._live:
            self._live = live
            self._put(ChunkKind.STATE, msgspec.json.encode(PictureState(live, why[:_LONGEST_WHY])))

    def _put(self, kind: ChunkKind, body: _Body, size: int = 0) -> None:
        if self.failure is not None:
            return
        with self._lock:
            self._waiting += size
            waiting = self._waiting
        if waiting > _MOST_WAITING:
            self._fail(
                RecordingError(
                    f"the recording ended at {self.seconds:.0f} s: the disk is too slow for it",
                    remedy="Name a file on a faster disk; what was recorded can be played.",
                )
            )
            return
        self._queue.put((kind, self._now(), body))

    def _fail(self, error: RecordingError) -> None:
        if self.failure is None:
            self.failure = error
            self._failed()

    def _now(self) -> int:
        return round(self.seconds * SECOND)

    # The thread

    def _run(self) -> None:
        try:
            while (entry := self._queue.get())[0] is not ChunkKind.END:
                self._write(*entry)
            if self._began is None:
                self._store.discard()
            else:
                self._store.close(entry[1])
        except RecordingError as error:
            self._fail(error)

    def _write(self, kind: ChunkKind, at: int, body: _Body) -> None:
        if isinstance(body, RecordingFacts):
            self._store.begin(body)
            return
        if isinstance(body, Packet):
            with self._lock:
                self._waiting -= sum(INFO.size + len(one.body) for one in body.slices)
            body = encode_packet(body._replace(identity=None))
        self._store.write(Chunk(kind, at, body))
