"""`deskconsole doctor`: a host examined step by step, each finding printed as it comes."""

from __future__ import annotations

import shutil
import sys
import textwrap
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deskconsole.common.safe_text import safe_text
from deskconsole.diagnosis.findings import DoctorStep, Finding, Outcome, first_bad
from deskconsole.wording.steps import step_words

from .options import HostName, Json
from .terminal import print_json, print_line, terminal_questions

if TYPE_CHECKING:
    from deskconsole.bootstrap.facts import HostFacts
    from deskconsole.common.paths import Paths
    from deskconsole.common.progress import Progress
    from deskconsole.inventory.host import Host


def doctor(
    host: HostName,
    *,
    launch: Annotated[
        bool,
        typer.Option(
            "--launch/--no-launch", help="Send and start the agent too, or only look.", show_default=True
        ),
    ] = True,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write what was found there too, names and addresses replaced.",
            dir_okay=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Check every step of reaching a host's desktop and report the first problem.

    The agent is sent and started, because only that proves that it works. A host that had no deskconsole
    files is left without any. With --no-launch nothing there changes.

    \b
    Examples:
      deskconsole doctor lab-01
      deskconsole doctor alice@10.0.3.7 --no-launch --json
      deskconsole doctor lab-01 --report lab-01.txt
    """
    from deskconsole.picture.opencv import require_opencv

    require_opencv()
    from deskconsole.common.paths import Paths
    from deskconsole.diagnosis.examination import examine

    from .targets import find_host

    paths = Paths.default()
    found = find_host(host, paths)
    lines = FindingLines(quiet=json)
    facts: list[HostFacts] = []
    findings = examine(
        found,
        terminal_questions(),
        paths,
        report=lines.report,
        cancelled=threading.Event(),
        begun=lines.begun,
        launching=launch,
        seen=facts.append,
    )
    if report is not None:
        _write(report, found, paths, findings, facts)
    wrong = first_bad(findings)
    if json:
        from deskconsole.app.results import DoctorResult

        print_json(DoctorResult.of(found.name, findings))
    else:
        lines.summary(found.name, wrong)
    if wrong is not None:
        sys.exit(wrong.exit_code)


def _write(path: Path, host: Host, paths: Paths, findings: list[Finding], facts: list[HostFacts]) -> None:
    """Writes the report for others. Raises ConfigurationError where that cannot be."""
    from deskconsole.common.errors import ConfigurationError
    from deskconsole.diagnosis import report
    from deskconsole.diagnosis.private_words import PrivateWords

    private = PrivateWords(host, folders=(paths.config, paths.data, paths.cache, paths.log))
    for one in facts:
        private.learn(one)
    try:
        path.write_text(report.report(findings, facts[-1] if facts else None, private), "utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}", remedy="Name another file after --report."
        ) from error


SIGNS = {Outcome.GOOD: "✓", Outcome.DOUBTFUL: "▲", Outcome.BAD: "✖", Outcome.SKIPPED: "·"}
"""Before the word that says the same; never a colour alone."""

_COLOURS = {
    Outcome.GOOD: "green",
    Outcome.DOUBTFUL: "yellow",
    Outcome.BAD: "red",
    Outcome.SKIPPED: "bright_black",
}
_INDENT = 2 + max(map(len, Outcome)) + 2 + max(map(len, DoctorStep)) + 2


class FindingLines:
    """Prints findings as they come, and on a terminal what is under way until the next one does."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._live = not quiet and sys.stderr.isatty()
        self._width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000

    def begun(self, step: DoctorStep, progress: Progress | None) -> None:
        """Says that a step is under way, in a line that the next one takes away."""
        if not self._live:
            return
        text = f"◐ {step} ..."
        if progress is not None:
            share = f" {100 * progress.done // progress.total} %" if progress.total else ""
            rate = f", {progress.rate / 1e6:.1f} MB/s" if progress.rate else ""
            text = f"◐ {step}: {safe_text(step_words(progress.step, progress.subject))}{share}{rate}"
        self._clear()
        typer.echo(text[: self._width - 1], err=True, nl=False)

    def report(self, finding: Finding) -> None:
        """The finding in a line or a few, its remedy below it."""
        if self._quiet:
            return
        self._clear()
        outcome = finding.outcome
        sign = typer.style(f"{SIGNS[outcome]} {outcome:<{max(map(len, Outcome))}}", fg=_COLOURS[outcome])
        head, *more = self._wrapped(finding.sentence)
        print_line(f"{sign}  {finding.step:<{max(map(len, DoctorStep))}}  {head}")
        for line in [*more, *(self._wrapped(finding.remedy) if finding.remedy else [])]:
            print_line(" " * _INDENT + line)

    def summary(self, host: str, wrong: Finding | None) -> None:
        """The last line: what it comes to."""
        self._clear()
        if wrong is None:
            print_line(f"{safe_text(host)} is healthy")
        else:
            print_line(f"{safe_text(host)} is not healthy. First problem: {wrong.step}")
            for line in self._wrapped(wrong.sentence):
                print_line(f"  {line}")

    def _clear(self) -> None:
        if self._live:
            typer.echo("\r\x1b[K", err=True, nl=False)

    def _wrapped(self, text: str) -> list[str]:
        return textwrap.wrap(safe_text(text, 1000), max(self._width - _INDENT, 30)) or [""]
