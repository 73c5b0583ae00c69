"""Asks an SSH server whether it lets tunnels through, before anything depends on one."""

from __future__ import annotations

from deskconsole.common.errors import ConnectionFailed, ConnectionLost, ForwardingRefused

from .connection import Connection


def require_forwarding(connection: Connection) -> None:
    """Asks for a tunnel to the SSH server itself: whether something listens there does not matter.

    Raises ForwardingRefused, ConnectionLost.
    """
    try:
        connection.open_tunnel(connection.port).close()
    except (ForwardingRefused, ConnectionLost):
        raise
    except ConnectionFailed:
        return
