"""The controller: opens the fleet, pulls its figures, acts on hosts, keeps events and questions.

It knows no screen and no widget. It publishes signals, to which screens subscribe once they are mounted. What
is done to hosts is a call of it; what puts a screen on top is a message to the application (`messages.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from textual.app import App
from textual.signal import Signal
from textual.timer import Timer

from deskconsole.common.errors import DeskconsoleError, HostGone
from deskconsole.session.events import (
    ALL_HOSTS,
    ActionFailed,
    Event,
    Failure,
    ListReloaded,
    PictureDiffers,
    PictureResent,
    PictureVerified,
    WindowFailed,
)
from deskconsole.session.on_screen import OnScreen
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import SETTLED, State
from deskconsole.wording.events import wording
from deskconsole.wording.status import BEGINS_LATER

from .alias_addresses import AliasAddresses
from .auto_open import AutoOpen
from .event_feed import EventFeed
from .host_answers import HostAnswers, RequestKind
from .marks import Marks
from .messages import EventsArrived, QuestionsChanged
from .notifications import Notifications
from .operator import Operator
from .ports import Backend, FleetPort
from .questions import QueuedQuestions
from .server_messages import ServerMessages
from .text.log_line import LogLine
from .user_keys import UserKeys
from .view import FleetView

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR

T = TypeVar("T")

PULL = 1.0
"""Seconds between two looks at the figures."""

BETWEEN_EVENTS = 0.5
"""Seconds between two collections of events. Each shows all rows: while a hundred hosts connected, one for
each event took half a core, and keys waited for two seconds."""

RELOAD = 2.0
"""Seconds between two looks at whether another program has written hosts.toml."""


class Foreground(Protocol):
    """The screen that came to the top last, as far as the console has to know it."""

    @property
    def is_active(self) -> bool:
        """True if it is on top; False below the menu and below a dialog that takes what is typed."""
        ...

    def tells(self, line: LogLine) -> bool:
        """True if the line can be read on it."""
        ...

    def due_deploy(self, view: FleetView) -> str | None:
        """The host whose deploy is to be shown over it now, if any; each is named once."""
        ...


class Controller:
    """Does things to the fleet and publishes what changed; all on the event loop, which nothing here blocks.

    After `open`, `close` ends what is under way. Until `open` is done `fleet` is None, and keys do nothing.
    """

    def __init__(
        self,
        app: App[Any],
        backend: Backend,
        *,
        ssh_config: Path,
        keys: UserKeys,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self.keys = keys
        self.backend = backend
        self.clock = clock
        self.fleet: FleetPort | None = None
        self.view = FleetView((), {}, clock())
        """The newest view."""
        self.view_changed: Signal[FleetView] = Signal(app, "view changed")
        self.events_arrived: Signal[list[LogLine]] = Signal(app, "events arrived")
        self.host_saved: Signal[str] = Signal(app, "host saved")
        """The name of a host that was added or changed in its form."""
        self.events = EventFeed(arrived=lambda: self._wake(EventsArrived()), keep=backend.record)
        self._server_messages = ServerMessages(self.events.deliver, clock)
        self.questions = QueuedQuestions(lambda: self._wake(QuestionsChanged()), self._server_messages.take)
        self.addresses = AliasAddresses(ssh_config)
        self.operator = Operator(lambda: self.fleet)
        self.auto_open = AutoOpen()
        self._notifications = Notifications(app, keys)
        self.say = self._notifications.say
        self.marks = Marks()
        """The hosts that keys act on together. Change them by `mark` or `mark_only`."""
        self.window_failures: dict[str, Failure] = {}
        """The newest reason why the window of a host could not be opened."""
        self._came_up: Foreground | None = None
        self._answers = HostAnswers()
        self._looked_at = float("-inf")
        """Monotonic time at which a screen last said which hosts it shows; it takes a view a little later."""
        self._collected = float("-inf")
        """Monotonic time at which events were collected last."""
        self._collecting: Timer | None = None
        self._pulled_at = float("-inf")
        """Monotonic time of the newest view."""
        self._pulled = asyncio.Event()
        # One thread: what is done to the fleet happens in the order of the keys, off the event loop.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="fleet")

    # The fleet

    async def open(self) -> None:
        """Opens the fleet on its thread and begins to pull. Raises the `DeskconsoleError` of the backend."""
        self.fleet = await self._off_loop(lambda: self.backend.open(self.questions, self.events.deliver))
        self.take_events()
        self._app.set_interval(PULL, self._pull_if_due)
        self._app.set_interval(RELOAD, self.reload)

    def close(self) -> None:
        """Closes the fleet; blocks until then."""
        self.questions.close()
        if self.fleet is not None:
            self._executor.submit(self.fleet.close).result()
        self._executor.shutdown()
        self.events.take()  # the log gets the last ones, too

    def _pull_if_due(self) -> None:
        if time.monotonic() - self._pulled_at > PULL / 2:
            self.pull()

    def pull(self) -> None:
        """Takes the fleet's figures and publishes them."""
        fleet = self.fleet
        if fleet is None:
            return
        self._pulled_at = time.monotonic()
        snapshots = self._server_messages.beside(fleet.snapshots())
        self.view = FleetView(fleet.hosts, snapshots, self.clock(), fleet.budget)
        self.marks.keep(host.name for host in fleet.hosts)
        self._withdraw_settled()
        self._notifications.show()
        self._show_answers()
        self.view_changed.publish(self.view)
        if time.monotonic() - self._looked_at > 2 * PULL:
            fleet.shown(OnScreen())
        self._pulled.set()
        self._pulled = asyncio.Event()

    async def until(self, name: str, holds: Callable[[Snapshot], bool]) -> Snapshot:
        """The first snapshot of a host of which `holds` is true; raises HostGone once it is not listed."""
        while True:
            if self.view.host(name) is None:
                raise HostGone(f"{name} is not in the list any more")
            if holds(snapshot := self.view.snapshot(name)):
                return snapshot
            await self._pulled.wait()

    def picture(self, name: str, width: int, height: int) -> BGR | None:
        """The newest picture of a host, made to fit into width x height pixels."""
        return None if self.fleet is None else self.fleet.picture(name, width, height)

    def picture_numbers(self, names: Collection[str]) -> Mapping[str, int]:
        """A number for each of these hosts that has a session: while it is the same, its picture is."""
        return {} if self.fleet is None else self.fleet.picture_numbers(names)

    async def attempt(self, call: Callable[[FleetPort], None]) -> DeskconsoleError | None:
        """Does something to the fleet off the event loop; what it refuses is returned."""
        fleet = self.fleet
        if fleet is None:
            return None
        try:
            await self._off_loop(lambda: call(fleet))
        except DeskconsoleError as error:
            return error
        finally:
            self.pull()
        return None

    def act(self, name: str, call: Callable[[FleetPort], None], done: Event | None = None) -> None:
        """Does something to one host and shows what is refused; returns at once.

        `done` is what the log says of it once it is done.
        """
        self._app.run_worker(self._act(name, call, done))

    async def _act(self, name: str, call: Callable[[FleetPort], None], done: Event | None) -> None:
        error = await self.attempt(call)
        if isinstance(error, HostGone):
            return  # removed meanwhile: there is no row any more that it could be about
        if error is not None:
            self.report(name, error)
        elif done is not None:
            self.note(done)

    async def _off_loop(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def _wake(self, message: EventsArrived | QuestionsChanged) -> None:
        if self._app.is_running:
            self._app.post_message(message)

    # The screen on top

    @property
    def foreground(self) -> Foreground | None:
        """The screen on top; None while something lies above it that no question and no toast may disturb."""
        came_up = self._came_up
        return came_up if came_up is not None and came_up.is_active else None

    @foreground.setter
    def foreground(self, screen: Foreground) -> None:
        self._came_up = screen

    def look_at(self, on_screen: OnScreen) -> None:
        """Takes from the screen on top which hosts are seen on it, and how closely."""
        if self.fleet is not None:
            self._looked_at = time.monotonic()
            self.fleet.shown(on_screen)
            visible = [host for host in self.view.hosts if host.name in on_screen.visible]
            if unknown := self.addresses.unknown(visible):
                self._app.run_worker(self.addresses.look_up(unknown, self.pull))

    # What is said

    def expect_events(self) -> None:
        """Collects what threads delivered: at once, or a moment after the last time."""
        if self._collecting is not None:
            return
        wait = self._collected + BETWEEN_EVENTS - time.monotonic()
        if wait > 0:
            self._collecting = self._app.set_timer(wait, self._collect)
        else:
            self._collect()

    def _collect(self) -> None:
        self._collecting = None
        self.take_events()
        self._collected = time.monotonic()

    def take_events(self) -> None:
        """Collects what threads delivered. A toast does not repeat what the screen on top tells already."""
        lines = self.events.take()
        for line in lines:
            if isinstance(line.event, WindowFailed):
                self.window_failures[line.event.host] = line.event.failure
        self.events_arrived.publish(lines)
        screen = self.foreground
        worse = (line for line in lines if line.severity != "info")
        self._notifications.add(line for line in worse if screen is None or not screen.tells(line))
        self.pull()

    def report(self, name: str, error: DeskconsoleError) -> None:
        """Shows an error that a key led to: as a toast now, as an event for later."""
        self._notifications.add([self.note(ActionFailed(host=name, failure=Failure.of(error)))])
        self._notifications.show()

    def note(self, event: Event) -> LogLine:
        """Writes down what was done to a host, now, and returns it as a line."""
        line = self.events.note(msgspec.structs.replace(event, at=self.clock()))
        self.events_arrived.publish([line])
        return line

    def _show_answers(self) -> None:
        for answer in self._answers.found(self.view, time.monotonic()):
            if not isinstance(answer, PictureDiffers):  # the session has told that
                self.note(answer)
            good = isinstance(answer, PictureVerified | PictureResent)
            self.say(wording(answer).text, answer.host, severity="information" if good else "warning")

    def _withdraw_settled(self) -> None:
        """A session that was cancelled no longer waits for its answer."""
        for host in self.questions.hosts():
            snapshot = self.view.snapshots.get(host)
            if snapshot is not None and snapshot.state in SETTLED:
                self.questions.withdraw(host)

    # Marks

    @property
    def marked(self) -> tuple[str, ...]:
        """The marked hosts, in the list's order."""
        return tuple(host.name for host in self.view.hosts if host.name in self.marks)

    def mark(self, names: Collection[str]) -> None:
        """Marks hosts; where all of them are marked already, takes their marks away."""
        self.marks.toggle(names)
        self.view_changed.publish(self.view)

    def mark_only(self, names: Collection[str]) -> None:
        """Marks these hosts and no others."""
        self.marks.replace(names)
        self.view_changed.publish(self.view)

    def turn_marks(self, shown: Collection[str]) -> None:
        """Marks these hosts too; where all of them are marked already, no host is any more."""
        if self.marks.names.issuperset(shown):
            self.mark_only(())
        else:
            self.mark(shown)

    # Hosts

    def view_host(self, name: str, *, control: bool = False) -> None:
        """Opens the window; with `control` what is typed and clicked there goes to the host."""
        self.auto_open.awaited(name)
        self.act(name, lambda fleet: fleet.view(name, control=control))

    def connect(self, name: str) -> None:
        self.auto_open.awaited(name)
        self.act(name, lambda fleet: fleet.connect(name))

    def connect_all(self, names: Collection[str]) -> None:
        """Connects those that are not live or on their way already, and says how many these are."""
        wanted = [
            name
            for name in names
            if (snapshot := self.view.snapshot(name)).state in SETTLED or snapshot.unreachable
        ]
        self.act("all hosts", lambda fleet: fleet.connect_all(wanted))
        count = len(wanted)
        if wanted:
            self.say(f"connecting {count} host{'' if count == 1 else 's'}")
        else:
            self.say("every host shown is live or on its way" if names else "no host is shown")

    def deploy(self, name: str) -> None:
        """Begins the way to a host where it is not under way."""
        state = self.view.snapshot(name).state
        if state in SETTLED or state is State.RETRYING:
            self.act(name, lambda fleet: fleet.connect(name))

    def cancel(self, name: str) -> None:
        """Ends a session, or the way to one; its question goes with it."""
        self.questions.withdraw(name)
        self.act(name, lambda fleet: fleet.disconnect(name))

    def record(self, name: str) -> None:
        """Begins a recording of a host, connecting first where need be, or ends the one that runs."""
        snapshot = self.view.snapshot(name)
        if snapshot.recording_since is None:
            self.auto_open.awaited(name)
            self.act(name, lambda fleet: fleet.start_recording(name))
            if not snapshot.current:
                connecting = "; connecting" if snapshot.state in SETTLED else ""
                self.say(f"{BEGINS_LATER}{connecting}", name)
        else:
            self.act(name, lambda fleet: fleet.stop_recording(name))

    def ask_host(self, name: str, asked: RequestKind) -> None:
        """Asks a host for something; its answer is shown as soon as it is there."""
        self._answers.ask(self.view.snapshot(name), asked, time.monotonic())
        if asked == "check":
            self.act(name, lambda fleet: fleet.check_exact(name))
        else:
            self.act(name, lambda fleet: fleet.request_refresh(name))

    def reload(self, *, asked: bool = False) -> None:
        """Takes over what another program wrote into the list of hosts; returns at once.

        `asked`: somebody waits for an answer.
        """
        self._app.run_worker(self._reload(asked=asked))

    async def _reload(self, *, asked: bool) -> None:
        if self.fleet is None:
            return
        try:
            changed = await self._off_loop(partial(self.fleet.reload, watching=not asked))
        except DeskconsoleError as error:
            self.report(ALL_HOSTS, error)
            return
        if changed:
            self.note(ListReloaded(host=ALL_HOSTS))
            self.pull()
        elif asked:
            self.say("hosts.toml has not changed")
