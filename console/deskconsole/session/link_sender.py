"""The sending half of a link: bytes go out in their order, and no caller waits for a slow network."""

from __future__ import annotations

import threading
import time
from typing import Protocol

STUCK_AFTER = 4.5
"""Seconds in which the agent takes no byte, after which the link is given up."""

MOST_WAITING = 4 * 1024 * 1024
"""Bytes that may wait: an agent that asks all the time and reads slowly must not fill the memory."""

_PIECE = 32 * 1024
_SMALL = 1024
"""Bytes of a message that goes out on the thread that has it: a key must not wait until another thread
may run, which can take 5 ms."""
_CROWDED = 5.0
"""Seconds after a larger message in which the network may have no room: small ones wait their turn then."""
_LAST_CALL = 1.0
"""Seconds for the call of the transport that is under way when the link ends."""


class Transport(Protocol):
    """The part of a socket that a link needs; a tunnel has it too. One thread reads while another writes."""

    def recv(self, size: int, /) -> bytes: ...

    def send(self, data: bytes, /) -> int: ...

    def settimeout(self, seconds: float | None, /) -> None: ...

    def close(self) -> None: ...


class LinkSender:
    """Sends what is large on a thread of its own, from `start` to `end`. Any thread may call `put`, which
    lasts one call of the transport at most.

    A clipboard is up to 256 kB in one message, and a slow link needs seconds for it.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._changed = threading.Condition()
        self._waiting = bytearray()
        self._crowded_until = 0.0
        self._ended = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="link, out", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, data: bytes) -> None:
        """Has it sent after all that was put before."""
        with self._changed:
            if self._ended:
                return
            if len(self._waiting) > MOST_WAITING:
                self._end_with(TimeoutError())
                return
            self._waiting += data[self._sent_at_once(data) :]
            if self._waiting:
                self._changed.notify_all()

    def _sent_at_once(self, data: bytes) -> int:
        """Sends the message if it may go now; returns how many bytes went, 0 where it has to wait."""
        now = time.monotonic()
        if len(data) > _SMALL:
            self._crowded_until = now + _CROWDED
        if self._waiting or now < self._crowded_until:
            return 0
        try:
            return self._transport.send(data)
        except TimeoutError:
            return 0
        except Exception as error:  # noqa: BLE001  # the link's own thread raises it: see `check`
            self._end_with(error)
            return len(data)

    def check(self) -> None:
        """Raises the error that ended the sending, if any: TimeoutError where the agent stopped reading."""
        with self._changed:
            if self._failure is not None:
                raise self._failure

    def end(self, within: float = 0.0) -> None:
        """Sends nothing more, after what waits has had so many seconds to go."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or not self._waiting, within)
            self._ended = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(_LAST_CALL)

    def _run(self) -> None:
        try:
            while piece := self._next():
                sent = self._send(piece)
                with self._changed:
                    del self._waiting[:sent]
                    self._changed.notify_all()
        except Exception as error:  # noqa: BLE001  # the link's own thread raises it: see `check`
            with self._changed:
                self._end_with(error)

    def _next(self) -> bytes:
        """Waits for the next bytes to send; empty at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._waiting)
            return b"" if self._ended else bytes(self._waiting[:_PIECE])

    def _send(self, piece: bytes) -> int:
        """Returns how much of it the transport took. One call of it lasts a tick of the link at most."""
        began = time.monotonic()
        while True:
            try:
                return self._transport.send(piece)
            except TimeoutError:
                if self._ended or time.monotonic() - began > STUCK_AFTER:
                    raise

    def _end_with(self, error: Exception) -> None:
        self._failure = self._failure or error
        self._ended = True
        self._changed.notify_all()
