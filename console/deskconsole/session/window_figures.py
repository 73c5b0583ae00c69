"""The figures of a host that its window shows over the picture, as lines."""

from __future__ import annotations

from deskconsole.common.figures import count, decimal, duration, milliseconds, rate, share

from .snapshot import Snapshot
from .state import LIVE


def figure_lines(snapshot: Snapshot, display: str, now: float) -> tuple[str, ...]:
    """Returns a stream's figures as lines for a person; `display` names the display, `now` is Unix time."""
    figures = snapshot.statistics
    size = "" if snapshot.size is None else f"{snapshot.size[0]} x {snapshot.size[1]}, "
    lines = [f"{size}{display}"]
    if snapshot.state in LIVE:
        lines.append(f"live {duration(now - snapshot.since)}")
    lines.append(f"{rate(figures.bytes_per_second)}, {decimal(figures.updates_per_second)} updates a second")
    if figures.round_trip is not None:
        lines.append(f"round trip {milliseconds(figures.round_trip)}")
    if lossy := snapshot.lossy_share:
        lines.append(f"{share(lossy)} of the picture not exact yet")
    elif snapshot.exactness is not None:
        said = "exact" if snapshot.exactness.exact else "not exact"
        lines.append(f"{said}, compared at packet {count(snapshot.exactness.packet)}")
    return tuple(lines)
