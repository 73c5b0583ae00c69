"""The events, a line each, newest last."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from rich.text import Text
from textual.events import Resize
from textual.widgets import RichLog

from deskconsole.common.figures import day_before, moment
from deskconsole.tui.text.log_line import KEPT, SIGNS, LogLine
from deskconsole.wording.events import Severity

COLOURS: dict[Severity, str] = {"info": "foreground", "warning": "warning", "error": "error"}

HIDDEN = -1
"""The width of lines that came while the pane was not on the screen."""


class EventPane(RichLog):
    """The events in a pane; follows the newest unless scrolled up."""

    def __init__(self, clock: Callable[[], float], *, whole: bool = False) -> None:
        """`clock` gives Unix time: an event of another day shows its date. `whole`: long ones take several
        lines; else each is cut to one."""
        super().__init__(max_lines=KEPT, markup=False, highlight=False, wrap=True, min_width=0)
        self._clock = clock
        self._whole = whole
        self._held: deque[LogLine] = deque(maxlen=KEPT)
        self._drawn_for = 0
        self._following = True
        """True until the user scrolls up: a pane that becomes lower is not at its end, and follows."""

    def extend(self, lines: Iterable[LogLine]) -> None:
        """Adds events below the others."""
        if self._drawn_for and not self.scrollable_content_region.width:
            self._drawn_for = HIDDEN
        for line in lines:
            self._held.append(line)
            self.write(self._text(line), scroll_end=self._following)

    def replace(self, lines: Iterable[LogLine]) -> None:
        """Shows these events instead."""
        self.clear()
        self._held.clear()
        self._following = True
        self.extend(lines)

    def on_resize(self, event: Resize) -> None:
        self._draw_for(event.size.width)
        self._follow()

    def on_show(self) -> None:
        self._draw_for(self.size.width)
        self._follow()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value >= self.max_scroll_y:
            self._following = True
        elif new_value < old_value:
            self._following = False

    def _follow(self) -> None:
        if self._following:
            self.scroll_end(animate=False, x_axis=False)

    def _draw_for(self, width: int) -> None:
        """Lines are cut or wrapped for a width: for another one they are drawn again."""
        if self._drawn_for not in (0, width):
            self.replace(list(self._held))
        self._drawn_for = width

    def _text(self, line: LogLine) -> Text:
        colours = self.app.theme_variables
        colour = colours[COLOURS[line.severity]]
        return Text.assemble(
            (day_before(line.at, self._clock()) + moment(line.at, seconds=True), "dim"),
            (f" {SIGNS[line.severity]} ", colour),
            (line.host, "bold"),
            ("  " + line.text, colour),
            overflow="fold" if self._whole else "ellipsis",
            no_wrap=not self._whole,
        )

    def tells(self, line: LogLine) -> bool:
        """True if the newest events are seen, and this one is not cut."""
        if not (self.display and self.size.height and self.is_vertical_scroll_end):
            return False
        return self._whole or self._text(line).cell_len <= self.scrollable_content_region.width
