"""Does what a command asks of a running console's fleet: one call a request, on the request's own thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import msgspec

from deskconsole.app.host_result import HostResult
from deskconsole.app.live_picture import live_picture
from deskconsole.app.measuring import compare
from deskconsole.app.screenshot import note_saved
from deskconsole.common.errors import (
    AddressError,
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    DeskconsoleError,
    NobodyLoggedOn,
    Stale,
    StreamError,
)
from deskconsole.picture.image_file import ImageFormat, encoded_image
from deskconsole.session.fleet import Fleet
from deskconsole.session.host_screen import no_picture
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE, SETTLED, UNDER_WAY, State

from .host_inputs import act
from .host_recording import end_recording, record
from .host_view import view
from .messages import (
    ActOnHost,
    EndRecording,
    FailureReply,
    HostAction,
    HostAnswer,
    HostList,
    HostRequest,
    ListedHost,
    ListHosts,
    RecordHost,
    TakePicture,
    ViewHost,
)

Waiting = Callable[[], None]
"""Called again and again during a wait; raises Cancelled once no command waits any more."""

_TICK = 0.25
_ENDING = 10.0
_RESENT = 15.0
"""Seconds for a session's end, and for a picture that was asked for."""


def answer(fleet: Fleet, request: ListHosts | HostRequest, waiting: Waiting) -> HostList | HostAnswer:
    """The reply to one request. Raises DeskconsoleError."""
    match request:
        case ListHosts():
            return _hosts(fleet)
        case TakePicture(host):
            return _picture(fleet, request, waiting)
        case ActOnHost(host, action):
            return HostAnswer(_encoded(_ACTIONS[action](fleet, host, waiting)))
        case RecordHost(host):
            return HostAnswer(msgspec.json.encode(record(_connected(fleet, host), request, waiting)))
        case EndRecording(host):
            return HostAnswer(msgspec.json.encode(end_recording(fleet.session(host))))
        case ViewHost(host):
            view(_connected(fleet, host), request, waiting)
            return HostAnswer(b"null")
        case _:
            session = _connected(fleet, request.host)
            return HostAnswer(msgspec.json.encode(act(session, request, waiting)))


def _hosts(fleet: Fleet) -> HostList:
    groups = {host.name: host.group for host in fleet.hosts}
    return HostList(
        tuple(
            ListedHost(
                name,
                groups.get(name, ""),
                _why_not_live(fleet, snapshot),
                recorded=snapshot.recording_since is not None,
            )
            for name, snapshot in fleet.snapshots().items()
        )
    )


def _why_not_live(fleet: Fleet, snapshot: Snapshot) -> FailureReply | None:
    error = _no_stream(fleet, snapshot)
    return None if error is None else FailureReply.of(error)


def _no_stream(fleet: Fleet, snapshot: Snapshot) -> DeskconsoleError | None:
    """The reason why a host has no stream now; None: it has one."""
    match snapshot.state:
        case state if state in LIVE:
            return None
        case State.STALE:
            return Stale(f"{snapshot.host} says nothing at the moment", remedy="Try again soon.")
        case State.WAITING:
            return NobodyLoggedOn(snapshot.reason, remedy=snapshot.remedy)
        case State.RETRYING:
            kind = AddressError if snapshot.unreachable else ConnectionLost
            return kind(snapshot.reason, remedy=snapshot.remedy)
        case State.FAILED:
            failed = None
            with contextlib.suppress(DeskconsoleError):  # it was taken off the list, or the console ends
                failed = fleet.session(snapshot.host).failure
            return failed or ConnectionFailed(snapshot.reason, remedy=snapshot.remedy)
        case state if state in UNDER_WAY:
            return StreamError(
                f"{snapshot.host} is still connecting in the running console", remedy="Try again in a moment."
            )
        case _:
            return StreamError(
                f"{snapshot.host} is not connected in the running console",
                remedy=f"Connect it there, or with `deskconsole connect {snapshot.host}`.",
            )


