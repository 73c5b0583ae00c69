"""Logging on to the Windows stand-in as the console does, away from the real user's files."""

from __future__ import annotations

import threading
from pathlib import Path

from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import Connection, connect
from deskconsole.ssh.prompts import NoQuestions

from .host import WindowsHost


def host_of(windows: WindowsHost, name: str = "lab-01") -> Host:
    """What the inventory has of it."""
    return Host(
        name=name,
        address="127.0.0.1",
        port=windows.port,
        user=windows.user,
        identity_file=str(windows.key),
    )


def log_in(windows: WindowsHost, folder: Path) -> Connection:
    """A connection, to be closed; `folder` takes the files of the console."""
    known_hosts, config = folder / "known_hosts", folder / "ssh_config"
    known_hosts.write_text(windows.known_hosts_line)
    config.write_text("Host *\n  IdentityAgent none\n")
    return connect(
        host_of(windows),
        NoQuestions(),
        known_hosts=known_hosts,
        cancelled=threading.Event(),
        ssh_config=config,
    )
