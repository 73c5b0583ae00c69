"""Figures as text: sizes, rates, durations, bars of block characters. Pure functions, no widgets."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

BLOCKS = "▁▂▃▄▅▆▇█"


def count(number: int) -> str:
    """`18,233`"""
    return f"{number:,}"


def size(number: float) -> str:
    """Bytes with three figures and a decimal unit: `4.2 MB`, `412 kB`, `0 B`, `-1.3 MB`."""
    if number < 0:
        return f"-{size(-number)}"
    if number < 1000:
        return f"{number:.0f} B"
    for unit in ("kB", "MB", "GB"):
        number /= 1000
        if number < 999.5:
            return f"{number:.1f} {unit}" if number < 9.95 else f"{number:.0f} {unit}"
    return f"{number / 1000:.1f} TB"


def rate(number: float) -> str:
    """Bytes a second: `412 kB/s`."""
    return f"{size(number)}/s"


def kilobytes(number: float) -> str:
    """Bytes as a bare number of kB, for a column that names the unit."""
    return f"{number / 1000:,.1f}" if 0 < number < 9950 else f"{number / 1000:,.0f}"


def decimal(number: float) -> str:
    """A rate for a column: one decimal where it is small, `0` where there is nothing."""
    return f"{number:.1f}" if 0 < number < 9.95 else f"{number:,.0f}"


def percent(share: float | None) -> str:
    """A share (0 to 1) with one decimal, rounded down: only everything is `100.0 %`."""
    return "-" if share is None else f"{math.floor(share * 1000) / 10:.1f} %"


def share(part: float) -> str:
    """A share (0 to 1) of what should be nothing, rounded up: only nothing is `0 %`."""
    return f"{math.ceil(part * 1000) / 10:.1f} %" if part > 0 else "0 %"


def milliseconds(seconds: float) -> str:
    """`3.2 ms`, `48 ms`"""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.00995 else f"{seconds * 1000:.0f} ms"


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `2 h 10 min`, `3 d 4 h`"""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def rough_duration(seconds: float) -> str:
    """The largest unit alone, rounded down: `45 s`, `2 h`, `3 d`."""
    return " ".join(duration(seconds).split()[:2])


def age(seconds: float) -> str:
    """An age in steps that do not change with every second: `now`, `20 s`, `3 min`, `2 h`."""
    if seconds < 10:
        return "now"
    return f"{int(seconds) // 10 * 10} s" if seconds < 60 else rough_duration(seconds)


def lasted(seconds: float) -> str:
    """A duration as text: `0.3 s`, `12.4 s`, `2 min`"""
    return f"{seconds:.1f} s" if seconds < 59.95 else duration(seconds)


def remaining(done: int, total: int, rate: float) -> str:
    """`4 s left`; empty as long as too little is done for a guess."""
    if rate <= 0 or done < total * 0.02:
        return ""
    return f"{duration((total - done) / rate + 0.999)} left"


def moment(at: float, *, seconds: bool = False) -> str:
    """Unix time as local time of day: `10:42`, `10:42:01`."""
    return time.strftime("%H:%M:%S" if seconds else "%H:%M", time.localtime(at))


def day_before(at: float, now: float) -> str:
    """The date of a moment that was not today, with a blank behind it: `2026-11-28 `; else nothing."""
    day = time.strftime("%Y-%m-%d", time.localtime(at))
    return "" if day == time.strftime("%Y-%m-%d", time.localtime(now)) else f"{day} "


def bar(value: float, top: float, width: int, block: str = "▇") -> str:
    """A horizontal bar of at most `width` cells; anything above zero shows at least one."""
    if value <= 0 or top <= 0:
        return ""
    return block * max(1, min(width, round(width * value / top)))


def buckets(values: Sequence[float], width: int, span: int) -> list[float]:
    """The last `span` values as `width` means, the newest last; what is missing is zero."""
    recent = list(values[-span:])
    padded = [0.0] * (span - len(recent)) + recent
    edges = [index * span // width for index in range(width + 1)]
    return [sum(padded[a:b]) / max(1, b - a) for a, b in itertools.pairwise(edges)]


def spark(values: Sequence[float], top: float) -> str:
    """One block character a value, full height at `top`; zero is the lowest block."""
    return columns(values, top, 1)[0]


def columns(values: Sequence[float], top: float, rows: int) -> list[str]:
    """A bar chart of `rows` lines, the highest line first; a value above zero is at least an eighth."""
    steps = rows * 8
    heights = [
        min(steps, max(1, round(value / top * steps))) if value > 0 and top > 0 else 0 for value in values
    ]
    lines = []
    for row in reversed(range(rows)):
        cells = []
        for height in heights:
            filled = min(8, height - row * 8)
            cells.append(BLOCKS[filled - 1] if filled > 0 else ("▁" if row == 0 else " "))
        lines.append("".join(cells))
    return lines


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` terminal cells, cut with an ellipsis or padded."""
    if width <= 0:
        return ""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…"
    padding = " " * (width - length)
    return padding + text if right else text + padding
