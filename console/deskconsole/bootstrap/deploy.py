"""Puts the agent, and what it stands on, onto a host. Idempotent: intact parts stay."""

from __future__ import annotations

from pathlib import Path

from deskconsole.common.paths import Paths
from deskconsole.common.progress import Report, ignore
from deskconsole.ssh.connection import Connection

from .archive import agent_archive
from .facts import Deployed, HostFacts
from .platforms import PLATFORMS
from .room import needed_room
from .upload import put, require_room


def deploy(
    connection: Connection, facts: HostFacts, *, progress: Report = ignore, cache: Path | None = None
) -> Deployed:
    """Uploads what is missing; a second run uploads nothing.

    `cache` is where fetched packages and runtimes are kept on the console (default: its own cache folder).
    Raises DeployError (disk full, no rights, a checksum that does not fit) and UnsupportedHost (no packages
    for that system).
    """
    platform = PLATFORMS[facts.platform]
    cache = cache or Paths.default().cache
    require_room(facts, "", needed_room(facts, cache))
    foundation = platform.foundation(connection, facts, cache, progress)
    facts, uploaded = foundation.facts, foundation.uploaded
    agent = agent_archive()
    if not facts.has(agent.name):
        keep = [name for name in (foundation.part, agent.name) if name]
        uploaded += put(connection, facts, platform.command(facts), agent, "the agent", keep, progress)
    part = foundation.part or ""
    return Deployed(
        agent=agent.name,
        facts=facts,
        packages=part if part.startswith("packages-") else None,
        runtime=part if part.startswith("runtime-") else None,
        uploaded=uploaded,
    )
