"""Places for several windows side by side on one monitor. Pure arithmetic."""

from __future__ import annotations

from deskwire.geometry import Rectangle

_SHAPE = 16 / 9
"""Width to height of most desktops."""


def window_places(count: int, monitor: Rectangle) -> list[Rectangle]:
    """`count` places without gaps, in rows, so that pictures of 16:9 are as large as they can be in them."""

    def seen(columns: int) -> float:
        rows = -(-count // columns)
        return min(monitor.width / columns, monitor.height / rows * _SHAPE)

    if count < 1:
        return []
    columns = max(range(1, count + 1), key=seen)
    rows = -(-count // columns)
    places = []
    for number in range(count):
        row, column = divmod(number, columns)
        left, right = (monitor.width * edge // columns for edge in (column, column + 1))
        top, bottom = (monitor.height * edge // rows for edge in (row, row + 1))
        places.append(Rectangle(monitor.x + left, monitor.y + top, right - left, bottom - top))
    return places
