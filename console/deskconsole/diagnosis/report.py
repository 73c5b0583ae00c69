"""Writes an examination so that a stranger may read it: without names, addresses, users and their folders."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

import deskconsole
from deskconsole.bootstrap.facts import HostFacts
from deskconsole.common.safe_text import safe_text

from .findings import DoctorStep, Finding, Outcome
from .private_words import PrivateWords

_PRIVATE = {
    DoctorStep.NAME,
    DoctorStep.PORT,
    DoctorStep.HOST_KEY,
    DoctorStep.AUTHENTICATION,
    DoctorStep.FILES,
}
"""Steps whose sentence says hardly more than names, where all is well."""


def report(findings: Sequence[Finding], facts: HostFacts | None, private: PrivateWords) -> str:
    """The text of the file; `facts` are the last ones that were seen."""
    lines = [
        "Names, addresses, users and their folders are replaced. Read it before you send it.",
        "",
        f"console: deskconsole {deskconsole.__version__}, Python {sys.version.split()[0]}, {sys.platform}",
        *([] if facts is None else _host(facts, private)),
        "",
    ]
    for finding in findings:
        lines.append(
            f"{finding.outcome:<9} {finding.step:<15} {finding.seconds:6.2f} s  {_told(finding, private)}"
        )
        if finding.remedy:
            lines.append(f"{'':36}{_line(finding.remedy, private)}")
    return "\n".join(lines) + "\n"


def _host(facts: HostFacts, private: PrivateWords) -> list[str]:
    # Where no word is a person's, none is replaced: a user may be named like one of them.
    python = ".".join(map(str, facts.python_version)) if facts.python else "none"
    rows = [
        ("host", f"{facts.platform} {facts.build}".strip() + f", {facts.machine}, Python {python}"),
        ("shell", facts.shell),
        ("administrator", "" if facts.elevated is None else str(facts.elevated).lower()),
        ("deployed", ", ".join(part.name + ("" if part.intact else " (damaged)") for part in facts.deployed)),
        ("agents", str(len(facts.agents))),
        ("silence", private.hidden(facts.silence)),
    ]
    rows += [
        ("session", f"{one.number} {private.hidden(one.station)} {one.state}{', own' if one.own else ''}")
        for one in facts.sessions
    ]
    return [f"{name}: {safe_text(text, 1000)}" for name, text in rows if text]


def _told(finding: Finding, private: PrivateWords) -> str:
    if finding.outcome is Outcome.GOOD and finding.step in _PRIVATE:
        banner = re.match(r"(SSH-[\d.]+-)([\w.-]+)", finding.sentence)
        return banner[1] + private.hidden(banner[2]) if banner else ""
    return _line(finding.sentence, private)


def _line(text: str, private: PrivateWords) -> str:
    return safe_text(private.hidden(text), 1000)
