"""Writes a recording in a format that other programs show."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from deskconsole.common.errors import ConfigurationError
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.recording.chunk import SECOND
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader

from .results import ExportResult

BGR = NDArray[np.uint8]

_MOST_FRAMES: Final = 3000
"""Pictures of an animation, which is made in memory: 3000 of 1280 x 800 have 9 GB before they are encoded."""


class _Film(Protocol):
    """Takes pictures of one size, one after the other."""

    def add(self, picture: BGR) -> None: ...

    def close(self) -> None: ...


class _Video:
    """A film in VP9, which browsers and the players of Windows 10 and later show."""

    def __init__(self, path: Path, size: tuple[int, int], rate: float) -> None:
        self._writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"VP90"), rate, size)
        if not self._writer.isOpened():
            raise ConfigurationError(
                f"cannot write {path}", remedy="Name a file in a folder that you may write."
            )

    def add(self, picture: BGR) -> None:
        self._writer.write(picture)

    def close(self) -> None:
        self._writer.release()


class _Animation:
    """A GIF or a WebP that moves."""

    def __init__(self, path: Path, size: tuple[int, int], rate: float) -> None:  # noqa: ARG002
        self._path = path
        self._pause = round(1000 / rate)
        self._frames: list[BGR] = []
        self._pauses: list[int] = []

    def add(self, picture: BGR) -> None:
        if self._frames and np.array_equal(self._frames[-1], picture):
            self._pauses[-1] += self._pause
            return
        if len(self._frames) >= _MOST_FRAMES:
            raise ConfigurationError(
                f"an animation has at most {_MOST_FRAMES} pictures",
                remedy="Make an .mp4, or take fewer with --rate.",
            )
        self._frames.append(picture.copy())
        self._pauses.append(self._pause)

    def close(self) -> None:
        animation = cv2.Animation()
        animation.frames = self._frames
        animation.durations = self._pauses
        if self._frames and not cv2.imwriteanimation(str(self._path), animation):
            raise ConfigurationError(f"cannot write {self._path}")


class _Pictures:
    """A folder of PNG files, numbered."""

    def __init__(self, path: Path, size: tuple[int, int], rate: float) -> None:  # noqa: ARG002
        try:
            path.mkdir(parents=True)
        except OSError as error:
            raise ConfigurationError(f"cannot make the folder {path}: {error.strerror}") from None
        self._path = path
        self._number = 0

    def add(self, picture: BGR) -> None:
        self._number += 1
        file = self._path / f"{self._number:06}.png"
        try:
            file.write_bytes(bytes(cv2.imencode(".png", picture)[1]))
        except OSError as error:
            raise ConfigurationError(f"cannot write {file}: {error.strerror}") from None

    def close(self) -> None:
        """Does nothing: each file is closed."""


_FILMS: Final[Mapping[str, Callable[[Path, tuple[int, int], float], _Film]]] = MappingProxyType(
    {".mp4": _Video, ".gif": _Animation, ".webp": _Animation, "": _Pictures}
)


def export_recording(file: Path, output: Path, rate: float) -> ExportResult:
    """Writes `rate` pictures for each second. A picture of another size than the first is fitted into that.

    Raises ConfigurationError where `output` cannot be written, and what a reader and a player raise.
    """
    make = _FILMS.get(output.suffix.lower())
    if make is None:
        raise ConfigurationError(
            f"{output} has an unsupported file type", remedy="Give .mp4, .gif or .webp, or a folder's name."
        )
    if output.exists():
        raise ConfigurationError(f"{output} exists", remedy="Give another name.")
    with contextlib.closing(RecordingReader(file)) as reader, contextlib.closing(Framebuffer()) as picture:
        player = RecordingPlayer(reader, picture)
        width, height = player.size
        # Some encoders take even sizes only.
        size = (width - width % 2, height - height % 2)
        with contextlib.closing(make(output, size, rate)) as film:
            frames = 0
            for at in _moments(reader.duration, rate):
                player.advance(at)
                film.add(_fitted(picture.pixels, size))
                frames += 1
        return ExportResult(str(output), reader.seconds, frames, *size, reader.fault)


def _moments(duration: int, rate: float) -> Iterator[int]:
    step = SECOND / rate
    return (round(number * step) for number in range(int(duration / step) + 1))


def _fitted(pixels: BGR, size: tuple[int, int]) -> BGR:
    width, height = size
    if pixels.shape[1] - width in {0, 1} and pixels.shape[0] - height in {0, 1}:
        return np.ascontiguousarray(pixels[:height, :width])
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    inner = (max(1, int(pixels.shape[1] * scale)), max(1, int(pixels.shape[0] * scale)))
    whole = np.zeros((height, width, 3), np.uint8)
    whole[: inner[1], : inner[0]] = cv2.resize(pixels, inner, interpolation=cv2.INTER_AREA)
    return whole
