"""The pane about one host: facts, and its picture beside or below them where there is room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.tui.text.detail import facts

from .breakpoints import BESIDE, WIDE
from .heights import PICTURE
from .lines import Lines
from .preview import PreviewPane

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR

FACTS, FACTS_OF_WIDE = 30, 46
"""Cells that the facts keep beside a picture, and those where there is room for more."""

GAP = 2


@dataclass(frozen=True, slots=True)
class DetailNeeds:
    """Lines that the pane can fill when it is `width` cells wide, without its title's."""

    width: int
    facts: int
    picture: int = 0
    """The most that the picture can fill; 0 where there is none."""
    beneath: bool = False
    """The picture stands below the facts."""
    ratio: float = 0.0
    """The picture's width by its height; 0: none is shown."""


class HostDetail(Container):
    """Everything about one host at a glance: `show` says how many lines it can fill, `lay_out` fills them.

    `below`: on a narrow screen the picture stands below the facts; else it is left out there.
    """

    def __init__(
        self,
        picture: Callable[[str, int, int], BGR | None],
        key_of: Callable[[str], str],
        *,
        below: bool = False,
    ) -> None:
        """`picture` has a host's newest, of at most so many pixels; `key_of` the key of an action."""
        super().__init__()
        self._picture = picture
        self._key_of = key_of
        self._below = below
        self._host = ""
        self._old = False

    def compose(self) -> ComposeResult:
        yield Lines("facts")
        yield PreviewPane()

    def show(self, host: Host | None, snapshot: Snapshot, now: float, width: int) -> DetailNeeds:
        """Shows the facts about one host, or nothing, in a pane `width` cells wide."""
        words = self.query_one(".facts", Lines)
        if host is None:
            self.border_title = None
            words.show([])
            return DetailNeeds(width, 0)
        self.border_title = Content(safe_text(host.name, 64))
        self._host, self._old = host.name, not snapshot.current
        pictured = (width >= BESIDE or self._below) and snapshot.picture_at is not None
        beneath = pictured and self._below and width < WIDE
        words.show_facts(facts(host, snapshot, now, self._key_of, narrow=pictured and not beneath))
        inner = width - 2
        if not pictured:
            return DetailNeeds(width, words.lines(inner))
        across, down = snapshot.size or (16, 9)
        ratio = across / max(1, down)
        if beneath:
            return DetailNeeds(width, words.lines(inner), int(inner / ratio / 2), beneath, ratio)
        widest = _widest(width)
        beside = min(widest, round(PICTURE * 2 * ratio))
        picture = max(1, int(widest / ratio / 2))
        return DetailNeeds(width, words.lines(inner - beside - GAP), picture, beneath, ratio)

    def show_group(self, title: str, lines: list[Content]) -> None:
        """Shows words about a group of hosts instead, and no picture."""
        self.border_title = Content(title)
        words = self.query_one(".facts", Lines)
        words.styles.height = "1fr"
        words.show(lines)
        self.query_one(PreviewPane).display = False

    def lay_out(self, needs: DetailNeeds, height: int) -> None:
        """Shares `height` lines, the title's line among them, between facts and picture."""
        words, preview = self.query_one(".facts", Lines), self.query_one(PreviewPane)
        lines = height - 1 - (needs.facts if needs.beneath else 0)
        preview.display = lines > 2 and needs.ratio > 0
        if not preview.display:
            words.styles.height = "1fr"
            return
        self.styles.layout = "vertical" if needs.beneath else "horizontal"
        room = needs.width - 2
        if not needs.beneath:
            room = min(_widest(needs.width), max(2, round(lines * 2 * needs.ratio)))
        preview.styles.width = room
        preview.styles.height = lines
        preview.styles.margin = (0, 0) if needs.beneath else (0, 0, 0, GAP)
        words.styles.height = "auto" if needs.beneath else "1fr"
        preview.show(self._picture(self._host, room, lines * 2), old=self._old)


def _widest(width: int) -> int:
    """The widest that a picture may be beside the facts."""
    return width - 2 - GAP - (FACTS if width < WIDE else FACTS_OF_WIDE)
