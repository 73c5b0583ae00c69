"""One attempt of a session: its route is opened, and one link runs along it to its end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from deskconsole.common.errors import Cancelled, DeskconsoleError, InternalFault
from deskconsole.common.progress import Progress
from deskwire.messages import Welcome

from .events import AgentDeployed, DesktopAwaited, Event, Failure, PictureFlat
from .link_loop import LinkLoop
from .link_observer import LinkObserver
from .reconnect_policy import AttemptOutcome
from .route import AgentTransport, Route
from .state import BRINGING_UP, State
from .status import SessionStatus, StateDetails
from .steps import STEP_OF, StepOutcome, Steps

_log = logging.getLogger(__name__)


class Attempt(LinkObserver):
    """Runs once, on the session's thread; `link` and `close` are for any thread.

    `move` enters a state, `tell` gets the events, `make_link` makes the link with this among its observers.
    """

    def __init__(
        self,
        route: Route,
        status: SessionStatus,
        steps: Steps,
        move: Callable[[State, StateDetails], None],
        tell: Callable[[Event], None],
        make_link: Callable[[AgentTransport, Attempt], LinkLoop],
    ) -> None:
        self._route = route
        self._status = status
        self._steps = steps
        self._move = move
        self._tell = tell
        self._make_link = make_link
        self.link: LinkLoop | None = None
        """The link while it runs."""
        self._transport: AgentTransport | None = None
        self._reused = False
        self._waited = False
        self._streamed_at: float | None = None

    def run(self, cancelled: threading.Event, *, reuse: bool) -> DeskconsoleError:
        """Goes from nothing to a stream and along it, and returns what ended it: Cancelled where a user did.

        `reuse`: an agent that runs there already will do.
        """
        self._steps.restart()
        try:
            self._run(cancelled, reuse=reuse)
        except DeskconsoleError as error:
            self._steps.end(StepOutcome.FAILED)
            return error
        except Exception as error:  # noqa: BLE001
            # A bug must not leave the thread dead and the state as it was: no connect would help.
            _log.exception("session of %s", self._status.now.host)
            return InternalFault(f"a fault of the console's own: {type(error).__name__}: {error}")
        return Cancelled("closed")

    def outcome(self, error: DeskconsoleError) -> AttemptOutcome:
        """Its end, for the reconnect policy; `error` is what `run` returned."""
        began = self._streamed_at
        return AttemptOutcome(
            error,
            streamed=None if began is None else time.monotonic() - began,
            reused=self._reused,
            waited=self._waited,
            bringing_up=self._status.state in BRINGING_UP,
        )

    def close(self) -> None:
        """Cuts the transport, where there is one: a call that hangs in it ends."""
        if (transport := self._transport) is not None:
            transport.close()

    def welcomed(self, welcome: Welcome) -> None:  # noqa: ARG002
        self._streamed_at = time.monotonic()

    def _run(self, cancelled: threading.Event, *, reuse: bool) -> None:
        transport = self._route.open(self._step, cancelled, reuse=reuse)
        self._reused = transport.reused
        word = transport.word
        try:
            self._transport = transport
            self._status.update(
                agent=transport.agent, session=None if word is None else word.session, user=transport.user
            )
            if transport.uploaded:
                self._tell(AgentDeployed(host=self._status.now.host, size=transport.uploaded))
            if word is not None and word.flat and not transport.reused:
                self._tell(PictureFlat(host=self._status.now.host))
            if cancelled.is_set():
                raise Cancelled("closed")
            self.link = link = self._make_link(transport, self)
            link.run(cancelled)
        finally:
            self.link = self._transport = None
            transport.close()

    def _step(
        self, state: State, progress: Progress | None = None, *, trouble: DeskconsoleError | None = None
    ) -> None:
        if progress is not None:
            self._steps.progress(progress)
        else:
            self._steps.begin(STEP_OF[state])
        if self._status.state is not state:
            said = StateDetails.of(trouble)
            self._move(state, replace(said, attempt=self._status.now.attempt, progress=progress))
            self._waited = self._waited or state is State.WAITING
            if trouble is not None:
                self._tell(DesktopAwaited(host=self._status.now.host, failure=Failure.of(trouble)))
        elif progress is not None:
            self._status.update(progress=progress)
