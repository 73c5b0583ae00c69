"""The processes of a POSIX host: which are agents of ours, and how they are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskagent.host.posix import processes


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like the agent of the instance `one`."""
    token = str(tmp_path / "run" / "one" / "token")
    # Its command line is empty for a moment after Popen returns: it is waited for until it speaks.
    command = [sys.executable, "-c", "input(1)", "deskagent", "serve", "--token-file", token]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"1"
        yield process
        process.kill()


def test_an_agent_belongs_to_the_root_that_it_was_started_from(
    waiting: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    assert processes.agents(tmp_path) == [(waiting.pid, "one")]
    assert processes.agents(tmp_path / "run") == []
    assert processes.instance_of(os.getpid(), tmp_path) is None


def test_an_agent_that_has_stopped_is_ended(waiting: subprocess.Popen[bytes]) -> None:
    waiting.send_signal(signal.SIGSTOP)
    processes.end([waiting.pid])
    assert waiting.wait() == -signal.SIGTERM


def test_one_that_may_not_be_ended_does_not_keep_the_others(
    waiting: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill = os.kill

    def refused(pid: int, number: int) -> None:
        if pid == os.getpid():
            raise PermissionError
        kill(pid, number)

    monkeypatch.setattr(os, "kill", refused)
    monkeypatch.setattr(processes, "EXIT_TIMEOUT", 0.1)
    processes.end([os.getpid(), 2**31 - 1, waiting.pid])
    assert waiting.wait() == -signal.SIGTERM
