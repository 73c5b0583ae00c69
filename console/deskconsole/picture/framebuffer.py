"""The console's pixels of one desktop, in memory that another process can map by its path.

It knows nothing of encodings or windows: decoders write into views of it, the viewer's process reads it.

The path is that of a file, and on Windows the name of memory that the system frees with its last user: a file
there could not be deleted while anybody maps it, so each change of size left a picture behind.
"""

from __future__ import annotations

import contextlib
import functools
import mmap
import os
import secrets
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskconsole.common.errors import ConfigurationError
from deskwire.digest import framebuffer_digest
from deskwire.errors import RemoteProtocolError
from deskwire.geometry import Rectangle
from deskwire.limits import size_fault

if sys.platform != "win32":
    import fcntl

_PREFIX = "deskconsole-"
_SUFFIX = ".bgr"
_YOUNG = 60.0
"""Seconds in which a file is left alone even without a lock: its owner may be about to take it."""


def shared_folders() -> list[Path]:
    """Folders for framebuffers, best first: memory if the system offers it as files, then disk."""
    folders = [Path(tempfile.gettempdir())]
    memory = Path("/dev/shm")  # noqa: S108  # names are random and the file is made with mode 0600
    if memory.is_dir() and os.access(memory, os.W_OK | os.X_OK):
        folders.insert(0, memory)
    return folders


def sweep(folder: Path) -> int:
    """Removes the files of consoles that were killed, and returns how many.

    A living console holds a lock on its file, which the system lets go with the process. Process numbers
    would not do: containers may share /dev/shm, but not their process numbers.
    """
    removed = 0
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime < _YOUNG:
                continue
            if sys.platform != "win32":  # no files are made there
                descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
                finally:
                    os.close(descriptor)
                removed += 1
    return removed


@functools.cache
def _sweep_once(folder: Path) -> None:
    """Sweeps once a process: each of a hundred framebuffers would look at the files of all others."""
    sweep(folder)


if sys.platform == "win32":

    class _SharedMemory:
        """Memory of a fixed size under a name; it goes with the last process that maps it."""

        def __init__(self, size: int, folders: list[Path]) -> None:  # noqa: ARG002  # no file is made
            self.path = Path(f"{_PREFIX}{secrets.token_hex(16)}")
            try:
                self.map = mmap.mmap(-1, size, tagname=str(self.path))
            except OSError as fault:
                raise _no_room(size, [str(fault)], "Close other programs.") from fault

        def close(self) -> None:
            """Lets go of it. What somebody still looks at goes with the last view of it."""
            with contextlib.suppress(BufferError):
                self.map.close()

    def _map(path: Path, size: int) -> mmap.mmap:
        return mmap.mmap(-1, size, tagname=str(path), access=mmap.ACCESS_READ)

else:

    class _SharedMemory:
        """A file of a fixed size, made for its owner only, mapped, locked while it lives."""

        def __init__(self, size: int, folders: list[Path]) -> None:
            faults = []
            for folder in folders:
                try:
                    self._open(size, folder)
                except OSError as fault:
                    faults.append(f"{folder}: {fault.strerror}")
                else:
                    return
            raise _no_room(size, faults, "Free some space there, or set TMPDIR to a folder with room.")

        def _open(self, size: int, folder: Path) -> None:
            descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
            self.path = Path(name)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Without this a full /dev/shm (64 MB in a container) is a SIGBUS at the first write.
                os.posix_fallocate(descriptor, 0, size)
                self.map = mmap.mmap(descriptor, size)
            except OSError:
                os.close(descriptor)
                self.path.unlink(missing_ok=True)
                raise
            self._descriptor = descriptor

        def close(self) -> None:
            """Unlinks the file. Memory that somebody still looks at goes with the last view of it."""
            with contextlib.suppress(BufferError):
                self.map.close()
            os.close(self._descriptor)
            self.path.unlink(missing_ok=True)

    def _map(path: Path, size: int) -> mmap.mmap:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)


