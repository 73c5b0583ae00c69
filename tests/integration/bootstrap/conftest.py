"""One real sshd and a connection to it for each test."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from support.bootstrap_host import Ground, open_connection, ssh_host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A host on which nothing of ours has ever been."""
    with ssh_host(tmp_path / "sshd") as (server, host), open_connection(server, host) as connection:
        yield Ground(server, host, connection)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Ground]:
    """A host whose Python has nothing but its standard library."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    with ssh_host(tmp_path / "sshd") as (server, host):
        bare = replace(host, python=str(tmp_path / "bare/bin/python"))
        with open_connection(server, bare) as connection:
            yield Ground(server, bare, connection)
