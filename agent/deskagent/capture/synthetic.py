"""A desktop that no machine has: for the demo, the tests and the benchmarks. Not a screen.

What it shows is a pure function of scene, seed, time and size, so that a test or a benchmark sees
the same pixels everywhere and always.
"""

from __future__ import annotations

import math
import time
import uuid
from typing import TYPE_CHECKING, Final

from deskagent.pixels import Pixels
from deskwire.geometry import Display, Rectangle
from deskwire.limits import size_fault

from .scenes.script import SCRIPTS
from .scenes.wallpaper import backdrop, draw_clock
from .source import Grab, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SCENES: Final = tuple(SCRIPTS)
"""`typing`, `scroll`, `drag`, `motion`, `still`; and mixed over time `office`, `studio`, `quiet`."""

RATE: Final = 30
"""Pictures a second; between two of them nothing changes."""

_NAMESPACE: Final = uuid.UUID("a3b1c0de-6a0f-5b7c-8f5e-2c4d9e7b1a60")


def render(scene: str, seed: int, t: float, width: int, height: int) -> Pixels:
    """The desktop `t` seconds (0 or later) after its beginning, (height, width, 4), in a fresh buffer.

    Raises ValueError for a scene or a size that does not exist. Measured at 1920x1080: 2 to 4 ms,
    with a picture in motion 8 ms.
    """
    script = SCRIPTS.get(scene)
    if script is None:
        raise ValueError(f"there is no scene {scene!r}, only {', '.join(SCENES)}")
    if (fault := size_fault(width, height)) is not None:
        raise ValueError(fault)
    # A hair's breadth more, or 0.1 s times 30 would be a picture too early.
    t = math.floor(t * RATE + 1e-6) / RATE
    frame = backdrop(seed, width, height).copy()
    for act in script.acts:
        act.draw(frame, seed, act.time(t, script.cycle), act.place)
    draw_clock(frame, t, seconds=script.seconds)
    return frame


class SyntheticGrabber:
    """A Grabber over `render`, at the time that passed on `clock` since it was made."""

    def __init__(
        self,
        scene: str,
        seed: int = 0,
        width: int = 1920,
        height: int = 1080,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if scene not in SCRIPTS:
            raise ValueError(f"there is no scene {scene!r}, only {', '.join(SCENES)}")
        if (fault := size_fault(width, height)) is not None:
            raise ValueError(fault)
        self._scene, self._seed, self._width, self._height = scene, seed, width, height
        self._clock = clock
        self._begin = clock()

    def displays(self) -> list[Display]:
        """One display, which is the whole desktop too."""
        return [self._display(0), self._display(1)]

    def _display(self, number: int) -> Display:
        identity = uuid.uuid5(_NAMESPACE, f"{self._scene}/{self._seed}/{number}").bytes
        return Display(number, 0, 0, self._width, self._height, identity, f"synthetic {self._scene}")

    def check(self) -> None:
        """There is always a picture."""

    def next(self, timeout: float) -> Sequence[Rectangle] | None:  # noqa: ARG002
        """There may always be something new, anywhere."""
        return None

    def grab(self, region: Rectangle | None = None) -> Grab:  # noqa: ARG002
        """All of the picture of now."""
        t = max(0.0, self._clock() - self._begin)
        return whole(render(self._scene, self._seed, t, self._width, self._height))

    def close(self) -> None:
        """Nothing is held."""
