"""What holds for every test: nothing is skipped unnoticed, the user's own files are not touched.

Fixtures lie beside their tests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A test must not fail because the machine was busy.
settings.register_profile("deskconsole", deadline=None)
settings.load_profile("deskconsole")

_skipped: list[tuple[str, str]] = []


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever a test starts finds the console's files in a folder of its own, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESKCONSOLE_HOME", str(tmp_path_factory.mktemp("home")))
        yield


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember each skipped test; one that failed as it was expected to is none."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _remember(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A whole file can be skipped too, at its import."""
    if report.skipped:
        _remember(report)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test fails the run: a green run means that everything was tried."""
    if _skipped and os.environ.get("CI") and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the skipped tests, each with its reason."""
    if _skipped and os.environ.get("CI"):
        terminalreporter.section("skipped, which CI does not allow", red=True)
        for name, reason in _skipped:
            terminalreporter.line(f"{name}: {reason}")


def _remember(report: pytest.TestReport | pytest.CollectReport) -> None:
    # A skip's longrepr is (file, line, reason).
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    _skipped.append((report.nodeid, reason))
