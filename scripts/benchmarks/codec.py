"""Bytes and CPU of damage and encoding on deterministic scenes of 1080p. No grab, no network, no window.

Both sides see the same frames of the synthetic desktop, 20 a second; the first one, a refresh, is counted
apart. What ours sends is decoded and compared with the frame, byte for byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import cv2
import numpy as np

from deskagent.capture.synthetic import render
from deskagent.damage import find_damage
from deskagent.policy import SliceEncoder
from deskagent.wire.encodings import Encoding
from deskagent.wire.packet import Packet, encode_packet
from deskconsole.decoders import Decoder

from .article import ArticleSender

WIDTH, HEIGHT = 1920, 1080
SCENES = ("typing", "scroll", "drag", "motion", "still")
FRAMES = 60
RATE = 20
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
    frame = render(scene, 1, 0, WIDTH, HEIGHT)
    article, encoder, decoder = ArticleSender(), SliceEncoder(ENCODINGS), Decoder()
    shown = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    article_refresh, _ = _timed(lambda: article.encode(frame))
    first = encoder.refresh(frame)
    decoder.restart(WIDTH, HEIGHT)
    decoder.decode(first.body, shown)
    exact = np.array_equal(shown, frame[..., :3])
    totals = dict.fromkeys(("bytes", "cpu", "decode", "slices", "article_bytes", "article_cpu"), 0.0)
    for number in range(1, FRAMES + 1):
        previous, frame = frame, render(scene, 1, number / RATE, WIDTH, HEIGHT)

        def ours(previous: Any = previous, frame: Any = frame) -> Packet | None:
            slices = encoder.update(frame, find_damage(previous, frame))
            return Packet(refresh=False, slices=tuple(slices)) if slices else None

        def theirs(frame: Any = frame) -> bytes:
            return article.encode(frame)

        packet, spent = _timed(ours)
        totals["cpu"] += spent
        sent, spent = _timed(theirs)
        totals["article_cpu"] += spent
        totals["article_bytes"] += len(sent)
        if packet is not None:
            totals["bytes"] += len(encode_packet(packet))
            totals["slices"] += len(packet.slices)
            totals["decode"] += _timed(partial(_decode, decoder, packet, shown))[1]
        exact = exact and np.array_equal(shown, frame[..., :3])
    figures: dict[str, Any] = {name: round(total / FRAMES, 3) for name, total in totals.items()}
    figures["bytes_ratio"] = _ratio(totals["bytes"], totals["article_bytes"])
    figures["cpu_ratio"] = _ratio(totals["cpu"], totals["article_cpu"])
    figures["refresh_bytes"] = len(encode_packet(Packet(refresh=True, slices=(first,))))
    figures["article_refresh_bytes"] = len(article_refresh)
    figures["exact"] = exact
    return figures


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
