"""A session: one host's live link on a thread of its own, through every state and back after every cut."""

from __future__ import annotations

import contextlib
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
    StreamError,
    ViewerError,
)
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.picture.decoders.part import BGR
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.picture.preview import HEIGHT, WIDTH, PreviewPicture, fitted
from deskwire.control import Consent
from deskwire.errors import LocalProtocolError, RemoteProtocolError
from deskwire.geometry import Rectangle
from deskwire.messages import WatchMode

from .attempt import Attempt
from .control_events import ControlEvents
from .control_status import ControlSettings, ControlStatus
from .events import (
    Event,
    Failure,
    HostUnreachable,
    LinkLost,
    SessionEnded,
    SessionFailed,
    WindowRaised,
)
from .host_control import HostControl
from .host_events import HostEvents
from .host_window import HostWindow
from .link_loop import LinkLoop
from .observer_list import ObserverList
from .reconnect_policy import Fail, ReconnectPolicy, Retry
from .route import AgentTransport, Route
from .session_recording import MakeRecorder, PacketRecorder, SessionRecording
from .shown_display import ShownDisplay
from .snapshot import Snapshot
from .state import SETTLED, State
from .statistics import StatisticsMeter
from .status import NO_DETAILS, SessionStatus, StateDetails
from .status_observer import StatusObserver
from .steps import Steps
from .watch_policy import WatchPolicy
from .window_figures import figure_lines
from .window_wishes import WindowWishes

_log = logging.getLogger(__name__)

_FULL_FOR = 10.0
"""Seconds of the full stream for a refresh or a comparison that is asked for: either takes one."""


