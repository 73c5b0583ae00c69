"""Bar charts of block characters: a value over the last five minutes, with its peak and its time axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content

from deskconsole.common.figures import buckets, columns
from deskconsole.tui.text.status_text import FAINT, MUTED

SPAN = 300
"""Seconds a chart spans, one sample each."""


def large_chart(
    title: str, values: Sequence[float], unit: Callable[[float], str], width: int, rows: int
) -> list[Content]:
    """A title, `rows` lines of bars with a value axis on the left, a time axis: `rows` + 2 lines."""
    margin = 10
    room = max(1, width - margin - 2)
    shown = buckets(values, room, SPAN)
    top = max(shown)
    colour = "$primary" if top > 0 else FAINT
    lines = [Content.assemble((title, "bold"))]
    for index, line in enumerate(columns(shown, top, rows)):
        value = {0: unit(top) if top > 0 else "", rows - 1: unit(0)}.get(index, "")
        if rows >= 5 and index == rows // 2 and top > 0:
            value = unit(top / 2)
        axis = ((f"{value:>{margin}} ", MUTED), ("▏", FAINT))
        lines.append(Content.assemble(*axis, (line, colour)))
    lines.append(Content(" " * (margin + 2)) + _axis(room))
    return lines


def _axis(width: int) -> Content:
    left, right = "5 min ago", "now"
    return Content.styled(left + " " * max(1, width - len(left) - len(right)) + right, MUTED)