def _no_room(size: int, faults: list[str], remedy: str) -> ConfigurationError:
    return ConfigurationError(
        f"there is no room for a picture of {size // 1_000_000} MB ({'; '.join(faults)})", remedy=remedy
    )


def map_shared(path: Path, width: int, height: int) -> NDArray[np.uint8]:
    """The picture of another process, (height, width, 3), not to be written.

    Raises FileNotFoundError, ValueError where that process has a newer one already; Windows shows black then.
    """
    return np.frombuffer(_map(path, width * height * 3), np.uint8).reshape(height, width, 3)


class Shared(NamedTuple):
    """All that another process needs to map the picture."""

    path: Path
    width: int
    height: int
    generation: int


class Framebuffer:
    """Pixels of one desktop: (height, width, 3) uint8, blue, green, red, rows top down.

    Empty until the first `reset`. One thread writes, each packet under `drawing`; others may read, and see a
    picture half way between two packets, but not with `copy`. Views handed out stay valid after `reset` and
    `close`, they only stop changing.
    """

    def __init__(self) -> None:
        self._file: _SharedMemory | None = None
        self._pixels: NDArray[np.uint8] | None = None
        self.drawing = threading.Lock()
        """Lock that is held while a packet is drawn."""
        self.generation = 0
        """Counts the files: another number means another size, and another `path`."""
        self.shared: Shared | None = None
        """The file as another process maps it, swapped whole: safe to read beside the writing thread."""
        self._folders = shared_folders()
        for folder in self._folders:
            _sweep_once(folder)

    def reset(self, width: int, height: int) -> None:
        """Makes room for a desktop of this size: black where it is new, untouched where the size stays.

        Raises RemoteProtocolError for a size over the wire's limits, ConfigurationError where neither
        memory nor disk has room; the old picture stays then.
        """
        fault = size_fault(width, height)
        if fault is not None:
            raise RemoteProtocolError(f"the host announces {fault}")
        if self.size == (width, height):
            return
        old, file = self._file, _SharedMemory(width * height * 3, self._folders)
        self.generation += 1
        self._pixels = np.frombuffer(file.map, np.uint8).reshape(height, width, 3)
        self._file = file
        self.shared = Shared(file.path, width, height, self.generation)
        if old is not None:
            old.close()

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, or None before the first `reset` and after `close`."""
        if self._pixels is None:
            return None
        height, width, _ = self._pixels.shape
        return width, height

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The whole picture, writable."""
        if self._pixels is None:
            raise RemoteProtocolError("the host sent an update before the first refresh")
        return self._pixels

    def copy(self) -> NDArray[np.uint8] | None:
        """The whole picture as it is between two packets; None where it is empty."""
        with self.drawing:
            return None if self._pixels is None else self._pixels.copy()

    @property
    def path(self) -> Path:
        """The file, or its name: width * height * 3 bytes, nothing else. Valid until the next `reset` or
        `close`."""
        if self._file is None:
            raise ValueError("an empty framebuffer has no file")
        return self._file.path

    def view(self, rectangle: Rectangle) -> NDArray[np.uint8]:
        """The part of the picture under `rectangle`, writable.

        Raises RemoteProtocolError where it is empty or not wholly inside.
        """
        pixels = self.pixels
        height, width, _ = pixels.shape
        x, y, w, h = rectangle
        if w < 1 or h < 1 or x < 0 or y < 0 or x + w > width or y + h > height:
            raise RemoteProtocolError(
                f"a rectangle of {w} x {h} at {x}, {y} is not inside {width} x {height}"
            )
        return pixels[y : y + h, x : x + w]

    def digest(self) -> bytes:
        """The wire's digest of the picture, 16 bytes."""
        pixels = self.pixels
        height, width, _ = pixels.shape
        return framebuffer_digest(width, height, pixels.data)

    def close(self) -> None:
        """Gives up the picture and its file; `reset` may begin again."""
        self.shared = None
        self._pixels = None
        if self._file is not None:
            self._file.close()
            self._file = None
