"""The state of control as one console sees it, and the settings of a host that decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deskconsole.inventory.host import Host
from deskwire.control import Consent, ControlState


@dataclass(frozen=True, slots=True)
class ControlStatus:
    """Who acts on a host; it never changes."""

    state: ControlState
    holder: str = ""
    """The acting console's name, as it gave it; empty where none acts or this one."""
    reason: str = ""
    """One sentence, or the host's words, where this console does not act and that has a reason."""
    may: frozenset[str] = frozenset()
    """The agent can do these there, see `deskwire.control.Ability`."""
    taken_from: str = ""
    """The console from which this one took control by force."""

    claims: frozenset[str] = frozenset()
    """The parts of this console that need control, while it acts."""

    @property
    def yours(self) -> bool:
        """This console acts."""
        return self.state is ControlState.YOURS


NOT_CONNECTED = ControlStatus(ControlState.OFF, reason="not connected")


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """The settings of a host that concern control."""

    control: Literal["ask", "never"] | None = None
    """None: control is allowed without asking the person at the host first."""
    consent: Consent = Consent.OTHERS
    by_position: bool = False
    """Keys are sent by their position alone."""

    @classmethod
    def of(cls, host: Host) -> ControlSettings:
        return cls(host.control, Consent(host.consent), host.keyboard == "position")
