"""What holds for every test: nothing is skipped unnoticed, the user's own files are not touched.

Fixtures lie beside their tests.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import settings

from support import stand_in_tried
from support.windows_failures import WindowsFailures

# A test must not fail because the machine was busy.
settings.register_profile("deskconsole", deadline=None)
settings.load_profile("deskconsole")

_TESTS = Path(__file__).parent
_WINDOWS = _TESTS / "integration" / "windows"
_WINDOWS_LIMIT = 900
"""Seconds. Whichever test comes first builds the stand-in, the others wait for it."""
_LONGEST_FIRST = ("integration", "tui", "agent", "console", "docs")

_skipped: list[tuple[str, str]] = []
_stand_in = stand_in_tried.Outcomes()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--all`."""
    parser.addoption(
        "--all", action="store_true", help="also the long, and what is tried when it has changed"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Some tests cannot pass on Windows, and are listed."""
    if sys.platform == "win32":
        config.pluginmanager.register(WindowsFailures(_TESTS))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has not changed, and put the files in the order that keeps all workers busy."""
    if not (config.getoption("all") or stand_in_tried.is_due(config.args)):
        left_out = [item for item in items if item.path == stand_in_tried.SELF_TESTS]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item.path != stand_in_tried.SELF_TESTS]
    if not config.getoption("all"):
        left_out = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    windows = [path for path in files if path.is_relative_to(_WINDOWS)]
    others = sorted((path for path in files if path not in windows), key=_rank)
    # The Windows files take longest. The others come between them: not every worker then waits for the
    # first to build the stand-in, and what mostly waits runs beside what mostly computes.
    order = [path for pair in zip_longest(windows, others) for path in pair if path is not None]
    items[:] = [item for path in order for item in files[path]]
    for item in items:
        if item.path.is_relative_to(_WINDOWS) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(_WINDOWS_LIMIT))


def _rank(path: Path) -> int:
    folder = path.relative_to(_TESTS).parts[0] if path.is_relative_to(_TESTS) else ""
    return _LONGEST_FIRST.index(folder) if folder in _LONGEST_FIRST else len(_LONGEST_FIRST)


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever a test starts finds the console's files in a folder of its own, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESKCONSOLE_HOME", str(tmp_path_factory.mktemp("home")))
        # A worker has the size of no terminal in its environment, which would win over the tests' own.
        for name in ("COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _signals_as_at_a_terminal() -> Iterator[None]:
    """A job in the background, or under nohup, ignores signals, and so does all that it starts. The tests go
    on ignoring them, but with a handler: what they start then begins with the default, as at a terminal.
    """
    names = ("SIGINT", "SIGQUIT", "SIGHUP")  # Windows has the first
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    ignored = [number for number in numbers if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, lambda _number, _frame: None)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember each skipped test; one that failed as it was expected to is none."""
    _stand_in.note(report)
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
    if session.config.getoption("all") and not hasattr(session.config, "workerinput"):
        _stand_in.keep()


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
