"""Many hosts behind one real sshd, each with a simulated agent: for benches of a console with a full room.

The hosts are addresses of loopback. Logins, encryption and tunnels are sshd's. What the console runs there to
find and start an agent (probe, launch) is answered from a recording of one real host on which everything was
deployed: a hundred Pythons that start at once would measure this machine, where they would all run.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from deskconsole.session.route import SshRoute
from deskconsole.session.session import Session
from support.answers import Answers
from support.bootstrap_host import ssh_host
from support.sshd import Sshd, public_line
from support.xvfb import Xvfb

_NAMED = 'case "$SSH_ORIGINAL_COMMAND" in *" host launch"*) f=launch;; *-I*) f=probe;; *) f=shell;; esac'

_RECORD = f"""{_NAMED}
case "$SSH_ORIGINAL_COMMAND" in *sftp-server*) ;; *)
  /bin/sh -c "$SSH_ORIGINAL_COMMAND" | tee FOLDER/said-$f; exit;;
esac"""

_REPLAY = f"""{_NAMED}
set -- $SSH_CONNECTION
marker=$(grep -ao 'deskconsole-[0-9a-f]\\{{24\\}}' | head -n 1)
port=$(sed -n "${{3##*.}}p" FOLDER/ports)
sed -e "s/deskconsole-[0-9a-f]\\{{24\\}}/$marker/" -e "s/\\"port\\": [0-9]*/\\"port\\": $port/" FOLDER/said-$f
exit"""


@dataclass(frozen=True, slots=True)
class RecordedHosts:
    """The hosts, and the lines that make a known_hosts file trust them."""

    hosts: tuple[Host, ...]
    known_hosts: str

    def write(self, home: Path, *, autoconnect: bool = False) -> None:
        """Makes them the inventory of the console with its files below `home`."""
        paths = Paths.below(home)
        paths.known_hosts.parent.mkdir(parents=True, exist_ok=True)
        paths.known_hosts.write_text(self.known_hosts)
        inventory = Inventory.load(paths.hosts)
        for host in self.hosts:
            inventory.add(replace(host, autoconnect=autoconnect))


@contextmanager
def recorded_hosts(folder: Path, ports: Sequence[int], token: bytes) -> Iterator[RecordedHosts]:
    """One host for each of the agents' ports, 254 at most, while the context lasts."""
    folder.mkdir(parents=True)
    _record(folder, token)
    (folder / "ports").write_text("".join(f"{port}\n" for port in ports))
    replay = _REPLAY.replace("FOLDER", shlex.quote(str(folder)))
    everywhere = "0.0.0.0"  # noqa: S104  # each host has an address of its own on loopback
    with ssh_host(folder / "many", prelude=replay, listen=everywhere) as (server, host):
        addresses = [f"127.1.0.{number}" for number in range(1, len(ports) + 1)]
        hosts = tuple(
            replace(host, name=f"host-{number:03}", address=address)
            for number, address in enumerate(addresses)
        )
        yield RecordedHosts(hosts, _known(server, addresses))


def _record(folder: Path, token: bytes) -> None:
    """Keeps what a host says to a console that comes back to it, with the simulated agents' token."""
    record = _RECORD.replace("FOLDER", shlex.quote(str(folder)))
    with ExitStack() as stack:
        screen = stack.enter_context(Xvfb(640, 480))
        server, host = stack.enter_context(ssh_host(folder / "one", prelude=record))
        paths = Paths.below(folder / "recorder")
        for _ in range(2):  # the first deploys
            route = SshRoute(
                replace(host, x_display=screen.display), Answers(), paths, ssh_config=server.client_config
            )
            session = Session("recorded", route, 0, lambda _event: None, full_stream=False)
            try:
                session.connect()
                if not session.wait_for(lambda one: one.preview is not None, 120):
                    raise RuntimeError(f"nothing to record: {session.snapshot().reason}")
            finally:
                session.close()
    said = folder / "said-launch"
    marker, _, answer = said.read_text().strip().partition(" ")
    said.write_text(f"\n{marker} {json.dumps({**json.loads(answer), 'token': token.hex()})}\n")


def _known(server: Sshd, addresses: Sequence[str]) -> str:
    key = public_line(server.host_key)
    return "".join(f"[{address}]:{server.port} {key}\n" for address in addresses)
