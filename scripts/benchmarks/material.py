"""What the workloads show: a log's lines, a page with pictures, a film. The same at every run."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np

FILM = 960, 540
FILM_RATE = 30
SECTIONS = 16
SECTION_HEIGHT = 700

WORDS = (
    "accepted", "address", "backend", "cache", "checksum", "client", "closed", "connection", "daemon",
    "device", "disk", "error", "expired", "failed", "finished", "flushed", "from", "handler", "index",
    "interface", "job", "kernel", "listening", "memory", "mount", "network", "node", "opened", "packet",
    "queue", "reading", "refused", "request", "restarted", "retry", "scheduled", "service", "session",
    "started", "stopped", "storage", "table", "thread", "timeout", "token", "transfer", "unit",
    "update", "user", "volume", "waiting", "worker", "writing",
)  # fmt: skip

_LOG = """import random, sys, time
random.seed(5)
LEVELS = (("32", "info "), ("36", "debug"), ("33", "warn "), ("31", "error"))
began = time.monotonic()
for number in range(10**9):
    colour, level = random.choices(LEVELS, (6, 3, 2, 1))[0]
    words = " ".join(random.choices(WORDS, k=random.randint(9, 19)))
    clock = ":".join(f"{value:02}" for value in (number // 3600 % 24, number // 60 % 60, number % 60))
    stamp = f"2024-03-{number // 86400 % 28 + 1:02} {clock}"
    where = f"{random.getrandbits(48):012x} 10.0.{random.randint(0, 255)}.{random.randint(1, 254)}"
    print(f"{stamp} \\33[{colour}m{level}\\33[0m {where} {words} ({random.randint(1, 9999)} ms)"[:232])
    if number % STEP == STEP - 1:
        sys.stdout.flush()
        time.sleep(max(0.0, began + (number // STEP + 1) / RATE - time.monotonic()))
"""


def log_program(folder: Path, rate: int, step: int) -> Path:
    """A program that prints a log: `step` lines `rate` times a second."""
    path = folder / "log.py"
    path.write_text(f"WORDS = {WORDS!r}\nRATE, STEP = {rate}, {step}\n{_LOG}")
    return path


def page(folder: Path) -> Path:
    """A page of text with photographs, charts and tables, SECTIONS sections of SECTION_HEIGHT pixels."""
    path = folder / "page.html"
    if not path.exists():
        random = np.random.default_rng(11)
        parts = [_section(number, random) for number in range(SECTIONS)]
        style = (
            f"body{{margin:0 40px;font:17px/1.45 serif}}section{{height:{SECTION_HEIGHT}px;overflow:hidden}}"
            "img{float:right;margin:0 0 0 24px}td{border:1px solid #aac;padding:2px 9px;font:13px monospace}"
        )
        path.write_text(
            f"<meta charset=utf-8><title>Illustrated</title><style>{style}</style>{''.join(parts)}"
        )
    return path


def _section(number: int, random: np.random.Generator) -> str:
    text = "".join(f"<p>{' '.join(random.choice(WORDS, 90)).capitalize()}.</p>" for _ in range(3))
    if number % 4 == 2:
        data, kind = cv2.imencode(".png", _chart(random))[1], "png"
    else:
        grain = random.normal(0, 3, (500, 760, 3))
        picture = np.clip(_photograph(760, 500, random) + grain, 0, 255).astype(np.uint8)
        data, kind = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 90))[1], "jpeg"
    rows = "".join(
        "<tr>" + "".join(f"<td>{value}" for value in random.integers(0, 99999, 6)) for _ in range(4)
    )
    image = f"<img src='data:image/{kind};base64,{base64.b64encode(data.tobytes()).decode()}'>"
    return (
        f"<section><h2>{number + 1}. {random.choice(WORDS)}</h2>{image}{text}<table>{rows}</table></section>"
    )


def wallpaper(folder: Path, width: int, height: int) -> Path:
    """A photograph of a screen's size, with a little grain."""
    path = folder / f"wallpaper-{width}x{height}.png"
    if not path.exists():
        random = np.random.default_rng(3)
        picture = _photograph(width, height, random) + random.normal(0, 2, (height, width, 3))
        cv2.imwrite(str(path), np.clip(picture, 0, 255).astype(np.uint8))
    return path


def _photograph(width: int, height: int, random: np.random.Generator) -> Any:
    """What has structure at every size, as nature has, and edges; (height, width, 3), as float32."""
    picture = np.full((height, width, 3), 128, np.float32)
    for cells, strength in ((3, 90), (7, 60), (17, 34), (43, 18), (109, 10), (271, 6), (601, 4)):
        coarse = random.uniform(-1, 1, (cells * height // width + 2, cells, 3)).astype(np.float32)
        # Mostly grey: the colours of a place differ less than its lights.
        coarse = 0.7 * coarse.mean(axis=2, keepdims=True) + 0.3 * coarse
        picture += strength * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(9):
        centre = int(random.integers(0, width)), int(random.integers(0, height))
        colour = [float(value) for value in random.integers(-60, 60, 3)]
        shape = np.zeros_like(picture)
        axes = int(random.integers(12, width // 8)), int(random.integers(12, height // 5))
        cv2.ellipse(shape, centre, axes, float(random.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
        picture += shape
    return np.clip(picture, 0, 255)


def _chart(random: np.random.Generator) -> Any:
    """Lines and labels on white; (height, width, 3)."""
    chart = np.full((500, 760, 3), 255, np.uint8)
    for step in range(0, 500, 50):
        cv2.line(chart, (50, step), (760, step), (225, 225, 225), 1)
        cv2.putText(chart, str(500 - step), (6, step + 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (90, 90, 90), 1)
    for colour in ((180, 80, 30), (40, 140, 40), (40, 40, 200)):
        heights = 250 + np.cumsum(random.normal(0, 14, 72))
        line = np.stack([np.arange(72) * 10 + 50, heights], axis=1).astype(np.int32)
        cv2.polylines(chart, [line], isClosed=False, color=colour, thickness=2, lineType=cv2.LINE_AA)
    return chart


def film(folder: Path) -> Path:
    """Four shots of two seconds, a camera that pans and zooms over a scene with grain, in H.264."""
    path = folder / "film.mp4"
    if path.exists():
        return path
    width, height = FILM
    random = np.random.default_rng(7)
    command = [
        "ffmpeg",
        "-loglevel",
        "error",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "bgr24",
        "-s",
        f"{width}x{height}",
    ]
    command += ["-r", str(FILM_RATE), "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-crf", "21"]
    command += ["-pix_fmt", "yuv420p", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        if encoder.stdin is None:
            raise RuntimeError("ffmpeg cannot be written to")
        for _ in range(4):
            scene = _photograph(2 * width, 2 * height, random)
            begin, drift = random.uniform(0, 0.3, 2), random.uniform(0.1, 0.3, 2)
            for number in range(2 * FILM_RATE):
                share = number / (2 * FILM_RATE)
                zoom = 1.1 - 0.25 * share
                corner = (begin + drift * share) * (width, height)
                matrix = np.array([[zoom, 0, corner[0]], [0, zoom, corner[1]]])
                flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
                frame = cv2.warpAffine(scene, matrix, FILM, flags=flags, borderMode=cv2.BORDER_REFLECT)
                grain = random.normal(0, 4, (height, width, 1))
                encoder.stdin.write(np.clip(frame + grain, 0, 255).astype(np.uint8).tobytes())
    if encoder.returncode:
        raise RuntimeError("ffmpeg could not make the film")
    return path
