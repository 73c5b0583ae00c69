"""Plays a recording in a window, or reads it to its end."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Final

from deskconsole.common.figures import duration
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.recording.chunk import SECOND, ChunkKind
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader
from deskconsole.viewer.process import Viewer
from deskwire.geometry import Rectangle

from .results import PlayResult

_TICK: Final = 0.25
"""Seconds of one wait at most: the title tells the time."""


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


def play_recording(file: Path, *, begin: float, speed: float, fullscreen: bool) -> str:
    """Shows it until the window is closed; returns what is wrong with the file, or an empty string."""
    with contextlib.closing(RecordingReader(file)) as reader, contextlib.closing(Framebuffer()) as picture:
        player = RecordingPlayer(reader, picture)
        player.seek(round(begin * SECOND))
        closed = threading.Event()
        window = Viewer(reader.facts.host, picture, lambda _why: closed.set(), fullscreen=fullscreen)
        with contextlib.closing(window):
            _play(player, reader, window, closed, speed)
        return reader.fault


def _play(
    player: RecordingPlayer,
    reader: RecordingReader,
    window: Viewer,
    closed: threading.Event,
    speed: float,
) -> None:
    started, first, packets, told = time.monotonic(), player.at, 0, ""
    while not closed.is_set():
        now = first + round((time.monotonic() - started) * speed * SECOND)
        size = player.size
        changed = player.advance(min(now, reader.duration))
        if changed is None or changed:
            packets += 1
        if changed is None or player.size != size:
            window.resized()
            changed = [Rectangle(0, 0, *player.size)]
        if changed:
            window.damaged(packets, changed)
        word = f"recording {duration(player.at / SECOND)} of {duration(reader.seconds)}"
        if word != told:
            told = word
            window.state(word, stale=not player.state.live, why=player.state.why)
        due = player.due
        wait = _TICK if due is None else min(_TICK, max(0.0, (due - now) / SECOND / speed))
        closed.wait(wait)
