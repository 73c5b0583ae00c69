"""A desktop that no machine has: for the demo, the tests and the benchmarks. Not a screen.

What it shows is a pure function of scene, seed, time and size, and of what people did to it, so that a test
or a benchmark sees the same pixels everywhere and always.
"""

from __future__ import annotations

import math
import time
import uuid
from typing import TYPE_CHECKING, Final

from deskagent.pixels import Pixels
from deskwire.geometry import Display, Rectangle

from .scenes.actions import TimedAction
from .scenes.desk_state import DeskRoom, DeskState
from .scenes.notepad import draw_notepad
from .scenes.script import SCRIPTS, Script, find_script
from .scenes.wallpaper import draw_clock, draw_opener, draw_sign
from .source import Grab, missing_display, whole
from .synthetic_desktop import SyntheticDesktop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SCENES: Final = tuple(SCRIPTS)
"""`typing`, `scroll`, `drag`, `motion`, `still`; and mixed over time `office`, `studio`, `quiet`."""

RATE: Final = 30
"""Pictures a second; between two of them nothing changes."""

_NAMESPACE: Final = uuid.UUID("a3b1c0de-6a0f-5b7c-8f5e-2c4d9e7b1a60")


def render(
    scene: str,
    seed: int,
    t: float,
    width: int,
    height: int,
    inputs: Sequence[TimedAction] | None = None,
) -> Pixels:
    """The desktop `t` seconds (0 or later) after its beginning, (height, width, 4), in a fresh buffer.

    With `inputs`, in the order of their times, it is one that people use: a notepad invites them, and all
    that was done up to then is to be seen. Raises ValueError for a scene or a size that does not exist.
    Measured at 1920x1080: 2 to 4 ms, with a picture in motion 8 ms; the notepad takes 0.3 ms more.
    """
    script = find_script(scene, width, height)
    if inputs is None:
        return _drawn(script, seed, t, width, height)
    room = script.room(width, height)
    state = room.replay([one.action for one in inputs if one.t <= t])
    return _drawn(script, seed, t, width, height, room, state)


def _drawn(
    script: Script,
    seed: int,
    t: float,
    width: int,
    height: int,
    room: DeskRoom | None = None,
    state: DeskState | None = None,
) -> Pixels:
    # A hair's breadth more, or 0.1 s times 30 would be a picture too early.
    t = math.floor(t * RATE + 1e-6) / RATE
    frame = script.backdrop(seed, width, height).copy()
    if room is None or state is None:
        for act in script.acts:
            act.draw(frame, seed, act.time(t, script.cycle), act.place)
    else:
        for number in state.order:
            if number == len(script.acts):
                draw_notepad(frame, room.plan(state), state.content, state.clicks, pressed=state.pressed)
            else:
                act = script.acts[number]
                place = act.place._replace(shift=state.shifts[number])
                act.draw(frame, seed, act.time(t, script.cycle), place)
        if room.opener is not None:
            draw_opener(frame)
        draw_sign(frame, state.sign)
    draw_clock(frame, t, seconds=script.seconds, colour=script.bar)
    return frame


class SyntheticGrabber:
    """A Grabber over what `render` draws, at the time that passed on `clock` since it was made."""

    def __init__(
        self,
        scene: str,
        seed: int = 0,
        width: int = 1920,
        height: int = 1080,
        clock: Callable[[], float] = time.monotonic,
        desktop: SyntheticDesktop | None = None,
        number: int = 0,
    ) -> None:
        """`desktop`, of the same scene and size, is one that people use; `number` is the display's."""
        self._screenplay = find_script(scene, width, height)
        self._desktop = desktop
        self._scene, self._seed, self._width, self._height = scene, seed, width, height
        self._clock = clock
        self._begin = clock()
        self._number = number

    def displays(self) -> list[Display]:
        """One display, which is the whole desktop too."""
        return [self._display(0), self._display(1)]

    def _display(self, number: int) -> Display:
        identity = uuid.uuid5(_NAMESPACE, f"{self._scene}/{self._seed}/{number}").bytes
        return Display(number, 0, 0, self._width, self._height, identity, f"synthetic {self._scene}")

    def check(self) -> None:
        """There is always a picture of a display that there is."""
        if self._number > 1:
            raise missing_display(self._number, 1)

    def next(self, timeout: float) -> Sequence[Rectangle] | None:  # noqa: ARG002
        """There may always be something new, anywhere."""
        return None

    def grab(self, region: Rectangle | None = None) -> Grab:  # noqa: ARG002
        """All of the picture of now."""
        self.check()
        t = max(0.0, self._clock() - self._begin)
        room = state = None
        if self._desktop is not None:
            room, state = self._desktop.room, self._desktop.state
        return whole(_drawn(self._screenplay, self._seed, t, self._width, self._height, room, state))

    def close(self) -> None:
        """Nothing is held."""
