"""Plays a recording in a window, or reads it to its end."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deskconsole.common.errors import ConfigurationError
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.picture.image_file import keep_image
from deskconsole.recording.chunk import SECOND, ChunkKind
from deskconsole.recording.play_clock import PlayClock
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader
from deskconsole.viewer.keys import PlayKey
from deskconsole.viewer.messages import SaveWish
from deskconsole.viewer.process import Viewer
from deskwire.geometry import Rectangle

from .results import PlayResult

_TICK: Final = 0.25
"""Seconds of one wait at most: the title tells the time."""

_JUMP: Final = 10 * SECOND
"""A key goes so far back or ahead."""


def check_recording(file: Path) -> PlayResult:
    """Draws all of a recording without a window. Raises what a reader and a player raise."""
    with contextlib.closing(RecordingReader(file)) as reader, contextlib.closing(Framebuffer()) as picture:
        counts = dict.fromkeys(ChunkKind, 0)
        place, _ = reader.refresh_before(0)
        for chunk in reader.chunks(place):
            counts[chunk.kind] += 1
        player = RecordingPlayer(reader, picture)
        player.advance(reader.duration)
        width, height = picture.size or (0, 0)
        facts = reader.facts
        refreshes = counts[ChunkKind.REFRESH]
        return PlayResult(
            file=str(file),
            host=facts.host,
            display=facts.display,
            began=facts.began,
            seconds=reader.seconds,
            packets=refreshes + counts[ChunkKind.UPDATE],
            refreshes=refreshes,
            width=width,
            height=height,
            digest=picture.digest().hex(),
            fault=reader.fault,
        )


def play_recording(file: Path, *, begin: float, speed: float, fullscreen: bool, pictures: Path) -> str:
    """Shows it until the window is closed; returns what is wrong with the file, or an empty string.

    `pictures`: the folder in which a key saves the picture.
    """
    with contextlib.closing(RecordingReader(file)) as reader, contextlib.closing(Framebuffer()) as picture:
        player = RecordingPlayer(reader, picture)
        player.seek(round(begin * SECOND))
        # None: the window is closed.
        keys: queue.SimpleQueue[PlayKey | SaveWish | None] = queue.SimpleQueue()
        window = Viewer(
            reader.facts.host,
            picture,
            lambda _why: keys.put(None),
            fullscreen=fullscreen,
            on_save=lambda: keys.put(SaveWish()),
            on_play=keys.put,
        )

        def save() -> None:
            at = reader.facts.began + player.at / SECOND
            try:
                window.say(f"saved {keep_image(pictures, reader.facts.host, at, picture.pixels)}")
            except ConfigurationError as error:
                window.say(f"the picture is not saved: {error}")

        with contextlib.closing(window):
            _PlayWindow(player, reader.duration, window, speed, save).run(keys)
        return reader.fault


class _PlayWindow:
    """Shows a player's picture in a window, and does what its keys say."""

    def __init__(
        self,
        player: RecordingPlayer,
        duration: int,
        window: Viewer,
        speed: float,
        save: Callable[[], None],
    ) -> None:
        self._save = save
        self._player = player
        self._duration = duration
        self._window = window
        self._clock = PlayClock(player.at, duration, speed, time.monotonic())
        self._packets = 0
        self._told = ""

    def run(self, keys: queue.SimpleQueue[PlayKey | SaveWish | None]) -> None:
        """Returns when the window is closed."""
        while True:
            self._draw(self._player.advance(self._clock.at(time.monotonic())))
            self._tell()
            due = self._player.due
            wait = _TICK if due is None else min(_TICK, self._clock.wait(due, time.monotonic()))
            with contextlib.suppress(queue.Empty):
                if (key := keys.get(timeout=wait)) is None:
                    return
                if isinstance(key, SaveWish):
                    self._save()
                else:
                    self._press(key)

    def _press(self, key: PlayKey) -> None:
        clock, now = self._clock, time.monotonic()
        match key:
            case PlayKey.PAUSE:
                clock.pause(now, on=not clock.paused)
                self._window.say("playing" if not clock.paused else "paused; space plays on")
            case PlayKey.STEP:
                clock.pause(now, on=True)
                self._draw(self._player.step())
                clock.jump(self._player.at, now)
            case PlayKey.BACK | PlayKey.AHEAD:
                self._seek(clock.at(now) + (_JUMP if key is PlayKey.AHEAD else -_JUMP))
            case PlayKey.BEGIN:
                self._seek(0)
            case PlayKey.END:
                self._seek(self._duration)
            case PlayKey.SLOWER | PlayKey.FASTER:
                clock.change_speed(2 if key is PlayKey.FASTER else 1 / 2, now)
                self._window.say(f"{clock.speed:g} times as fast")

    def _seek(self, at: int) -> None:
        self._player.seek(at)
        self._clock.jump(self._player.at, time.monotonic())
        self._draw(None)

    def _draw(self, changed: list[Rectangle] | None) -> None:
        """Has the window draw what changed; None: all of it, which may have another size."""
        if changed is None:
            self._window.resized()
            changed = [Rectangle(0, 0, *self._player.size)]
        if changed:
            self._packets += 1
            self._window.damaged(self._packets, changed)

    def _tell(self) -> None:
        seconds, state = self._player.at // SECOND, self._player.state
        word = f"recording {_moment(seconds)} of {_moment(self._duration // SECOND)}"
        if self._told != f"{word} {state}":
            self._told = f"{word} {state}"
            self._window.state(word, stale=not state.live, why=state.why)


def _moment(seconds: int) -> str:
    """`1:02:03`, or `2:03` below an hour."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
