"""Finds what changed between two pictures on disk: `deskconsole diff`. It knows nothing of hosts or
streams."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from deskconsole.common.errors import ConfigurationError
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.viewer.process import Viewer
from deskwire.geometry import Rectangle
from deskwire.limits import size_fault

_GREEN = (0, 255, 0)
_LINE = 2
"""Pixels."""

_NEAR = 8
"""Pixels: changes closer together than this are one area, or every letter would get a box of its own."""


@dataclass(frozen=True, slots=True)
class DifferenceReport:
    """The result of a comparison."""

    areas: int
    changed_pixels: int
    width: int
    height: int
    rectangles: tuple[Rectangle, ...]


def changed_pixels(
    previous: NDArray[np.uint8], current: NDArray[np.uint8], threshold: int
) -> NDArray[np.bool_]:
    """Finds where any channel of two (height, width, 3) pictures differs by more than `threshold` (0 to 255).

    Channels, not grey values: black to pure blue is a difference of 29 in grey and of 255 in blue.
    """
    if previous.shape != current.shape:
        raise ConfigurationError(
            f"the pictures have different sizes: {previous.shape[1]} x {previous.shape[0]} and "
            f"{current.shape[1]} x {current.shape[0]}",
            remedy="Compare two pictures of the same screen.",
        )
    difference = cv2.absdiff(previous, current)
    return np.asarray(difference.max(axis=2) > threshold, np.bool_)


def mark_differences(
    previous: NDArray[np.uint8], current: NDArray[np.uint8], threshold: int = 0
) -> tuple[NDArray[np.uint8], list[Rectangle]]:
    """A copy of `current`, in its colours, with a green rectangle around every changed area.

    Both are (height, width, 3) uint8 BGR of the same size, else ConfigurationError. The rectangles hold
    every changed pixel and come top down, then left to right.
    """
    changed = changed_pixels(previous, current, threshold).astype(np.uint8)
    around = cv2.dilate(changed, np.ones((_NEAR + 1, _NEAR + 1), np.uint8))
    count, labels, found, _ = cv2.connectedComponentsWithStats(around, connectivity=8)
    rectangles = []
    for label in range(1, count):
        x, y, width, height = (int(value) for value in found[label, :4])
        part = changed[y : y + height, x : x + width] * (labels[y : y + height, x : x + width] == label)
        left, top, wide, high = cv2.boundingRect(part.astype(np.uint8))
        rectangles.append(Rectangle(x + left, y + top, wide, high))
    rectangles.sort(key=lambda r: (r.y, r.x))
    marked = current.copy()
    for x, y, width, height in rectangles:
        # around the area, not on it, where the picture's edge leaves room
        corner, opposite = (x - _LINE, y - _LINE), (x + width + _LINE - 1, y + height + _LINE - 1)
        cv2.rectangle(marked, corner, opposite, _GREEN, _LINE)
    return marked, rectangles


def run(
    previous_path: Path,
    current_path: Path,
    output_path: Path,
    threshold: int = 0,
    show: bool = False,  # as the command line has it
) -> DifferenceReport:
    """Compares two files, writes the marked picture, and with `show` waits until its window is closed.

    Raises ConfigurationError for pictures that cannot be read, compared or written, ViewerError where
    there is no display to show one on.
    """
    if not 0 <= threshold <= 255:
        raise ConfigurationError(f"the threshold is {threshold}, and must be 0 to 255")
    previous, current = _read(previous_path), _read(current_path)
    marked, rectangles = mark_differences(previous, current, threshold)
    _write(output_path, marked)
    if show:
        _show(output_path.name, marked)
    height, width, _ = current.shape
    changed = int(np.count_nonzero(changed_pixels(previous, current, threshold)))
    return DifferenceReport(len(rectangles), changed, width, height, tuple(rectangles))


def _read(path: Path) -> NDArray[np.uint8]:
    """Reads a picture by its bytes: cv2.imread takes no path outside the code page on Windows, and says
    nothing."""
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as fault:
        raise ConfigurationError(f"{path} cannot be read: {fault.strerror or fault}") from fault
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except cv2.error:
        picture = None
    if picture is None:
        raise ConfigurationError(
            f"{path} is not a picture that can be read", remedy="Give a PNG or JPEG file that is whole."
        )
    return np.asarray(picture, np.uint8)


def _write(path: Path, picture: NDArray[np.uint8]) -> None:
    try:
        _, data = cv2.imencode(path.suffix or "-", picture)
    except cv2.error as fault:
        raise ConfigurationError(
            f"{path} has no ending that says which kind of picture it is to be",
            remedy="Give a name such as marked.png.",
        ) from fault
    try:
        path.write_bytes(data.tobytes())
    except OSError as fault:
        raise ConfigurationError(f"{path} cannot be written: {fault.strerror or fault}") from fault


def _show(name: str, picture: NDArray[np.uint8]) -> None:
    height, width, _ = picture.shape
    fault = size_fault(width, height)
    if fault is not None:
        raise ConfigurationError(f"{name} is {fault}: it cannot be shown")
    closed = threading.Event()
    framebuffer = Framebuffer()
    try:
        framebuffer.reset(width, height)
        framebuffer.pixels[:] = picture
        viewer = Viewer(name, framebuffer, lambda _: closed.set())
        try:
            viewer.state("differences", stale=False)
            closed.wait()
        finally:
            viewer.close()
    finally:
        framebuffer.close()
