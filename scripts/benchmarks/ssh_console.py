"""The console's own face and fleet through a real sshd to agents' ports, for `scripts/bench connect-all`.

`python -m scripts.benchmarks.ssh_console PORTS TOKEN_FILE`: PORTS is a JSON file with one port a host.
Nothing is deployed: behind the login a tunnel leads to the agent, as on a host where it runs already.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from deskconsole.picture.opencv import require_opencv
from deskconsole.session.events import Event
from deskconsole.session.fleet import Fleet
from deskconsole.session.route import AgentTransport, StepReport
from deskconsole.session.state import State
from deskconsole.ssh.cancelling import closing_when
from deskconsole.ssh.connection import connect
from deskconsole.ssh.login_queue import LoginQueue
from deskconsole.ssh.prompts import Questions
from deskconsole.ssh.secrets import OpenedKeys, Secrets
from deskconsole.tui.app import run

from .fleet_console import Simulated


class TunnelRoute:
    """A login at the host's SSH server, in the queue of all, and a tunnel to a port there."""

    def __init__(
        self, host: Host, port: int, token: bytes, questions: Questions, logins: LoginQueue, keys: OpenedKeys
    ) -> None:
        self._host = host
        self._port = port
        self._token = token
        self._questions = questions
        self._logins = logins
        self._secrets = Secrets(keys)

    def open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:  # noqa: ARG002
        step(State.CONNECTING)
        connection = connect(
            self._host,
            self._questions,
            known_hosts=Paths.default().known_hosts,
            cancelled=cancelled,
            secrets=self._secrets,
            turn=self._logins.turn(),
        )
        with closing_when(cancelled, connection.close):
            step(State.HANDSHAKE)
            tunnel = connection.open_tunnel(self._port)
        return AgentTransport(tunnel, self._token, "", connection=connection)

    def rename(self, host: Host) -> None:
        self._host = host

    def hurry(self) -> None:
        """Does nothing: all hosts are asked for together."""


class BehindSsh(Simulated):
    """All of the inventory, none of it on its way yet."""

    def open(self, questions: Questions, deliver: Callable[[Event], None]) -> Fleet:
        inventory = Inventory.load(Paths.default().hosts)
        ports = {host.name: port for host, port in zip(inventory.hosts, self._ports, strict=True)}
        logins, keys = LoginQueue(), OpenedKeys()

        def open_route(host: Host) -> TunnelRoute:
            return TunnelRoute(host, ports[host.name], self._token, questions, logins, keys)

        return Fleet(inventory, open_route, deliver)


if __name__ == "__main__":
    require_opencv()  # the console imports it at its start, too
    sys.exit(run(BehindSsh(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]).read_bytes())))
