"""Decides which deploy is shown without a key: that of the host that was just connected. No widgets."""

from __future__ import annotations

from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.session.steps import StepOutcome

from .view import FleetView

WORTH = 0.5
"""Seconds after which an upload is long enough to be looked at."""


class AutoOpen:
    """Remembers the host that somebody connected and has not turned away from since."""

    def __init__(self) -> None:
        self._awaited: str | None = None

    def awaited(self, name: str) -> None:
        """Somebody asked for this host."""
        self._awaited = name

    def due(self, view: FleetView, selected: str | None) -> str | None:
        """The host whose deploy is to be shown now, if any; each is named once.

        With several hosts on their way at a time the table shows all of them, so none is.
        """
        if selected is None or selected != self._awaited:
            self._awaited = None
            return None
        deploying = [host.name for host in view.hosts if view.snapshot(host.name).state is State.DEPLOYING]
        snapshot = view.snapshot(selected)
        # A host that was live before reconnects without a key.
        if deploying != [selected] or snapshot.statistics.packets or not _uploading(snapshot):
            return None
        self._awaited = None
        return selected


def _uploading(snapshot: Snapshot) -> bool:
    """Bytes are on their way, and have been for a while."""
    if not snapshot.steps:
        return False
    step = snapshot.steps[-1]
    return step.outcome is StepOutcome.RUNNING and step.done < step.total and step.seconds > WORTH
