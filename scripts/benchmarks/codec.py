"""Bytes and CPU of comparing and encoding at 1080p, on frames of real programs and on drawn ones. No grab, no
network, no window.

Both sides see the same frames, 20 a second, each in a run of its own, so that neither finds the processor's
caches full of the other's data; OpenCV has one thread in both. The first frame, a refresh, is counted apart.
What ours sends is decoded and compared with the frame: `exact` says whether it was so with every frame, or,
where something was sent lossy, is so once all has been refined.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from deskagent.capture.source import whole
from deskagent.capture.synthetic import render
from deskagent.delivery.packet_budget import PacketBudget
from deskagent.encoding.codecs.jpeg import VideoLimits
from deskagent.encoding.crop import crop
from deskagent.encoding.link_encoder import LinkEncoder
from deskagent.picture.screen import Picture
from deskconsole.picture.decoders import Decoder
from deskwire.encodings import Encoding
from deskwire.packet import Packet, Slice, encode_packet

from .article import ArticleSender
from .record import FRAMES, HEIGHT, RATE, WIDTH, record, recorded
from .workloads import WORKLOADS

SCENES = ("typing", "scroll", "drag", "motion", "still")
_MEANS = ("bytes", "cpu", "decode", "slices", "article_bytes", "article_cpu")
_REST = 1.0
"""Seconds after which everything has to have been refined."""

Frames = Callable[[], Iterable[Any]]
"""The first frame and those that are measured, again with every call."""
T = TypeVar("T")


def measure(scenes: str = "", workloads: str = ",".join(WORKLOADS), folder: str = "") -> dict[str, Any]:
    """Figures by scene; bytes and milliseconds of CPU are means of one frame. `workloads`: which real
    programs, "none" for none; they run now, or were recorded into `folder`. `scenes`: which drawn ones.
    """
    # With several threads OpenCV's CPU time depends on the machine more than on the work.
    cv2.setNumThreads(1)
    rows = {}
    for workload in workloads.split(",") if workloads != "none" else ():
        frames = recorded(Path(folder), workload) if folder else record(workload)
        rows[workload] = _measured(partial(iter, frames))
    for scene in scenes.split(",") if scenes else SCENES:
        if scene != "none":
            rows[f"{scene}, drawn"] = _measured(partial(_drawn, scene))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "frames": FRAMES,
        "scenes": rows,
        "exact": all(figures["exact"] for figures in rows.values()),
    }


def _measured(frames: Frames) -> dict[str, Any]:
    totals = {**_ours(frames()), **_article(frames())}
    figures: dict[str, Any] = {name: round(totals[name] / FRAMES, 3) for name in _MEANS}
    figures["bytes_ratio"] = _ratio(totals["bytes"], totals["article_bytes"])
    figures["cpu_ratio"] = _ratio(totals["cpu"], totals["article_cpu"])
    for name in ("refresh_bytes", "article_refresh_bytes", "lossy_frames"):
        figures[name] = int(totals[name])
    figures["exact"] = bool(totals["exact"])
    return figures


def _drawn(scene: str) -> Iterator[Any]:
    """Each made when it is asked for, like a grab."""
    return (render(scene, 1, number / RATE, WIDTH, HEIGHT) for number in range(FRAMES + 1))


class _Sender:
    """Ours, from a grab to the slices of a packet: all that is measured of it goes through here."""

    def __init__(self) -> None:
        self._picture = Picture()
        self._encoder = LinkEncoder(frozenset(Encoding))

    def take(self, frame: Any, now: float) -> tuple[list[Slice], bool]:
        """What makes the console's picture this frame, and whether it is a refresh."""
        change = self._picture.take(whole(frame), copies=self._encoder.copies)
        if change is None:
            return [self._encoder.refresh(self._pixels, now, PacketBudget().refresh_size)], True
        slices = self._encoder.copied(change.copies, now)
        slices += self._encoder.update(crop(self._pixels, change.rectangles), now, VideoLimits())
        return slices, False

    def refine(self, now: float) -> list[Slice]:
        """What was sent lossy, exactly."""
        everything = WIDTH * HEIGHT
        return self._encoder.refine(crop(self._pixels, self._encoder.resting(now, everything)))

    @property
    def lossy(self) -> int:
        """Pixels of the console's picture that are not exact."""
        return self._encoder.lossy

    @property
    def _pixels(self) -> Any:
        if self._picture.pixels is None:
            raise RuntimeError("nothing was grabbed yet")
        return self._picture.pixels


