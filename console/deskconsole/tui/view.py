"""What all screens show at one tick: the hosts and their snapshots, taken together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..hosts import Host
from ..session.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FleetView:
    """The fleet at one moment."""

    hosts: tuple[Host, ...]
    snapshots: Mapping[str, Snapshot]
    now: float
    """Unix time."""

    def snapshot(self, name: str) -> Snapshot:
        """A host's snapshot; one that has no session yet is idle."""
        return self.snapshots.get(name) or Snapshot(name)

    def host(self, name: str | None) -> Host | None:
        return next((host for host in self.hosts if host.name == name), None)
