"""The control of a host that is no real one: records what was asked, and is ours once it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from deskconsole.common.errors import DeskconsoleError
from deskconsole.session.control_status import ControlStatus
from deskconsole.session.sent_inputs import InputResult, RoundTrips
from deskwire.control import ChordName, ControlState, InputOutcome
from deskwire.keys import BY_CODE


@dataclass
class DisplayControl:
    """Answers with `becomes` when it is taken, with `result` to inputs and with `clip` to a fetch."""

    status: ControlStatus = ControlStatus(ControlState.FREE)  # noqa: RUF009  # it never changes
    becomes: ControlStatus = ControlStatus(ControlState.YOURS)  # noqa: RUF009
    result: InputResult = InputResult(InputOutcome.DONE, "", 0.004, None)  # noqa: RUF009
    round_trips: RoundTrips = field(default_factory=RoundTrips)
    blocked: str = ""
    """The one input that `result` is about; empty: every one."""
    clip: str = ""
    refuses: DeskconsoleError | None = None
    sent: list[str] = field(default_factory=list)
    """Texts, keys as `+name` and `-name`, other acts by their names."""

    claims: set[str] = field(default_factory=set)

    def take(self, *, force: bool = False, claim: str = "session") -> None:
        if self.status.state is not ControlState.YOURS:
            self.sent.append("take by force" if force else "take")
            self.status = self.becomes
        self.claims.add(claim)

    def release(self, claim: str = "session") -> None:
        if self.claims == {claim}:
            self.sent.append("release")
            self.status = replace(self.status, state=ControlState.FREE)
        self.claims.discard(claim)

    def key(self, code: int, *, down: bool, text: str = "") -> int:
        name = BY_CODE[code].name if code else text
        return self._send(f"{'+' if down else '-'}{name}")

    def type(self, text: str) -> Sequence[int]:
        number = self._send(text)
        return [number] if number else []

    def chord(self, name: ChordName) -> int:
        return self._send(name.value)

    def wait(self, number: int, timeout: float) -> InputResult:
        wanted = self.sent[number - 1] == self.blocked or not self.blocked
        return self.result if wanted else InputResult(InputOutcome.DONE, "", 0.001, None)

    def put_clip(self, text: str, timeout: float) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.clip = text

    def fetch_clip(self, timeout: float) -> str:
        if self.refuses is not None:
            raise self.refuses
        return self.clip

    def _send(self, what: str) -> int:
        if self.status.state is not ControlState.YOURS:
            return 0
        self.sent.append(what)
        return len(self.sent)