def _ours(frames: Iterable[Any]) -> dict[str, float]:
    sender, decoder = _Sender(), Decoder()
    shown = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    totals = dict.fromkeys(("bytes", "cpu", "decode", "slices", "lossy_frames", "refresh_bytes"), 0.0)
    totals["exact"] = True
    frame = None
    for number, frame in enumerate(frames):
        (slices, refresh), spent = _timed(partial(sender.take, frame, number / RATE))
        if refresh:
            decoder.restart(WIDTH, HEIGHT, shown)
        decoding = _timed(partial(_decode, decoder, slices, shown))[1]
        size = len(encode_packet(Packet(refresh=refresh, slices=tuple(slices)))) if slices else 0
        if number == 0:
            totals["refresh_bytes"] = size
            continue
        totals["cpu"] += spent
        totals["decode"] += decoding
        totals["bytes"] += size
        totals["slices"] += len(slices)
        totals["lossy_frames"] += sender.lossy > 0
        if not sender.lossy:
            totals["exact"] *= _equal(shown, frame)
    while slices := sender.refine(FRAMES / RATE + _REST):
        _decode(decoder, slices, shown)
    totals["exact"] *= _equal(shown, frame)
    return totals


def _article(frames: Iterable[Any]) -> dict[str, float]:
    sender = ArticleSender()
    totals = dict.fromkeys(("article_bytes", "article_cpu", "article_refresh_bytes"), 0.0)
    for number, frame in enumerate(frames):
        sent, spent = _timed(partial(sender.encode, frame))
        if number == 0:
            totals["article_refresh_bytes"] = len(sent)
        else:
            totals["article_bytes"] += len(sent)
            totals["article_cpu"] += spent
    return totals


def _decode(decoder: Decoder, slices: Iterable[Slice], shown: Any) -> None:
    for (x, y, width, height), body in slices:
        decoder.decode(body, shown[y : y + height, x : x + width])


def _equal(shown: Any, frame: Any) -> bool:
    return bool(np.array_equal(shown, frame[..., :3]))


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """The result, and milliseconds of CPU of all threads."""
    begin = time.process_time_ns()
    result = work()
    return result, (time.process_time_ns() - begin) / 1e6


def _ratio(ours: float, theirs: float) -> float | None:
    return round(ours / theirs, 4) if theirs else None


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal; ratios are ours divided by the article's."""
    head = (
        f"{result['width']} x {result['height']}, {result['frames']} frames at {RATE}/s; a frame on average\n"
        f"{'':15}{'ours':>12}{'':>9}{'article':>12}{'':>9}{'ratio':>9}{'':>8}{'decode':>9}"
        f"{'slices':>8}{'refresh kB':>12}{'article':>9}{'lossy':>7}  exact\n"
        f"{'scene':15}{'bytes':>12}{'ms CPU':>9}{'bytes':>12}{'ms CPU':>9}{'bytes':>9}{'CPU':>8}{'ms CPU':>9}"
    )
    rows = [
        f"{scene:15}{row['bytes']:12.0f}{row['cpu']:9.2f}"
        f"{row['article_bytes']:12.0f}{row['article_cpu']:9.2f}"
        f"{_cell(row['bytes_ratio']):>9}{_cell(row['cpu_ratio']):>8}{row['decode']:9.2f}{row['slices']:8.1f}"
        f"{row['refresh_bytes'] / 1000:12.0f}{row['article_refresh_bytes'] / 1000:9.0f}"
        f"{row['lossy_frames']:7}"
        f"  {'yes' if row['exact'] else 'NO'}"
        for scene, row in result["scenes"].items()
    ]
    return "\n".join([head, *rows])


def _cell(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.3f}"
