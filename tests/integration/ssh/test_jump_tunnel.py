"""The socket through a jump host, where the jump host goes in the moment of the closing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import paramiko

from deskconsole.ssh.transport import SshTransport, handshake
from deskconsole.ssh.tunnel import JumpTunnel
from support.sshd import Sshd


class BreakableSocket:
    """A socket whose far end is gone for what is sent, while the thread that reads has not noticed yet."""

    def __init__(self, port: int) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port))
        self.broken = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def send(self, data: bytes) -> int:
        if self.broken:
            raise BrokenPipeError
        return self._sock.send(data)


def test_closing_ends_in_order_where_the_jump_host_has_just_gone(make_sshd: Callable[..., Sshd]) -> None:
    before = set(threading.enumerate())
    first, second = make_sshd(), make_sshd()
    sock = BreakableSocket(first.port)
    with closing(paramiko.Transport(sock)) as jump:  # type: ignore[arg-type]
        jump.start_client(timeout=10)
        jump.auth_publickey(first.user, paramiko.Ed25519Key(filename=str(first.identity)))
        channel = jump.open_channel("direct-tcpip", ("127.0.0.1", second.port), ("127.0.0.1", 0), timeout=10)
        link = SshTransport(JumpTunnel(channel))
        handshake(link, "the second host", 10)
        sock.broken = True
        link.shut()
        assert not link.is_alive()
    jump.join(60)
    assert set(threading.enumerate()) == before
