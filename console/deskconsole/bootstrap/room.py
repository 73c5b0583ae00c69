"""Space that a deploy needs on a host: one reckoning for all who ask, before anything is sent."""

from __future__ import annotations

import zipfile
from pathlib import Path

from deskconsole.common.errors import UnsupportedHost
from deskconsole.runtimes.store import RuntimeStore

from .archive import agent_archive
from .facts import HostFacts
from .posix.wheels import packages_name, stored_packages, wheels_platform
from .upload import MARGIN
from .windows.runtime import needed_for

PACKAGES = 190_000_000
"""Bytes of packages not yet fetched, upload and unpacked together: 168 MB were seen on an x86_64 host."""


def needed_room(facts: HostFacts, cache: Path) -> int:
    """Bytes that must be free where our folder is: uploads and what comes of them are there side by side."""
    agent = agent_archive()
    needed = MARGIN if facts.has(agent.name) else MARGIN + agent.size + agent.unpacked
    if facts.platform == "Windows":
        fitting = None if facts.python else RuntimeStore.below(cache).fitting()
        return needed + (needed_for(fitting) - MARGIN if fitting is not None else 0)
    return needed + _packages(facts, cache)


def _packages(facts: HostFacts, cache: Path) -> int:
    if not facts.missing:
        return 0
    try:
        name = packages_name(wheels_platform(facts), facts.python_version)
    except UnsupportedHost:  # then none are brought
        return 0
    if facts.has(name):
        return 0
    stored = stored_packages(cache, name)
    if not stored.exists():
        return PACKAGES
    with zipfile.ZipFile(stored) as archive:
        return stored.stat().st_size + sum(info.file_size for info in archive.infolist())
