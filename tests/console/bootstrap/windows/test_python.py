"""The remedy where a Windows host's Python gives no answer, by the words in its place."""

from __future__ import annotations

import pytest

from deskconsole.bootstrap.windows.python import remedy_for


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
