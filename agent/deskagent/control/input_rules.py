"""The protocol between the input thread and control: neither knows how the other does its part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from deskagent.input.device import DeviceGone
from deskwire.messages import NumberedRequest

from .client import ControlClient
from .desktop_lock import DesktopTaken


class InputRules(Protocol):
    """The input thread asks and tells this; called on that thread, so no method but one may wait."""

    def allows(self, client: ControlClient, grant: int) -> bool:
        """True if this console acts now, by this grant."""
        ...

    def refusal(self, client: ControlClient, message: NumberedRequest) -> str:
        """The reason why nothing is injected now, in one sentence; empty where inputs may be injected."""
        ...

    def transfer_clip(
        self, client: ControlClient, message: NumberedRequest, look: Callable[[], None]
    ) -> bool:
        """Takes a request for the clipboard, in its turn, and calls `look` all the time while that waits;
        False: the input is no such request."""
        ...

    def review(self) -> None:
        """A console acts: looks, some times a second, whether it still may."""
        ...

    def ended(self, client: ControlClient) -> None:
        """The console gave control back, and all that it sent before is injected."""
        ...

    def begun(self, client: ControlClient, grant: int) -> None:
        """The client's inputs can be injected from now on."""
        ...

    def not_begun(self, client: ControlClient, grant: int, why: DeviceGone | DesktopTaken) -> None:
        """The client's inputs cannot be injected; `why` is the reason."""
        ...

    def lost(self, client: ControlClient, grant: int, why: DeviceGone | DesktopTaken) -> None:
        """The client's inputs cannot be injected any more."""
        ...
