"""A session: one host's live link on a thread of its own, through every state and back after every cut."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from deskconsole.common.errors import (
    Cancelled,
    ConnectionFailed,
    DeskconsoleError,
    InternalFault,
    StreamError,
    ViewerError,
)
from deskconsole.common.progress import Progress
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.picture.decoders.part import BGR
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.picture.preview import fitted
from deskwire.errors import LocalProtocolError, RemoteProtocolError
from deskwire.messages import WatchMode

from .events import (
    DesktopAwaited,
    Event,
    Failure,
    HostUnreachable,
    LinkLost,
    PictureFlat,
    SessionEnded,
    SessionFailed,
    WindowRaised,
)
from .link_loop import LinkLoop
from .presenter import Presenter
from .reconnect_policy import AttemptOutcome, Fail, ReconnectPolicy, Retry
from .route import AgentTransport, Route
from .snapshot import Snapshot
from .state import BRINGING_UP, SETTLED, State
from .statistics import StatisticsMeter
from .status import SessionStatus
from .steps import StepOutcome, Steps
from .stream_observer import StreamObserver
from .watch_policy import WatchPolicy

_log = logging.getLogger(__name__)

_GLANCE = 10.0
"""Seconds of the full stream for a refresh or a comparison that somebody asks for: either takes one."""


class Session:
    """Starts when asked (`connect`), goes on by itself, ends when asked (`disconnect`, `close`).

    `closely`: it has the full stream all the time; else only for a window and for what is asked for, and
    small previews otherwise. `places`: the file in which windows find the size and place that they had.
    `patient`: a host that is off is tried again, slowly; else the session fails.

    Every public method may be called from any thread and returns at once, but for `close` and `wait_for`.
    `on_event` is called on the session's threads.
    """

    def __init__(
        self,
        name: str,
        route: Route,
        display: int,
        on_event: Callable[[Event], None],
        *,
        closely: bool = True,
        places: Path | None = None,
        patient: bool = False,
    ) -> None:
        self.name = name
        self._route = route
        self._display = display
        self._on_event = on_event
        self._meter = StatisticsMeter()
        self._framebuffer = Framebuffer()
        self._steps = Steps()
        self._status = SessionStatus(name)
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        self._way: AgentTransport | None = None
        self._stream: LinkLoop | None = None
        self._presenter = Presenter(name, self._framebuffer, self._window_changed, places)
        self._watch_policy = WatchPolicy(lambda: closely or self._presenter.wanted)
        self._observer = StreamObserver(
            display,
            self._status,
            self._steps,
            self._meter,
            self._framebuffer,
            self._presenter,
            self._on_event,
            self.request_refresh,
        )
        self._patient = patient
        self._hurry = False
        self._reused = False
        self._waited = False
        self.failure: DeskconsoleError | None = None
        """What ended the session, while it is failed."""

    # For the faces

    def snapshot(self) -> Snapshot:
        """How things stand."""
        return replace(
            self._status.now,
            statistics=self._meter.snapshot(),
            steps=self._steps.now(),
            watch=self._watch_policy.wanted().mode.value,
        )

    def wait_for(self, predicate: Callable[[Snapshot], bool], timeout: float | None) -> bool:
        """Waits until `predicate` holds of all but statistics, steps and watch; False after `timeout`
        seconds."""
        return self._status.wait_for(predicate, timeout)

    def picture(self, width: int, height: int) -> BGR | None:
        """The newest picture as large as fits into width x height, in its proportions; None before any."""
        try:
            pixels: BGR | None = self._framebuffer.pixels
        except RemoteProtocolError:  # It is empty, or has just been given up.
            preview = self._status.now.preview
            pixels = None if preview is None else preview.pixels()
        return None if pixels is None else fitted(pixels, width, height)

    @property
    def framebuffer(self) -> Framebuffer:
        """The console's pixels of this host; its session's thread draws on it."""
        return self._framebuffer

    @property
    def view_failure(self) -> ViewerError | None:
        """Why the window that was last asked for could not be opened, or ended though nobody closed it."""
        return self._presenter.failure

    # What can be asked of it

    def connect(self, *, first: bool = True) -> None:
        """Begins, unless it is under way already; a session that waits to try again does so now.

        `first`: a person waits for this host, and it goes before others that log in.
        """
        if first:
            self._route.hurry()
        with self._status.changed:
            if self._status.state not in SETTLED and not self._cancelled.is_set():
                self._hurry = True
                self._status.changed.notify_all()
                return
            previous = self._thread
            self._cancelled = threading.Event()
            self.failure = None
            if self._status.state in SETTLED:
                self._move(State.CONNECTING)
            self._thread = threading.Thread(
                target=self._run, args=(self._cancelled, previous), name=f"session {self.name}", daemon=True
            )
            self._thread.start()

    def disconnect(self) -> None:
        """Ends the link; the agent ends by itself after a while, and a connect before that is quick."""
        self._presenter.forget()
        with self._status.changed:
            self._cancelled.set()
            self._status.changed.notify_all()

    def close(self, timeout: float = 5.0) -> None:
        """Ends everything, the window too, and waits for it."""
        self.disconnect()
        thread = self._thread
        if thread is not None:
            # The stream says goodbye by itself, unless it hangs in a call that only closing ends.
            thread.join(timeout / 2)
            if thread.is_alive() and (way := self._way) is not None:
                way.close()
            thread.join(timeout / 2)
        self._presenter.close()
        if thread is None or not thread.is_alive():
            self._framebuffer.close()

    def view(self, *, fullscreen: bool = False) -> None:
        """Opens the window as soon as there is a picture, and connects for it where there is no link.

        A window that is open comes to the front. Where it cannot be opened, an event says why.
        """
        if self._presenter.open:
            self._on_event(WindowRaised(host=self.name))
        with self._status.changed:
            self._presenter.want(fullscreen=fullscreen)
            self.connect()
        if (stream := self._stream) is not None:
            self._quietly(stream.attend)

    @property
    def linked(self) -> bool:
        """There is an agent to be asked."""
        return self._stream is not None

    @property
    def closely(self) -> bool:
        """The full stream is wanted."""
        return self._watch_policy.wanted().mode is WatchMode.FULL

    @property
    def preview_bytes(self) -> float:
        """Mean size of the last previews; 0 before any."""
        return self._meter.preview_bytes

    def pace(self, *, interval: float, rate: int) -> None:
        """Previews `interval` seconds apart, the full stream with `rate` bytes a second at most (0: no
        bound); the agent is told within half a second."""
        self._watch_policy.pace(interval=interval, rate=rate)

    @property
    def viewing(self) -> bool:
        """There is a window, or one is to come."""
        return self._presenter.wanted

    def rename(self, host: Host) -> None:
        """Takes over the host's new labels; nothing about the link changes."""
        self.name = host.name
        self._route.rename(host)
        self._presenter.rename(host.name)
        self._status.replace(host=host.name)
        self._observer.show_state()

    def request_refresh(self) -> None:
        """Asks the agent for a refresh; nothing happens where there is no link."""
        self._watch_policy.glance(_GLANCE)
        if (stream := self._stream) is not None:
            self._quietly(stream.want_refresh)

    def check_exact(self) -> None:
        """Asks for a comparison by digest; the snapshot's `exactness` will tell."""
        self._watch_policy.glance(_GLANCE)
        if (stream := self._stream) is not None:
            self._quietly(stream.want_digest)

    # The thread

    def _run(self, cancelled: threading.Event, previous: threading.Thread | None) -> None:
        if previous is not None:
            previous.join()
        policy = ReconnectPolicy(patient=self._patient)
        while True:
            error = self._attempt(cancelled, reuse=policy.reuse)
            if not cancelled.is_set() and not isinstance(error, Cancelled):
                decision = policy.after(self._outcome(error))
                if isinstance(decision, Fail):
                    self.failure = error
                    self._settle(State.FAILED, reason=str(error), remedy=error.remedy)
                    self._on_event(SessionFailed(host=self.name, failure=Failure.of(error)))
                    return
                self._wait_for_retry(error, decision, cancelled)
            if cancelled.is_set() or isinstance(error, Cancelled):
                if not cancelled.is_set():
                    # Cancelled at a question, perhaps before there ever was a link: that is worth a word.
                    self._settle(State.CLOSED, reason=str(error))
                elif self._status.state is not State.CLOSED:
                    # A window that is wanted has been asked for since: it comes with the next link.
                    self._move(State.CLOSED)
                self._on_event(SessionEnded(host=self.name))
                return

    def _outcome(self, error: DeskconsoleError) -> AttemptOutcome:
        began = self._observer.streamed_at
        return AttemptOutcome(
            error,
            streamed=None if began is None else time.monotonic() - began,
            reused=self._reused,
            waited=self._waited,
            bringing_up=self._status.state in BRINGING_UP,
        )

    def _attempt(self, cancelled: threading.Event, *, reuse: bool) -> DeskconsoleError:
        """One attempt, and what ended it."""
        self._observer.streamed_at = None
        self._reused = False
        self._waited = False
        self._steps.restart()
        try:
            self._connect_once(cancelled, reuse=reuse)
        except DeskconsoleError as error:
            self._steps.end(StepOutcome.FAILED)
            return error
        except Exception as error:  # noqa: BLE001
            # A fault of ours must not leave a thread dead and its state standing: nobody could connect again.
            _log.exception("session of %s", self.name)
            return InternalFault(f"a fault of the console's own: {type(error).__name__}: {error}")
        return Cancelled("closed")

    def _connect_once(self, cancelled: threading.Event, *, reuse: bool) -> None:
        """One attempt: from nothing to a stream, and along it until it ends, always by raising."""
        way = self._route.open(self._step, cancelled, reuse=reuse)
        self._reused = way.reused
        try:
            with self._status.changed:
                self._way = way
                number = None if way.word is None else way.word.session
                self._status.replace(agent=way.agent, session=number, user=way.user)
            if way.word is not None and way.word.flat and not way.reused:
                self._on_event(PictureFlat(host=self.name))
            if cancelled.is_set():
                raise Cancelled("closed")
            stream = LinkLoop(
                way.transport,
                way.token,
                self._display,
                self._framebuffer,
                self._meter,
                self._observer,
                self._watch_policy,
            )
            self._stream = stream
            stream.run(cancelled)
        finally:
            self._stream = None
            with self._status.changed:
                self._way = None
            way.close()

    def _wait_for_retry(self, error: DeskconsoleError, retry: Retry, cancelled: threading.Event) -> None:
        """Until it is time, or until somebody connects or disconnects."""
        if not retry.unreachable:
            self._observer.lost(str(error))
        self._move(
            State.RETRYING,
            reason=str(error),
            remedy=error.remedy,
            attempt=retry.attempt,
            retry_at=time.time() + retry.delay,
            unreachable=retry.unreachable,
        )
        if retry.attempt == 1:
            kind = HostUnreachable if retry.unreachable else LinkLost
            if not retry.unreachable:
                _log.warning("%s: lost: %s", self.name, safe_text(str(error)))
            self._on_event(kind(host=self.name, failure=Failure.of(error)))
        with self._status.changed:
            self._hurry = False
            self._status.changed.wait_for(lambda: cancelled.is_set() or self._hurry, retry.delay)

    def _step(
        self, state: State, progress: Progress | None = None, *, trouble: DeskconsoleError | None = None
    ) -> None:
        if progress is not None:
            self._steps.progress(progress)
        else:
            self._steps.begin(state.value)
        if progress is not None and self._status.state is state:
            self._status.replace(progress=progress)
        elif self._status.state is not state:
            self._move(
                state,
                reason="" if trouble is None else str(trouble),
                remedy="" if trouble is None else trouble.remedy,
                attempt=self._status.now.attempt,
                progress=progress,
            )
            self._waited = self._waited or state is State.WAITING
            if trouble is not None:
                self._on_event(DesktopAwaited(host=self.name, failure=Failure.of(trouble)))

    def _move(self, state: State, **said: str | float | Progress | None) -> None:
        self._status.move(state, **said)
        if state in SETTLED:
            self._observer.lost_at = None
            self._let_go_at_rest()
        self._observer.show_state()

    def _settle(self, state: State, **said: str) -> None:
        """Ends by itself: a window that was still to come comes no more."""
        with self._status.changed:
            self._presenter.forget()
            self._move(state, **said)

    def _let_go_at_rest(self) -> None:
        """Gives up a picture that nobody looks at, where no stream is left to do it."""
        with self._status.changed:
            at_rest = self._status.state in SETTLED and not self._watch_policy.close
            if at_rest and self._framebuffer.size is not None:
                self._observer.letting_go()
                self._framebuffer.close()

    @staticmethod
    def _quietly(ask: Callable[[], None]) -> None:
        """A want on a link that has not greeted yet or is just ending is no error: every link begins with a
        refresh, and is compared soon after."""
        try:
            ask()
        except (OSError, ConnectionFailed, StreamError, LocalProtocolError):
            return

    def _window_changed(self, event: Event) -> None:
        self._status.replace(viewing=self._presenter.open)
        self._let_go_at_rest()
        self._on_event(event)
        self._observer.show_state()
