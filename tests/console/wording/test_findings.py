"""Sentences of findings: how they are written; which of them is true is tested with diagnosis."""

from __future__ import annotations

import pytest

from deskconsole.bootstrap.facts import DesktopSession, DesktopWord, HostFacts, Launched
from deskconsole.wording import findings
from deskconsole.wording.findings import Doubt

FACTS = HostFacts(
    host="lab",
    platform="Windows",
    machine="ARM64",
    python="python3",
    python_version=(3, 13, 5),
    home="/home/ann",
    root="/home/ann/.cache/deskconsole",
    folder=".cache/deskconsole",
    free=50_000_000_000,
    user="ann",
)
BEN = DesktopSession(3, "", "ben", "S-1-5-21-2", "active", own=False)
AGENT = Launched(port=5000, token=b"", pid=42, version="0.1.0", reused=False)
WORD = DesktopWord(2, "WinSta0", "Default", "live", "", (1920, 1080), flat=False)

DOUBTS = [
    *(value for value in vars(findings).values() if isinstance(value, Doubt)),
    findings.emulated(FACTS),
    findings.rights_unknown("ann"),
    findings.no_administrator("ann"),
    findings.another_user(BEN, ""),
    findings.room_unknown(FACTS, 1_000_000),
    findings.damaged(["agent-1"]),
    findings.interrupted(["agent-1.part"], []),
    findings.picture_flat((4, 3)),
    findings.kept(["agent-1"]),
]


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda doubt: doubt.sentence[:40])
def test_a_doubt_is_a_clause_and_its_remedy_a_sentence(doubt: Doubt) -> None:
    assert not doubt.sentence.endswith(".")
    assert not doubt.remedy or doubt.remedy.endswith(".")


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        (findings.linux(FACTS), "Windows, ARM64, Python 3.13.5 at python3"),
        (findings.windows(FACTS), "Windows, ARM64"),
        (findings.x_display(":0", "", []), ":0"),
        (findings.x_display(":0", "lightdm", [":1", ":2"]), ":0 (lightdm); others: :1, :2"),
        (findings.logged_on(BEN), "ben is logged on in session 3 (active)"),
        (findings.room(FACTS.root, 50_000_000_000), "50.0 GB are free at /home/ann/.cache/deskconsole"),
        (findings.deployed(["agent-1"], 0), "agent-1; no agent runs"),
        (findings.deployed(["agent-1", "packages-1"], 2), "agent-1, packages-1; 2 agents run"),
        (findings.sent(["packages-1", "agent-1"], 1_500_000), "packages-1 and agent-1, 1.5 MB sent"),
        (findings.sent(["agent-1"], 0), "agent-1 already installed and intact"),
        (findings.agent_session(AGENT, WORD), "the agent (process 42) runs in session 2, WinSta0\\Default"),
        (findings.token_taken(), "the agent accepted the token"),
        (findings.token_taken("Linux"), "the agent accepted the token: Linux"),
        (findings.picture((1024, 768)), "1024x768"),
    ],
)
def test_a_good_finding_says_what_was_found(got: str, sentence: str) -> None:
    assert got == sentence
