"""Takes everything of ours off a host: agents, files, folders. Verified on the host, and reported."""

from __future__ import annotations

from ..ssh.client import Connection
from .facts import HostFacts, Removed
from .platforms import PLATFORMS


def remove(connection: Connection, facts: HostFacts) -> Removed:
    """Undeploys. What could not be removed is named in `Removed.left`, which is empty when all is gone."""
    return PLATFORMS[facts.platform].remove(connection, facts)
