"""Frames of the workloads' real programs, as a grabber that looks 20 times a second has them: in memory, or
one NumPy file a workload.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import mss
import numpy as np
from numpy.typing import NDArray

from support.xvfb import Xvfb

from .systems import manage, require_programs
from .workloads import WORKLOADS, Work

WIDTH, HEIGHT = 1920, 1080
FRAMES = 60
RATE = 20
_SETTLE = 3.0

Frames = NDArray[np.uint8]
"""(FRAMES + 1, HEIGHT, WIDTH, 4): 0.5 GB."""


def record(workload: str) -> Frames:
    """Lets a workload run and looks at it."""
    require_programs()
    frames = np.empty((FRAMES + 1, HEIGHT, WIDTH, 4), np.uint8)
    with (
        tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as material,
        Xvfb(WIDTH, HEIGHT) as screen,
        closing(Work(screen)) as work,
        mss.MSS(display=screen.display) as grabber,
    ):
        manage(screen)
        WORKLOADS[workload].begin(screen, Path(material), work)
        time.sleep(_SETTLE)
        began = time.monotonic()
        for number, frame in enumerate(frames):
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            frame[:] = np.frombuffer(grabber.grab(grabber.monitors[0]).raw, np.uint8).reshape(frame.shape)
    return frames


def measure(folder: str = "", workloads: str = ",".join(WORKLOADS)) -> dict[str, Any]:
    """Records into `folder`, NAME.npy each, for `codec --recorded`; says how much of the screen changed."""
    if not folder:
        raise SystemExit("scripts/bench record needs --folder: half a gigabyte a workload goes there.")
    Path(folder).mkdir(parents=True, exist_ok=True)
    figures = {}
    for workload in workloads.split(","):
        frames = record(workload)
        np.save(Path(folder, f"{workload}.npy"), frames)
        changed = [
            np.count_nonzero(one.view(np.uint32) != other.view(np.uint32))
            for one, other in itertools.pairwise(frames)
        ]
        figures[workload] = {
            "changed_frames": int(np.count_nonzero(changed)),
            "changed_share": round(float(np.mean(changed)) / (WIDTH * HEIGHT), 4),
        }
    return {"frames": FRAMES, "rate": RATE, "workloads": figures}


def recorded(folder: Path, workload: str) -> Frames:
    """What `measure` left there, mapped."""
    frames: Frames = np.load(folder / f"{workload}.npy", mmap_mode="r")
    return frames


def table(result: Mapping[str, Any]) -> str:
    """The figures as a table."""
    lines = [
        f"{result['frames']} frames at {result['rate']}/s",
        f"{'':10}{'frames that differ':>20}{'of pixels':>12}",
    ]
    for workload, row in result["workloads"].items():
        lines.append(f"{workload:10}{row['changed_frames']:20}{100 * row['changed_share']:11.2f}%")
    return "\n".join(lines)
