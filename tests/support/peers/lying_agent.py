"""An agent's end of the wire that greets as an agent does, and then sends what a test likes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from deskwire.connection import AgentConnection
from deskwire.message import Message
from deskwire.messages import Welcome

TOKEN = bytes(32)


@contextmanager
def lying_agent(welcome: Welcome, message: Message) -> Iterator[tuple[str, int]]:
    """Yields the agent's address; it serves one console, until that hangs up."""

    def serve() -> None:
        link, _ = server.accept()
        with link:
            liar = AgentConnection(TOKEN)
            while liar.credit is None:
                liar.receive(link.recv(65536))
            link.sendall(liar.welcome(welcome) + liar.send(message))
            link.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()
        thread.join()
