"""A session: one host's live link on a thread of its own, through every state and back after every cut."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from deskagent.wire.errors import LocalProtocolError
from deskagent.wire.geometry import Rectangle
from deskagent.wire.messages import Screen, ScreenState, Welcome

from ..errors import (
    Cancelled,
    ConnectionFailed,
    ConnectionLost,
    Damaged,
    DeskconsoleError,
    InternalFault,
    StreamError,
    ViewerError,
)
from ..framebuffer import Framebuffer
from ..progress import Progress
from .event import Event, Severity
from .meter import Meter
from .retry import Backoff, worth_retrying
from .route import Route, Way
from .showing import Showing
from .snapshot import Exactness, Snapshot
from .state import BRINGING_UP, SETTLED, State, StateMachine
from .steps import FIRST_PICTURE, StepOutcome, Steps
from .stream import Stream

_log = logging.getLogger(__name__)

_SCREEN_EVENTS_EVERY = 0.25
"""Seconds between two events about a host's screen: a host that says something else all the time must not
drown the log; its last word always stands in the snapshot."""

_FLAT = "the first picture has one colour only: the desktop may be black, or not to be seen"
"""A hint, not a verdict."""

_CUTS = 8
"""Cuts in a row, two minutes' worth, after which a host that has never streamed counts as failed."""

_STABLE = 20.0
"""Seconds of streaming after which the next failure counts as the first."""


