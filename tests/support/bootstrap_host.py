"""A Linux host for bootstrap tests: the real sshd, a connection to it, and what the host looks like."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deskconsole.bootstrap.facts import AgentOptions
from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import Connection, connect
from deskconsole.ssh.prompts import NoQuestions

from .processes import running
from .sshd import Sshd

OPTIONS = AgentOptions(source="synthetic", scene="typing", seed=7, size=(320, 200), idle_exit=60)
"""A desktop that needs no X server."""

VENV_PATH = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
"""A PATH on which the Python of this test run comes first: it has what the agent needs."""


@dataclass
class Ground:
    """What a test stands on."""

    server: Sshd
    host: Host
    connection: Connection

    @property
    def home(self) -> Path:
        return self.server.home


@contextmanager
def ssh_host(
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    prelude: str = "",
    options: Mapping[str, str] | None = None,
    listen: str = "127.0.0.1",
) -> Iterator[tuple[Sshd, Host]]:
    """A running server and the inventory entry for it. Agents left by a failed test are ended."""
    settings = {"PATH": VENV_PATH, **(environment or {})}
    with Sshd(folder, environment=settings, prelude=prelude, options=options, listen=listen) as server:
        try:
            yield (
                server,
                Host(
                    name="lab-01",
                    address="127.0.0.1",
                    port=server.port,
                    user=server.user,
                    identity_file=str(server.identity),
                ),
            )
        finally:
            end_agents(server.home)


def open_connection(server: Sshd, host: Host) -> Connection:
    """Connects as the console does, away from the real user's files."""
    known_hosts = server.folder / "known_hosts"
    known_hosts.write_text(server.known_hosts_line)
    return connect(
        host,
        NoQuestions(),
        known_hosts=known_hosts,
        cancelled=threading.Event(),
        ssh_config=server.client_config,
    )


def listing(folder: Path) -> set[str]:
    """Every name below a folder."""
    return {str(entry.relative_to(folder)) for entry in folder.rglob("*")}


def names(folder: str | Path) -> list[str]:
    """What lies directly in a folder."""
    return sorted(entry.name for entry in Path(folder).iterdir())


def agents(home: Path) -> list[int]:
    """Processes that run from the home's deployment, seen from outside."""
    return running(home / ".deskconsole", " -m deskagent serve ")


def end_agents(home: Path) -> None:
    """Kills what `agents` finds."""
    for pid in agents(home):
        os.kill(pid, 9)
