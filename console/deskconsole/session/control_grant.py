"""The permission to act on a host: which parts of this console need it, and what the agent says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from deskwire.control import Control, ControlState, EndControl, WantControl
from deskwire.errors import RemoteProtocolError
from deskwire.messages import ControlRequest, Feature, Welcome

from .control_status import NOT_CONNECTED, ControlSettings, ControlStatus

_ONLY_SHOWS = "the agent there only shows its desktop"
_FORBIDDEN = "hosts.toml forbids control of this host"


class ControlGrant:
    """Asks for control with the first claim and gives it back with the last one. It keeps no lock."""

    def __init__(self, send: Callable[[ControlRequest], None], settings: ControlSettings) -> None:
        self._send = send
        self._settings = settings
        self.status = NOT_CONNECTED
        self.number = 0
        """The agent's number of the grant, which every input bears."""
        self.speaks: frozenset[str] = frozenset()
        """The features of the agent; empty where there is no link."""
        self._asked = False
        """Control was asked for on this link."""
        self._wanted: bool | None = None
        """Control is wanted, also on the next link; the value is `force`. None: it is not wanted."""
        self._forced_from: str | None = None
        """The console that has control while this one asks for it by force, empty where none has; None: no
        such request."""
        self._claims: set[str] = set()
        """The parts of the console that need control. It goes back with the last one; a grant that comes when
        there is none is given back."""
        self._ending = False
        """Control was given back, and the agent has not confirmed it yet. A request before that would get an
        answer for the grant that ends."""
        self._unanswered = False
        """The agent has not decided about a request; that it asks the person there is no decision."""
        self._withdrawn = False
        """Control was given back before the agent decided: its decision is about a wish that is over, and the
        next request waits for it."""

    def take(self, claim: str, *, force: bool) -> None:
        """Adds a claim, and asks where control is not here."""
        if self._settings.control == "never":
            return
        self._claims.add(claim)
        if self.status.yours:
            self._become(self.status)
        else:
            # Force is meant for who acts now, not for who acts on a later link.
            self._wanted = (force or bool(self._wanted)) and bool(self.speaks)
            self._ask()

    def release(self, claim: str) -> None:
        """Takes a claim away, if it is held."""
        if claim in self._claims:
            self._claims.discard(claim)
            if self._claims:
                self._become(self.status)
            else:
                self._give_back()

    def release_all(self) -> None:
        """Takes every claim away."""
        if self._claims:
            self._claims.clear()
            self._give_back()

    def welcomed(self, welcome: Welcome) -> None:
        """A link begins: control that is claimed is asked for again."""
        self.speaks = frozenset(welcome.speaks)
        self.number, self._asked = 0, False
        self._ending = self._unanswered = self._withdrawn = False
        may = frozenset(welcome.may) if Feature.CONTROL in self.speaks else frozenset()
        reason = _FORBIDDEN if self._settings.control == "never" else "" if may else _ONLY_SHOWS
        state = ControlState.OFF if reason else ControlState.FREE
        self._ask()
        self._become(ControlStatus(state, reason=reason, may=may))

    def said(self, control: Control) -> None:
        """The agent says who acts. Raises RemoteProtocolError where that cannot be."""
        if control.state is ControlState.YOURS:
            self._granted(control)
            if not self._claims or self._ending or self._withdrawn:
                if not self._ending:
                    # The last claim was released while the agent decided.
                    self._send(EndControl())
                    self._ending = True
                self._unanswered = self._withdrawn = False
                return
            self._wanted, self._unanswered = False, False
        elif self._ending or self._withdrawn:
            if control.state is ControlState.ASKING:
                return
            self._ending = self._unanswered = self._withdrawn = False
            if self._wanted is not None and control.state is ControlState.REFUSED:
                control = Control(ControlState.FREE)  # It refused the wish before: the next one is asked now.
            self._ask()
        elif self.status.yours or not self._is_news(control):
            # Lost or refused: it is not asked for again on the next link.
            self._wanted, self._unanswered = None, False
            if not self._may_be_old(control):
                self._claims.clear()
            # Control is given once for each time that it was asked for.
            self._asked = self._asked and not self.status.yours
        if self._settings.control == "never" and control.state in (ControlState.FREE, ControlState.OFF):
            return
        holder = control.holder if control.state is ControlState.OTHER else ""
        self._become(
            replace(
                self.status,
                state=control.state,
                holder=holder,
                reason=control.reason,
                taken_from=self._taken_from(control.state, holder),
            )
        )

    def ended(self) -> None:
        """The link is over; the claims stay, and force that was not used ends."""
        self._asked = False
        self._wanted = None if self._wanted is None else False
        self.speaks = frozenset()
        self._become(NOT_CONNECTED)

    def _is_news(self, control: Control) -> bool:
        """No decision: another console has left, or the person at the host is asked."""
        ended = control.state is ControlState.FREE and bool(control.reason) and self._unanswered
        return control.state in (ControlState.FREE, ControlState.ASKING) and not ended

    def _may_be_old(self, control: Control) -> bool:
        """News of another console may be older than the wish: then the decision is still to come."""
        if self.status.yours or control.state is not ControlState.OTHER:
            return False
        return self._forced_from is not None or self.status.state is not ControlState.OTHER

    def _granted(self, control: Control) -> None:
        if not self._asked:
            raise RemoteProtocolError("control that was not asked for")
        if control.grant < max(1, self.number):
            raise RemoteProtocolError(f"grant {control.grant} after {self.number}")
        self.number = control.grant

    def _taken_from(self, state: ControlState, holder: str) -> str:
        """The console that loses control to this one by force just now."""
        if self._forced_from is not None and state in (ControlState.OTHER, ControlState.FREE):
            self._forced_from = holder
        if state is not ControlState.YOURS:
            return ""
        taken_from, self._forced_from = self._forced_from or "", None
        return taken_from

    def _ask(self) -> None:
        if self._wanted is None or Feature.CONTROL not in self.speaks:
            return
        # A second request would get an answer of its own; only force changes what is decided.
        if not (self._ending or self._withdrawn or (self._unanswered and not self._wanted)):
            self._asked = self._unanswered = True
            self._forced_from = self.status.holder if self._wanted else None
            self._send(WantControl(force=self._wanted, ask=self._settings.control == "ask"))
            self._wanted = False  # Force is used only once.

    def _give_back(self) -> None:
        self._wanted = None
        if self._asked and not self._ending and not self._withdrawn:
            self._ending, self._withdrawn = self.status.yours, self._unanswered and not self.status.yours
            self._send(EndControl())
        if self.status.state in (ControlState.YOURS, ControlState.ASKING):
            self._become(replace(self.status, state=ControlState.FREE, reason="", taken_from=""))

    def _become(self, status: ControlStatus) -> None:
        claims = frozenset(self._claims) if status.yours else frozenset()
        self.status = replace(status, claims=claims)
