"""The status of a session: holds its newest state and snapshot, changes them, and wakes threads that wait.

`State` is one word, `Snapshot` a copy that never changes, `SessionStatus` what changes. It decides nothing:
the session and its observers say what to change.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict, Unpack

from deskconsole.common.errors import DeskconsoleError
from deskconsole.common.progress import Progress

from .control_status import ControlStatus
from .snapshot import Exactness, Snapshot
from .state import State, StateMachine

if TYPE_CHECKING:
    from deskconsole.picture.preview import PreviewPicture


@dataclass(frozen=True, slots=True)
class StateDetails:
    """The fields of a snapshot that explain its state; another state begins with all of them new."""

    reason: str = ""
    remedy: str = ""
    attempt: int = 0
    retry_at: float | None = None
    unreachable: bool = False
    progress: Progress | None = None

    @classmethod
    def of(cls, error: DeskconsoleError | None) -> StateDetails:
        """The error's sentence and remedy; nothing without an error."""
        return cls() if error is None else cls(reason=str(error), remedy=error.remedy)


class StatusPatch(TypedDict, total=False):
    """The fields of a snapshot that may change within a state."""

    host: str
    screen: str
    screen_reason: str
    black: bool
    progress: Progress | None
    size: tuple[int, int] | None
    picture_at: float | None
    platform: str
    agent: str
    session: int | None
    user: str
    hostname: str
    os_name: str
    exactness: Exactness | None
    lossy: int
    preview: PreviewPicture | None
    viewing: bool
    recording_since: float | None
    recording_waits: bool
    control: ControlStatus


NO_DETAILS = StateDetails()


class SessionStatus:
    """One snapshot that is replaced whole, and a condition that tells of it."""

    def __init__(self, host: str) -> None:
        self.changed = threading.Condition()
        """Held while something is decided by the state; notified whenever the snapshot is another."""
        self._machine = StateMachine()
        self._snapshot = Snapshot(host=host, since=time.time())

    @property
    def state(self) -> State:
        return self._machine.state

    @property
    def now(self) -> Snapshot:
        """The newest snapshot, without statistics, steps and watch, which others keep."""
        return self._snapshot

    def move(self, state: State, details: StateDetails = NO_DETAILS) -> None:
        """Another state, with its details. Raises ValueError for a move that `state.MOVES` lacks."""
        with self.changed:
            self._machine.move(state)
            self._set(
                replace(
                    self._snapshot,
                    state=state,
                    since=time.time(),
                    reason=details.reason,
                    remedy=details.remedy,
                    attempt=details.attempt,
                    retry_at=details.retry_at,
                    unreachable=details.unreachable,
                    progress=details.progress,
                )
            )

    def update(self, **patch: Unpack[StatusPatch]) -> None:
        """Changes these fields and leaves the state."""
        with self.changed:
            self._set(replace(self._snapshot, **patch))

    def wait_for(self, predicate: Callable[[Snapshot], bool], timeout: float | None) -> bool:
        """Waits until `predicate` holds of `now`; False after `timeout` seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: predicate(self._snapshot), timeout)

    def _set(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.changed.notify_all()
