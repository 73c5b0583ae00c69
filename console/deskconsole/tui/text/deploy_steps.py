"""The way to a host's first picture as lines: each step with its sign, its bytes and its time. No widgets."""

from __future__ import annotations

from textual.content import Content

from deskconsole.common.figures import bar, fit, lasted, percent, rate, remaining, size
from deskconsole.common.safe_text import safe_text
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE, UNDER_WAY, State
from deskconsole.session.steps import SessionStep, StepOutcome
from deskconsole.tui.view import FleetView
from deskconsole.wording.status import WHOLE, Kind, look
from deskconsole.wording.steps import step_words

from .colours import COLOURS, FAINT, MUTED

SIGNS = {
    StepOutcome.RUNNING: ("◐", COLOURS[Kind.UNDER_WAY]),
    StepOutcome.DONE: ("✓", COLOURS[Kind.LIVE]),
    StepOutcome.FAILED: ("✖", COLOURS[Kind.BAD]),
}

AMOUNT, RATE, TIME = 9, 11, 10
"""Cells of the three columns on the right."""


def steps(snapshot: Snapshot, width: int) -> list[Content]:
    """The steps of the last attempt, each in `width` cells."""
    return [line for step in snapshot.steps for line in _step(step, width)]


def words(snapshot: Snapshot, now: float) -> list[Content]:
    """The words about the last of them: the reason why it goes no further, and the remedy."""
    seen = look(snapshot, now)
    if seen.kind is Kind.LIVE:
        return []
    said = [f"{seen.word}: {safe_text(snapshot.cause, WHOLE)}"] if snapshot.cause else []
    if snapshot.state is State.RETRYING:
        said = [seen.text]
    elif snapshot.advice:
        said.append(safe_text(snapshot.advice, WHOLE))
    first = COLOURS[seen.kind]
    return [Content.styled(text, first if index == 0 else "") for index, text in enumerate(said)]


def summary(snapshot: Snapshot) -> Content:
    """All steps together, in one line."""
    seconds = lasted(sum(step.seconds for step in snapshot.steps))
    arrived = bool(snapshot.steps) and snapshot.steps[-1].outcome is StepOutcome.DONE
    if snapshot.state in LIVE and arrived:
        return Content.assemble(("● ", COLOURS[Kind.LIVE]), f"first picture after {seconds}")
    if snapshot.state in UNDER_WAY | LIVE:
        return Content.styled(f"{seconds} so far", MUTED)
    return Content.styled(f"ended after {seconds}" if snapshot.steps else "not begun yet", MUTED)


def beside(view: FleetView, name: str, width: int) -> str:
    """The other hosts that are on their way, in one line; empty where there are none."""
    others = []
    for host in view.hosts:
        snapshot = view.snapshot(host.name)
        if host.name != name and snapshot.state in UNDER_WAY:
            seen = look(snapshot, view.now)
            others.append(f"{safe_text(host.name, 64)} {seen.tight or seen.text}")
    return fit(f"also on their way: {'; '.join(others)}", width).rstrip() if others else ""


def _step(step: SessionStep, width: int) -> list[Content]:
    sign, colour = SIGNS[step.outcome]
    running = step.outcome is StepOutcome.RUNNING
    measured = running and step.total > 0
    amount = size(step.done) if step.total and not running else ""
    speed = rate(step.rate) if step.rate and not running else ""
    right = f"{amount:>{AMOUNT}}{speed:>{RATE}}" if amount else ""
    right += f"{lasted(step.seconds):>{TIME}}"
    name = fit(safe_text(step_words(step.id, step.subject), 80), width - 2 - len(right))
    style = "" if step.outcome is StepOutcome.DONE else f"bold {colour}"
    line = Content.assemble((f"{sign} ", colour), (name, style), (right, MUTED))
    return [line, _measured(step, width)] if measured else [line]


def _measured(step: SessionStep, width: int) -> Content:
    """The line below a step that runs: how far, how fast, how long yet."""
    figures = f"  {percent(step.done / step.total)}   {size(step.done)} of {size(step.total)}"
    if step.rate > 0:
        figures += f"   {rate(step.rate)}"
    if left := remaining(step.done, step.total, step.rate):
        figures += f"   {left}"
    room = max(8, width - 2 - len(figures))
    full = bar(step.done, step.total, room, "█")
    return Content.assemble("  ", (full, "$primary"), ("░" * (room - len(full)), FAINT), figures)
