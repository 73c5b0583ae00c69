"""What the tests of connecting share: a `dial` that keeps away from the real user's files."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import Connection, connect
from support.answers import Answers
from support.sshd import Sshd


@pytest.fixture
def known_hosts(tmp_path: Path) -> Path:
    """Our own known_hosts; not there yet."""
    return tmp_path / "console" / "known_hosts"


@pytest.fixture
def dial(known_hosts: Path) -> Iterator[Callable[..., Connection]]:
    """Connect to an Sshd; Host fields and `connect` arguments as keywords. Leftover threads fail the test."""
    before = set(threading.enumerate())
    made: list[Connection] = []

    def make(server: Sshd | None, questions: Any = None, **arguments: Any) -> Connection:
        fields = {key: arguments.pop(key) for key in list(arguments) if key in Host.__struct_fields__}
        if server is not None:
            fields = {"address": "127.0.0.1", "port": server.port, **fields}
            arguments.setdefault("ssh_config", server.client_config)
        host = Host(**{"name": "lab", **fields})
        arguments.setdefault("known_hosts", known_hosts)
        arguments.setdefault("cancelled", threading.Event())
        made.append(connect(host, questions or Answers(), **arguments))
        return made[-1]

    yield make
    for connection in made:
        connection.close()
    deadline = time.monotonic() + 60
    while not set(threading.enumerate()) <= before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(threading.enumerate()) <= before
