"""What the TUI needs from a fleet, and no more: the composition root hands it in, the TUI imports none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ..hosts import Host
from ..session.event import Event
from ..session.snapshot import Snapshot
from ..ssh.questions import Questions


class Fleet(Protocol):
    """All sessions. `snapshots` and `hosts` are asked on the event loop and return at once;

    everything else is called on a thread of its own, one call after the other, and may raise a
    `DeskconsoleError`, which is shown, or KeyError for a host that is gone, which is not.
    """

    @property
    def hosts(self) -> tuple[Host, ...]:
        """The configured hosts, in the inventory's order."""
        ...

    def snapshots(self) -> Mapping[str, Snapshot]: ...

    def connect(self, name: str) -> None: ...

    def disconnect(self, name: str) -> None: ...

    def view(self, name: str) -> None: ...

    def request_refresh(self, name: str) -> None: ...

    def check_exact(self, name: str) -> None: ...

    def add(self, host: Host) -> None: ...

    def replace(self, name: str, host: Host) -> None: ...

    def remove(self, name: str) -> None: ...

    def close(self) -> None: ...


OpenFleet = Callable[[Questions, Callable[[Event], None]], Fleet]
"""Makes the fleet, given whom to ask and where events go. Runs on a thread, behind the first picture."""
