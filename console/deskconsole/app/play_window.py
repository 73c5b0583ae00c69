"""Plays a recording in a window: draws what is due, tells where it is, and does what its keys say."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable
from typing import Final

from deskconsole.common.figures import moment
from deskconsole.recording.chunk import SECOND
from deskconsole.recording.play_clock import PlayClock
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader
from deskconsole.viewer.keys import PlayKey
from deskconsole.viewer.messages import SaveWish
from deskconsole.viewer.process import Viewer
from deskwire.geometry import Rectangle

_TICK: Final = 0.25
"""Seconds of one wait at most: the title tells the time."""

_STEP: Final = 0.04
"""Seconds of drawing after which it is shown, though more is due."""

_JUMP: Final = 10 * SECOND
"""A key goes so far back or ahead."""

_SHOWN: Final = 4.0
"""Seconds after a key in which a line tells where it is."""

_BAR: Final = 20
"""Characters of the line that tells how far it has come."""

Keys = queue.SimpleQueue[PlayKey | SaveWish | None]
"""Keys of the window; None: it is closed."""


class PlayWindow:
    """Shows a player's picture in a window, from where the player is. `save` saves the picture."""

    def __init__(
        self,
        player: RecordingPlayer,
        reader: RecordingReader,
        window: Viewer,
        speed: float,
        save: Callable[[], None],
    ) -> None:
        self._player = player
        self._duration = reader.duration
        self._began = reader.facts.began
        self._window = window
        self._save = save
        self._clock = PlayClock(player.at, reader.duration, speed, time.monotonic())
        self._packets = 0
        self._told = ""
        self._bar_until = 0.0
        self._bar = ""
        """The line that is shown about where it is."""

    def run(self, keys: Keys) -> None:
        """Returns when the window is closed."""
        while True:
            self.draw()
            if not self.wait(keys):
                return

    def draw(self) -> None:
        """Draws all that is due now."""
        wanted = self._clock.at(time.monotonic())
        self._show(self._player.advance(wanted, within=_STEP))
        if (
            self._player.at < wanted
        ):  # Such a stream cannot be drawn so fast here: rather slower than in jumps.
            self._clock.jump(self._player.at, time.monotonic())
        seconds, state = self._player.at // SECOND, self._player.state
        word = f"recording {_clock_text(seconds)} of {_clock_text(self._duration // SECOND)}"
        if self._told != f"{word} {state}":
            self._told = f"{word} {state}"
            self._window.state(f"{word} ({self._time})", stale=not state.live, why=state.why, at=self._at)
        bar = self._line() if time.monotonic() < self._bar_until else ""
        if bar != self._bar:
            self._bar = bar
            self._window.play_place(bar)

    def wait(self, keys: Keys) -> bool:
        """Waits until more is due, and does what a key says; False when the window is closed."""
        due = self._player.due
        wait = _TICK if due is None else min(_TICK, self._clock.wait(due, time.monotonic()))
        with contextlib.suppress(queue.Empty):
            key = keys.get(timeout=wait)
            if key is None:
                return False
            if isinstance(key, SaveWish):
                self._save()
            else:
                self._press(key)
                self._bar_until = time.monotonic() + _SHOWN
        return True

    @property
    def _at(self) -> float:
        """Unix time of the moment that is shown."""
        return self._began + self._player.at / SECOND

    @property
    def _time(self) -> str:
        return moment(self._at, seconds=True)

    def _press(self, key: PlayKey) -> None:
        clock, now = self._clock, time.monotonic()
        match key:
            case PlayKey.PAUSE:
                clock.pause(now, on=not clock.paused)
            case PlayKey.STEP:
                clock.pause(now, on=True)
                self._show(self._player.step())
                clock.jump(self._player.at, now)
            case PlayKey.STEP_BACK:
                clock.pause(now, on=True)
                self._seek(self._player.changed_at - 1)
            case PlayKey.BACK | PlayKey.AHEAD:
                self._seek(clock.at(now) + (_JUMP if key is PlayKey.AHEAD else -_JUMP))
            case PlayKey.BEGIN:
                self._seek(0)
            case PlayKey.END:
                self._seek(self._duration)
            case PlayKey.SLOWER | PlayKey.FASTER:
                clock.change_speed(2 if key is PlayKey.FASTER else 1 / 2, now)

    def _line(self) -> str:
        """Tells where it is, and how fast it goes."""
        done = round(_BAR * self._player.at / self._duration) if self._duration else _BAR
        place = _clock_text(self._player.at // SECOND), _clock_text(self._duration // SECOND)
        speed = "paused" if self._clock.paused else f"{self._clock.speed:g} x"
        bar = "=" * done + "-" * (_BAR - done)
        return f"{place[0]}  {bar}  {place[1]}    {self._time}    {speed}"

    def _seek(self, at: int) -> None:
        self._player.seek(at)
        self._clock.jump(self._player.at, time.monotonic())
        self._show(None)

    def _show(self, changed: list[Rectangle] | None) -> None:
        """Tells the window to draw what changed; None: all of the picture, whose size may be another."""
        if changed is None:
            self._window.resized()
            changed = [Rectangle(0, 0, *self._player.size)]
        if changed:
            self._packets += 1
            self._window.damaged(self._packets, changed)


def _clock_text(seconds: int) -> str:
    """`1:02:03`, or `2:03` below an hour."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
