"""Bytes and CPU of damage and encoding on deterministic scenes of 1080p. No grab, no network, no window.

Both sides see the same frames of the synthetic desktop, 20 a second, each in a run of its own, so that
neither finds the processor's caches full of the other's data; OpenCV has one thread in both. The first frame,
a refresh, is counted apart. What ours sends is decoded and compared with the frame, byte for byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

import cv2
import numpy as np

from deskagent.capture.synthetic import render
from deskagent.damage import find_damage
from deskagent.parts import cut
from deskagent.policy import SliceEncoder
from deskagent.wire.encodings import Encoding
from deskagent.wire.packet import Packet, encode_packet
from deskconsole.decoders import Decoder

from .article import ArticleSender

WIDTH, HEIGHT = 1920, 1080
SCENES = ("typing", "scroll", "drag", "motion", "still")
FRAMES = 60
RATE = 20
_MEANS = ("bytes", "cpu", "decode", "slices", "article_bytes", "article_cpu")
ENCODINGS = frozenset({Encoding.SOLID, Encoding.ZSTD, Encoding.PNG})

T = TypeVar("T")


def measure() -> dict[str, Any]:
    """Figures by scene; bytes and milliseconds of CPU are means of one frame."""
    # With several threads OpenCV's CPU time depends on the machine more than on the work.
    cv2.setNumThreads(1)
    scenes = {scene: _measure_scene(scene) for scene in SCENES}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "frames": FRAMES,
        "scenes": scenes,
        "exact": all(figures["exact"] for figures in scenes.values()),
    }


def _measure_scene(scene: str) -> dict[str, Any]:
    totals = {**_ours(scene), **_article(scene)}
    figures: dict[str, Any] = {name: round(totals[name] / FRAMES, 3) for name in _MEANS}
    figures["bytes_ratio"] = _ratio(totals["bytes"], totals["article_bytes"])
    figures["cpu_ratio"] = _ratio(totals["cpu"], totals["article_cpu"])
    figures["refresh_bytes"] = totals["refresh_bytes"]
    figures["article_refresh_bytes"] = totals["article_refresh_bytes"]
    figures["exact"] = bool(totals["exact"])
    return figures


def _frames(scene: str) -> Iterator[Any]:
    """The first frame and those that are measured, each made when it is asked for, like a grab."""
    return (render(scene, 1, number / RATE, WIDTH, HEIGHT) for number in range(FRAMES + 1))


def _ours(scene: str) -> dict[str, float]:
    frames = _frames(scene)
    frame = next(frames)
    encoder, decoder = SliceEncoder(ENCODINGS), Decoder()
    shown = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    first = encoder.refresh(frame)
    decoder.restart(WIDTH, HEIGHT)
    decoder.decode(first.body, shown)
    totals = dict.fromkeys(("bytes", "cpu", "decode", "slices"), 0.0)
    totals["refresh_bytes"] = len(encode_packet(Packet(refresh=True, slices=(first,))))
    totals["exact"] = np.array_equal(shown, frame[..., :3])
    for new in frames:
        previous, frame = frame, new

        def encode(previous: Any = previous, frame: Any = frame) -> Packet | None:
            slices = encoder.update(cut(frame, find_damage(previous, frame)), 0.0, None)
            return Packet(refresh=False, slices=tuple(slices)) if slices else None

        packet, spent = _timed(encode)
        totals["cpu"] += spent
        if packet is not None:
            totals["bytes"] += len(encode_packet(packet))
            totals["slices"] += len(packet.slices)
            totals["decode"] += _timed(partial(_decode, decoder, packet, shown))[1]
        totals["exact"] *= np.array_equal(shown, frame[..., :3])
    return totals


def _article(scene: str) -> dict[str, float]:
    frames = _frames(scene)
    sender = ArticleSender()
    totals = {
        "article_bytes": 0.0,
        "article_cpu": 0.0,
        "article_refresh_bytes": len(sender.encode(next(frames))),
    }
    for frame in frames:
        sent, spent = _timed(partial(sender.encode, frame))
        totals["article_bytes"] += len(sent)
        totals["article_cpu"] += spent
    return totals


def _decode(decoder: Decoder, packet: Packet, shown: Any) -> None:
    for (x, y, width, height), body in packet.slices:
        decoder.decode(body, shown[y : y + height, x : x + width])


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
        f"{'':8}{'ours':>12}{'':>9}{'article':>12}{'':>9}{'ratio':>9}{'':>8}{'decode':>9}{'slices':>8}"
        f"{'refresh kB':>12}{'article':>9}  exact\n"
        f"{'scene':8}{'bytes':>12}{'ms CPU':>9}{'bytes':>12}{'ms CPU':>9}{'bytes':>9}{'CPU':>8}{'ms CPU':>9}"
    )
    rows = [
        f"{scene:8}{row['bytes']:12.0f}{row['cpu']:9.2f}{row['article_bytes']:12.0f}{row['article_cpu']:9.2f}"
        f"{_cell(row['bytes_ratio']):>9}{_cell(row['cpu_ratio']):>8}{row['decode']:9.2f}{row['slices']:8.1f}"
        f"{row['refresh_bytes'] / 1000:12.0f}{row['article_refresh_bytes'] / 1000:9.0f}"
        f"  {'yes' if row['exact'] else 'NO'}"
        for scene, row in result["scenes"].items()
    ]
    return "\n".join([head, *rows])


def _cell(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.3f}"