def _encoded(snapshot: Snapshot) -> bytes:
    return msgspec.json.encode(HostResult.of(snapshot))


def _status(fleet: Fleet, host: str, waiting: Waiting) -> Snapshot:  # noqa: ARG001
    return fleet.snapshot(host)


def _connect(fleet: Fleet, host: str, waiting: Waiting) -> Snapshot:
    session = fleet.session(host)
    before = session.snapshot()
    if before.state not in LIVE:
        session.connect()

    def decided(one: Snapshot) -> bool:
        waits = one.state is State.WAITING
        retries = one.state is State.RETRYING and one.unreachable and one.since != before.since
        return one.state in LIVE or one.state in SETTLED or waits or retries

    _until(session, decided, None, waiting)
    now = session.snapshot()
    if now.state in (State.IDLE, State.CLOSED):
        raise Cancelled(f"connecting to {host} was cancelled in the console")
    if (error := _no_stream(fleet, now)) is not None:
        raise error
    return now


def _disconnect(fleet: Fleet, host: str, waiting: Waiting) -> Snapshot:
    if fleet.snapshot(host).state in SETTLED:
        return fleet.snapshot(host)
    session = fleet.session(host)
    session.disconnect()
    if not _until(session, lambda one: one.state in SETTLED, _ENDING, waiting):
        raise DeskconsoleError(
            f"the session of {host} did not end within {_ENDING:.0f} s",
            remedy="Answer what the console asks about it, and try again.",
        )
    return session.snapshot()


def _refresh(fleet: Fleet, host: str, waiting: Waiting) -> Snapshot:
    session = _connected(fleet, host)

    def count() -> int:
        return sum(session.snapshot().statistics.refreshes.values())

    before, end = count(), time.monotonic() + _RESENT
    session.request_refresh()
    while count() == before:
        waiting()
        if time.monotonic() > end or not session.linked:
            raise StreamError(f"{host} did not send its picture again", remedy="Try again.")
        time.sleep(0.02)
    return session.snapshot()


def _compare(fleet: Fleet, host: str, waiting: Waiting) -> Snapshot:
    session = _connected(fleet, host)
    (snapshot,) = compare([session])
    if snapshot.exactness is None and snapshot.current:
        # A film; the second time the full stream is there already.
        waiting()
        (snapshot,) = compare([session])
    if snapshot.exactness is None:
        if snapshot.state in LIVE and not snapshot.current:
            sentence = no_picture(host, snapshot.screen, snapshot.screen_reason)
            raise StreamError(sentence, remedy=snapshot.advice)
        raise StreamError(f"{host} did not answer the comparison", remedy="Try again.")
    return snapshot


def _picture(fleet: Fleet, request: TakePicture, waiting: Waiting) -> HostAnswer:
    session = _connected(fleet, request.host)
    pixels, snapshot = live_picture(session, waiting)
    picture = encoded_image(pixels, ImageFormat(request.kind))
    note_saved(session, request.file, snapshot)
    return HostAnswer(_encoded(snapshot), picture)


def _connected(fleet: Fleet, host: str) -> Session:
    if (error := _no_stream(fleet, fleet.snapshot(host))) is not None:
        raise error
    return fleet.session(host)


def _until(
    session: Session, predicate: Callable[[Snapshot], bool], seconds: float | None, waiting: Waiting
) -> bool:
    """Waits until the condition holds; False after so many seconds (None: no bound)."""
    end = None if seconds is None else time.monotonic() + seconds
    while not session.wait_for(predicate, _TICK):
        waiting()
        if end is not None and time.monotonic() > end:
            return False
    return True


_ACTIONS: dict[HostAction, Callable[[Fleet, str, Waiting], Snapshot]] = {
    HostAction.STATUS: _status,
    HostAction.CONNECT: _connect,
    HostAction.DISCONNECT: _disconnect,
    HostAction.REFRESH: _refresh,
    HostAction.COMPARE: _compare,
}
