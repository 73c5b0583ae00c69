"""A slow line to a server: so many bytes a second pass from the client to it, and any number back."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

PIECE = 2048


@contextlib.contextmanager
def slow_link(port: int, rate: float) -> Iterator[int]:
    """The port to connect to instead of `port`, both on loopback; its connections end with the context."""
    ends: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def carry(source: socket.socket, sink: socket.socket, pause: float) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                sink.sendall(piece)
                time.sleep(len(piece) * pause)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                ends.extend((client, server))
                for way in ((client, server, 1 / rate), (server, client, 0.0)):
                    threads.append(threading.Thread(target=carry, args=way))
                    threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            for end in (listener, *ends):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            for thread in (accepting, *threads):
                thread.join(5)
            for end in ends:
                end.close()
