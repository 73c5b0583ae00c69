"""A TCP proxy on loopback that counts what passes, and where asked behaves like a narrow, long link."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

_SEGMENT = 1500
"""Bytes that a shaped link carries at a time, as a packet of Ethernet has them."""
_LOOKS = 0.05
"""Seconds between two looks at what waits."""
_WINDOW = 1 << 16
"""Bytes that the kernel may hold at each end of a shaped link: what waits is to wait where it is counted."""


class Link(NamedTuple):
    """What is between the two ends: the bottleneck serialises, lets so much wait before it, and is far away.

    Where more wants to wait, the sender is held up: TCP loses nothing, and finds its rate.
    """

    rate: float
    """Bytes a second, each way."""
    delay: float
    """Seconds of propagation, each way: a round trip takes twice as long."""
    buffer: int = 256_000
    """Bytes that may wait, each way."""

    @classmethod
    def parse(cls, text: str) -> Link:
        """`10mbit,50ms` or, with the buffer, `10mbit,50ms,256kb`."""
        found = re.fullmatch(r"([\d.]+)mbit,([\d.]+)ms(?:,(\d+)kb)?", text)
        if found is None:
            raise SystemExit(f"A link is given as 10mbit,50ms or 10mbit,50ms,256kb, not {text!r}.")
        rate, delay, buffer = found.groups()
        link = cls(float(rate) * 1e6 / 8, float(delay) / 1000)
        return link if buffer is None else link._replace(buffer=1000 * int(buffer))


class CountingProxy:
    """Listens on `port` from the beginning, passes on to `target` once that is set."""

    def __init__(self, link: Link | None = None) -> None:
        self._link = link
        self._listener = socket.create_server(("127.0.0.1", 0))
        if link is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WINDOW)
        self.port: int = self._listener.getsockname()[1]
        self.target = 0
        """Where it connects to."""
        self.server_calls = False
        """Whether it is the serving side that connects to `port`, and the viewer that listens at `target`."""
        self._passed = {True: 0, False: 0}
        self.most_waiting = 0
        """Bytes that had been sent to the viewer and had not passed the bottleneck, at most: in its buffer,
        and in the kernel's on the sender's side of it. May be set to 0."""
        self._sockets: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept, name="proxy", daemon=True)]

    @property
    def received(self) -> int:
        """Bytes that went to the viewer so far."""
        return self._passed[not self.server_calls]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # It is closed.
            while True:
                caller, _ = self._listener.accept()
                called = self._call()
                for one in (caller, called):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._sockets.append(one)
                for source, sink, back in ((caller, called, False), (called, caller, True)):
                    self._start(source, sink, back)

    def _call(self) -> socket.socket:
        called = socket.socket()
        if self._link is not None:
            # Before it connects: the window is agreed on then.
            called.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WINDOW)
        called.connect(("127.0.0.1", self.target))
        return called

    def _start(self, source: socket.socket, sink: socket.socket, back: bool) -> None:
        if self._link is None:
            self._spawn(self._pass, source, sink, back)
        else:
            line = _Line(self._link)
            if back is not self.server_calls:
                self._spawn(self._watch, source, line)
            self._spawn(self._send_off, source, line)
            self._spawn(self._deliver, line, sink, back)

    def _spawn(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="proxy", daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _pass(self, source: socket.socket, sink: socket.socket, back: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 18):
                self._passed[back] += len(data)
                sink.sendall(data)
        _end(sink)

    def _send_off(self, source: socket.socket, line: _Line) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_SEGMENT):
                line.put(data)
        line.put(b"")

    def _watch(self, source: socket.socket, line: _Line) -> None:
        ports = source.getsockname()[1], source.getpeername()[1]
        while not line.closed:
            self.most_waiting = max(self.most_waiting, line.waiting() + _in_kernel(*ports))
            time.sleep(_LOOKS)

    def _deliver(self, line: _Line, sink: socket.socket, back: bool) -> None:
        with contextlib.suppress(OSError):
            while data := line.take():
                self._passed[back] += len(data)
                sink.sendall(data)
        _end(sink)
        line.close()


def _in_kernel(here: int, there: int) -> int:
    """Bytes on their way from port `there` to port `here` of this machine, not yet sent or not yet read."""
    waiting = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        ports = int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16)
        sent, received = (int(number, 16) for number in queues.split(":"))
        if ports == (there, here):
            waiting += sent
        elif ports == (here, there):
            waiting += received
    return waiting


def _end(sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class _Line:
    """One direction of a link. `put` blocks while the buffer is full, `take` until something arrives."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._free_at = 0.0
        self._arrivals: deque[tuple[float, bytes]] = deque()
        self._changed = threading.Condition()
        self._held = 0
        self.closed = False
        """Nothing comes or goes any more."""

    def waiting(self) -> int:
        """Bytes before the bottleneck, the one under way through it included."""
        return max(0, int((self._free_at - time.monotonic()) * self._link.rate))

    def put(self, data: bytes) -> None:
        while self.waiting() + len(data) > self._link.buffer:
            time.sleep(len(data) / self._link.rate)
        with self._changed:
            # A viewer that does not read holds up the line, as its closed window would.
            room = self._link.buffer + 2 * self._link.rate * self._link.delay
            self._changed.wait_for(lambda: self.closed or self._held + len(data) <= room)
            self._free_at = max(self._free_at, time.monotonic()) + len(data) / self._link.rate
            self._arrivals.append((self._free_at + self._link.delay, data))
            self._held += len(data)
            self._changed.notify_all()

    def take(self) -> bytes:
        """What has arrived; empty at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._arrivals)
            moment, _ = self._arrivals[0]
        time.sleep(max(0.0, moment - time.monotonic()))
        arrived: list[bytes] = []
        with self._changed:
            now = time.monotonic()
            while self._arrivals and self._arrivals[0][0] <= now:
                data = self._arrivals[0][1]
                if not data and arrived:
                    break  # The end, next time.
                self._arrivals.popleft()
                arrived.append(data)
            self._held -= sum(map(len, arrived))
            self._changed.notify_all()
        return b"".join(arrived)

    def close(self) -> None:
        """Nobody takes anything any more."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
