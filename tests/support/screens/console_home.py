"""The home of a console's user, as a test finds it: hosts that are listed, and keys that are trusted."""

from __future__ import annotations

from pathlib import Path

from deskconsole.inventory.host import Host
from support.sshd import Sshd
from support.xvfb import Xvfb


def trust_host(home: Path, server: Sshd, host: Host, port: int, screen: Xvfb) -> None:
    """Makes a console's home that knows the host at `port`, and its key."""
    (home / "config").mkdir(parents=True)
    (home / "data").mkdir()
    (home / "config" / "hosts.toml").write_text(
        f'[[host]]\nname = "{host.name}"\naddress = "127.0.0.1"\nport = {port}\n'
        f'user = "{host.user}"\nidentity_file = "{host.identity_file}"\nx_display = "{screen.display}"\n'
    )
    line = server.known_hosts_line.replace(f":{server.port} ", f":{port} ")
    (home / "data" / "known_hosts").write_text(line)
