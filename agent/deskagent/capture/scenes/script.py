"""The scripts of the synthetic desktop: which windows stand where, and what moves when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from deskagent.pixels import Bgr
from deskwire.geometry import Rectangle
from deskwire.limits import size_fault

from .desk_state import DeskRoom
from .wallpaper import BAR_HEIGHT
from .windows import draw_editor, draw_film, draw_log, draw_note


class ScenePlace(NamedTuple):
    """A window's place, in thousandths of the desktop above the task bar."""

    x: int
    y: int
    width: int
    height: int
    shift: tuple[int, int] = (0, 0)
    """Pixels to the right and down by which a person dragged it."""

    def pixels(self, width: int, height: int) -> Rectangle:
        """The window's place on a desktop of this size; never smaller than a window can be drawn."""
        height = max(1, height - BAR_HEIGHT)
        size = max(64, self.width * width // 1000), max(64, self.height * height // 1000)
        right, down = self.shift
        return Rectangle(self.x * width // 1000 + right, self.y * height // 1000 + down, *size)


class Act(NamedTuple):
    """A window and the times at which it lives: for `seconds` from `begin`, once every cycle."""

    draw: Callable[[Bgr, int, float, ScenePlace], None]
    place: ScenePlace
    begin: float = 0
    seconds: float = 0
    """0: it stands still for ever."""

    @property
    def wanders(self) -> bool:
        """The window itself moves."""
        return self.draw is _note

    def time(self, t: float, cycle: float) -> float:
        """Its own time: how long it has lived so far."""
        whole, phase = divmod(t, cycle)
        return whole * self.seconds + min(max(phase - self.begin, 0.0), self.seconds)


class Script(NamedTuple):
    """The acts from the window at the back to the one in front."""

    acts: tuple[Act, ...]
    cycle: float = 3600
    """Seconds after which all begins again, each window from where it stood."""
    seconds: bool = False
    """The clock shows them."""

    def room(self, width: int, height: int) -> DeskRoom:
        """Returns what people find on a desktop of this size."""
        windows = tuple(None if act.wanders else act.place.pixels(width, height) for act in self.acts)
        return DeskRoom(windows, _NOTEPAD.pixels(width, height), width, max(1, height - BAR_HEIGHT))


def _pixels(frame: Bgr, place: ScenePlace) -> Rectangle:
    return place.pixels(frame.shape[1], frame.shape[0])


def _editor(frame: Bgr, seed: int, t: float, place: ScenePlace) -> None:
    draw_editor(frame, seed, t, *_pixels(frame, place))


def _log(frame: Bgr, seed: int, t: float, place: ScenePlace) -> None:
    draw_log(frame, seed, t, *_pixels(frame, place))


def _film(frame: Bgr, seed: int, t: float, place: ScenePlace) -> None:
    draw_film(frame, seed, t, *_pixels(frame, place))


def _note(frame: Bgr, seed: int, t: float, place: ScenePlace) -> None:
    _, _, width, height = _pixels(frame, place)
    draw_note(frame, seed, t, (frame.shape[1], frame.shape[0] - BAR_HEIGHT), width, height)


_NOTEPAD: Final = ScenePlace(590, 330, 380, 480)
"""The place of the window that people can use, where there is one."""

_ALWAYS: Final = 3600.0
_LEFT: Final = ScenePlace(40, 60, 520, 780)
_RIGHT: Final = ScenePlace(420, 140, 540, 800)
_WIDE: Final = ScenePlace(120, 60, 700, 860)
_CARD: Final = ScenePlace(0, 0, 480, 640)
_CINEMA: Final = ScenePlace(200, 80, 640, 740)

SCRIPTS: Final[dict[str, Script]] = {
    "typing": Script((Act(_log, _RIGHT), Act(_editor, _LEFT, 0, _ALWAYS))),
    "scroll": Script((Act(_editor, _LEFT), Act(_log, _WIDE, 0, _ALWAYS))),
    "drag": Script((Act(_note, _CARD, 0, _ALWAYS),)),
    "motion": Script((Act(_editor, _LEFT), Act(_film, _CINEMA, 0, _ALWAYS))),
    "still": Script((Act(_log, _RIGHT), Act(_editor, _LEFT))),
    "office": Script((Act(_log, _RIGHT, 10, 5), Act(_editor, _LEFT, 0, 10)), cycle=24),
    "studio": Script((Act(_film, _CINEMA, 0, 8), Act(_note, _CARD, 10, 6)), cycle=20),
    "quiet": Script((Act(_log, _RIGHT), Act(_editor, _LEFT, 12, 1)), cycle=20, seconds=True),
}
"""Single activities first, then temperaments that mix them."""


def find_script(scene: str, width: int, height: int) -> Script:
    """The script of a scene on a desktop of this size. Raises ValueError for one that does not exist."""
    script = SCRIPTS.get(scene)
    if script is None:
        raise ValueError(f"there is no scene {scene!r}, only {', '.join(SCRIPTS)}")
    if (fault := size_fault(width, height)) is not None:
        raise ValueError(fault)
    return script
