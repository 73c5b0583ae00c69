"""Logging on to the Windows stand-in as the console does, away from the real user's files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deskconsole.hosts import Host
from deskconsole.ssh.client import Connection, connect
from deskconsole.ssh.questions import NoQuestions
from windows_host import WindowsHost


def entry(windows: WindowsHost) -> Host:
    """What the inventory has of it."""
    return Host(
        name="win-01",
        address="127.0.0.1",
        port=windows.port,
        user=windows.user,
        identity_file=str(windows.key),
    )


@contextmanager
def logged_in(windows: WindowsHost, folder: Path) -> Iterator[tuple[Connection, Host]]:
    """A connection; `folder` takes the files of the console."""
    known_hosts, config = folder / "known_hosts", folder / "ssh_config"
    known_hosts.write_text(windows.known_hosts_line)
    config.write_text("")
    host = entry(windows)
    with connect(
        host, NoQuestions(), known_hosts=known_hosts, cancelled=threading.Event(), ssh_config=config
    ) as connection:
        yield connection, host
