"""What a connection is used for: tunnels, commands and uploads, and how each fails."""

from __future__ import annotations

import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deskconsole.common.errors import ConnectionFailed, ConnectionLost, DeployError, ForwardingRefused
from deskconsole.ssh.connection import Connection
from deskconsole.ssh.pipelined_sftp import PIECE
from support.sshd import Sshd

Dial = Callable[..., Connection]


@pytest.fixture
def echo_port() -> Iterator[int]:
    """A TCP server that sends back what one connection sends, and ends when it ends."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        with sock:
            try:
                while data := sock.recv(65536):
                    if data == b"bye":
                        return
                    sock.sendall(data)
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(60)


def test_a_tunnel_carries_bytes_both_ways_and_ends_in_order(sshd: Sshd, dial: Dial, echo_port: int) -> None:
    connection = dial(sshd)
    tunnel = connection.open_tunnel(echo_port)
    tunnel.settimeout(10)
    sent = bytes(range(256)) * 4096
    writer = threading.Thread(target=tunnel.sendall, args=(memoryview(sent),))
    writer.start()
    received = bytearray()
    while len(received) < len(sent):
        received += tunnel.recv(65536)
    writer.join()
    assert received == sent
    tunnel.settimeout(0.05)
    with pytest.raises(TimeoutError):
        tunnel.recv(1)
    tunnel.sendall(b"bye")
    tunnel.settimeout(10)
    assert tunnel.recv(1) == b""
    tunnel.close()
    assert connection.alive


@pytest.mark.parametrize(("setting", "value"), [("AllowTcpForwarding", "no"), ("DisableForwarding", "yes")])
def test_a_tunnel_that_the_server_forbids_is_named(
    setting: str, value: str, make_sshd: Callable[..., Sshd], dial: Dial, echo_port: int
) -> None:
    connection = dial(make_sshd(options={setting: value}))
    with pytest.raises(ForwardingRefused, match="does not allow tunnels") as caught:
        connection.open_tunnel(echo_port)
    assert "AllowTcpForwarding" in caught.value.remedy
    assert setting in caught.value.remedy


def test_a_tunnel_to_a_port_where_nothing_listens_is_refused(sshd: Sshd, dial: Dial) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(ConnectionFailed, match=f"nothing listens at 127.0.0.1:{port}"):
            dial(sshd).open_tunnel(port)


def test_a_tunnel_ends_with_its_connection(sshd: Sshd, dial: Dial, echo_port: int) -> None:
    tunnel = dial(sshd).open_tunnel(echo_port)
    cut = threading.Timer(0.2, sshd.kill_connections)
    cut.start()
    with pytest.raises(ConnectionLost, match=f"tunnel to port {echo_port}"):
        tunnel.recv(1)
    cut.join()
    with pytest.raises(ConnectionLost):
        tunnel.sendall(b"x")
    tunnel.close()


def test_a_host_that_freezes_is_noticed(sshd: Sshd, dial: Dial, echo_port: int) -> None:
    connection = dial(sshd)
    tunnel = connection.open_tunnel(echo_port)
    sshd.freeze()
    tunnel.settimeout(0.2)
    tunnel.sendall(b"anyone?")
    with pytest.raises(TimeoutError):
        tunnel.recv(1)
    with pytest.raises(ConnectionFailed, match="did not"):
        connection.run("true", timeout=0.3)
    assert connection.alive
    connection.close()  # ends though nobody answers, with all its threads: `dial` checks
    sshd.thaw()


def test_closing_wakes_whoever_reads(sshd: Sshd, dial: Dial, echo_port: int) -> None:
    connection = dial(sshd)
    tunnel = connection.open_tunnel(echo_port)
    closer = threading.Timer(0.2, connection.close)
    closer.start()
    with pytest.raises(ConnectionLost):
        tunnel.recv(1)
    closer.join()


def test_a_command_with_much_to_read_and_to_say(sshd: Sshd, dial: Dial) -> None:
    finished = dial(sshd).run("tee /dev/stderr", stdin=b"0123456789abcdef" * 125_000, timeout=60)
    assert finished.exit_code == 0
    assert finished.stdout == finished.stderr == b"0123456789abcdef" * 125_000


def test_a_command_that_does_not_read_its_input(sshd: Sshd, dial: Dial) -> None:
    assert dial(sshd).run("exec 0<&-; echo done", stdin=bytes(10_000_000)).stdout == b"done\n"


def test_a_command_that_leaves_something_behind_that_holds_its_output(sshd: Sshd, dial: Dial) -> None:
    assert dial(sshd).run("sleep 20 & echo started").stdout == b"started\n"


def test_a_command_killed_by_a_signal_has_an_exit_code(sshd: Sshd, dial: Dial) -> None:
    assert dial(sshd).run("kill -9 $$").exit_code != 0


def test_a_command_that_does_not_end_is_given_up(sshd: Sshd, dial: Dial) -> None:
    connection = dial(sshd)
    with pytest.raises(ConnectionFailed, match=r"did not end within 0\.3 s"):
        connection.run("sleep 20", timeout=0.3)
    with pytest.raises(ConnectionFailed, match="said more than 4 MiB"):
        connection.run("yes")
    assert connection.run("echo still here").stdout == b"still here\n"


def test_an_upload_arrives_whole_with_its_mode(sshd: Sshd, dial: Dial) -> None:
    (sshd.home / "deep").mkdir()
    data = bytes(range(256)) * 8192
    steps: list[tuple[int, int]] = []
    file = sshd.home / "deep" / "file"
    with dial(sshd).files() as files:
        files.upload(data, "deep/file", mode=0o600, progress=lambda sent, total: steps.append((sent, total)))
        assert file.read_bytes() == data
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert steps[-1] == (len(data), len(data))
        assert steps == sorted(steps)
        files.upload(b"", str(file), mode=0o755)
    assert file.read_bytes() == b""
    assert stat.S_IMODE(file.stat().st_mode) == 0o755


def test_an_upload_makes_no_folders(sshd: Sshd, dial: Dial) -> None:
    with (
        dial(sshd).files() as files,
        pytest.raises(DeployError, match="the folder of missing/file does not exist"),
    ):
        files.upload(b"x", "missing/file")


def test_an_upload_onto_a_folder_is_an_error(sshd: Sshd, dial: Dial) -> None:
    (sshd.home / "folder").mkdir()
    with dial(sshd).files() as files, pytest.raises(DeployError, match="cannot make folder"):
        files.upload(b"x", "folder")


def test_an_upload_to_a_full_disk_leaves_nothing(make_sshd: Callable[..., Sshd], dial: Dial) -> None:
    server = make_sshd(prelude="trap '' XFSZ; ulimit -f 128")  # blocks of 512 bytes
    with (
        dial(server).files() as files,
        pytest.raises(DeployError, match="took only part of file") as caught,
    ):
        files.upload(bytes(1_000_000), "file")
    assert "disk" in caught.value.remedy
    assert not (server.home / "file").exists()


def test_a_server_without_sftp_is_named(make_sshd: Callable[..., Sshd], dial: Dial) -> None:
    connection = dial(make_sshd(sftp=False))
    with pytest.raises(ConnectionFailed, match="has no SFTP"), connection.files():
        pass
    assert connection.run("true").exit_code == 0


def test_an_upload_that_is_cut_is_a_lost_connection(sshd: Sshd, dial: Dial) -> None:
    def cut(sent: int, total: int) -> None:
        if sent == PIECE:
            sshd.kill_connections()

    with (
        pytest.raises(ConnectionLost, match="was cut while file was sent"),
        dial(sshd).files() as files,
    ):
        files.upload(bytes(20_000_000), "file", progress=cut)


def test_nothing_reaches_the_real_home(sshd: Sshd, dial: Dial, tmp_path: Path) -> None:
    connection = dial(sshd)
    connection.run("touch ~/made; touch here")
    assert {path.name for path in sshd.home.iterdir()} == {"made", "here"}
