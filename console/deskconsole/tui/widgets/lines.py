"""Lines of text that are drawn again only when they changed."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from deskconsole.tui.text.detail import Facts, flow


class Lines(Widget):
    """Lines, or facts that share lines, that are drawn again only when they changed."""

    def __init__(self, classes: str) -> None:
        super().__init__(classes=classes)
        self._facts: list[Facts] = []

    def show(self, lines: list[Content]) -> None:
        self.show_facts([[line] for line in lines])

    def show_facts(self, lines: list[Facts]) -> None:
        before = [fact for line in self._facts for fact in line]
        after = [fact for line in lines for fact in line]
        same = [len(line) for line in lines] == [len(line) for line in self._facts]
        if not (same and all(map(Content.is_same, before, after))):
            self._facts = lines
            self.refresh(layout=self.styles.is_auto_height)

    def lines(self, width: int) -> int:
        """Returns the number of lines that it needs in `width` cells."""
        return len(flow(self._facts, width)) if width > 0 else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return self.lines(width)

    def render(self) -> Content:
        return Content("\n").join(flow(self._facts, max(1, self.content_size.width)))
