"""An action on many hosts in words: its progress, and the report with failures grouped by their reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from deskconsole.common.errors import sentence
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.tui.bulk import OPEN, BulkItem, BulkRun, ItemState
from deskconsole.wording.status import WHOLE, Kind

from .colours import COLOURS, MUTED

ELSE = "…"
"""Stands for a host's own name and address where several hosts have the same reason."""

_BAR = "━"


def summary(run: BulkRun) -> str:
    """`connect: 7 done, 2 failed, 1 under way`"""
    counts = {state: len(run.of(state)) for state in ItemState}
    shown = {
        "done": counts[ItemState.DONE],
        "failed": counts[ItemState.FAILED],
        "skipped": counts[ItemState.SKIPPED],
        "cancelled": counts[ItemState.CANCELLED],
        "under way": counts[ItemState.RUNNING],
        "waiting": counts[ItemState.WAITING],
    }
    words = ", ".join(f"{number} {word}" for word, number in shown.items() if number or word == "done")
    return f"{run.action.title.lower()}: {words}"


def bar(run: BulkRun, width: int) -> Content:
    """One line: the part that ended, green where all of it went well."""
    ended = len(run.items) - len(run.of(*OPEN))
    bad = len(run.of(ItemState.FAILED, ItemState.CANCELLED))
    full = width * ended // len(run.items)
    wrong = min(full, -(-width * bad // len(run.items)))
    return Content.assemble(
        (_BAR * (full - wrong), COLOURS[Kind.LIVE]),
        (_BAR * wrong, COLOURS[Kind.BAD]),
        (_BAR * (width - full), "$foreground 20%"),
    )


def report(run: BulkRun, doing: Mapping[str, str]) -> list[Content]:
    """Returns the report's lines, the worst first; `doing`: what hosts under way do, by name, safe text."""
    lines: list[Content] = []
    for (reason, remedy), items in _grouped(run.of(ItemState.FAILED)):
        lines += _block("✖", COLOURS[Kind.BAD], sentence(reason, remedy), items)
    for item in run.of(ItemState.RUNNING):
        name, said = safe_text(item.host.name, 64), doing.get(item.host.name, "")
        lines.append(Content.assemble(("◐ ", COLOURS[Kind.UNDER_WAY]), (name, "bold"), f"  {said}"))
    if waiting := run.of(ItemState.WAITING):
        lines += _block("◌", MUTED, "waiting for the others", waiting)
    if cancelled := run.of(ItemState.CANCELLED):
        lines += _block("◌", COLOURS[Kind.ATTENTION], "cancelled", cancelled)
    for (text, _), items in _grouped(run.of(ItemState.SKIPPED)):
        lines += _block("–", MUTED, f"skipped: {text}", items)
    for (text, _), items in _grouped(run.of(ItemState.DONE)):
        lines += _block("✔", COLOURS[Kind.LIVE], text or "done", items)
    return lines


def as_text(run: BulkRun) -> str:
    """The report for a mail or a ticket."""
    return "\n".join([summary(run), *(line.plain for line in report(run, {}))]) + "\n"


def _grouped(items: Sequence[BulkItem]) -> list[tuple[tuple[str, str], list[BulkItem]]]:
    """Hosts with the same reason together, the largest group first."""
    groups: dict[tuple[str, str], list[BulkItem]] = {}
    for item in items:
        groups.setdefault((_common(item.text, item.host), _common(item.remedy, item.host)), []).append(item)
    for common, members in list(groups.items()):
        if len(members) == 1:  # its own words, with its name and address
            (only,) = groups.pop(common)
            groups[safe_text(only.text, WHOLE), safe_text(only.remedy, WHOLE)] = [only]
    return sorted(groups.items(), key=lambda group: -len(group[1]))


def _common(text: str, host: Host) -> str:
    """A sentence without what is of this host alone, so that hosts with the same fault are told together."""
    for own in sorted({host.name, host.target, host.address}, key=len, reverse=True):
        if own:
            text = text.replace(own, ELSE)
    port = f"{ELSE}:{host.port}" if host.port else ""
    return safe_text(text.replace(port, ELSE) if port else text, WHOLE)


def _block(sign: str, colour: str, text: str, items: Sequence[BulkItem]) -> list[Content]:
    names = ", ".join(safe_text(item.host.name, 64) for item in items)
    if len(items) == 1:
        return [Content.assemble((f"{sign} ", colour), (names, "bold"), f"  {text}")]
    head = Content.assemble((f"{sign} ", colour), (f"{len(items)} hosts  ", "bold"), text)
    return [head, Content.styled(f"    {names}", MUTED)]
