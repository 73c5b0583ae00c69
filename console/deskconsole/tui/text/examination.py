"""One examination of a host as it goes on: what was found, what it is at, and how that reads. No widgets.

Written by the examining thread, read by the screen.
"""

from __future__ import annotations

import time

from textual.content import Content

from deskconsole.common.errors import DeskconsoleError
from deskconsole.common.figures import lasted, percent
from deskconsole.common.progress import Progress
from deskconsole.common.safe_text import safe_text
from deskconsole.diagnosis import Finding, Outcome
from deskconsole.wording.status import WHOLE, Kind
from deskconsole.wording.steps import step_words

from .colours import COLOURS, MUTED

SIGNS = {Outcome.GOOD: "✓", Outcome.DOUBTFUL: "▲", Outcome.BAD: "✖", Outcome.SKIPPED: "·"}

TINTS = {
    Outcome.GOOD: COLOURS[Kind.LIVE],
    Outcome.DOUBTFUL: COLOURS[Kind.ATTENTION],
    Outcome.BAD: COLOURS[Kind.BAD],
    Outcome.SKIPPED: MUTED,
}

"""Characters of a sentence at most; it may quote the host."""


class Examination:
    """`findings` only grows; `finish` is called once, with what broke it off if something did."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._begun = time.monotonic()
        self._ended: float | None = None
        self._at: tuple[str, Progress | None] | None = None
        self._failure: DeskconsoleError | None = None

    @property
    def running(self) -> bool:
        return self._ended is None

    @property
    def first_bad(self) -> Finding | None:
        """The one to be dealt with: those after it may be its consequences."""
        return next((one for one in list(self.findings) if one.outcome is Outcome.BAD), None)

    def begin(self, step: str, progress: Progress | None) -> None:
        """It is at this step now."""
        self._at = step, progress

    def finish(self, failure: DeskconsoleError | None) -> None:
        self._failure = failure
        self._ended = time.monotonic()

    def verdict(self) -> list[Content]:
        """The state in a line: under way, all is well, or the first thing that is wrong."""
        seconds = lasted((self._ended or time.monotonic()) - self._begun)
        found = list(self.findings)
        bad = self.first_bad
        if self.running:
            words = f"step {len(found) + 1}{self._doing()}, {seconds} so far"
            return [Content.styled(f"◐ {words}", COLOURS[Kind.UNDER_WAY])]
        if bad is not None:
            words = f"✖ {safe_text(bad.step, 40)} is the first problem"
            return [Content.assemble((words, f"bold {COLOURS[Kind.BAD]}"), (f"   {seconds}", MUTED))]
        if self._failure is not None:
            text = f"✖ {safe_text(self._failure.whole, WHOLE)}"
            return [Content.styled(text, f"bold {COLOURS[Kind.BAD]}")]
        doubts = sum(one.outcome is Outcome.DOUBTFUL for one in found)
        if doubts:
            words = f"▲ it works; {doubts} of {len(found)} steps deserve{'s' if doubts == 1 else ''} a look"
            return [Content.assemble((words, f"bold {COLOURS[Kind.ATTENTION]}"), (f"   {seconds}", MUTED))]
        words = f"● nothing is wrong, {len(found)} steps"
        return [Content.assemble((words, f"bold {COLOURS[Kind.LIVE]}"), (f"   {seconds}", MUTED))]

    def _doing(self) -> str:
        if self._at is None:
            return ""
        step, progress = self._at
        words = f", {safe_text(step, 40)}"
        if progress is not None:
            words += f": {safe_text(step_words(progress.step, progress.subject), 60)}"
            if progress.total:
                words += f" {percent(progress.done / progress.total)}"
        return words

    def report(self) -> str:
        """All of it as plain text, to be passed on."""
        lines = []
        for one in list(self.findings):
            line = f"{SIGNS[one.outcome]} {safe_text(one.step, 40):<15} {safe_text(one.sentence, WHOLE)}"
            lines.append(f"{line} ({lasted(one.seconds)})" if one.seconds else line)
            if one.remedy:
                lines.append(f"{'':<18}{safe_text(one.remedy, WHOLE)}")
        return "\n".join([*lines, *(content.plain for content in self.verdict())])
