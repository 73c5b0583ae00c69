"""Reads a recording: one that was cut or damaged up to that place, and nothing of it is trusted."""

from __future__ import annotations

import bisect
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from deskconsole.common.errors import ConfigurationError, RecordingError

from .chunk import (
    CHUNK_HEAD,
    HEAD,
    INDEX_ENTRY,
    INDEX_PLACE,
    MAGIC,
    SECOND,
    VERSION,
    Chunk,
    ChunkHead,
    ChunkKind,
    RecordingFacts,
    add_refresh,
)

_END_SIZE = CHUNK_HEAD.size + INDEX_PLACE.size


class RecordingReader:
    """The chunks of a file, from any refresh on. Used from one thread only.

    Raises ConfigurationError where the file cannot be read, RecordingError where it is no recording.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
            self._size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise ConfigurationError(f"cannot read {path}: {error.strerror}") from None
        try:
            self._first = self._check_head()
            self.facts = self._facts()
            self.fault = ""
            """The damage of the file, and from where on; empty where all of it can be played."""
            self._refreshes, self.duration = self._index() or self._scan()
        except Exception:
            self._file.close()
            raise
        if not self._refreshes:
            self._file.close()
            raise RecordingError(f"{path} has no picture: it was cut before the first one came")

    @property
    def seconds(self) -> float:
        """The length, in seconds."""
        return self.duration / SECOND

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def refresh_before(self, at: int) -> tuple[int, int]:
        """The place and the time of the last refresh at or before `at` microseconds, else of the first."""
        found = bisect.bisect_right(self._refreshes, at, key=lambda refresh: refresh[1])
        return self._refreshes[max(0, found - 1)]

    def chunks(self, place: int) -> Iterator[Chunk]:
        """The chunks from that place of the file on, up to the end or to what is damaged (see `fault`)."""
        at = 0
        while True:
            head = self._head(place)
            if head is None:
                self._damaged(place, at)
                return
            body = self._read(place + CHUNK_HEAD.size, head.size)
            if not head.matches(body) or head.at < at:
                self._damaged(place, at)
                return
            if head.kind in {ChunkKind.INDEX, ChunkKind.END}:
                return
            at = head.at
            yield Chunk(head.kind, head.at, body)
            place += CHUNK_HEAD.size + head.size

    def _check_head(self) -> int:
        """The place of the first chunk."""
        head = self._read(0, HEAD.size)
        if len(head) < HEAD.size or not head.startswith(MAGIC):
            raise RecordingError(
                f"{self._path} is no recording of deskconsole", remedy="`deskconsole record` makes them."
            )
        _, version = HEAD.unpack(head)
        if version != VERSION:
            raise RecordingError(
                f"{self._path} is a recording of version {version}, and this console plays version {VERSION}",
                remedy="Play it with the deskconsole that made it, or a newer one.",
            )
        return HEAD.size

    def _facts(self) -> RecordingFacts:
        head = self._head(self._first)
        body = b"" if head is None else self._read(self._first + CHUNK_HEAD.size, head.size)
        try:
            if head is None or head.kind is not ChunkKind.FACTS or not head.matches(body):
                raise msgspec.DecodeError
            return msgspec.json.decode(body, type=RecordingFacts)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise RecordingError(f"{self._path} is damaged from its beginning on") from None

    def _index(self) -> tuple[list[tuple[int, int]], int] | None:
        """Refreshes and duration as the file's end tells them; None where it has none that is right."""
        end = self._whole(self._size - _END_SIZE, ChunkKind.END)
        if end is None or len(end.body) != INDEX_PLACE.size:
            return None
        (place,) = INDEX_PLACE.unpack(end.body)
        index = self._whole(place, ChunkKind.INDEX)
        if index is None or len(index.body) % INDEX_ENTRY.size:
            return None
        found = list(INDEX_ENTRY.iter_unpack(index.body))
        if found != sorted(found) or any(one[0] >= place for one in found):
            return None
        return found, end.at

    def _scan(self) -> tuple[list[tuple[int, int]], int]:
        """Refreshes and duration of a recording without an index, from the heads of its chunks."""
        place, at = self._first, 0
        found: list[tuple[int, int]] = []
        while (head := self._head(place)) is not None:
            after = place + CHUNK_HEAD.size + head.size
            if after > self._size or head.at < at:
                break
            at = head.at
            if head.kind is ChunkKind.REFRESH:
                add_refresh(found, place, at)
            place = after
        self._damaged(place, at)
        return found, at

    def _damaged(self, place: int, at: int) -> None:
        head = self._head(place)
        end = place + CHUNK_HEAD.size + (0 if head is None else head.size)
        if end > self._size:
            self.fault = f"{self._path} was cut at {at / SECOND:.1f} s"
        else:
            self.fault = f"{self._path} is damaged from {at / SECOND:.1f} s on"

    def _whole(self, place: int, kind: ChunkKind) -> Chunk | None:
        head = self._head(place) if place >= self._first else None
        if head is None or head.kind is not kind:
            return None
        body = self._read(place + CHUNK_HEAD.size, head.size)
        return Chunk(kind, head.at, body) if head.matches(body) else None

    def _head(self, place: int) -> ChunkHead | None:
        return ChunkHead.read(self._read(place, CHUNK_HEAD.size))

    def _read(self, place: int, size: int) -> bytes:
        # The size of a damaged head may be more than there is.
        if place > self._size:
            return b""
        try:
            self._file.seek(place)
            return self._file.read(min(size, self._size - place))
        except OSError as error:
            raise RecordingError(f"cannot read {self._path}: {error.strerror}") from None
