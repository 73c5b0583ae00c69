"""Writes a recording: chunks one after the other, the index at the end. What is written stays playable."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Final

import msgspec

from deskconsole.common.errors import ConfigurationError, RecordingError

from .chunk import (
    HEAD,
    INDEX_ENTRY,
    INDEX_PLACE,
    MAGIC,
    SECOND,
    VERSION,
    Chunk,
    ChunkKind,
    RecordingFacts,
    add_refresh,
    encode_chunk,
)

_FLUSH: Final = 1.0
"""Seconds after which what was recorded is in the file, though the console is killed."""


class RecordingWriter:
    """Makes a new file at `path`, for its owner only. Used from one thread only; `begin` comes first."""

    def __init__(self, path: Path) -> None:
        """Raises ConfigurationError where there is such a file, or none can be made."""
        try:
            descriptor = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
            )
        except FileExistsError:
            raise ConfigurationError(
                f"{path} exists, and a recording overwrites nothing", remedy="Give another name."
            ) from None
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}") from None
        self.path = path
        self._file = os.fdopen(descriptor, "wb")
        self._refreshes: list[tuple[int, int]] = []
        self._place = 0
        self._flushed = time.monotonic()
        self.duration = 0
        """The time of the last chunk, in microseconds."""

    def begin(self, facts: RecordingFacts) -> None:
        """Writes the head. Raises RecordingError as `write` does."""
        self._put(HEAD.pack(MAGIC, VERSION))
        self.write(Chunk(ChunkKind.FACTS, 0, msgspec.json.encode(facts)))

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._place

    def write(self, chunk: Chunk) -> None:
        """Appends a chunk. Raises RecordingError where the disk does not take it."""
        if chunk.kind is ChunkKind.REFRESH:
            add_refresh(self._refreshes, self._place, chunk.at)
        self._put(encode_chunk(chunk))
        self.duration = chunk.at

    def close(self, at: int) -> None:
        """Writes the index and closes; the recording ends at `at` microseconds.

        Raises RecordingError where that fails: the file plays without it.
        """
        self.duration = max(at, self.duration)
        place = self._place
        index = b"".join(INDEX_ENTRY.pack(*entry) for entry in self._refreshes)
        try:
            self._put(
                encode_chunk(Chunk(ChunkKind.INDEX, self.duration, index))
                + encode_chunk(Chunk(ChunkKind.END, self.duration, INDEX_PLACE.pack(place)))
            )
            self._file.close()
        except OSError as error:
            raise self._failed(error) from error
        finally:
            with contextlib.suppress(OSError):
                self._file.close()

    def discard(self) -> None:
        """Closes the file and removes it: nothing was recorded."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def _put(self, data: bytes) -> None:
        try:
            self._file.write(data)
            if (now := time.monotonic()) - self._flushed >= _FLUSH:
                self._flushed = now
                self._file.flush()
        except OSError as error:
            raise self._failed(error) from error
        self._place += len(data)

    def _failed(self, error: OSError) -> RecordingError:
        # Half a chunk may be in the file: a reader stops before it. That may be the first picture.
        kept = "; what was recorded can be played" if self.duration else ""
        return RecordingError(
            f"the recording ended at {self.duration / SECOND:.0f} s: "
            f"cannot write {self.path}: {error.strerror}",
            remedy=f"Make room on that disk, or name a file on another one{kept}.",
        )
