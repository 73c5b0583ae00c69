"""Windows stand-ins for tests. What a test changes of a shared one, it puts back; else it makes its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from support.windows.host import WindowsHost
from support.windows.program import put_agent
from support.windows_console import WindowsConsole, put_console


@pytest.fixture
def make_windows() -> Iterator[Callable[..., WindowsHost]]:
    """Start a host with the arguments of `WindowsHost.start`; all are ended with the test."""
    with ExitStack() as stack:

        def make(**arguments: Any) -> WindowsHost:
            return stack.enter_context(WindowsHost.start(**arguments))

        yield make


@pytest.fixture
def windows(make_windows: Callable[..., WindowsHost]) -> WindowsHost:
    """A fresh, bare host with a user at its desktop."""
    return make_windows()


@pytest.fixture(scope="module")
def shared_windows() -> Iterator[WindowsHost]:
    """One host for all tests of a file."""
    with WindowsHost.start() as host:
        yield host


@pytest.fixture(scope="module")
def windows_desktop(shared_windows: WindowsHost) -> WindowsHost:
    """The shared host with the agent's files on it, for programs that run them on its desktop."""
    put_agent(shared_windows)
    return shared_windows


@pytest.fixture(scope="module")
def console(shared_windows: WindowsHost) -> WindowsConsole:
    """Somebody at a Windows PC who has the console."""
    put_console(shared_windows)
    return WindowsConsole(shared_windows)
