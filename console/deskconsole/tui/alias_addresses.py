"""The addresses behind aliases of the SSH configuration, as `ssh -G` gives them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from deskconsole.common.errors import ConfigurationError
from deskconsole.inventory.host import Host
from deskconsole.ssh.aliases import read_aliases
from deskconsole.ssh.expansion import home
from deskconsole.ssh.ssh_config import resolve


class AliasAddresses:
    """Knows `address[:port]` of hosts whose address is an alias. `look_up` blocks, the rest does not."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._found: dict[tuple[str, int | None, str | None], str] = {}

    def of(self, host: Host) -> str:
        """The address, without the port where it is the usual one; empty where none is known."""
        return self._found.get(_key(host), "")

    def unknown(self, hosts: Collection[Host]) -> list[Host]:
        """Those that have not been looked up."""
        return [host for host in hosts if _key(host) not in self._found]

    def look_up(self, host: Host) -> bool:
        """Asks ssh, if its configuration names the host; tells whether there is an address."""
        address = self._ask(host) if host.target in read_aliases(self._config) else ""
        self._found[_key(host)] = address
        return bool(address)

    def _ask(self, host: Host) -> str:
        try:
            target = resolve(
                host.target, port=host.port, user=host.user, ssh_config=read_by_ssh(self._config)
            )
        except ConfigurationError:  # connecting says it
            return ""
        return target.address if target.port == 22 else target.where


def read_by_ssh(config: Path) -> Path | None:
    """The file to name to ssh; None: ssh reads the user's own anyway, together with the machine's."""
    return None if config == home() / ".ssh" / "config" else config


def _key(host: Host) -> tuple[str, int | None, str | None]:
    return host.target, host.port, host.user
