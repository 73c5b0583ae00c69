"""An agent on threads of the test's own process, with whatever source of pictures the test scripts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deskagent.capture.source import Grabber
from deskagent.computer import ComputerWatch
from deskagent.control.client import ControlGate
from deskagent.control.host_consent import HostConsent
from deskagent.delivery.link import ConsoleLink
from deskagent.delivery.server import Server

TOKEN = bytes(range(32))


class ServedHere:
    """An agent on threads of this process."""

    token = TOKEN

    def __init__(
        self,
        open_grabber: Callable[[int], Grabber],
        gate: ControlGate | None = None,
        consent: HostConsent | None = None,
        computer: ComputerWatch | None = None,
    ) -> None:
        self._server = Server(0, TOKEN, open_grabber, gate, consent, computer)
        self._thread = threading.Thread(target=self._server.serve, args=(None,))
        self._thread.start()

    @property
    def port(self) -> int:
        """The TCP port on loopback that the server listens on."""
        return self._server.port

    @property
    def links(self) -> set[ConsoleLink]:
        """The server's connections, with those that have shown no token yet."""
        return self._server._links

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def close(self) -> None:
        self._server.close()
        self._thread.join(60)
        assert not self._thread.is_alive()


@contextmanager
def served(
    open_grabber: Callable[[int], Grabber],
    gate: ControlGate | None = None,
    consent: HostConsent | None = None,
    computer: ComputerWatch | None = None,
) -> Iterator[ServedHere]:
    agent = ServedHere(open_grabber, gate, consent, computer)
    try:
        yield agent
    finally:
        agent.close()
