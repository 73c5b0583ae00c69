"""The remedy where a Windows host's Python gives no answer or refuses, by the words in its place."""

from __future__ import annotations

import pytest

from deskconsole.bootstrap.answers import Refusal
from deskconsole.bootstrap.windows.python import remedy_for
from deskconsole.bootstrap.windows.start import _refused


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("Der Pfad kann nicht durchlaufen werden. (0x800701C0)", "a junction that a user made"),
        ("[WinError 448] The path cannot be traversed", "a junction that a user made"),
        ("Eine Anwendungssteuerungsrichtlinie hat diese Datei blockiert (4551)", "Smart App Control"),
        ("it ended with exit code 14480 and said nothing", "Smart App Control"),
    ],
)
def test_a_junction_that_windows_no_longer_follows_is_told_from_a_policy(said: str, remedy: str) -> None:
    assert remedy in remedy_for(said)


@pytest.mark.parametrize(
    ("refusal", "remedy"),
    [
        (
            Refusal("the agent ended at once", log=("ImportError: DLL load failed: 4551", "")),
            "Smart App Control",
        ),
        (Refusal("Zugriff verweigert (error 1260): pythonw.exe"), "Smart App Control"),
        (Refusal("Der Pfad kann nicht durchlaufen werden (error 448)"), "a junction that a user made"),
        (Refusal("the agent did not get ready in time"), "Look at the host's desktop session"),
    ],
)
def test_a_launch_that_a_policy_or_a_junction_ends_says_what_helps(refusal: Refusal, remedy: str) -> None:
    assert remedy in _refused("lab-01", refusal).remedy
