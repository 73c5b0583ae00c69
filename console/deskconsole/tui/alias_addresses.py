"""The addresses behind aliases of the SSH configuration, as `ssh -G` gives them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from pathlib import Path
from typing import Any

from deskconsole.common.errors import ConfigurationError
from deskconsole.inventory.host import Host
from deskconsole.ssh.aliases import read_aliases
from deskconsole.ssh.expansion import home
from deskconsole.ssh.ssh_config import resolve


class AliasAddresses:
    """Knows `address[:port]` of hosts whose address is an alias; all on the event loop."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._found: dict[tuple[str, int | None, str | None], str] = {}
        self._looking_up = False

    def of(self, host: Host) -> str:
        """The address, without the port where it is the usual one; empty where none is known."""
        return self._found.get(_key(host), "")

    def unknown(self, hosts: Collection[Host]) -> list[Host]:
        """Returns the hosts that have not been looked up; none while others are."""
        return [] if self._looking_up else [host for host in hosts if _key(host) not in self._found]

    def look_up(self, hosts: Sequence[Host], found: Callable[[], None]) -> Coroutine[Any, Any, None]:
        """Asks ssh for their addresses, beside everything else; `found` is called for each that has one."""
        self._looking_up = True
        return self._look_up(hosts, found)

    async def _look_up(self, hosts: Sequence[Host], found: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        try:
            for host in hosts:  # one at a time: leaving waits for no more than one
                self._found[_key(host)] = address = await loop.run_in_executor(None, self._ask, host)
                if address:
                    found()
        finally:
            self._looking_up = False

    def _ask(self, host: Host) -> str:
        """Asks ssh, if its configuration names the host. On a thread: it blocks."""
        if host.target not in read_aliases(self._config):
            return ""
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
