"""A host's control without a host: what it sent, what it told, and an agent's words to it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from deskconsole.session.control_status import ControlSettings, ControlStatus
from deskconsole.session.host_control import HostControl
from deskwire.control import Control, ControlState, Effect
from deskwire.geometry import Rectangle
from deskwire.messages import WIRE_VERSION, ControlRequest, Welcome
from deskwire.packet import Packet, Slice

MAY = ("pointer", "keyboard", "clip")
PACKET = Packet(False, (Slice(Rectangle(0, 0, 1, 1), b"\0\0\0\0"),), bytes(16))


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class ControlGround:
    """A host's control, what it sent, and the agent's words to it."""

    def __init__(self, settings: ControlSettings | None = None) -> None:
        self.sent: list[ControlRequest] = []
        self.told: list[ControlStatus] = []
        self.clock = Clock()
        self.control = HostControl(self._send, settings, self.told.append, clock=self.clock)
        self.sending: Callable[[], object] = lambda: None
        """Called as soon as something is sent."""

    def welcome(self, *, speaks: tuple[str, ...] = ("control", "clip"), may: tuple[str, ...] = MAY) -> None:
        self.control.welcomed(Welcome(WIRE_VERSION, "test", (), bytes(16), speaks=speaks, may=may))

    def yours(self, grant: int = 1) -> None:
        self.control.control(Control(ControlState.YOURS, grant))

    def taken(self, *may: str) -> ControlGround:
        self.welcome(may=may or MAY)
        self.control.take()
        self.yours()
        self.sent.clear()
        return self

    def typed(self, text: str) -> int:
        """The number of a text of one piece; 0 where nothing was sent."""
        return next(iter(self.control.type(text)), 0)

    def draw(self, *, effect_of: int | None = None) -> None:
        if effect_of is not None:
            self.control.effect(Effect(effect_of))
        self.control.drawn(1, PACKET)

    def _send(self, message: ControlRequest) -> None:
        self.sent.append(message)
        self.sending()


def asking(act: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Calls what blocks on a thread; the list gets its result or its error."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(act())
        except Exception as error:  # noqa: BLE001
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results
