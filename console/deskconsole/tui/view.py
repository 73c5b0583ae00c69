"""The view that all screens show at one tick: the hosts and their snapshots, taken together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FleetView:
    """The fleet at one moment."""

    hosts: tuple[Host, ...]
    snapshots: Mapping[str, Snapshot]
    now: float
    """Unix time."""
    budget: int = 0
    """Bytes a second for all hosts together; 0: no bound."""

    def snapshot(self, name: str) -> Snapshot:
        """A host's snapshot; one that has no session yet is idle."""
        return self.snapshots.get(name) or Snapshot(name)

    def host(self, name: str | None) -> Host | None:
        return next((host for host in self.hosts if host.name == name), None)
