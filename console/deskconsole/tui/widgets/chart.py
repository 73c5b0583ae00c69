"""Bar charts of block characters: a value over the last five minutes or over days, with both axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content

from deskconsole.common.figures import buckets, columns
from deskconsole.tui.text.colours import FAINT, MUTED

SPAN = 300
"""Seconds a chart spans, one sample each."""

MARGIN = 10
"""Cells of the value axis."""

WIDEST_DAY = 6
"""Cells of a day, the gap behind it among them: a week across a whole screen would be a wall."""


def large_chart(
    title: str, values: Sequence[float], unit: Callable[[float], str], width: int, rows: int
) -> list[Content]:
    """A title, `rows` lines of bars with a value axis on the left, a time axis: `rows` + 2 lines."""
    room = _room(width)
    return _chart(title, buckets(values, room, SPAN), unit, rows, ("5 min ago", "now"))


def day_chart(
    title: str, values: Sequence[float], unit: Callable[[float], str], width: int, rows: int, first: str
) -> list[Content]:
    """Draws a value over days, the newest last, as wide as there is room for; `first` names the oldest."""
    room = _room(width)
    days = len(values)
    wide = min(WIDEST_DAY, room // days)
    if wide:
        # A gap tells two days of the same height apart; the first of many cells has no room for it.
        shown = [cell for value in values for cell in [value] * max(1, wide - 1) + [0.0] * (wide > 1)]
    else:
        shown = buckets(values, room, days)
    return _chart(title, shown, unit, rows, (first, "today"))


def _room(width: int) -> int:
    return max(1, width - MARGIN - 2)


def _chart(
    title: str, shown: Sequence[float], unit: Callable[[float], str], rows: int, ends: tuple[str, str]
) -> list[Content]:
    top = max(shown)
    colour = "$primary" if top > 0 else FAINT
    lines = [Content.assemble((title, "bold"))]
    for index, line in enumerate(columns(shown, top, rows)):
        value = {0: unit(top) if top > 0 else "", rows - 1: unit(0)}.get(index, "")
        if rows >= 5 and index == rows // 2 and top > 0:
            value = unit(top / 2)
        axis = ((f"{value:>{MARGIN}} ", MUTED), ("▏", FAINT))
        lines.append(Content.assemble(*axis, (line, colour)))
    left, right = ends
    blank = " " * max(1, len(shown) - len(left) - len(right))
    lines.append(Content(" " * (MARGIN + 2)) + Content.styled(left + blank + right, MUTED))
    return lines
