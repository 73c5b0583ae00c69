"""A port of this computer behind which there is one of the host, for programs that know nothing of SSH."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

from deskconsole.common.errors import ConnectionFailed

from .connection import Connection

_PIECE = 64 * 1024

_LOOK = 0.2
"""Seconds between two looks at whether waiting was cancelled."""


class LocalPort:
    """Listens on 127.0.0.1 for as long as it is open, and tunnels what comes; a context manager.

    Every program of this computer may use it meanwhile, those of other users too.
    """

    def __init__(self, connection: Connection, remote_port: int) -> None:
        self._connection = connection
        self._remote_port = remote_port
        self._changed = threading.Condition()
        self._streams: set[socket.socket] = set()
        self._came = 0
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name=f"port {self.port}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def wait_until_unused(self, first: float, cancelled: threading.Event) -> None:
        """Waits until no program uses the port, and `first` seconds at most for one that does.

        It returns soon after `cancelled` was set.
        """
        begun = time.monotonic()
        with self._changed:
            while not self._closed and not cancelled.is_set():
                if not self._streams and (self._came or time.monotonic() - begun >= first):
                    return
                self._changed.wait(_LOOK)

    def close(self) -> None:
        """Ends the streams; may be called again, and from any thread."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            streams = list(self._streams)
            self._changed.notify_all()
        # Closing a listening socket does not wake an accept() on every system; a connection does.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            pass
        self._thread.join(5)
        self._listener.close()
        for stream in streams:
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                stream, _ = self._listener.accept()
            except OSError:
                return
            with self._changed:
                if self._closed:
                    stream.close()
                    return
                self._streams.add(stream)
                self._came += 1
                self._changed.notify_all()
            threading.Thread(target=self._serve, args=(stream,), name="port stream", daemon=True).start()

    def _serve(self, stream: socket.socket) -> None:
        try:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(ConnectionFailed, OSError):
                tunnel = self._connection.open_tunnel(self._remote_port)
                tunnel.settimeout(None)
                upward = threading.Thread(
                    target=_pump, args=(stream.recv, tunnel.sendall, tunnel.close), daemon=True
                )
                upward.start()
                _pump(tunnel.recv, stream.sendall, lambda: stream.shutdown(socket.SHUT_RDWR))
                upward.join()
        finally:
            stream.close()
            with self._changed:
                self._streams.discard(stream)
                self._changed.notify_all()


def _pump(
    read: Callable[[int], bytes], write: Callable[[bytes], object], ended: Callable[[], object]
) -> None:
    """Copies until one end breaks or ends, then ends the other."""
    with contextlib.suppress(OSError, ConnectionFailed):
        while piece := read(_PIECE):
            write(piece)
    with contextlib.suppress(OSError):
        ended()
