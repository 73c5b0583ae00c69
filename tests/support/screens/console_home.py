"""The home of a console's user, as a test finds it: hosts that are listed, and keys that are trusted."""

from __future__ import annotations

from pathlib import Path

import msgspec

from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from support.sshd import Sshd
from support.xvfb import Xvfb


def list_hosts(home: Path, *hosts: Host, known_hosts: str = "") -> None:
    """Makes a console's home in which these hosts are listed, and the keys in these lines are trusted."""
    (home / "config").mkdir(parents=True)
    (home / "data").mkdir()
    inventory = Inventory.load(home / "config" / "hosts.toml")
    for host in hosts:
        inventory.add(host)
    if known_hosts:
        (home / "data" / "known_hosts").write_text(known_hosts)


def trust_host(home: Path, server: Sshd, host: Host, port: int, screen: Xvfb) -> None:
    """Makes a console's home that knows the host at `port`, and its key."""
    line = server.known_hosts_line.replace(f":{server.port} ", f":{port} ")
    list_hosts(home, msgspec.structs.replace(host, port=port, x_display=screen.display), known_hosts=line)
