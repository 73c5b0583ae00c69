"""Measures the cost of recordings: recording beside the stream, playing ten times as fast, a jump in an hour.

The streams are those of drawn scenes at 1920 x 1080, encoded as an agent encodes them, 20 frames a second.
The recorder itself makes the hour, on a clock that is not the real one: in each minute a scene runs for two
seconds, and the rest stands still; where the recorder asks for a refresh it gets one, as from a host. So the
file, with its refreshes, is what such an hour would have left. The file that is played ten times as fast is
made in the same way of ten seconds of each scene, without any rest.
"""

from __future__ import annotations

import os
import queue
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from deskagent.capture.source import whole
from deskagent.capture.synthetic import render
from deskagent.delivery.packet_budget import PacketBudget
from deskagent.encoding.codecs.jpeg import VideoLimits
from deskagent.encoding.crop import crop
from deskagent.encoding.link_encoder import LinkEncoder
from deskagent.picture.screen import Picture
from deskconsole.app.play_window import PlayWindow
from deskconsole.picture.decoders import Decoder
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.recording.chunk import SECOND
from deskconsole.recording.player import RecordingPlayer
from deskconsole.recording.reader import RecordingReader
from deskconsole.recording.recorder import Recorder
from deskconsole.recording.writer import RecordingWriter
from deskconsole.session.session_recording import RecordingRequest
from deskconsole.viewer.process import Viewer
from deskwire.encodings import Encoding
from deskwire.packet import Packet
from support.xvfb import Xvfb

WIDTH, HEIGHT = 1920, 1080
RATE = 20
SCENES = ("typing", "scroll", "drag", "motion")
_MINUTES = 60
_BUSY = 2
"""Seconds of each minute in which something moves."""
_FAST = 10
"""Seconds of each scene in what is played ten times as fast."""
_SECONDS = 5
"""Seconds of each scene whose recording is measured."""
_JUMPS = 100
_SPEED = 10


