"""Records a link: what comes is put into a queue, and a separate thread writes it, so that no link waits."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec

from deskconsole.common.errors import RecordingError
from deskconsole.session.host_screen import no_picture
from deskconsole.session.link_observer import LinkObserver
from deskwire.messages import Screen, ScreenState
from deskwire.packet import INFO, Packet, encode_packet

from .chunk import SECOND, Chunk, ChunkKind, PictureState
from .writer import RecordingWriter

_MOST_WAITING: Final = 256 * 1024 * 1024
"""Bytes that may wait for a slow disk."""

_SEEK_COST: Final = 0.25
"""Seconds that a seek may take until the picture is there: what it takes to draw all since a refresh."""
_SLICE_COST: Final = 0.0003
_PIXEL_COST: Final = 4e-9
"""Seconds to draw a slice, and each of its pixels: measured at 1920 x 1080."""

_REFRESH_SHARE: Final = 0.1
"""Share of the stream's bytes that refreshes for seeking may take."""


class Recorder(LinkObserver):
    """Keeps each packet from the first refresh on. `want_refresh` is called when seeking would take long.

    Beside the stream it costs the packing of each packet and a checksum: 0.1 ms for 100 kB.
    """

    def __init__(self, writer: RecordingWriter, host: str, want_refresh: Callable[[], None]) -> None:
        self._writer = writer
        self._host = host
        self._want_refresh = want_refresh
        self._began: float | None = None
        self._ended: float | None = None
        self._queue: queue.SimpleQueue[tuple[ChunkKind, int, bytes | Packet]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._live = True
        self._cost = 0.0
        """Seconds to draw what came since the last refresh."""
        self._since = self._refresh_size = 0
        """Bytes since the last refresh, and of that refresh."""
        self.failure: RecordingError | None = None
        """The error that ended the recording; what came before it is in the file."""
        self.packets = 0
        self._thread = threading.Thread(target=self._run, name=f"recorder of {host}", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """The length until now, in seconds; 0 before the first picture."""
        if self._began is None:
            return 0.0
        return (self._ended or time.monotonic()) - self._began

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return self._writer.size

    def close(self) -> None:
        """Writes what waits and the index; without any picture there is no file.

        Raises the RecordingError that ended the recording before.
        """
        self._ended = time.monotonic()
        self._queue.put((ChunkKind.END, self._now(), b""))
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    # A LinkObserver

    def arrived(self, packet: Packet) -> None:
        if self._began is None:
            if not packet.refresh:
                return
            self._began = time.monotonic()
        self._set_live(live=True)
        size = sum(INFO.size + len(one.body) for one in packet.slices)
        self._put(ChunkKind.REFRESH if packet.refresh else ChunkKind.UPDATE, packet, size)
        self.packets += 1
        if packet.refresh:
            self._cost, self._since, self._refresh_size = 0.0, 0, size
            return
        area = sum(one.rectangle.area for one in packet.slices)
        self._cost += _SLICE_COST * len(packet.slices) + _PIXEL_COST * area
        self._since += size
        if self._cost > _SEEK_COST and self._refresh_size < _REFRESH_SHARE * self._since:
            self._cost = 0.0  # asked once
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
            self._put(ChunkKind.STATE, msgspec.json.encode(PictureState(live, why)))

    def _put(self, kind: ChunkKind, body: bytes | Packet, size: int = 0) -> None:
        if self.failure is not None:
            return
        with self._lock:
            self._waiting += size
            waiting = self._waiting
        if waiting > _MOST_WAITING:
            self.failure = RecordingError(
                f"the recording ended at {self.seconds:.0f} s: the disk is too slow for it",
                remedy="Name a file on a faster disk; what was recorded can be played.",
            )
            return
        self._queue.put((kind, self._now(), body))

    def _now(self) -> int:
        return round(self.seconds * SECOND)

    # The thread

    def _run(self) -> None:
        try:
            while (entry := self._queue.get())[0] is not ChunkKind.END:
                self._write(*entry)
            if self._began is None:
                self._writer.discard()
            else:
                self._writer.close(entry[1])
        except RecordingError as error:
            self.failure = self.failure or error

    def _write(self, kind: ChunkKind, at: int, body: bytes | Packet) -> None:
        if isinstance(body, Packet):
            with self._lock:
                self._waiting -= sum(INFO.size + len(one.body) for one in body.slices)
            body = encode_packet(body._replace(identity=None))
        self._writer.write(Chunk(kind, at, body))
