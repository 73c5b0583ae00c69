"""Credits: how much may be on its way. The agent asks it before it begins a packet."""

from __future__ import annotations

from collections import deque

from .errors import LocalProtocolError, RemoteProtocolError


class CreditWindow:
    """Counts what is out and how much may be.

    A packet may be begun while fewer than `packets` packets and fewer than `bytes` bytes are out. Its size
    is known only when it is encoded, and what is encoded has to be sent; so at most one packet overshoots
    the bytes, and a refresh that is larger than the whole window can still be sent.
    """

    def __init__(self, packets: int, bytes_: int) -> None:
        self.sent = 0
        """Number of the last packet sent; the first is 1."""
        self._packets = packets
        self._bytes = bytes_
        # The last packet that was ever allowed: what is encoded has to be sent, though the window became
        # smaller meanwhile.
        self._granted = packets
        self._sizes: deque[int] = deque()
        self._out = 0

    @property
    def open(self) -> bool:
        """May another packet be begun?"""
        return len(self._sizes) < self._packets and self._out < self._bytes

    def send(self, size: int) -> int:
        """Counts a packet of `size` bytes as out and returns its number."""
        if self.sent >= self._granted:
            raise LocalProtocolError("a packet without credit for it")
        self._sizes.append(size)
        self._out += size
        self.sent += 1
        return self.sent

    def grant(self, packet: int, packets: int, bytes_: int) -> None:
        """Everything up to `packet` is acknowledged, and this is the window from now on."""
        oldest = self.sent - len(self._sizes)
        if not oldest <= packet <= self.sent:
            raise RemoteProtocolError(f"a credit for packet {packet} of {self.sent}, {oldest} known")
        for _ in range(packet - oldest):
            self._out -= self._sizes.popleft()
        self._packets = packets
        self._bytes = bytes_
        self._granted = max(self._granted, packet + packets)
