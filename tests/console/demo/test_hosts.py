"""The embedded host as an SSH client sees it: commands, files, tunnels, and an end that leaves nothing."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import paramiko
import pytest

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.facts import AgentOptions
from deskconsole.bootstrap.launch import launch
from deskconsole.bootstrap.probe import probe
from deskconsole.common.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    DeployError,
    ForwardingRefused,
)
from deskconsole.demo.hosts import EmbeddedHost
from deskconsole.inventory.host import Host
from deskconsole.ssh.connection import Connection, connect
from deskconsole.ssh.prompts import NoQuestions
from support.processes import is_gone
from support.xvfb import wait_for


def entry(embedded: EmbeddedHost, key_file: Path | None = None) -> Host:
    """The inventory's entry for it."""
    key = str(key_file or embedded.key_file)
    return Host(name="demo", address="127.0.0.1", port=embedded.port, user=embedded.user, identity_file=key)


def reach(embedded: EmbeddedHost, folder: Path, host: Host | None = None) -> Connection:
    """Connects with a known_hosts file of its own and no configuration of the user's."""
    known_hosts = folder / "known_hosts"
    known_hosts.write_text(embedded.known_hosts_line + "\n")
    config = folder / "ssh_config"
    config.write_text("Host *\n  IdentityAgent none\n  IdentitiesOnly yes\n")
    return connect(
        host or entry(embedded),
        NoQuestions(),
        known_hosts=known_hosts,
        cancelled=threading.Event(),
        ssh_config=config,
    )


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedHost]:
    with EmbeddedHost(tmp_path / "host") as host:
        yield host


@pytest.fixture
def connection(embedded: EmbeddedHost, tmp_path: Path) -> Iterator[Connection]:
    with reach(embedded, tmp_path) as connection:
        yield connection


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server on loopback that sends back what it gets, and ends when its peer does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            peer, _address = listener.accept()
            with peer:
                first = peer.recv(65536)
                if first == b"end":
                    return
                while first:
                    peer.sendall(first)
                    first = peer.recv(65536)

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    with socket.create_connection(listener.getsockname()) as last:
        last.sendall(b"end")
    thread.join(60)
    listener.close()


def test_commands_run_in_the_home(embedded: EmbeddedHost, connection: Connection) -> None:
    finished = connection.run('pwd; echo "$HOME"; echo oops >&2; exit 7')
    assert finished.stdout.decode().split() == [str(embedded.home)] * 2
    assert (finished.stderr, finished.exit_code) == (b"oops\n", 7)


def test_much_goes_through_a_command_both_ways(connection: Connection) -> None:
    data = os.urandom(3_000_000)
    assert connection.run("cat", stdin=data).stdout == data


def test_a_command_may_end_without_reading_its_input(connection: Connection) -> None:
    assert connection.run("exit 3", stdin=b"x" * 500_000).exit_code == 3


def test_files_arrive_whole(embedded: EmbeddedHost, connection: Connection) -> None:
    data = os.urandom(2_500_001)
    with connection.files() as files:
        files.upload(data, str(embedded.home / "größe"), mode=0o600)
        files.upload(b"", "empty")
    assert hashlib.sha256((embedded.home / "größe").read_bytes()).digest() == hashlib.sha256(data).digest()
    assert (embedded.home / "größe").stat().st_mode & 0o777 == 0o600
    assert (embedded.home / "empty").read_bytes() == b""


@pytest.mark.parametrize("path", ["../outside", "/outside-of-the-home", "link/outside"])
def test_no_file_is_written_outside_of_the_home(
    embedded: EmbeddedHost, connection: Connection, tmp_path: Path, path: str
) -> None:
    (embedded.home / "link").symlink_to(tmp_path)
    with connection.files() as files, pytest.raises(DeployError):
        files.upload(b"x", path)
    assert not list(tmp_path.rglob("outside*"))


def test_a_tunnel_carries_everything_in_order(connection: Connection, echo: int) -> None:
    tunnel = connection.open_tunnel(echo)
    data = os.urandom(4_000_000)
    sending = threading.Thread(target=tunnel.sendall, args=[data])
    sending.start()
    received = bytearray()
    while len(received) < len(data):
        piece = tunnel.recv(65536)
        assert piece
        received += piece
    sending.join()
    tunnel.close()
    assert received == data


