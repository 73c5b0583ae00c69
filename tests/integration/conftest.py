"""Real servers for integration tests. A test that wants another kind of sshd asks for `make_sshd`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.sshd import Sshd
from support.xvfb import Xvfb


@pytest.fixture
def make_sshd(tmp_path: Path) -> Iterator[Callable[..., Sshd]]:
    """Start an sshd with the arguments of `Sshd` but the folder; all are ended with the test."""
    numbers = itertools.count(1)
    with ExitStack() as stack:

        def make(**arguments: Any) -> Sshd:
            return stack.enter_context(Sshd(tmp_path / f"sshd-{next(numbers)}", **arguments))

        yield make


@pytest.fixture
def sshd(make_sshd: Callable[..., Sshd]) -> Sshd:
    """A running sshd as it comes."""
    return make_sshd()


@pytest.fixture
def xvfb() -> Iterator[Xvfb]:
    """A screen of 1280 x 720 for one test."""
    with Xvfb(1280, 720) as server:
        yield server
