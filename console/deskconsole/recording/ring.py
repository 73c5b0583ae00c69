"""The last minutes of a stream, kept in memory until they are wanted as a recording."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from deskconsole.common.errors import RecordingError

from .chunk import SECOND, Chunk, ChunkKind, RecordingFacts
from .writer import RecordingWriter

MOST_BYTES: Final = 512 * 1024 * 1024
"""Bytes that are kept at most: half an hour of a desktop that is worked on, two minutes of a film."""


class KeptRing(NamedTuple):
    """A recording that was made of the last minutes."""

    file: Path
    seconds: float
    packets: int
    size: int


class _Segment:
    """A refresh and all that came until the next one."""

    def __init__(self, refresh: Chunk) -> None:
        self.chunks = [refresh]
        self.size = len(refresh.body)

    @property
    def at(self) -> int:
        return self.chunks[0].at


class RecordingRing:
    """Keeps the chunks of the last `seconds`, from a refresh on, or of less where they have more than `most`
    bytes.

    What is older goes as soon as a newer refresh is old enough; `want_refresh` asks for one where a stream
    without any takes too much. Written on one thread, saved from any.
    """

    def __init__(
        self, path: Path, seconds: float, want_refresh: Callable[[], None], most: int = MOST_BYTES
    ) -> None:
        self.path = path
        self._span = round(seconds * SECOND)
        self._want_refresh = want_refresh
        self._most = most
        self._lock = threading.Lock()
        self._facts: RecordingFacts | None = None
        self._segments: deque[_Segment] = deque()
        self._end = 0
        self.size = 0
        """Bytes that are kept now."""

    def begin(self, facts: RecordingFacts) -> None:
        """Takes the facts of the stream."""
        self._facts = facts

    def write(self, chunk: Chunk) -> None:
        """Keeps a chunk, and drops what is too old or too much."""
        with self._lock:
            self._end = chunk.at
            if chunk.kind is ChunkKind.REFRESH:
                self._segments.append(_Segment(chunk))
            elif self._segments:
                self._segments[-1].chunks.append(chunk)
                self._segments[-1].size += len(chunk.body)
            else:
                return  # Nothing can be drawn before the next refresh.
            self.size += len(chunk.body)
            too_much = self._drop(chunk.at)
        if too_much:
            self._want_refresh()

    def _drop(self, now: int) -> bool:
        """Drops whole segments from the oldest on; True where nothing is left for being too large."""
        while len(self._segments) > 1 and (
            self._segments[1].at <= now - self._span or self.size > self._most
        ):
            self.size -= self._segments.popleft().size
        if self.size > self._most:
            self._segments.clear()
            self.size = 0
            return True
        return False

    def close(self, at: int) -> None:
        """Says when the stream ended."""
        with self._lock:
            self._end = max(at, self._end)

    def discard(self) -> None:
        """Does nothing: there is no file."""

    def save(self, path: Path, now: int | None = None, *, keep_part: bool = False) -> KeptRing | None:
        """Writes a recording of the last minutes; None where nothing is kept yet.

        `now`: microseconds since the stream began. Raises ConfigurationError where there can be no such file,
        and RecordingError on a full disk: then there is no file, or with `keep_part` the part that it took.
        """
        with self._lock:
            end = self._end if now is None else max(now, self._end)
            chunks = [chunk for segment in self._segments for chunk in segment.chunks]
        facts = self._facts
        if not chunks or facts is None:
            return None
        # What is older than it is wanted is drawn at once: the picture of the beginning.
        begin = max(chunks[0].at, end - self._span)
        writer = RecordingWriter(path)
        try:
            writer.begin(msgspec.structs.replace(facts, began=facts.began + begin / SECOND))
            for chunk in chunks:
                writer.write(chunk._replace(at=max(0, chunk.at - begin)))
            writer.close(end - begin)
        except RecordingError as error:
            if keep_part:
                with contextlib.suppress(RecordingError):
                    writer.close(end - begin)
                raise
            writer.discard()
            why = error.__cause__.strerror if isinstance(error.__cause__, OSError) else str(error)
            raise RecordingError(
                f"the last minutes are not saved: cannot write {path}: {why}",
                remedy="Make room on that disk and ask for them again.",
            ) from error
        packets = sum(chunk.kind is not ChunkKind.STATE for chunk in chunks)
        return KeptRing(path, (end - begin) / SECOND, packets, writer.size)
