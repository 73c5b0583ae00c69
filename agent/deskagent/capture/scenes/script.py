"""The scripts of the synthetic desktop: which windows stand where, and what moves when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from deskagent.pixels import Bgr
from deskwire.geometry import Rectangle
from deskwire.limits import size_fault

from .desk_state import DeskRoom
from .letters import Colour
from .office_programs import draw_calendar, draw_course, draw_sheet
from .patterns import COPPER, HAZARD, MINT, NIGHT, ROSE, STEEL, VIOLET, Pattern
from .wallpaper import BAR, BAR_HEIGHT, backdrop, opener_place
from .windows import draw_editor, draw_film, draw_log, draw_note
from .workshop_programs import (
    draw_blueprint,
    draw_boiler,
    draw_cameras,
    draw_cinema,
    draw_store,
    draw_timeline,
)

_DrawProgram = Callable[[Bgr, int, float, int, int, int, int], None]
"""Draws a window: the frame, seed, time, then x, y, width, height."""


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


_NOTEPAD: Final = ScenePlace(590, 330, 380, 480)
"""The place of the window that people can use, where a script names no other."""


class Act(NamedTuple):
    """A window and the times at which it lives: for `seconds` from `begin`, once every cycle."""

    draw: Callable[[Bgr, int, float, ScenePlace], None]
    place: ScenePlace
    begin: float = 0
    seconds: float = 0
    """0: it stands still for ever."""

    @property
    def wanders(self) -> bool:
        """True if the window itself moves."""
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
    pattern: Pattern | None = None
    """The wallpaper; None: a landscape."""
    notepad: ScenePlace = _NOTEPAD
    """The place of the window that people can use."""
    opener: bool = False
    """That window is closed at first; a button in the task bar opens it."""

    @property
    def bar(self) -> Colour:
        """The colour of the task bar."""
        return BAR if self.pattern is None else self.pattern.bar

    def backdrop(self, seed: int, width: int, height: int) -> Bgr:
        """The wallpaper with the empty task bar; not to be written to."""
        return (backdrop if self.pattern is None else self.pattern.backdrop)(seed, width, height)

    def room(self, width: int, height: int) -> DeskRoom:
        """Returns what people find on a desktop of this size."""
        windows = tuple(None if act.wanders else act.place.pixels(width, height) for act in self.acts)
        return DeskRoom(
            windows,
            self.notepad.pixels(width, height),
            width,
            max(1, height - BAR_HEIGHT),
            opener_place(height) if self.opener else None,
        )


def _pixels(frame: Bgr, place: ScenePlace) -> Rectangle:
    return place.pixels(frame.shape[1], frame.shape[0])


def _program(draw: _DrawProgram) -> Callable[[Bgr, int, float, ScenePlace], None]:
    """Returns the drawing of a program's window in its place on the desktop."""

    def draw_there(frame: Bgr, seed: int, t: float, place: ScenePlace) -> None:
        draw(frame, seed, t, *_pixels(frame, place))

    return draw_there


def _note(frame: Bgr, seed: int, t: float, place: ScenePlace) -> None:
    _, _, width, height = _pixels(frame, place)
    draw_note(frame, seed, t, (frame.shape[1], frame.shape[0] - BAR_HEIGHT), width, height)


_editor, _log, _film = _program(draw_editor), _program(draw_log), _program(draw_film)

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
    "reception": Script((Act(_program(draw_calendar), ScenePlace(30, 50, 570, 840), 0, _ALWAYS),)),
    "editing": Script(
        (
            Act(_film, ScenePlace(40, 50, 600, 560), 0, 8),
            Act(_program(draw_timeline), ScenePlace(40, 640, 920, 300), 0, 8),
        ),
        cycle=14,
        pattern=VIOLET,
        notepad=ScenePlace(670, 50, 300, 540),
    ),
    "guard": Script(
        (Act(_program(draw_cameras), ScenePlace(20, 40, 660, 900), 0, _ALWAYS),),
        seconds=True,
        pattern=NIGHT,
        notepad=ScenePlace(700, 420, 280, 500),
    ),
    "ledger": Script(
        (Act(_program(draw_sheet), ScenePlace(20, 30, 960, 940), 0, _ALWAYS),), pattern=MINT, opener=True
    ),
    "drafting": Script(
        (Act(_program(draw_blueprint), ScenePlace(180, 40, 780, 920), 0, _ALWAYS),),
        pattern=COPPER,
        opener=True,
    ),
    "course": Script(
        (Act(_program(draw_course), ScenePlace(240, 120, 520, 760), 0, _ALWAYS),), pattern=ROSE, opener=True
    ),
    "cinema": Script(
        (Act(_program(draw_cinema), ScenePlace(0, 0, 1000, 1000), 0, _ALWAYS),), pattern=NIGHT, opener=True
    ),
    "boiler": Script(
        (Act(_program(draw_boiler), ScenePlace(60, 60, 800, 880), 0, _ALWAYS),), pattern=STEEL, opener=True
    ),
    "store": Script(
        (Act(_program(draw_store), ScenePlace(100, 80, 860, 860), 0, _ALWAYS),), pattern=HAZARD, opener=True
    ),
}
"""Single activities first, then temperaments that mix them, then the desktops of the demo's people."""


def find_script(scene: str, width: int, height: int) -> Script:
    """The script of a scene on a desktop of this size. Raises ValueError for one that does not exist."""
    script = SCRIPTS.get(scene)
    if script is None:
        raise ValueError(f"there is no scene {scene!r}, only {', '.join(SCRIPTS)}")
    if (fault := size_fault(width, height)) is not None:
        raise ValueError(fault)
    return script