def test_tunnels_lead_to_loopback_only(connection: Connection, echo: int) -> None:
    with pytest.raises(ForwardingRefused):
        connection.open_tunnel(echo, "192.0.2.1")


def test_a_port_where_nothing_listens_is_refused(connection: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailed):
        connection.open_tunnel(port)


def test_another_key_is_not_let_in(embedded: EmbeddedHost, tmp_path: Path) -> None:
    with EmbeddedHost(tmp_path / "other") as other, pytest.raises(AuthenticationFailed):
        reach(embedded, tmp_path, entry(embedded, other.key_file))


def test_openssh_gets_along_with_it(embedded: EmbeddedHost, tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text(embedded.known_hosts_line + "\n")
    command = ["ssh", "-F", "none", "-o", f"UserKnownHostsFile={known_hosts}", "-o", "IdentitiesOnly=yes"]
    command += ["-o", "IdentityAgent=none", "-i", str(embedded.key_file), "-p", str(embedded.port)]
    command += [f"{embedded.user}@127.0.0.1", "echo", "hello"]
    finished = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    assert finished.stdout == b"hello\n", finished.stderr


def test_a_peer_that_speaks_no_ssh_ends_nothing(embedded: EmbeddedHost, tmp_path: Path) -> None:
    with socket.create_connection(("127.0.0.1", embedded.port)) as stranger:
        stranger.sendall(b"GET / HTTP/1.0\r\n\r\n" * 100)
        with reach(embedded, tmp_path) as connection:
            assert connection.run("echo still here").stdout == b"still here\n"


def test_links_can_be_cut_and_made_again(embedded: EmbeddedHost, tmp_path: Path) -> None:
    with reach(embedded, tmp_path) as connection:
        embedded.drop_links()
        with pytest.raises(ConnectionLost):
            connection.run("true")
    with reach(embedded, tmp_path) as connection:
        assert connection.run("true").exit_code == 0


def test_closing_it_ends_everything_it_started(tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    embedded = EmbeddedHost(tmp_path / "host")
    host = entry(embedded)
    connection = reach(embedded, tmp_path, host)
    facts = probe(connection, host)
    options = AgentOptions(source="synthetic", scene="typing", size=(320, 200))
    agent = launch(connection, facts, deploy(connection, facts), host, options).pid

    def last() -> None:
        with pytest.raises(ConnectionFailed):
            connection.run("echo $$ > pid; exec sleep 60")

    lasting = threading.Thread(target=last)
    lasting.start()
    while not (embedded.home / "pid").exists() or not (embedded.home / "pid").read_text().strip():
        time.sleep(0.01)
    sleeper = int((embedded.home / "pid").read_text())
    embedded.close()
    lasting.join(60)
    connection.close()
    (embedded.home / "pid").unlink()
    assert list(embedded.home.iterdir()) == []
    assert is_gone(agent)
    assert is_gone(sleeper)
    wait_for(lambda: set(threading.enumerate()) <= threads, what="the end of its threads")


def test_a_shell_has_a_terminal_of_the_size_that_was_asked_for(tmp_path: Path) -> None:
    with EmbeddedHost(tmp_path / "host") as embedded, closing(paramiko.SSHClient()) as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect(
            "127.0.0.1",
            embedded.port,
            embedded.user,
            key_filename=str(embedded.key_file),
            look_for_keys=False,
            allow_agent=False,
        )
        shell = client.invoke_shell("xterm", 90, 33)
        said = b""

        def shows(words: bytes) -> bool:
            nonlocal said
            said += shell.recv(4096) if shell.recv_ready() else b""
            return words in said

        shell.sendall(b"stty size; echo $((6*7))$TERM\n")
        wait_for(lambda: shows(b"33 90"), what="the size")
        wait_for(lambda: shows(b"42xterm"), what="the shell's answer")
        shell.resize_pty(100, 40)
        shell.sendall(b"stty size; exit 7\n")
        wait_for(lambda: shows(b"40 100"), what="the other size")
        assert shell.recv_exit_status() == 7