class Session:
    """Starts when asked (`connect`), reconnects without being asked, ends when asked (`disconnect`, `close`).

    `full_stream`: it has the full stream all the time; else only for a window and for what is asked for, and
    small previews otherwise. `places`: the file in which windows find the size and place that they had,
    `pictures` the folder in which they save pictures. `arrange` puts all windows of the console side by side
    on a monitor; without it there is only this one.
    `patient`: a host that is off is tried again, slowly; else the session fails.

    Every public method may be called from any thread and returns at once, but for `close`, `close_window`
    and `wait_for`. `on_event` is called on the session's threads.
    """

    def __init__(
        self,
        name: str,
        route: Route,
        display: int,
        on_event: Callable[[Event], None],
        *,
        full_stream: bool = True,
        places: Path | None = None,
        pictures: Path | None = None,
        patient: bool = False,
        control: ControlSettings | None = None,
        arrange: Callable[[Rectangle], None] | None = None,
    ) -> None:
        self.name = name
        self._route = route
        self._display = ShownDisplay(display)
        self._on_event = on_event
        self._meter = StatisticsMeter()
        self._framebuffer = Framebuffer()
        self._steps = Steps()
        self._status = SessionStatus(name)
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        self._attempt: Attempt | None = None
        self._control_settings = control or ControlSettings()
        host_events = HostEvents(self._on_event)
        self._control_events = ControlEvents(self._on_event, host_events)
        self.control = HostControl(
            lambda message: self._ask(lambda link: link.send(message)),
            self._control_settings,
            self._control_changed,
            lambda way, length: self._control_events.transferred(self.name, way, length),
        )
        """Who acts on the host, and what this console does there."""
        self._window = HostWindow(
            name,
            self._framebuffer,
            self.control,
            self._window_changed,
            places,
            pictures,
            figures=lambda: figure_lines(self.snapshot(), self._display.words, time.time()),
        )
        self._window.wishes = WindowWishes(
            self._window,
            self._display,
            lambda: self._ask(LinkLoop.stop),
            arrange or self._window.place,
        ).grant
        self.observers = ObserverList()
        """Receivers of what links bring, besides the session's own parts."""
        self.recording = SessionRecording(
            self.observers,
            on_event,
            lambda status: self._status.update(recording_since=status.since, recording_waits=status.waits),
        )
        """The recording of this host, if one runs."""
        self.last_minutes = SessionRecording(self.observers, on_event)
        """The last minutes that are kept for a command, beside a recording."""
        self._watch_policy = WatchPolicy(lambda: full_stream or self._window.wanted or self._recorded)
        self._status_observer = StatusObserver(
            self._display,
            self._status,
            self._steps,
            self._meter,
            self._framebuffer,
            self._window,
            self._on_event,
            host_events,
            self.request_refresh,
            unasked=self._control_settings.consent is Consent.NEVER,
            largest_preview=lambda: self._watch_policy.largest_preview,
        )
        self._patient = patient
        self._hurry = False
        self.failure: DeskconsoleError | None = None
        """The error that ended the session, while it is failed."""

    # For the faces

    def snapshot(self) -> Snapshot:
        """A copy of all that is known now, with statistics and steps."""
        return replace(
            self._status.now,
            statistics=self._meter.snapshot(),
            steps=self._steps.now(),
            watch=self._watch_policy.wanted().mode.value,
            round_trips=self.control.round_trips,
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
            pixels = None if preview is None else preview.pixels(width, height)
        return None if pixels is None else fitted(pixels, width, height)

    @property
    def preview(self) -> PreviewPicture | None:
        """The last small picture, as it came."""
        return self._status.now.preview

    @property
    def pictures(self) -> int:
        """Number of packets and previews so far: while it stays the same, so does the picture."""
        return self._meter.pictures

    @property
    def framebuffer(self) -> Framebuffer:
        """The console's pixels of this host; its session's thread draws on it."""
        return self._framebuffer

    @property
    def view_failure(self) -> ViewerError | None:
        """The reason why the window could not be opened, or ended though the user did not close it."""
        return self._window.failure

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
        """Ends the link; the agent ends some time later, and a connect before that is quick."""
        self._window.forget()
        self.control.release_all()
        with self._status.changed:
            self._cancelled.set()
            self._status.changed.notify_all()

    def close(self, timeout: float = 5.0) -> None:
        """Ends everything, the window too, and waits for it."""
        self.disconnect()
        thread = self._thread
        if thread is not None:
            # The link says goodbye, unless it hangs in a call that only closing ends.
            thread.join(timeout / 2)
            if thread.is_alive() and (attempt := self._attempt) is not None:
                attempt.close()
            thread.join(timeout / 2)
        for recording in (self.recording, self.last_minutes):
            recording.stop()
            recording.wait()
        self._window.close()
        if thread is None or not thread.is_alive():
            self._framebuffer.close()

    def view(self, *, fullscreen: bool = False, control: bool = False) -> None:
        """Opens the window as soon as there is a picture, and connects for it where there is no link; with
        `control` the window takes control of the host.

        A window that is open comes to the front. Where it cannot be opened, an event says why.
        """
        if self._window.open:
            self._on_event(WindowRaised(host=self.name))
        # No lock is held here: the window tells the other observers of control at once.
        self._window.want(fullscreen=fullscreen, control=control)
        self.connect()
        self._ask(LinkLoop.update_watch)

    def close_window(self) -> None:
        """Takes the window away, as its user can, and waits for that; the session continues."""
        self._window.dismiss()
        self._ask(LinkLoop.update_watch)

    def place_window(self, place: Rectangle) -> None:
        """Puts the window there on the screen, where there is one."""
        self._window.place(place)

    @property
    def linked(self) -> bool:
        """True if there is an agent to be asked."""
        return self._link is not None

    @property
    def full_stream(self) -> bool:
        """True if the full stream is wanted."""
        return self._watch_policy.wanted().mode is WatchMode.FULL

    @property
    def preview_bytes(self) -> float:
        """Mean size of the last previews; 0 before any."""
        return self._meter.preview_bytes

    @property
    def opens_display(self) -> bool:
        """True while the link ends so that another one can show the display that was chosen."""
        return self._display.changed

    def pace(self, *, interval: float, rate: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        """Previews of at most this size `interval` seconds apart, the full stream with `rate` bytes a second
        at most (0: no bound)."""
        if self._watch_policy.pace(interval=interval, rate=rate, size=size):
            self._ask(LinkLoop.update_watch)

    @property
    def _recorded(self) -> bool:
        return self.recording.recorder is not None or self.last_minutes.recorder is not None

    @property
    def viewing(self) -> bool:
        """True if there is a window, or one is to come."""
        return self._window.wanted

    def rename(self, host: Host) -> None:
        """Takes over the host's new labels; nothing about the link changes."""
        self.name = host.name
        self._route.rename(host)
        self._window.rename(host.name)
        self._status.update(host=host.name)
        self._status_observer.show_state()

    def watch_full(self, seconds: float) -> None:
        """Watches the full stream for so long from now on, or longer."""
        self._watch_policy.full_for(seconds)
        self._ask(LinkLoop.update_watch)

    def request_refresh(self) -> None:
        """Asks the agent for a refresh; nothing happens where there is no link."""
        self._watch_policy.full_for(_FULL_FOR)
        self._ask(LinkLoop.want_refresh)

    def record(self, make: MakeRecorder) -> PacketRecorder:
        """Begins a recording, and connects for it where there is no link; it ends with the session.

        Raises what `make` raises.
        """
        return self._record(self.recording, make)

    def keep_last_minutes(self, make: MakeRecorder) -> PacketRecorder:
        """Begins to keep the last minutes, as a recording is begun."""
        return self._record(self.last_minutes, make)

    def _record(self, recording: SessionRecording, make: MakeRecorder) -> PacketRecorder:
        recorder = recording.start(self.name, self._display.number, self.request_refresh, make)
        self.connect()
        self.request_refresh()
        return recorder

    def check_exact(self) -> None:
        """Asks for a comparison by digest; the snapshot's `exactness` will tell."""
        self._watch_policy.full_for(_FULL_FOR)
        self._ask(lambda link: link.want_digest(at_once=True))

    # The thread

    def _run(self, cancelled: threading.Event, previous: threading.Thread | None) -> None:
        if previous is not None:
            previous.join()
        policy = ReconnectPolicy(patient=self._patient)
        while True:
            self._attempt = attempt = Attempt(
                self._route, self._status, self._steps, self._move, self._on_event, self._make_link
            )
            error = attempt.run(cancelled, reuse=policy.reuse)
            if self._display.take_change() and not cancelled.is_set():
                self._move(State.RETRYING, StateDetails(reason=f"{self._display.words} is opened"))
                continue
            if not cancelled.is_set() and not isinstance(error, Cancelled):
                decision = policy.after(attempt.outcome(error))
                if isinstance(decision, Fail):
                    self.failure = error
                    self._settle(State.FAILED, error)
                    self._on_event(SessionFailed(host=self.name, failure=Failure.of(error)))
                    return
                self._wait_for_retry(error, decision, cancelled)
            if cancelled.is_set() or isinstance(error, Cancelled):
                if not cancelled.is_set():
                    # Cancelled at a question, perhaps before there ever was a link: that is worth a word.
                    self._settle(State.CLOSED, error)
                elif self._status.state is not State.CLOSED:
                    # A window that is wanted has been asked for since: it comes with the next link.
                    self._move(State.CLOSED)
                self._on_event(SessionEnded(host=self.name))
                return

    def _make_link(self, transport: AgentTransport, attempt: Attempt) -> LinkLoop:
        # Control first: an answer to an input never sent must not act. Then the window: a person waits for
        # it. Figures before the status, which wakes those who wait for figures.
        own = (self.control, self._window, self._meter, self._display, self._status_observer, attempt)
        return LinkLoop(
            transport.transport,
            transport.token,
            self._display.open(),
            self._framebuffer,
            self.observers.of_link(own),
            self._watch_policy,
            consent=self._control_settings.consent,
            holding=lambda: self.control.held,
        )

    def _wait_for_retry(self, error: DeskconsoleError, retry: Retry, cancelled: threading.Event) -> None:
        """Waits until it is time, or until `connect` or `disconnect` is called."""
        if not retry.unreachable:
            self._status_observer.lost(error)
        self._move(
            State.RETRYING,
            replace(
                StateDetails.of(error),
                attempt=retry.attempt,
                retry_at=time.time() + retry.delay,
                unreachable=retry.unreachable,
            ),
        )
        if retry.attempt == 1:
            kind = HostUnreachable if retry.unreachable else LinkLost
            if not retry.unreachable:
                _log.warning("%s: lost: %s", self.name, safe_text(str(error)))
            self._on_event(kind(host=self.name, failure=Failure.of(error)))
        with self._status.changed:
            self._hurry = False
            self._status.changed.wait_for(lambda: cancelled.is_set() or self._hurry, retry.delay)
        if self.viewing:  # a person waits for this one of many that come back
            self._route.hurry()

    def _move(self, state: State, details: StateDetails = NO_DETAILS) -> None:
        self._status.move(state, details)
        if state in SETTLED:
            self._status_observer.lost_at = None
            self.recording.stop()
            self.last_minutes.stop()
            self._release_at_rest()
        self._status_observer.show_state()

    def _settle(self, state: State, error: DeskconsoleError) -> None:
        """Ends without being asked. A window that was still to come does not open, and a later connect does
        not ask for control."""
        self.control.release_all()
        with self._status.changed:
            self._window.forget()
            self._move(state, StateDetails.of(error))

    def _release_at_rest(self) -> None:
        """Gives up a picture that is not watched, where no link is left to do it."""
        with self._status.changed:
            at_rest = self._status.state in SETTLED and not self._watch_policy.watched
            if at_rest and self._framebuffer.size is not None:
                self._status_observer.releasing()
                self._framebuffer.close()

    @property
    def _link(self) -> LinkLoop | None:
        attempt = self._attempt
        return None if attempt is None else attempt.link

    def _ask(self, want: Callable[[LinkLoop], None]) -> None:
        """Does something to the link, if there is one.

        One that has not greeted yet or is just ending is no error: every link begins with a refresh, and is
        compared soon after.
        """
        if (link := self._link) is not None:
            with contextlib.suppress(OSError, ConnectionFailed, StreamError, LocalProtocolError):
                want(link)

    def _control_changed(self, status: ControlStatus) -> None:
        before = self._status.now.control
        self._status.update(control=status)
        self._control_events.changed(self.name, before, status)

    def note(self, event: Event) -> None:
        """Reports an event that the session itself does not see, such as a picture of it that was saved."""
        self._on_event(event)

    def _window_changed(self, event: Event) -> None:
        self._status.update(viewing=self._window.open)
        self._release_at_rest()
        self._on_event(event)
        self._status_observer.show_state()
