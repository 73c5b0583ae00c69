"""The console's own face and fleet on routes straight to agents' ports: what `scripts/bench fleet` measures.

`python -m scripts.benchmarks.fleet_console PORTS TOKEN_FILE`: PORTS is a JSON file with one port a host.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from deskconsole.app.results import WakeResult
from deskconsole.app.screenshot import SavedPicture
from deskconsole.bootstrap.facts import Removed
from deskconsole.common.paths import Paths
from deskconsole.history.day import HostDay
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from deskconsole.session.events import Event
from deskconsole.session.fleet import Fleet
from deskconsole.session.route import DirectRoute
from deskconsole.ssh.prompts import Questions
from deskconsole.tui.app import run


class Simulated:
    """All of the inventory, each host behind one port, on their way already."""

    def __init__(self, ports: list[int], token: bytes) -> None:
        self._ports = ports
        self._token = token

    def open(self, _questions: Questions, deliver: Callable[[Event], None]) -> Fleet:
        inventory = Inventory.load(Paths.default().hosts)
        ports = {host.name: port for host, port in zip(inventory.hosts, self._ports, strict=True)}

        def open_route(host: Host) -> DirectRoute:
            return DirectRoute(("127.0.0.1", ports[host.name]), self._token)

        fleet = Fleet(inventory, open_route, deliver)
        for host in fleet.hosts:
            fleet.connect(host.name)
        return fleet

    def record(self, event: Event) -> None:
        """Nothing is kept."""

    def past_events(self) -> Sequence[Event]:
        return ()

    def history(self, *_: Any, **__: Any) -> Sequence[HostDay]:
        return ()

    def undeploy(self, *_: Any, **__: Any) -> Removed:
        """There is nothing on them."""
        return Removed(0, 0, 0)

    def examine(self, *_: Any, **__: Any) -> None:
        """Nothing is ever wrong with them."""

    def save_picture(self, *_: Any, **__: Any) -> SavedPicture:
        """Their pictures are no files."""
        return SavedPicture(Path(), exact=True)

    def wake(self, host: Host) -> WakeResult:
        """They are on."""
        return WakeResult(host.name, "", "")

    def shell_command(self, _host: Host) -> list[str]:
        """They have no shell."""
        return ["true"]

    def remote_desktop(self, *_: Any, **__: Any) -> None:
        """They have none."""


if __name__ == "__main__":
    sys.exit(run(Simulated(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]).read_bytes())))
