"""The keys that are trusted for a host of the list: what of them is forgotten, and what stays."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from deskconsole.inventory.host import Host

from .known_hosts import KnownHosts, KnownKey
from .ssh_config import resolve_host


@dataclass(frozen=True, slots=True)
class ForgottenKeys:
    """The result of forgetting a host's trusted keys."""

    host: str
    name: str
    """The host's name in known_hosts: `name` or `[name]:port`."""
    forgotten: tuple[KnownKey, ...]
    left: tuple[KnownKey, ...]
    """Those in the user's own files, and in lines that stand for several hosts."""

    @property
    def command(self) -> str:
        """Removes what is left from the user's own file."""
        files = dict.fromkeys(str(key.path) for key in self.left)
        return "; ".join(f"ssh-keygen -R {shlex.quote(self.name)} -f {shlex.quote(path)}" for path in files)


def forget_keys(host: Host, known_hosts: Path, ssh_config: Path | None = None) -> ForgottenKeys:
    """Remove a host's keys from our known_hosts.

    Raises ConfigurationError where the file or the SSH configuration cannot be read or written.
    """
    target = resolve_host(host, ssh_config)
    name = target.key_names[0]
    known = KnownHosts(known_hosts, target.known_hosts)
    forgotten = known.forget(name, {key.blob for key in known.forgettable(name)})
    left = (key for key in known.find(name) if key.marker == "")
    return ForgottenKeys(host.name, name, tuple(forgotten), tuple(left))
