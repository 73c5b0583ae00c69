"""The pane about one host: facts, and its picture beside or below them where there is room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.tui.text.detail import facts
from deskconsole.tui.widgets.heights import PICTURE

from .lines import Lines
from .preview import PreviewPane

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR

BESIDE = 68
"""Cells of width from which a picture has room beside the facts."""

FACTS, FACTS_OF_WIDE = 30, 46
"""Cells that the facts keep beside a picture, and those where there is room for more."""

WIDE = 104

GAP = 2


class HostDetail(Container):
    """Everything about one host at a glance: `show` it, ask what it needs, then `lay_out` it.

    `below`: on a narrow screen the picture stands below the facts; else it is left out there.
    """

    def __init__(self, *, below: bool = False) -> None:
        super().__init__()
        self._below = below
        self._ratio: float | None = None
        self._picture: Callable[[int, int], BGR | None] = lambda _width, _height: None
        self._old = False

    def compose(self) -> ComposeResult:
        yield Lines("facts")
        yield PreviewPane()

    def show(
        self,
        host: Host | None,
        snapshot: Snapshot | None,
        now: float,
        picture: Callable[[str, int, int], BGR | None],
        width: int,
    ) -> None:
        """Shows one host, or nothing, in a pane `width` cells wide.

        `picture` has a host's newest, of at most so many pixels.
        """
        self._ratio = None
        if host is None or snapshot is None:
            self.border_title = None
            self.query_one(".facts", Lines).show([])
            return
        self.border_title = Content(safe_text(host.name, 64))
        name = snapshot.host
        self._picture = lambda width, height: picture(name, width, height)
        self._old = not snapshot.current
        if self._picture(2, 2) is not None:
            across, down = snapshot.size or (16, 9)
            self._ratio = across / max(1, down)
        beside = self._pictured(width) and not self.beneath(width)
        self.query_one(".facts", Lines).show_facts(facts(host, snapshot, now, narrow=beside))

    def needs(self, width: int) -> tuple[int, int]:
        """Lines of the facts and lines that the picture can fill, in a pane `width` cells wide."""
        inner = width - 2
        words = self.query_one(".facts", Lines)
        if self._ratio is None or not self._pictured(width):
            return words.lines(inner), 0
        if self.beneath(width):
            return words.lines(inner), int(inner / self._ratio / 2)
        beside = min(self._widest(width), round(PICTURE * 2 * self._ratio))
        return words.lines(inner - beside - GAP), max(1, int(self._widest(width) / self._ratio / 2))

    def lay_out(self, width: int, height: int) -> None:
        """Shares `width` cells and `height` lines, the title's line among them, between facts and picture."""
        words, preview = self.query_one(".facts", Lines), self.query_one(PreviewPane)
        lines = height - 1
        beneath = self.beneath(width)
        if beneath:
            lines -= words.lines(width - 2)
        preview.display = lines > 2 and self._pictured(width)
        if not preview.display or self._ratio is None:
            words.styles.height = "1fr"
            return
        self.styles.layout = "vertical" if beneath else "horizontal"
        room = width - 2 if beneath else min(self._widest(width), max(2, round(lines * 2 * self._ratio)))
        preview.styles.width = room
        preview.styles.height = lines
        preview.styles.margin = (0, 0) if beneath else (0, 0, 0, GAP)
        words.styles.height = "auto" if beneath else "1fr"
        preview.show(self._picture(room, lines * 2), old=self._old)

    def _pictured(self, width: int) -> bool:
        return self._ratio is not None and (width >= BESIDE or self._below)

    def beneath(self, width: int) -> bool:
        """The picture stands below the facts, in a pane `width` cells wide."""
        return self._below and width < WIDE and self._ratio is not None

    @staticmethod
    def _widest(width: int) -> int:
        """The widest that a picture may be beside the facts."""
        return width - 2 - GAP - (FACTS if width < WIDE else FACTS_OF_WIDE)
