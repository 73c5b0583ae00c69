"""The gate of an agent that only shows: nothing that could act is loaded."""

from __future__ import annotations

from deskwire.control import Ability, Control, ControlState, EndControl, WantControl
from deskwire.errors import RemoteProtocolError
from deskwire.messages import ControlRequest

from .client import ControlClient


class ViewOnlyGate:
    """Refuses control with a reason; whatever a console could send only with control is a fault."""

    abilities: frozenset[Ability] = frozenset()

    def __init__(self, reason: str) -> None:
        self._answer = Control(ControlState.OFF, reason=reason)

    def join(self, client: ControlClient) -> None:
        client.tell(self._answer)

    def leave(self, client: ControlClient) -> None:
        pass

    def handle(self, client: ControlClient, request: ControlRequest) -> None:
        if isinstance(request, WantControl):
            client.tell(self._answer)
        elif not isinstance(request, EndControl):
            raise RemoteProtocolError(f"{type(request).__name__} to an agent that only shows")

    def close(self) -> None:
        pass
