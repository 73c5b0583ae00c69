"""Shortens the names of a host and its system to the words that tell it from others."""

from __future__ import annotations

import re

from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot

_OF_ALL = re.compile(r" GNU/Linux| Linux(?= )| LTS| \([^)]*\)")
"""Words in the names of systems that tell nothing apart."""


def own_name(host: Host, snapshot: Snapshot) -> str:
    """The host's own name; empty where it is that of the list, and where it is not known."""
    known = {host.name.casefold(), host.target.casefold()}
    known |= {full.partition(".")[0] for full in known}
    return "" if snapshot.hostname.casefold() in known else safe_text(snapshot.hostname, 64)


def short_os(snapshot: Snapshot) -> str:
    """The system as `Debian 12` or `Windows 11 Pro 23H2`; empty where it is not known."""
    return safe_text(_OF_ALL.sub("", snapshot.os_name), 64)
