"""`deskconsole doctor`: a host examined step by step, each finding printed as it comes."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.safe_text import safe_text
from deskconsole.diagnosis.findings import DoctorStep, Finding, Outcome, first_bad
from deskconsole.wording.steps import step_words

from .many import run_on_each
from .options import Json
from .selection import JOBS, AllHosts, HostNames, InGroup, Jobs, select
from .terminal import print_line, terminal_questions

if TYPE_CHECKING:
    from deskconsole.app.parallel import Cancellation
    from deskconsole.app.results import DoctorResult
    from deskconsole.bootstrap.facts import HostFacts
    from deskconsole.common.paths import Paths
    from deskconsole.common.progress import Progress
    from deskconsole.inventory.host import Host


def doctor(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
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
    jobs: Jobs = JOBS,
    json: Json = False,
) -> None:
    """Find out what keeps a host's desktop from being seen.

    Every step of reaching it is checked, and the first problem reported. The agent is sent and started,
    because only that proves that it works. A host that had no deskconsole files is left without any. With
    --no-launch nothing there changes. Of several hosts only the first problem of each is printed.

    \b
    Examples:
      deskconsole doctor lab-01
      deskconsole doctor alice@10.0.3.7 --no-launch --json
      deskconsole doctor lab-01 --report lab-01.txt
      deskconsole doctor --group lab
    """
    from deskconsole.picture.opencv import require_opencv

    require_opencv()
    from deskconsole.app.results import DoctorResult
    from deskconsole.common.paths import Paths
    from deskconsole.diagnosis.examination import examine
    from deskconsole.ssh.secrets import OpenedKeys

    paths = Paths.default()
    chosen = select(hosts, group, everything, paths)
    if report is not None and chosen.several:
        raise ConfigurationError(
            "--report is for one host", remedy="Run the command once for each host that needs a report."
        )
    lines = FindingLines(quiet=json or chosen.several)
    questions = terminal_questions()
    keys = OpenedKeys()
    wrong: list[Finding] = []

    def work(host: Host, cancellation: Cancellation) -> DoctorResult:
        facts: list[HostFacts] = []
        findings = examine(
            host,
            questions,
            paths,
            report=lines.report,
            cancelled=cancellation.event,
            begun=lines.begun,
            launching=launch,
            seen=facts.append,
            keys=keys,
        )
        if report is not None:
            _write(report, host, paths, findings, facts)
        if (first := first_bad(findings)) is not None:
            wrong.append(first)
        return DoctorResult.of(host.name, findings)

    run_on_each(
        chosen.hosts,
        work,
        lines.summary,
        several=chosen.several,
        jobs=jobs,
        json=json,
        good=lambda result: result.healthy,
    )
    if wrong:
        sys.exit(wrong[0].exit_code)


def _write(path: Path, host: Host, paths: Paths, findings: list[Finding], facts: list[HostFacts]) -> None:
    """Writes the report for others. Raises ConfigurationError where that cannot be."""
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

    def summary(self, result: DoctorResult) -> None:
        """The last lines: what it comes to, and the remedy where the findings were not printed."""
        self._clear()
        host = safe_text(result.host)
        wrong = next((one for one in result.findings if one.step == result.first_bad), None)
        if wrong is None:
            print_line(f"{host} is healthy")
            return
        print_line(f"{host} is not healthy. First problem: {wrong.step}")
        remedy = self._wrapped(wrong.remedy) if self._quiet and wrong.remedy else []
        for line in [*self._wrapped(wrong.sentence), *remedy]:
            print_line(f"  {line}")

    def _clear(self) -> None:
        if self._live:
            typer.echo("\r\x1b[K", err=True, nl=False)

    def _wrapped(self, text: str) -> list[str]:
        return textwrap.wrap(safe_text(text, 1000), max(self._width - _INDENT, 30)) or [""]
