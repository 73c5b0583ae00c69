"""What ours must reach, as ratios to others in the same run or as figures; one table, and its verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[str, Row]]
"""Figures by workload and system."""

_JPEG, _LOSSLESS = "tigervnc-jpeg8", "tigervnc-lossless"
_BOTH = (_JPEG, _LOSSLESS)
_MOVING = ("scroll", "drag", "browse", "video")
_ALL = ("idle", "typing", *_MOVING)


class Target(NamedTuple):
    """One line of the table."""

    name: str
    workloads: tuple[str, ...]
    figure: str
    limit: float
    peers: tuple[str, ...] = ()
    """The better of these is 1; none: `limit` is a figure."""


TARGETS = (
    Target("bytes, to lossless", ("scroll", "drag", "browse"), "kB_s", 0.1, (_LOSSLESS,)),
    Target("bytes, to the better", ("idle", "typing"), "kB_s", 1.0, _BOTH),
    Target("bytes, to JPEG 8", ("video",), "kB_s", 1.0, (_JPEG,)),
    Target("server CPU, to the better", _MOVING, "server_cpu", 1.0, _BOTH),
    Target("server CPU, % of a core", ("idle", "typing"), "server_cpu", 3.0),
    Target("delay p50, to the better", _ALL, "p50", 1.0, _BOTH),
    Target("delay p95, to the better", _ALL, "p95", 1.0, _BOTH),
    Target("viewer CPU, to the better", _ALL, "viewer_cpu", 1.5, _BOTH),
    Target("server memory, MB", _ALL, "server_mb", 120),
    Target("viewer memory a host, MB", _ALL, "viewer_more_mb", 40),
    Target("exact after rest, s", _ALL, "exact_after", 1.0),
)
_NO_WORSE = ("psnr", "ssim")
"""A film's quality, against JPEG 8: the bytes alone would be won by blurring it."""

_LEAST: Mapping[str, float] = {"server_cpu": 0.5, "viewer_cpu": 0.5, "kB_s": 0.1}
"""What a peer counts as having needed at least: clocks of processes tick 100 times a second, and
nothing can be some times nothing."""


class Verdict(NamedTuple):
    """How one system stands to one target under one workload."""

    target: str
    workload: str
    system: str
    figure: float | None
    """None where there is none: a picture that never became exact."""
    against: float | None
    """The better peer's."""
    value: float | None
    """What the limit is for: the figure, or its ratio to the better peer's."""
    limit: float
    met: bool


def judged(rows: Rows) -> list[dict[str, Any]]:
    """All that can be said of `ours` and `ours-ssh` with what was measured, each compared with its like."""
    return [verdict._asdict() for verdict in _verdicts(rows)]


def _verdicts(rows: Rows) -> Iterator[Verdict]:
    for way in ("", "-ssh"):
        for target in TARGETS:
            for workload in target.workloads:
                by = rows.get(workload, {})
                ours = by.get(f"ours{way}")
                peers = [by[name] for peer in target.peers if (name := f"{peer}{way}") in by]
                if ours is not None and (peers or not target.peers):
                    yield _verdict(target, workload, f"ours{way}", ours, peers)
        yield from _likeness(rows.get("video", {}), way)


def _verdict(target: Target, workload: str, system: str, ours: Row, peers: list[Row]) -> Verdict:
    figure = ours[target.figure]
    against = None
    value = figure
    if peers and figure is not None:
        against = min(float(peer[target.figure]) for peer in peers)
        value = round(figure / max(against, _LEAST.get(target.figure, 0.0)), 3)
    met = value is not None and value <= target.limit
    if target.figure == "exact_after":
        # By the system's own digests too.
        met = met and ours.get("exact", True)
    return Verdict(target.name, workload, system, figure, against, value, target.limit, met)


def _likeness(by: Mapping[str, Row], way: str) -> Iterator[Verdict]:
    ours, peer = by.get(f"ours{way}"), by.get(f"{_JPEG}{way}")
    if ours is None or peer is None:
        return
    for name in _NO_WORSE:
        figure, against = ours[name], peer[name]
        label = f"look while it moves ({name}), at least JPEG 8's"
        yield Verdict(label, "video", f"ours{way}", figure, against, figure, against, figure >= against)
