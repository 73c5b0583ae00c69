"""The tests of the agent and the console, and a new user's TUI, in the real Windows Python.

What cannot pass there is in tests/windows_failures.toml.
"""

from __future__ import annotations

import pytest

from support.windows.host import WindowsHost
from support.windows_console import WindowsConsole, put_clone

FAST = ("tests/console/common", "tests/console/inventory/test_lock.py", "tests/tui/test_new_user.py")


@pytest.fixture(scope="module")
def clone(shared_windows: WindowsHost) -> WindowsConsole:
    """Somebody at a Windows PC who works on the product."""
    put_clone(shared_windows)
    return WindowsConsole(shared_windows)


def test_what_the_system_may_change_passes_on_windows(clone: WindowsConsole) -> None:
    said = clone.pytest(*FAST, timeout=300)
    assert said.code == 0, said.stdout[-20_000:]


@pytest.mark.long
@pytest.mark.timeout(1900)
def test_all_unit_tests_pass_on_windows(clone: WindowsConsole) -> None:
    said = clone.pytest("tests/agent", "tests/console", timeout=1800)
    assert said.code == 0, said.stdout[-20_000:]