class Session:
    """Starts when asked (`connect`), goes on by itself, ends when asked (`disconnect`, `close`).

    Every public method may be called from any thread and returns at once, but for `close` and `wait_for`.
    `on_event` is called on the session's threads.
    """

    def __init__(self, name: str, route: Route, display: int, on_event: Callable[[Event], None]) -> None:
        self.name = name
        self._route = route
        self._display = display
        self._on_event = on_event
        self._meter = Meter()
        self._framebuffer = Framebuffer()
        self._machine = StateMachine()
        self._steps = Steps()
        self._changed = threading.Condition()
        self._snapshot = Snapshot(host=name, since=time.time())
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        self._way: Way | None = None
        self._stream: Stream | None = None
        self._showing = Showing(name, self._framebuffer, self._window_changed)
        self._hurry = False
        self._screen_told_at = 0.0
        self._lost_at: float | None = None
        self._streamed_at: float | None = None
        self._lost_reason = ""
        self._reused = False
        self._waited = False
        self.failure: DeskconsoleError | None = None
        """What ended the session, while it is failed."""

    # For whoever shows it

    def snapshot(self) -> Snapshot:
        """How things stand."""
        statistics = self._meter.snapshot()
        with self._changed:
            return replace(self._snapshot, statistics=statistics, steps=self._steps.now())

    def wait_for(self, predicate: Callable[[Snapshot], bool], timeout: float | None) -> bool:
        """Waits until `predicate` holds of all but the statistics; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: predicate(self._snapshot), timeout)

    @property
    def framebuffer(self) -> Framebuffer:
        """The console's pixels of this host; its session's thread draws on it."""
        return self._framebuffer

    @property
    def view_failure(self) -> ViewerError | None:
        """Why the window that was last asked for could not be opened, or ended though nobody closed it."""
        return self._showing.failure

    # What can be asked of it

    def connect(self) -> None:
        """Begins, unless it is under way already; a session that waits to try again does so now."""
        with self._changed:
            if self._machine.state not in SETTLED and not self._cancelled.is_set():
                self._hurry = True
                self._changed.notify_all()
                return
            previous = self._thread
            self._cancelled = threading.Event()
            self.failure = None
            if self._machine.state in SETTLED:
                self._move(State.CONNECTING)
            self._thread = threading.Thread(
                target=self._run, args=(self._cancelled, previous), name=f"session {self.name}", daemon=True
            )
            self._thread.start()

    def disconnect(self) -> None:
        """Ends the link; the agent ends by itself after a while, and a connect before that is quick."""
        self._showing.forget()
        with self._changed:
            self._cancelled.set()
            self._changed.notify_all()

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
        self._showing.close()
        if thread is None or not thread.is_alive():
            self._framebuffer.close()

    def view(self, *, fullscreen: bool = False) -> None:
        """Opens the window as soon as there is a picture, and connects for it where there is no link.

        Where the window cannot be opened, an event says why.
        """
        self._showing.want(fullscreen=fullscreen)
        self.connect()

    def request_refresh(self) -> None:
        """Asks the agent for a refresh; nothing happens where there is no link."""
        if (stream := self._stream) is not None:
            self._quietly(stream.want_refresh)

    def check_exact(self) -> None:
        """Asks for a comparison by digest; the snapshot's `exactness` will tell."""
        if (stream := self._stream) is not None:
            self._quietly(stream.want_digest)

    # The thread

    def _run(self, cancelled: threading.Event, previous: threading.Thread | None) -> None:
        if previous is not None:
            previous.join()
        backoff = Backoff()
        comes_back = False
        reuse = True
        mended = False
        while True:
            error = self._attempt(cancelled, reuse=reuse)
            # An agent that ran there already and does not even greet is replaced, once.
            hung = reuse and self._reused and self._streamed_at is None
            reuse = not hung
            # Who waits for a log-on waits for as long as it takes, whatever becomes of the link meanwhile.
            comes_back = comes_back or self._waited or self._streamed_at is not None
            if self._waited or (self._streamed_at and time.monotonic() - self._streamed_at > _STABLE):
                backoff.succeeded()
            if not cancelled.is_set() and not isinstance(error, Cancelled):
                # What broke on a bad link while the agent was brought up goes on where it was: an upload too.
                cut = isinstance(error, ConnectionLost) and self._machine.state in BRINGING_UP
                cut = cut and backoff.attempt < _CUTS
                # What was damaged on the host is sent anew, once.
                damaged = isinstance(error, Damaged) and not mended
                mended = mended or damaged
                if not (hung or cut or damaged or (comes_back and worth_retrying(error))):
                    self.failure = error
                    self._move(State.FAILED, reason=str(error), remedy=error.remedy)
                    self._tell(f"failed: {error}", "error")
                    return
                self._wait_for_retry(error, backoff, cancelled)
            if cancelled.is_set() or isinstance(error, Cancelled):
                if self._machine.state is not State.CLOSED:
                    # Called off at a question, perhaps before there ever was a link: that is worth a word.
                    self._move(State.CLOSED, reason="" if cancelled.is_set() else str(error))
                self._tell("disconnected")
                return

    def _attempt(self, cancelled: threading.Event, *, reuse: bool) -> DeskconsoleError:
        """One attempt, and what ended it."""
        self._streamed_at = None
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
            with self._changed:
                self._way = way
                number = None if way.word is None else way.word.session
                self._snapshot = replace(self._snapshot, agent=way.agent, session=number)
            if way.word is not None and way.word.flat and not way.reused:
                self._tell(_FLAT, "warning")
            if cancelled.is_set():
                raise Cancelled("closed")
            stream = Stream(way.transport, way.token, self._display, self._framebuffer, self._meter, self)
            self._stream = stream
            stream.run(cancelled)
        finally:
            self._stream = None
            with self._changed:
                self._way = None
            way.close()

    def _wait_for_retry(self, error: DeskconsoleError, backoff: Backoff, cancelled: threading.Event) -> None:
        if self._lost_at is None:
            self._lost_at = time.monotonic()
            self._lost_reason = str(error)
        delay = backoff.next_delay()
        self._move(
            State.RETRYING,
            reason=str(error),
            remedy=error.remedy,
            attempt=backoff.attempt,
            retry_at=time.time() + delay,
        )
        if backoff.attempt == 1:
            self._tell(f"lost: {error}; connecting again", "warning")
        with self._changed:
            self._hurry = False
            self._changed.wait_for(lambda: cancelled.is_set() or self._hurry, delay)

    def _step(
        self, state: State, progress: Progress | None = None, *, trouble: DeskconsoleError | None = None
    ) -> None:
        if progress is not None:
            self._steps.progress(progress)
        else:
            self._steps.begin(state.value)
        if progress is not None and self._machine.state is state:
            self._replace(progress=progress)
        elif self._machine.state is not state:
            self._move(
                state,
                reason="" if trouble is None else str(trouble),
                remedy="" if trouble is None else trouble.remedy,
                attempt=self._snapshot.attempt,
                progress=progress,
            )
            self._waited = self._waited or state is State.WAITING
            if trouble is not None:
                self._tell(f"waiting: {trouble}", "warning")

    def _move(
        self,
        state: State,
        *,
        reason: str = "",
        remedy: str = "",
        attempt: int = 0,
        retry_at: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        with self._changed:
            self._machine.move(state)
            self._replace(
                state=state,
                since=time.time(),
                reason=reason,
                remedy=remedy,
                attempt=attempt,
                retry_at=retry_at,
                progress=progress,
            )
        if state in SETTLED:
            self._lost_at = None
            self._showing.forget()
        self._show_state()

    def _replace(self, **fields: Any) -> None:
        """Changes the snapshot and wakes whoever waits for it."""
        with self._changed:
            self._snapshot = replace(self._snapshot, **fields)
            self._changed.notify_all()

    def _tell(self, text: str, severity: Severity = "info") -> None:
        self._on_event(Event(time.time(), self.name, text, severity))

    @staticmethod
    def _quietly(ask: Callable[[], None]) -> None:
        """A want on a link that has not greeted yet or is just ending is no error: every link begins with a
        refresh, and is compared soon after."""
        try:
            ask()
        except (OSError, ConnectionFailed, StreamError, LocalProtocolError):
            return

    # The stream's observer

    def welcomed(self, welcome: Welcome) -> None:
        self._streamed_at = time.monotonic()
        self._steps.begin(FIRST_PICTURE)
        self._replace(
            platform=welcome.platform,
            screen=welcome.screen.value,
            screen_reason=welcome.screen_reason,
            exactness=None,
        )
        self._move(State.STREAMING)
        if self._lost_at is None:
            self._tell("streaming")
        else:
            self._meter.reconnected()
            gap = time.monotonic() - self._lost_at
            self._tell(f"streaming again after {gap:.1f} s ({self._lost_reason})")
            self._lost_at = None

    def resized(self) -> None:
        self._showing.resized()

    def drawn(self, number: int, rectangles: Sequence[Rectangle]) -> None:
        self._steps.end(StepOutcome.DONE)
        self._replace(size=self._framebuffer.size, picture_at=time.time())
        self._showing.drawn(number, rectangles)

    def screen(self, screen: Screen) -> None:
        known = (self._snapshot.screen, self._snapshot.screen_reason)
        if known == (screen.state.value, screen.reason):
            return
        self._replace(screen=screen.state.value, screen_reason=screen.reason)
        now = time.monotonic()
        if now - self._screen_told_at < _SCREEN_EVENTS_EVERY:
            return
        self._screen_told_at = now
        if screen.state is ScreenState.LIVE:
            self._tell("the screen can be seen again")
        else:
            self._tell(f"no picture, {screen.state.value}: {screen.reason}", "warning")
        self._show_state()

    def silent(self, stale: bool) -> None:
        silence = "the agent is silent"
        self._move(State.STALE if stale else State.STREAMING, reason=silence if stale else "")
        self._tell(silence if stale else "the agent answers again", "warning")

    def answered(self) -> None:
        if self._snapshot.current and self._snapshot.picture_at is not None:
            self._replace(picture_at=time.time())

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:
        exact = ours == theirs
        self._replace(exactness=Exactness(packet, exact, ours.hex(), time.time()))
        if not exact:
            self._tell(f"the picture differs from the host's at packet {packet}; refreshing", "error")
            self.request_refresh()

    def _window_changed(self, text: str, severity: Severity) -> None:
        self._replace(viewing=self._showing.open)
        self._tell(text, severity)
        self._show_state()

    def _show_state(self) -> None:
        """Tells the window whether what it shows is current, and else of when it is and why."""
        with self._changed:
            snapshot = self._snapshot
        word = snapshot.screen if snapshot.state is State.STREAMING else snapshot.state.value
        cause = snapshot.cause or (self._lost_reason if self._lost_at is not None else "")
        why = " ".join(f"{said.rstrip('.')}." for said in (cause, snapshot.advice) if said)
        self._showing.state(word, stale=not snapshot.current, why=why, at=snapshot.picture_at)