class _Stream:
    """Packets of drawn scenes, as an agent sends them over a fast link."""

    def __init__(self) -> None:
        self._picture = Picture()
        self._encoder = LinkEncoder(frozenset(Encoding))
        self.refresh_wanted = True

    def packet(self, scene: str, at: float) -> Packet | None:
        """The packet of the frame at that second; None where nothing has changed."""
        frame = render(scene, 1, at, WIDTH, HEIGHT)
        change = self._picture.take(whole(frame), copies=self._encoder.copies)
        pixels = self._picture.pixels
        assert pixels is not None  # noqa: S101  # it was just taken
        if change is None or self.refresh_wanted:
            self.refresh_wanted = False
            return Packet(
                refresh=True, slices=(self._encoder.refresh(pixels, at, PacketBudget().refresh_size),)
            )
        slices = self._encoder.copied(change.copies, at)
        slices += self._encoder.update(crop(pixels, change.rectangles), at, VideoLimits())
        slices += self._encoder.refine(crop(pixels, self._encoder.resting(at, WIDTH * HEIGHT // 8)))
        return Packet(refresh=False, slices=tuple(slices)) if slices else None


def measure() -> dict[str, Any]:
    """Shares of a core, seconds, and draws a second."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as folder:
        scenes = {scene: _recorded(scene, Path(folder)) for scene in SCENES}
        hour = Path(folder, "hour.deskrec")
        packets = _record(hour, [(minute * 60, _BUSY) for minute in range(_MINUTES)], _MINUTES * 60)
        fast = Path(folder, "fast.deskrec")
        _record(fast, [(number * _FAST, _FAST) for number in range(len(SCENES))], len(SCENES) * _FAST)
        return {
            "width": WIDTH,
            "height": HEIGHT,
            "recording": scenes,
            "hour": {"bytes": hour.stat().st_size, "packets": packets, **_jumped(hour)},
            "fast": _played(fast),
        }


def _recorded(scene: str, folder: Path) -> dict[str, float]:
    """CPU of recording a scene, and of decoding it, which the console does anyway: shares of a core."""
    stream, decoder = _Stream(), Decoder()
    packets = [stream.packet(scene, number / RATE) for number in range(_SECONDS * RATE)]
    sent = [packet for packet in packets if packet is not None]
    shown = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    began = time.process_time()
    for packet in sent:
        if packet.refresh:
            decoder.restart(WIDTH, HEIGHT, shown)
        for (x, y, width, height), body in packet.slices:
            decoder.decode(body, shown[y : y + height, x : x + width])
    decoding = time.process_time() - began
    path = folder / f"{scene}.deskrec"
    began = time.process_time()
    recorder = Recorder(RecordingWriter(path), _request(stream))
    for packet in sent:
        recorder.arrived(packet)
    recorder.close()
    recording = time.process_time() - began
    return {
        "bytes_per_second": round(path.stat().st_size / _SECONDS),
        "share": round(recording / _SECONDS, 5),
        "decoding_share": round(decoding / _SECONDS, 5),
        "ratio": round(recording / decoding, 3),
    }


def _request(stream: _Stream) -> RecordingRequest:
    def want() -> None:
        stream.refresh_wanted = True

    return RecordingRequest("bench", 0, want, lambda: None)


def _record(path: Path, parts: Sequence[tuple[float, int]], end: float) -> int:
    """Records scenes in turn, `parts`: from which second on and how long; returns the number of packets."""
    now = 0.0
    stream = _Stream()
    recorder = Recorder(RecordingWriter(path), _request(stream), clock=lambda: now)
    for number, (begin, seconds) in enumerate(parts):
        scene = SCENES[number % len(SCENES)]
        for frame in range(seconds * RATE):
            now = begin + frame / RATE
            # Each scene continues where it stopped: another picture each time.
            at = number // len(SCENES) * seconds + frame / RATE
            if (packet := stream.packet(scene, at)) is not None:
                recorder.arrived(packet)
    now = end
    recorder.close()
    return recorder.packets


def _jumped(path: Path) -> dict[str, float]:
    """Seconds from a jump until the picture is there, and the CPU of that: on a busy machine they differ."""
    with closing(RecordingReader(path)) as reader, closing(Framebuffer()) as picture:
        player = RecordingPlayer(reader, picture)
        places = random.Random(1)  # noqa: S311  # the same places each time
        taken, cpu = [], []
        for _ in range(_JUMPS):
            at = places.randrange(reader.duration)
            began, spent = time.perf_counter(), time.process_time()
            player.seek(at)
            taken.append(time.perf_counter() - began)
            cpu.append(time.process_time() - spent)
    return {**_spread("jump", taken), **_spread("jump_cpu", cpu)}


def _spread(name: str, seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"{name}_p50": round(statistics.median(ordered), 4),
        f"{name}_p95": round(ordered[int(0.95 * len(ordered))], 4),
        f"{name}_max": round(ordered[-1], 4),
    }


def _played(path: Path) -> dict[str, float]:
    """Plays it at ten times the speed in a window: how often that draws, the longest step, the CPU here."""
    with (
        Xvfb(WIDTH, HEIGHT) as screen,
        closing(RecordingReader(path)) as reader,
        closing(Framebuffer()) as picture,
    ):
        os.environ["DISPLAY"] = screen.display
        player = RecordingPlayer(reader, picture)
        keys: queue.SimpleQueue[Any] = queue.SimpleQueue()
        with closing(Viewer("bench", picture, lambda _why: keys.put(None))) as window:
            screen.wait_for_window("^bench")
            shown = PlayWindow(player, reader, window, _SPEED, lambda: None)
            threading.Timer(reader.seconds / _SPEED, keys.put, (None,)).start()
            drawn, began = window.draws, time.process_time()
            steps = list(_timed(shown, keys))
            seconds = reader.seconds / _SPEED
            return {
                "played_seconds": round(player.at / SECOND, 1),
                "draws_per_second": round((window.draws - drawn) / seconds, 1),
                "longest_step": round(max(steps), 4),
                "share": round((time.process_time() - began) / seconds, 4),
            }


def _timed(shown: PlayWindow, keys: queue.SimpleQueue[Any]) -> Iterator[float]:
    """The seconds of CPU and drawing of each step, without the waiting between them."""
    while True:
        began = time.perf_counter()
        shown.draw()
        yield time.perf_counter() - began
        if not shown.wait(keys):
            return


def table(result: Mapping[str, Any]) -> str:
    """The figures as a table."""
    lines = [f"{'':10}{'kB/s':>10}{'recording':>12}{'decoding':>12}{'ratio':>8}"]
    for scene, row in result["recording"].items():
        lines.append(
            f"{scene:10}{row['bytes_per_second'] / 1000:10.0f}{100 * row['share']:11.2f}%"
            f"{100 * row['decoding_share']:11.2f}%{row['ratio']:8.2f}"
        )
    hour, fast = result["hour"], result["fast"]
    lines += [
        f"an hour: {hour['bytes'] / 1e6:.0f} MB, {hour['packets']} packets",
        *(
            "a jump{}: {:.0f} ms (median), {:.0f} ms (95 %), {:.0f} ms at most".format(
                title, *(1000 * hour[f"{name}_{part}"] for part in ("p50", "p95", "max"))
            )
            for title, name in (("", "jump"), (", CPU", "jump_cpu"))
        ),
        "{} s ten times as fast: {} drawings a second, longest step {:.0f} ms, {:.0f} % of a core".format(
            fast["played_seconds"],
            fast["draws_per_second"],
            1000 * fast["longest_step"],
            100 * fast["share"],
        ),
    ]
    return "\n".join(lines)
