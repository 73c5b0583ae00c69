"""A slow line to a server: so many bytes a second pass from the client to it, and any number back."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator

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

    def accept(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                ends.extend((client, server))
                for way in ((client, server, 1 / rate), (server, client, 0.0)):
                    threads.append(threading.Thread(target=carry, args=way))
                    threads[-1].start()

    with _listening(accept, ends, threads) as port_here:
        yield port_here


@contextlib.contextmanager
def far_link(port: int, rate: float, delay: float) -> Iterator[int]:
    """A link as over a network: both ways take `delay` seconds, and the way from the server carries `rate`
    bytes a second; yields the port to connect to. One connection."""
    ends: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def read(source: socket.socket, waiting: queue.Queue[tuple[float, bytes]]) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                waiting.put((time.monotonic() + delay, piece))
        waiting.put((0.0, b""))

    def write(waiting: queue.Queue[tuple[float, bytes]], sink: socket.socket, pause: float) -> None:
        free = time.monotonic()
        with contextlib.suppress(OSError):
            while True:
                due, piece = waiting.get()
                if not piece:
                    break
                free = max(free, due) + len(piece) * pause
                time.sleep(max(0.0, free - time.monotonic()))
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def accept(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", port))
            ends.extend((client, server))
            for source, sink, pause in ((client, server, 0.0), (server, client, 1 / rate)):
                sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # A router holds a fraction of a second, not all there is.
                waiting: queue.Queue[tuple[float, bytes]] = queue.Queue(max(4, int(rate * 0.1) // PIECE))
                for work in ((read, source, waiting), (write, waiting, sink, pause)):
                    threads.append(threading.Thread(target=work[0], args=work[1:], daemon=True))
                    threads[-1].start()

    with _listening(accept, ends, threads) as port_here:
        yield port_here


@contextlib.contextmanager
def _listening(
    accept: Callable[[socket.socket], None], ends: list[socket.socket], threads: list[threading.Thread]
) -> Iterator[int]:
    """Yields a port; at the end closes it and all `ends`, and waits for the threads."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept, args=(listener,))
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            for end in (listener, *ends):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            for thread in (accepting, *threads):
                thread.join(60)
            for end in ends:
                end.close()
