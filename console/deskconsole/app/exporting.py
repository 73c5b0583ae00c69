"""Writes a recording in a format that other programs show."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.paths import is_taken
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.recording.chunk import SECOND
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader

from .results import ExportResult

if TYPE_CHECKING:
    from av import VideoFrame

BGR = NDArray[np.uint8]

_MOST_BYTES: Final = 1024**3
"""Bytes of an animation's pictures, which is made in memory: 349 of 1280 x 800."""

_MOST_FRAMES: Final = 1_000_000
"""Pictures of a film: 28 hours at ten a second. A damaged recording may tell of years."""


_ROOM: Final = "Name a file in a folder that you may write, on a disk with room."


_VP9: Final[Mapping[str, str]] = MappingProxyType(
    {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": "10", "b": "0"}
)
"""Options of the encoder: 82 pictures of 1280 x 720 took 1.9 s of CPU. "good" at speed 5 took 15 s, for the
same error."""


class _Film(Protocol):
    """Takes pictures of one size, one after the other; then it is closed, or discarded where that failed."""

    def add(self, picture: BGR) -> None: ...

    def close(self) -> None: ...

    def discard(self) -> None: ...


class _Video:
    """A film in VP9, which browsers and the players of Windows 10 and later show."""

    def __init__(self, path: Path, size: tuple[int, int], rate: float) -> None:
        import av

        self._path = path
        self._container = av.open(str(path), "w", format="mp4")
        self._stream = self._container.add_stream(
            "libvpx-vp9", rate=Fraction(rate).limit_denominator(1000), options=dict(_VP9)
        )
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"

    def add(self, picture: BGR) -> None:
        import av

        self._mux(av.VideoFrame.from_ndarray(picture, format="bgr24"))

    def _mux(self, frame: VideoFrame | None) -> None:
        """Encodes a picture; None: what the encoder still has."""
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except OSError:
            raise self._failed() from None

    def close(self) -> None:
        self._mux(None)
        try:
            self._container.close()
        except OSError:
            raise self._failed() from None

    def _failed(self) -> ConfigurationError:
        return ConfigurationError(f"cannot write {self._path}", remedy=_ROOM)

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._container.close()
        _remove(self._path)


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
        most = max(1, _MOST_BYTES // picture.nbytes)
        if len(self._frames) >= most:
            raise ConfigurationError(
                f"an animation of this size has at most {most} pictures",
                remedy="Make an .mp4, take fewer with --rate, or a part with --from and --to.",
            )
        self._frames.append(picture.copy())
        self._pauses.append(self._pause)

    def close(self) -> None:
        animation = cv2.Animation()
        animation.frames = self._frames
        animation.durations = self._pauses
        try:
            written = cv2.imwriteanimation(str(self._path), animation)
        except cv2.error:
            written = False
        if not written:
            raise ConfigurationError(f"cannot write {self._path}", remedy=_ROOM)

    def discard(self) -> None:
        self._frames.clear()
        _remove(self._path)


class _Pictures:
    """A folder of PNG files, numbered."""

    def __init__(self, path: Path, size: tuple[int, int], rate: float) -> None:  # noqa: ARG002
        try:
            path.mkdir(mode=0o700, parents=True)
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

    def discard(self) -> None:
        """Does nothing: the pictures so far are whole."""


def _remove(path: Path) -> None:
    """Removes half a film, which would be in the way of the next try."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


_FILMS: Final[Mapping[str, Callable[[Path, tuple[int, int], float], _Film]]] = MappingProxyType(
    {".mp4": _Video, ".gif": _Animation, ".webp": _Animation, "": _Pictures}
)


def export_recording(
    file: Path,
    output: Path,
    rate: float,
    *,
    begin: float = 0.0,
    end: float | None = None,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> ExportResult:
    """Writes `rate` pictures for each second. A picture of another size than the first is fitted into that.

    `begin`, `end`: seconds of the recording; None: its end. `told` gets how many pictures are made, and how
    many it will be. Raises ConfigurationError where `output` cannot be written, and what a reader and a
    player raise.
    """
    make = _FILMS.get(output.suffix.lower())
    if make is None:
        raise ConfigurationError(
            f"{output} has an unsupported file type", remedy="Give .mp4, .gif or .webp, or a folder's name."
        )
    if is_taken(output):
        raise ConfigurationError(f"{output} exists", remedy="Give another name.")
    with contextlib.closing(RecordingReader(file)) as reader, contextlib.closing(Framebuffer()) as picture:
        moments = _moments(reader, begin, end, rate)
        player = RecordingPlayer(reader, picture)
        player.seek(moments[0])
        if output.suffix:
            _make_private(output)
        width, height = player.size
        # Some encoders take even sizes only.
        size = (width - width % 2, height - height % 2)
        film = make(output, size, rate)
        frames = 0
        try:
            for at in moments:
                player.advance(at)
                film.add(_fitted(picture.pixels, size))
                frames += 1
                told(frames, len(moments))
            film.close()
        except BaseException:
            film.discard()
            raise
        seconds = (moments[-1] - moments[0]) / SECOND
        return ExportResult(str(output), seconds, frames, *size, reader.fault)


def _moments(reader: RecordingReader, begin: float, end: float | None, rate: float) -> range:
    """The times of the pictures, in microseconds."""
    last = reader.duration if end is None else min(reader.duration, round(end * SECOND))
    moments = range(round(begin * SECOND), last + 1, max(1, round(SECOND / rate)))
    if not moments:
        raise ConfigurationError(
            f"there is nothing to export from {begin:g} s on: the recording has {reader.seconds:.1f} s",
            remedy="Give an earlier --from, or a later --to.",
        )
    if len(moments) > _MOST_FRAMES:
        raise ConfigurationError(
            f"{len(moments):,} pictures are too many for a film, at most {_MOST_FRAMES:,} are made",
            remedy="Take fewer with --rate, or a part with --from and --to.",
        )
    return moments


def _make_private(file: Path) -> None:
    """Makes a file for its owner only, as a recording is; what writes the film into it keeps that."""
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise ConfigurationError(
            f"cannot write {file}: {error.strerror}", remedy="Name a file in a folder that you may write."
        ) from None


def _fitted(pixels: BGR, size: tuple[int, int]) -> BGR:
    width, height = size
    if pixels.shape[1] - width in {0, 1} and pixels.shape[0] - height in {0, 1}:
        return np.ascontiguousarray(pixels[:height, :width])
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    inner = (max(1, int(pixels.shape[1] * scale)), max(1, int(pixels.shape[0] * scale)))
    whole = np.zeros((height, width, 3), np.uint8)
    whole[: inner[1], : inner[0]] = cv2.resize(pixels, inner, interpolation=cv2.INTER_AREA)
    return whole
