"""The real console with two real hosts behind one locked key file: its passphrase is typed once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskconsole.inventory.host import Host
from support.screens.console_home import list_hosts
from support.screens.terminal import Terminal
from support.sshd import Sshd, keygen


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    with Sshd(tmp_path / "host", prelude="exit 1") as server:
        yield server


def test_a_second_host_with_the_same_key_file_is_not_asked_about(server: Sshd, tmp_path: Path) -> None:
    key = keygen(tmp_path / "locked", passphrase="hush")
    server.authorize(key)
    home = tmp_path / "console"
    hosts = (
        Host(name=name, address="127.0.0.1", port=server.port, user=server.user, identity_file=str(key))
        for name in ("pc-1", "pc-2")
    )
    list_hosts(home, *hosts, known_hosts=server.known_hosts_line)
    # No agent and no configuration of the user's: what they offer is not this test's.
    terminal = Terminal(home, more={"SSH_AUTH_SOCK": ""})
    try:
        terminal.until(lambda shown: "2 hosts: 2 not connected" in shown)
        terminal.keys("c")
        terminal.until(lambda shown: "a key file - passphrase" in shown and "Needed for pc-1" in shown)
        terminal.type("hush")
        terminal.keys("Enter")
        terminal.until(lambda shown: "1 down" in shown)
        terminal.keys("j")
        terminal.keys("c")
        shown = terminal.until(lambda shown: "2 down" in shown)
        assert "passphrase" not in shown
        terminal.keys("q")
        terminal.until(lambda _: terminal.exited())
    finally:
        terminal.close()
    assert server.log.read_text().count("Accepted publickey") == 2
