"""Port numbers that stay free until a test uses them."""

from __future__ import annotations

import secrets
import socket

_FIRST, _END = 10_000, 32_768
"""Below those that Linux gives to a program that asks for any port: each of these is soon another test's."""


def free_port() -> int:
    """A port of 127.0.0.1 where nothing listens.

    Not by `random`: Hypothesis seeds it alike in all workers.
    """
    while True:
        port = _FIRST + secrets.randbelow(_END - _FIRST)
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
