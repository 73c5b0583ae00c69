"""Plays a recording in a window, or reads it to its end."""

from __future__ import annotations

import contextlib
import queue
from pathlib import Path

from deskconsole.common.errors import ConfigurationError
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.picture.image_file import keep_image
from deskconsole.recording.chunk import SECOND, ChunkKind
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader
from deskconsole.viewer.keys import PlayKey
from deskconsole.viewer.messages import SaveWish
from deskconsole.viewer.process import Viewer

from .play_window import PlayWindow
from .results import PlayResult


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
    """Shows the recording until the window is closed; returns the fault of the file, or an empty string.

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
            PlayWindow(player, reader, window, speed, save).run(keys)
        return reader.fault
