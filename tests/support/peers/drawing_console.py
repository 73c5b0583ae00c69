"""A bare console that keeps a picture: what a user would see, and whether it is what the agent believes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskconsole.picture.decoders import Decoder
from deskwire.digest import framebuffer_digest
from deskwire.encodings import Encoding
from deskwire.messages import AgentMessage, Digest, Ping, Pong, WantDigest, Watch
from deskwire.packet import Packet

from .bare_console import FULL, Console, Reachable

_PACKETS, _BYTES = 4, 1 << 20


class DrawingConsole(Console):
    """Draws what comes, gives credit for it, and answers heartbeats."""

    def __init__(
        self,
        agent: Reachable,
        *,
        packets: int = _PACKETS,
        watch: Watch = FULL,
        encodings: Iterable[Encoding] = Encoding,
        **hello: Any,
    ) -> None:
        super().__init__(agent, packets=packets, watch=watch, encodings=encodings, **hello)
        self.busy = False
        """Gives no credit for what it draws, until `acknowledge`."""
        self._packets = packets
        self.picture: NDArray[np.uint8] = np.zeros((1, 1, 3), np.uint8)
        self._decoder = Decoder()
        self._drawn = 0
        self._seen = 0

    def sees(self, wanted: Callable[[NDArray[np.uint8]], bool], seconds: float = 60) -> bool:
        """Draws until the picture is what is wanted."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.draw(0.1)
            if wanted(self.picture):
                return True
        return False

    def draw(self, seconds: float) -> None:
        """Draws whatever comes for so long."""
        self.until(self._catch_up, seconds)

    def draw_events(self, count: int) -> None:
        """Draws up to this event of all that came."""
        self._catch_up(self.events[:count])

    def is_exact(self, *, at_once: bool = False) -> bool:
        """Whether the picture is, to the bit, the one that the agent believes it sent."""
        self.send(WantDigest(at_once))
        known = len(self.events)
        assert self.until(lambda events: self._catch_up(events) or any(map(_is_digest, events[known:])))
        digest = next(filter(_is_digest, self.events[known:]))
        assert isinstance(digest, Digest)
        height, width = self.picture.shape[:2]
        # Packets that came after the digest are not drawn yet: `_catch_up` stops there.
        return digest.digest == framebuffer_digest(width, height, self.picture.tobytes())

    def _catch_up(self, events: list[Packet | AgentMessage]) -> bool:
        """Handles what came and is not handled yet, up to a digest; always False."""
        while self._seen < len(events):
            event = events[self._seen]
            self._seen += 1
            match event:
                case Packet():
                    self._draw(event)
                case Ping(number):
                    self.send(Pong(number))
                case Digest():
                    break
                case _:
                    pass
        return False

    def _draw(self, packet: Packet) -> None:
        if packet.refresh:
            _, _, width, height = packet.slices[0].rectangle
            self.picture = np.zeros((height, width, 3), np.uint8)
            self._decoder.restart(width, height, self.picture)
        for (x, y, width, height), body in packet.slices:
            self._decoder.decode(body, self.picture[y : y + height, x : x + width])
        self._drawn += 1
        if not self.busy:
            self.acknowledge()

    def acknowledge(self) -> None:
        """Gives credit for all that was drawn."""
        self.socket.sendall(self.connection.credit(self._packets, _BYTES, self._drawn))


def _is_digest(event: Packet | AgentMessage) -> bool:
    return isinstance(event, Digest)
