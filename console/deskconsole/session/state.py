"""The states of a session, each one word for what it is doing, and the moves between them.

One table; nothing else decides.
"""

from __future__ import annotations

from enum import StrEnum

STALE_AFTER = 2.5
"""Seconds of silence after which the agent counts as stale; with a Ping a second and the tick of reading,
that is known within three."""


class State(StrEnum):
    """One word for what a session is doing."""

    IDLE = "idle"
    CONNECTING = "connecting"
    PROBING = "probing"
    DEPLOYING = "deploying"
    LAUNCHING = "launching"
    WAITING = "waiting"
    HANDSHAKE = "handshake"
    STREAMING = "streaming"
    STALE = "stale"
    RETRYING = "retrying"
    FAILED = "failed"
    CLOSED = "closed"


_UNDER_WAY = (
    State.CONNECTING,
    State.PROBING,
    State.DEPLOYING,
    State.LAUNCHING,
    State.WAITING,
    State.HANDSHAKE,
)

MOVES: dict[State, frozenset[State]] = {
    State.IDLE: frozenset({State.CONNECTING, State.CLOSED}),
    State.CONNECTING: frozenset({State.PROBING, State.HANDSHAKE, State.RETRYING, State.FAILED, State.CLOSED}),
    State.PROBING: frozenset({State.DEPLOYING, State.LAUNCHING, State.RETRYING, State.FAILED, State.CLOSED}),
    State.DEPLOYING: frozenset({State.LAUNCHING, State.RETRYING, State.FAILED, State.CLOSED}),
    State.LAUNCHING: frozenset({State.WAITING, State.HANDSHAKE, State.RETRYING, State.FAILED, State.CLOSED}),
    State.WAITING: frozenset({State.HANDSHAKE, State.RETRYING, State.FAILED, State.CLOSED}),
    State.HANDSHAKE: frozenset({State.PROBING, State.STREAMING, State.RETRYING, State.FAILED, State.CLOSED}),
    State.STREAMING: frozenset({State.STALE, State.RETRYING, State.FAILED, State.CLOSED}),
    State.STALE: frozenset({State.STREAMING, State.RETRYING, State.FAILED, State.CLOSED}),
    State.RETRYING: frozenset({State.CONNECTING, State.FAILED, State.CLOSED}),
    State.FAILED: frozenset({State.CONNECTING, State.CLOSED}),
    State.CLOSED: frozenset({State.CONNECTING}),
}
"""The states that may follow each. HANDSHAKE straight after CONNECTING is the direct mode, or a reconnect to
where an agent listened before; where none does any more PROBING follows. WAITING is for a host at which no
user is logged on, and ends when one logs on."""

UNDER_WAY = frozenset(_UNDER_WAY)
"""States on the way to a stream."""

BRINGING_UP = frozenset({State.PROBING, State.DEPLOYING, State.LAUNCHING, State.WAITING})
"""States in which a host was reached and has no agent that answers yet."""

LIVE = frozenset({State.STREAMING})
"""States in which the picture is current."""

SETTLED = frozenset({State.IDLE, State.FAILED, State.CLOSED})
"""States that a session leaves only when it is asked to."""


class StateMachine:
    """Holds a session's state and lets it move along `MOVES` only.

    >>> machine = StateMachine()
    >>> machine.move(State.CONNECTING)
    >>> machine.state.value
    'connecting'
    """

    def __init__(self) -> None:
        self.state = State.IDLE

    def move(self, target: State) -> None:
        """Goes to `target`; a move that the table lacks is a bug and raises ValueError."""
        if target not in MOVES[self.state]:
            raise ValueError(f"a session cannot go from {self.state} to {target}")
        self.state = target
