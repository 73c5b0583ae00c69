"""A request of X packed by hand, for what is sent often: python-xlib takes three times as long to pack it."""

from __future__ import annotations

from Xlib.protocol import rq
from Xlib.protocol.display import Display


class PackedRequest(rq.Request):
    """Queues a request that is bytes already."""

    def __init__(self, display: Display, binary: bytes) -> None:
        self._binary = binary
        self._serial = None
        display.send_request(self, wait_for_response=False)
