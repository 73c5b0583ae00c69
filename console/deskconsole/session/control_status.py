"""The state of control as one console sees it, and the settings of a host that decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from deskconsole.inventory.host import Host
from deskwire.control import Consent, ControlState

WINDOW_CLAIM: Final = "window"
"""The window's claim to control: other claims on this console neither end it nor end with it."""

WINDOW_CLAIMS: Final = (WINDOW_CLAIM, "session")
"""The claims with which keys and pointer of the window go to the host. The second one is that of the host as
a whole (`T` in the console): the window's host key gives it back, too."""


@dataclass(frozen=True, slots=True)
class ControlStatus:
    """Says who acts on a host; it never changes."""

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
        """True if this console acts."""
        return self.state is ControlState.YOURS

    @property
    def window_acts(self) -> bool:
        """Keys and pointer of the window go to the host: not where only a type mode or an act does."""
        return self.yours and not self.claims.isdisjoint(WINDOW_CLAIMS)


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
