"""Connecting to a real sshd, and every way in which that can go wrong before a login."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deskconsole.common.errors import (
    AddressError,
    Cancelled,
    ConfigurationError,
    ConnectionFailed,
    ConnectionLost,
)
from deskconsole.ssh.connection import Connection
from support.answers import Answers
from support.sshd import Sshd

Dial = Callable[..., Connection]


@contextmanager
def serving(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A TCP server that treats one connection as told; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    accepted: list[socket.socket] = []

    def serve() -> None:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        accepted.append(sock)
        behave(sock)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)
        for sock in accepted:
            sock.close()


def test_a_session_runs_in_the_home_the_test_chose(sshd: Sshd, dial: Dial) -> None:
    connection = dial(sshd)
    finished = connection.run('printf %s "$HOME"; pwd >&2; exit 3')
    assert finished.exit_code == 3
    assert finished.stdout.decode() == str(sshd.home)
    assert finished.stderr.decode().strip() == str(sshd.home)
    assert connection.description == f"{sshd.user}@127.0.0.1:{sshd.port}"
    assert connection.alive
    connection.close()
    assert not connection.alive
    connection.close()


def test_the_cipher_is_aes_gcm_and_small_packets_are_not_held_back(sshd: Sshd, dial: Dial) -> None:
    connection = dial(sshd)
    assert connection._link.local_cipher == "aes128-gcm@openssh.com"
    sock = connection._link.sock
    assert isinstance(sock, socket.socket)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_server_with_unsafe_algorithms_only_is_refused(make_sshd: Callable[..., Sshd], dial: Dial) -> None:
    server = make_sshd(options={"Ciphers": "aes128-cbc", "MACs": "hmac-sha1"})
    with pytest.raises(ConnectionFailed, match="share no safe algorithm"):
        dial(server)


def test_a_name_that_does_not_resolve_is_named(sshd: Sshd, dial: Dial) -> None:
    with pytest.raises(AddressError, match=r"the name of no-such-host\.invalid:22 does not resolve"):
        dial(None, address="no-such-host.invalid", ssh_config=sshd.client_config)


def test_a_port_where_nothing_listens_is_named(sshd: Sshd, dial: Dial) -> None:
    sshd.stop()
    with pytest.raises(AddressError, match="nothing listens at") as caught:
        dial(sshd)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("behave", "sentence"),
    [
        (lambda sock: sock.sendall(b"220 mail ready\r\n" * 200), "does not answer like an SSH server"),
        (lambda sock: sock.close(), "closed the connection before an SSH greeting"),
        (lambda sock: None, "did not answer like an SSH server within 1 s"),
    ],
    ids=["mail server", "closes at once", "silent"],
)
def test_what_is_no_ssh_server_is_named(
    behave: Callable[[socket.socket], None], sentence: str, sshd: Sshd, dial: Dial
) -> None:
    with serving(behave) as port, pytest.raises(AddressError, match=sentence):
        dial(None, address="127.0.0.1", port=port, timeout=1.0, ssh_config=sshd.client_config)


def test_a_server_that_closes_during_the_key_exchange_is_named(sshd: Sshd, dial: Dial) -> None:
    def behave(sock: socket.socket) -> None:
        sock.sendall(b"SSH-2.0-Broken\r\n")
        sock.recv(100)
        sock.shutdown(socket.SHUT_RDWR)

    with serving(behave) as port, pytest.raises(ConnectionFailed, match="during the SSH handshake"):
        dial(None, address="127.0.0.1", port=port, ssh_config=sshd.client_config)


def test_cancelling_ends_a_handshake_that_hangs(sshd: Sshd, dial: Dial) -> None:
    cancelled = threading.Event()
    timer = threading.Timer(0.2, cancelled.set)
    timer.start()
    # The handshake's own limit is beyond the test's: only calling off can end it.
    arguments = {"cancelled": cancelled, "timeout": 600.0, "ssh_config": sshd.client_config}
    with serving(lambda sock: None) as port, pytest.raises(Cancelled):
        dial(None, address="127.0.0.1", port=port, **arguments)
    timer.join()


def test_cancelling_ends_a_tcp_connect_that_hangs(sshd: Sshd, dial: Dial) -> None:
    cancelled = threading.Event()
    # A listener whose queue is full drops what comes: connecting to it hangs.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        full = [socket.socket() for _ in range(4)]
        try:
            for sock in full:
                sock.setblocking(False)
                sock.connect_ex(listener.getsockname())
            timer = threading.Timer(0.3, cancelled.set)
            timer.start()
            with pytest.raises(Cancelled):
                dial(
                    None,
                    address="127.0.0.1",
                    port=listener.getsockname()[1],
                    cancelled=cancelled,
                    ssh_config=sshd.client_config,
                )
            timer.join()
        finally:
            for sock in full:
                sock.close()


def test_cancelling_withdraws_the_open_question(sshd: Sshd, dial: Dial, known_hosts: Path) -> None:
    cancelled = threading.Event()
    with pytest.raises(Cancelled):
        dial(sshd, Answers(when_asked=cancelled.set), cancelled=cancelled)


def test_a_name_that_ssh_would_take_for_an_option_is_refused(sshd: Sshd, dial: Dial) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the address"):
        dial(None, address="-oProxyCommand=touch owned", ssh_config=sshd.client_config)


def test_a_cut_connection_is_noticed(sshd: Sshd, dial: Dial) -> None:
    connection = dial(sshd)
    sshd.kill_connections()
    with pytest.raises(ConnectionLost):
        connection.run("true")
    assert not connection.alive
    assert dial(sshd).run("echo again").stdout == b"again\n"


@contextmanager
def spoilt_line(port: int) -> Iterator[tuple[int, Callable[[], None]]]:
    """A port that leads to `port`, and what sends bytes to the client that are no packet."""
    ends: list[socket.socket] = []

    def carry(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)

    def serve() -> None:
        client, _ = listener.accept()
        ends.extend((client, socket.create_connection(("127.0.0.1", port))))
        back = threading.Thread(target=carry, args=(ends[1], ends[0]))
        back.start()
        carry(*ends)
        for end in ends:
            end.close()
        back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], lambda: ends[0].sendall(bytes(4000))
        finally:
            for end in ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            thread.join(60)


def test_a_cut_link_is_a_sentence_and_logs_nothing_of_the_librarys(
    sshd: Sshd, dial: Dial, caplog: pytest.LogCaptureFixture
) -> None:
    with spoilt_line(sshd.port) as (port, spoil):
        connection = dial(sshd, port=port)
        spoil()
        with pytest.raises(ConnectionFailed):
            connection.run("true")
        with pytest.raises(ConnectionFailed):
            connection.open_tunnel(port)
        with pytest.raises(ConnectionFailed), connection.files():
            pass
        connection.close()
    connection = dial(sshd)
    sshd.kill_connections()
    with pytest.raises(ConnectionFailed):
        connection.run("true")
    connection = dial(sshd)
    connection._link.sock.close()
    with pytest.raises(ConnectionFailed):
        connection.run("true")
    assert [record.getMessage() for record in caplog.records] == []
