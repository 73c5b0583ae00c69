"""When the Windows stand-in's own self-tests are due: where its sources differ from those that last passed.

The digest of those sources is kept in the repository, in tests/winhost/tried. `scripts/test --all` writes it
after the self-tests have passed. A change of the stand-in that does not come with a new digest has its
self-tests run every time, in a fresh clone too: forgetting it costs a minute, and hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from winhost.cache import contents

_TESTS = Path(__file__).resolve().parents[1]
SELF_TESTS = _TESTS / "integration" / "windows" / "test_stand_in.py"
_TRIED = _TESTS / "winhost" / "tried"


def is_due(arguments: Iterable[str]) -> bool:
    """Whether the self-tests are to run; `arguments` are pytest's: who names their file wants them."""
    named = any(Path(argument.partition("::")[0]).resolve() == SELF_TESTS for argument in arguments)
    return named or not _TRIED.exists() or _TRIED.read_text().strip() != _digest()


def _digest() -> str:
    parts = [path for path in (_TESTS / "winhost").rglob("*") if path.suffix in {".py", ".c"}]
    return contents(*parts, SELF_TESTS, *(_TESTS / "support" / "windows").glob("*.py"))


class Outcomes:
    """How the self-tests went in this run."""

    def __init__(self) -> None:
        self._passed = 0
        self._failed = 0

    def note(self, report: pytest.TestReport) -> None:
        """Counts a report if it is one of theirs."""
        if report.nodeid.partition("::")[0].endswith(SELF_TESTS.name):
            self._passed += report.passed
            self._failed += report.failed or report.skipped

    def keep(self) -> None:
        """Writes the digest if all of them passed."""
        if self._passed and not self._failed:
            _TRIED.write_text(f"{_digest()}\n")
