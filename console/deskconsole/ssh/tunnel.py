"""A byte stream to a port of the host, over one direct-tcpip channel; nothing listens on this side."""

from __future__ import annotations

import time
from typing import Any

import paramiko

from deskconsole.common.errors import ConnectionFailed, ConnectionLost, ForwardingRefused

from .command import close_channel
from .transport import SshTransport

_PROHIBITED = 1
_CONNECT_FAILED = 2
_PIECE = 32768


class Tunnel:
    """The part of `socket.socket` that a stream needs. One thread may read while another writes."""

    def __init__(self, channel: paramiko.Channel, description: str) -> None:
        self._channel = channel
        self._description = description
        self._closed = False

    def recv(self, size: int) -> bytes:
        """Up to `size` bytes; empty once the far end has ended the stream in good order.

        Raises ConnectionLost where the SSH connection broke, TimeoutError.
        """
        try:
            data = self._channel.recv(size)
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise TimeoutError(f"nothing came through {self._description} in time") from None
            raise self._lost() from error
        # A broken transport looks like the end of the stream too; only an EOF that was sent is one.
        if not data and not self._channel.eof_received and not self._closed:
            raise self._lost()
        return data

    def sendall(self, data: bytes | bytearray | memoryview) -> None:
        """Everything. Raises ConnectionLost, TimeoutError (part may have gone then)."""
        view = memoryview(data).cast("B")
        while view:
            view = view[self.send(view[:_PIECE]) :]

    def send(self, data: bytes | memoryview) -> int:
        """Sends as much as there is room for; returns how many bytes. Raises ConnectionLost, TimeoutError."""
        try:
            sent = self._channel.send(bytes(data))
        except TimeoutError:
            raise TimeoutError(f"{self._description} took nothing in time") from None
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise self._lost() from error
        if not sent:  # The channel's sending end is closed.
            raise self._lost()
        return sent

    def settimeout(self, seconds: float | None) -> None:
        """Sets the limit of every later call; None waits for ever."""
        self._channel.settimeout(seconds)

    def close(self) -> None:
        """End it from this side; waking the thread that reads."""
        self._closed = True
        close_channel(self._channel)

    def _lost(self) -> ConnectionLost:
        return ConnectionLost(f"{self._description} was cut")


class JumpTunnel:
    """A channel through a jump host, as the socket of the next SSH connection.

    The thread of that connection closes it too. `Channel.close` raises where the jump host has just gone.
    `socket.close` does not, and paramiko relies on it: the error ended its thread, or the rest of a clean-up.
    """

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def close(self) -> None:
        close_channel(self._channel)


def open_channel(link: SshTransport, host: str, port: int, where: str, timeout: float) -> paramiko.Channel:
    """A direct-tcpip channel from the server behind `link` to `host:port`.

    `where` names that server. Raises ForwardingRefused where its rules forbid it, ConnectionFailed where
    nothing answers at the port, ConnectionLost.
    """
    deadline = time.monotonic() + timeout
    with link.opening:
        try:
            return link.open_channel("direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=timeout)
        except paramiko.ChannelException as error:
            code = error.code
        except (paramiko.SSHException, EOFError, OSError) as error:
            if link.is_active() and time.monotonic() >= deadline:
                raise ConnectionFailed(
                    f"{where} did not open a tunnel to {host}:{port} within {timeout:g} s",
                    remedy="The host may hang: try again.",
                ) from error
            raise ConnectionLost(f"the connection to {where} was cut") from error
    if code == _PROHIBITED:
        raise ForwardingRefused(
            f"the SSH server of {where} does not allow tunnels",
            remedy="In its sshd_config set `AllowTcpForwarding local` and take `DisableForwarding yes` out; "
            "`PermitOpen` may forbid it too.",
        )
    if code == _CONNECT_FAILED:
        raise ConnectionFailed(
            f"nothing listens at {host}:{port} as seen from {where}",
            remedy="What should listen there has ended or was not started.",
        )
    raise ConnectionFailed(
        f"the SSH server of {where} did not open a tunnel to {host}:{port} (code {code})",
        remedy="Its log says why.",
    )
