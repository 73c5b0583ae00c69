"""The result of one host and its stream, as commands print it with `--json`.

Figures have the names of docs/statistics.md.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

import msgspec

from deskconsole.session.state import State

if TYPE_CHECKING:
    from deskconsole.session.sent_inputs import RoundTrips
    from deskconsole.session.snapshot import Snapshot
    from deskconsole.session.snapshot import Statistics as Counted

_SAME = (
    "host", "since", "reason", "remedy", "screen", "screen_reason", "platform", "agent", "session", "user",
    "hostname", "os_name", "picture_at", "watch", "lossy_share", "recording_since",
    "black",
)  # fmt: skip
"""Fields of a HostResult that a snapshot has under the same name."""

_TOLD = frozenset({State.STREAMING, State.STALE})
"""States in which the host's word for its screen counts."""


class StreamFigures(msgspec.Struct, frozen=True):
    """The figures of a stream since it was first connected, and its rates now."""

    slices: int
    packets: int
    updates: int
    refreshes: dict[str, int]
    received: int
    saved_against_refreshes: int
    saved_against_raw: int
    saved_share: float | None
    slices_per_second: float
    updates_per_second: float
    bytes_per_second: float
    round_trip: float | None
    reconnects: int
    previews: int
    preview_bytes: float

    @classmethod
    def of(cls, counted: Counted) -> StreamFigures:
        values = {field: getattr(counted, field) for field in cls.__struct_fields__}
        return cls(**{**values, "refreshes": dict(counted.refreshes)})


class RoundTripFigures(msgspec.Struct, frozen=True):
    """Seconds from an input until it was done, and until its effect was seen; None before any."""

    done_p50: float | None
    done_p95: float | None
    shown_p50: float | None
    shown_p95: float | None

    @classmethod
    def of(cls, trips: RoundTrips) -> RoundTripFigures:
        return cls(*(getattr(trips, field) for field in cls.__struct_fields__))


class HostResult(msgspec.Struct, frozen=True, kw_only=True):
    """One host and its stream. `exact` is None until the pictures were compared.

    `state` is a State, `status` the word for it and for the screen that the console's list has.
    """

    host: str
    state: str
    status: str
    since: float
    reason: str
    remedy: str
    screen: str
    screen_reason: str
    platform: str
    agent: str
    session: int | None
    user: str
    hostname: str
    os_name: str
    width: int | None
    height: int | None
    picture_at: float | None
    watch: str
    lossy_share: float | None
    recording_since: float | None = None
    black: bool = False
    exact: bool | None
    exact_packet: int | None
    digest: str | None
    control: str
    holder: str
    control_reason: str
    round_trips: RoundTripFigures
    statistics: StreamFigures

    @classmethod
    def of(cls, snapshot: Snapshot, **more: Any) -> Self:
        from deskconsole.wording.status import look  # a command that asks a console needs none of it

        width, height = snapshot.size or (None, None)
        compared = snapshot.exactness
        same = {name: getattr(snapshot, name) for name in _SAME}
        if snapshot.state not in _TOLD:
            same |= {"screen": "", "screen_reason": ""}
        return cls(
            **same,
            **more,
            state=snapshot.state.value,
            status=look(snapshot, time.time()).word,
            width=width,
            height=height,
            exact=None if compared is None else compared.exact,
            exact_packet=None if compared is None else compared.packet,
            digest=None if compared is None else compared.digest,
            control=snapshot.control.state.value,
            holder=snapshot.control.holder,
            control_reason=snapshot.control.reason,
            round_trips=RoundTripFigures.of(snapshot.round_trips),
            statistics=StreamFigures.of(snapshot.statistics),
        )


class ShotResult(HostResult, frozen=True, kw_only=True):
    """The host whose picture was saved, and the file."""

    file: str
