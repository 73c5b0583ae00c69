"""Removes everything of deskconsole from a host: agents, files, folders; verified there, and reported."""

from __future__ import annotations

import threading
from pathlib import Path

from deskconsole.common.errors import BootstrapError, Cancelled, DeskconsoleError
from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host
from deskconsole.ssh.cancelling import closing_when
from deskconsole.ssh.connection import Connection, connect
from deskconsole.ssh.prompts import Questions
from deskconsole.ssh.secrets import Secrets

from .facts import HostFacts, Removed
from .platforms import PLATFORMS
from .probe import probe


def remove(connection: Connection, facts: HostFacts) -> Removed:
    """Undeploys. What could not be removed is named in `Removed.left`, which is empty when all is gone."""
    return PLATFORMS[facts.platform].remove(connection, facts)


def require_removed(removed: Removed, host: str) -> None:
    """Raises BootstrapError where something is left on the host."""
    if removed.left:
        raise BootstrapError(
            f"not everything could be removed from {host}: {', '.join(removed.left)}",
            remedy="End these processes or delete these files on the host manually.",
        )


def connect_and_remove(
    host: Host,
    questions: Questions,
    paths: Paths,
    *,
    cancelled: threading.Event,
    secrets: Secrets | None = None,
    ssh_config: Path | None = None,
) -> Removed:
    """Undeploys over a connection of its own. Setting `cancelled` ends it with Cancelled."""
    connection = connect(
        host,
        questions,
        known_hosts=paths.known_hosts,
        cancelled=cancelled,
        secrets=secrets,
        ssh_config=ssh_config,
    )
    with connection, closing_when(cancelled, connection.close):
        try:
            return remove(connection, probe(connection, host))
        except DeskconsoleError as error:
            if cancelled.is_set():
                raise Cancelled(f"undeploying {host.name} was cancelled") from error
            raise
