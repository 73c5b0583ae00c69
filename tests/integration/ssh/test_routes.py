"""The ways to a host: aliases and Include of the SSH configuration, jump hosts, a ProxyCommand."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deskconsole.common.errors import (
    AuthenticationFailed,
    ConfigurationError,
    ConnectionFailed,
    ForwardingRefused,
    HostKeyError,
)
from deskconsole.ssh.connection import Connection
from support.answers import Answers
from support.processes import children
from support.sshd import Sshd, keygen, public_line
from support.xvfb import wait_for

Dial = Callable[..., Connection]


def chain(*servers: Sshd, aliases: str) -> Path:
    """One configuration for several servers: `aliases`, then what keeps it away from the real files."""
    path = servers[0].folder / "chain_config"
    blocks = [
        f"Host s{number}\n  HostName 127.0.0.1\n  Port {server.port}\n  IdentityFile {server.identity}\n"
        for number, server in enumerate(servers)
    ]
    path.write_text(
        aliases
        + "".join(blocks)
        + f"Host *\n  User {servers[0].user}\n  IdentityAgent none\n"
        + f"  UserKnownHostsFile {servers[0].folder / 'chain_known_hosts'}\n  GlobalKnownHostsFile none\n"
    )
    return path


def test_an_alias_behind_an_include_is_found(sshd: Sshd, dial: Dial) -> None:
    config = sshd.folder / "including"
    config.write_text(f"Include {sshd.client_config}\n")
    connection = dial(None, address=f"sshd-{sshd.port}", ssh_config=config)
    assert connection.description == f"{sshd.user}@127.0.0.1:{sshd.port}"


def test_a_mistake_in_the_configuration_is_shown_with_its_line(sshd: Sshd, dial: Dial) -> None:
    config = sshd.folder / "wrong"
    config.write_text("Host *\n  Frobnicate yes\n")
    with pytest.raises(ConfigurationError, match=r"wrong: line 2: Bad configuration option: frobnicate"):
        dial(None, address="anything", ssh_config=config)


def test_a_host_key_is_stored_under_its_alias(sshd: Sshd, dial: Dial, known_hosts: Path) -> None:
    config = chain(sshd, aliases="Host s0\n  HostKeyAlias cluster\n")
    dial(None, address="s0", ssh_config=config)
    assert known_hosts.read_text() == f"cluster {public_line(sshd.host_key)}\n"


def test_a_chain_of_jump_hosts_each_checked_by_itself(
    make_sshd: Callable[..., Sshd], dial: Dial, known_hosts: Path
) -> None:
    servers = [make_sshd() for _ in range(3)]
    config = chain(*servers, aliases="Host s2\n  ProxyJump s0,s1\n")
    answers = Answers()
    connection = dial(None, answers, address="s2", ssh_config=config)
    assert connection.run("pwd").stdout.decode().strip() == str(servers[2].home)
    assert [question.host for question in answers.host_keys] == ["s0", "s1", "lab"]
    assert known_hosts.read_text().splitlines() == [s.known_hosts_line.strip() for s in servers]
    servers[0].kill_connections()
    with pytest.raises(ConnectionFailed):
        connection.run("true")
    assert not connection.alive


def test_the_jump_field_of_a_host_is_used(make_sshd: Callable[..., Sshd], dial: Dial) -> None:
    servers = [make_sshd() for _ in range(2)]
    config = chain(*servers, aliases="")
    connection = dial(None, address="s1", jump=f"{servers[0].user}@s0:{servers[0].port}", ssh_config=config)
    assert connection.run("pwd").stdout.decode().strip() == str(servers[1].home)


def test_a_changed_key_of_a_jump_host_is_refused(
    make_sshd: Callable[..., Sshd], dial: Dial, known_hosts: Path, tmp_path: Path
) -> None:
    servers = [make_sshd() for _ in range(2)]
    known_hosts.parent.mkdir()
    known_hosts.write_text(f"[127.0.0.1]:{servers[0].port} {public_line(keygen(tmp_path / 'old'))}\n")
    with pytest.raises(HostKeyError, match=r"the host key of s0 .* has changed"):
        dial(None, address="s1", jump="s0", ssh_config=chain(*servers, aliases=""))


def test_a_login_refused_by_the_jump_host_names_it(make_sshd: Callable[..., Sshd], dial: Dial) -> None:
    servers = [make_sshd() for _ in range(2)]
    servers[0].authorized_keys.write_text("")
    with pytest.raises(AuthenticationFailed, match=f"127.0.0.1:{servers[0].port}"):
        dial(None, address="s1", jump="s0", ssh_config=chain(*servers, aliases=""))


def test_a_jump_host_that_does_not_forward_is_named(make_sshd: Callable[..., Sshd], dial: Dial) -> None:
    servers = [make_sshd(options={"AllowTcpForwarding": "no"}), make_sshd()]
    with pytest.raises(ForwardingRefused, match="does not allow tunnels"):
        dial(None, address="s1", jump="s0", ssh_config=chain(*servers, aliases=""))


def test_a_jump_host_behind_itself_is_refused(sshd: Sshd, dial: Dial) -> None:
    with pytest.raises(ConfigurationError, match="more than 8 jump hosts"):
        dial(None, address="s0", ssh_config=chain(sshd, aliases="Host *\n  ProxyJump s0\n"))


PROXY = """
import os, socket, sys, threading
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def up():
    while data := os.read(0, 65536): s.sendall(data)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536): os.write(1, data)
"""


def test_a_connection_goes_through_the_proxy_command(sshd: Sshd, dial: Dial, tmp_path: Path) -> None:
    program = tmp_path / "proxy.py"
    program.write_text(PROXY)
    config = chain(sshd, aliases=f"Host s0\n  ProxyCommand {sys.executable} {program} %p\n")
    connection = dial(None, address="s0", ssh_config=config)
    assert len(connection.run("cat", stdin=bytes(300_000)).stdout) == 300_000
    assert children(str(program))
    connection.close()
    wait_for(lambda: not children(str(program)), what="its end")


def test_a_proxy_command_that_fails_is_shown_in_its_own_words(sshd: Sshd, dial: Dial) -> None:
    config = chain(sshd, aliases="Host s0\n  ProxyCommand echo no way through >&2; exit 1\n")
    with pytest.raises(ConnectionFailed, match="the ProxyCommand of lab failed: no way through"):
        dial(None, address="s0", ssh_config=config)


def test_without_an_ssh_program_plain_defaults_hold(
    sshd: Sshd, dial: Dial, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, *rest: None if name == "ssh" else found(name, *rest))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    dial(sshd, address=f"{sshd.user}@127.0.0.1", identity_file=str(sshd.identity)).run("true")
