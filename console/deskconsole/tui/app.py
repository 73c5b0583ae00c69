"""The application: opens the fleet, pulls its snapshots once a second, keeps the events, asks questions.

It draws nothing itself: screens do, from the `FleetView` they are handed.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

import msgspec
from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.screen import Screen

from deskconsole.common.errors import DeskconsoleError, HostGone
from deskconsole.common.safe_text import safe_text
from deskconsole.common.signals import has_job_control
from deskconsole.inventory.host import Host
from deskconsole.session.events import (
    ALL_HOSTS,
    Event,
    ListReloaded,
    PictureDiffers,
    PictureResent,
    PictureVerified,
)
from deskconsole.session.state import SETTLED, State
from deskconsole.ssh.expansion import home
from deskconsole.wording.events import wording

from .alias_addresses import AliasAddresses
from .auto_open import AutoOpen
from .event_feed import EventFeed
from .host_answers import Asked, HostAnswers
from .lost_terminal import end_input, is_lost
from .messages import QuestionsChanged
from .ordered_keys import OrderedKeysApp
from .ports import Backend, FleetPort
from .question_presenter import QuestionPresenter
from .questions import QueuedQuestions
from .removal import Removal
from .screens.base import ConsoleScreen, HostActions
from .screens.deploy import DeployScreen
from .screens.doctor import DoctorScreen
from .screens.fleet import FleetScreen
from .screens.help import HelpScreen
from .screens.host import HostScreen
from .screens.host_form import HostForm
from .screens.import_hosts import ImportScreen
from .screens.log import LogScreen
from .server_messages import ServerMessages
from .ssh_aliases import read_aliases
from .text.log_line import LONGEST
from .theme import THEME
from .view import FleetView

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR

T = TypeVar("T")

Outcome = Literal["quit", "demo"]

PULL = 1.0
"""Seconds between two looks at the figures."""

RELOAD = 2.0
"""Seconds between two looks at whether another program has written hosts.toml."""

CTRL_C_AGAIN = 3.0
"""Seconds within which a second ctrl+c leaves."""

SETTLED_AFTER = 5.0
"""Seconds after which what there is stays: modules, widgets, sessions. It is then taken out of the garbage
collector's sight, whose walks through all of it held up a key for 60 ms every few seconds, on a busy machine
for 270."""


class DeskconsoleApp(OrderedKeysApp[Outcome]):
    """The console's terminal face.

    `backend` is opened on a thread once the first picture stands. After `run`, call `close`: it waits
    for what is under way and closes the fleet. `failure` is why the fleet could not be opened, if so.
    """

    TITLE = "deskconsole"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (104, "-wide")]  # noqa: RUF012 - the base class has no ClassVar
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (16, "-short"), (30, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", "Log", tooltip="All events, with a filter"),
        Binding("f1,question_mark", "help", "Help", tooltip="The keys of this screen"),
        Binding("ctrl+p", "command_palette", "Menu", show=False, tooltip="All commands"),
        Binding("q", "quit", "Quit", tooltip="Close all sessions and leave"),
        Binding("ctrl+q", "quit", "Quit", show=False, tooltip="Close all sessions and leave"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, tooltip="Back to the shell; fg returns"),
    ]

    def __init__(
        self,
        backend: Backend,
        *,
        ssh_config: Path,
        demo_offered: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self.backend = backend
        self.ssh_config = ssh_config
        self.demo_offered = demo_offered
        self.clock = clock
        self.events = EventFeed(self, backend.record)
        self.server_messages = ServerMessages(self.events.deliver, clock)
        self.questions = QueuedQuestions(self._questions_changed, self.server_messages.take)
        self.fleet: FleetPort | None = None
        self.failure: DeskconsoleError | None = None
        self.view = FleetView((), {}, clock())
        self._answers = HostAnswers()
        self.addresses = AliasAddresses(ssh_config)
        self._looking_up = False
        self._asked_to_leave = -CTRL_C_AGAIN
        self.offers = AutoOpen()
        self._asking = QuestionPresenter(self, self.questions)
        self._removal = Removal(self)
        # One thread: what is done to the fleet happens in the order of the keys, off the event loop.
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="fleet")

    # The fleet

    def on_mount(self) -> None:
        self.register_theme(THEME)
        self.theme = THEME.name
        self.push_screen(FleetScreen())
        self._leave_when_told()
        if not self.is_headless:  # a terminal may be gone before the fleet is opened
            self.set_interval(PULL, self._leave_if_lost)
        self.call_after_refresh(self._open)

    def _leave_when_told(self) -> None:
        """A terminal that was closed, or a `kill`, ends the console as `q` does: with everything it began."""
        loop = asyncio.get_running_loop()
        for number in (getattr(signal, "SIGHUP", None), signal.SIGTERM, signal.SIGINT):
            # Not on Windows, nor where an application runs beside the main thread, as under test.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                if number is not None:
                    loop.add_signal_handler(number, self.exit, "quit")

    @work
    async def _open(self) -> None:
        try:
            self.fleet = await self._off_loop(lambda: self.backend.open(self.questions, self.events.deliver))
        except DeskconsoleError as error:
            self.failure = error
            self.exit(return_code=error.exit_code)
            return
        self.on_events_arrived()
        self.set_interval(PULL, self.pull)
        self.set_interval(RELOAD, self.reload)
        self.call_after_refresh(self.release_keys)

    def _leave_if_lost(self) -> None:
        if is_lost():
            self.exit("quit")

    def close(self) -> None:
        """Ends everything that `run` left behind; blocks until the fleet is closed."""
        self.questions.close()
        self._removal.close()
        if self.fleet is not None:
            self._hand.submit(self.fleet.close).result()
        self._hand.shutdown()

    async def _off_loop(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._hand, call)

    def pull(self) -> None:
        """Takes the fleet's figures and hands them to the screens."""
        if self.fleet is None:
            return
        fleet = self.fleet
        snapshots = self.server_messages.beside(fleet.snapshots())
        self.view = FleetView(fleet.hosts, snapshots, self.clock(), fleet.budget)
        self._asking.drop_settled(self.view)
        self.events.show_toast()
        self._show_answers()
        for screen in self.screen_stack:
            # One that is being put up or taken down has not all of its widgets; the next pull comes soon.
            with contextlib.suppress(NoMatches):
                if isinstance(screen, ConsoleScreen):
                    screen.show(self.view)
        if isinstance(self.screen, HostActions):
            fleet.shown(self.screen.selected, self.screen.visible_hosts)
        else:
            fleet.shown(None, ())
        self._asking.next()
        self._offer_deploy()
        self._look_up_addresses()

    def _look_up_addresses(self) -> None:
        """Asks ssh for the addresses of the aliases that can be seen, beside everything else."""
        if not self._looking_up and isinstance(self.screen, HostActions):
            seen = self.screen.visible_hosts
            unknown = self.addresses.unknown([host for host in self.view.hosts if host.name in seen])
            if unknown:
                self._looking_up = True
                self._look_up(unknown)

    @work
    async def _look_up(self, hosts: list[Host]) -> None:
        loop = asyncio.get_running_loop()
        try:
            for host in hosts:  # one at a time: leaving waits for no more than one
                if await loop.run_in_executor(None, self.addresses.look_up, host):
                    self.pull()
        finally:
            self._looking_up = False

    def _offer_deploy(self) -> None:
        """Shows an upload that takes a while to who looks at its host."""
        if isinstance(self.screen, HostActions):
            name = self.offers.due(self.view, self.screen.selected)
            if name is not None:
                self.push_screen(DeployScreen(name, unasked=True))

    def picture(self, name: str, width: int, height: int) -> BGR | None:
        """The newest picture of a host, made to fit."""
        return None if self.fleet is None else self.fleet.picture(name, width, height)

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

    @work
    async def act(self, name: str, call: Callable[[FleetPort], None], done: Event | None = None) -> None:
        """Does something to one host and shows what is refused; returns at once.

        `done` is what the log says of it once it is done.
        """
        error = await self.attempt(call)
        if isinstance(error, HostGone):
            return  # removed meanwhile: there is no row any more that it could be about
        if error is not None:
            self.events.report(name, error)
        elif done is not None:
            self.events.note(msgspec.structs.replace(done, at=self.clock()))

    def ask_host(self, name: str, asked: Asked) -> None:
        """Asks a host for something; its answer is shown as soon as it is there."""
        self._answers.ask(self.view.snapshot(name), asked, time.monotonic())
        if asked == "check":
            self.act(name, lambda fleet: fleet.check_exact(name))
        else:
            self.act(name, lambda fleet: fleet.request_refresh(name))

    def _show_answers(self) -> None:
        for answer in self._answers.found(self.view, time.monotonic()):
            good = isinstance(answer, PictureVerified | PictureResent)
            severity: Literal["information", "warning"] = "information" if good else "warning"
            if not isinstance(answer, PictureDiffers):  # the session has told that
                self.events.note(msgspec.structs.replace(answer, at=self.clock()))
            text = safe_text(wording(answer).text, LONGEST)
            self.notify(text, title=safe_text(answer.host, 64), severity=severity, markup=False)

    # Hosts

    @work
    async def reload(self, *, asked: bool = False) -> None:
        """Takes over what another program wrote into the list of hosts.

        `asked`: somebody waits for an answer.
        """
        if self.fleet is None:
            return
        try:
            changed = await self._off_loop(partial(self.fleet.reload, watching=not asked))
        except DeskconsoleError as error:
            self.events.report(ALL_HOSTS, error)
            return
        if changed:
            self.events.note(ListReloaded(host=ALL_HOSTS, at=self.clock()))
            self.pull()
        elif asked:
            self.notify("hosts.toml has not changed", markup=False)

    def add_host(self) -> None:
        self.push_screen(HostForm(None))

    def edit_host(self, name: str) -> None:
        host = self.view.host(name)
        if host is not None:
            self.push_screen(HostForm(host))

    def select_host(self, name: str) -> None:
        """Puts the cursor of the fleet screen on a host."""
        for screen in self.screen_stack:
            if isinstance(screen, FleetScreen):
                screen.select(name)

    def open_host(self, name: str) -> None:
        self.push_screen(HostScreen(name))

    def connect_hosts(self, names: Collection[str]) -> None:
        """Connects those that are not live or on their way already, and says how many these are."""
        wanted = [
            name
            for name in names
            if (snapshot := self.view.snapshot(name)).state in SETTLED or snapshot.unreachable
        ]
        self.act("all hosts", lambda fleet: fleet.connect_all(wanted))
        count = len(wanted)
        said = f"connecting {count} host{'' if count == 1 else 's'}"
        none = "every host shown is live or on its way" if names else "no host is shown"
        self.notify(said if wanted else none, markup=False)

    def deploy_host(self, name: str) -> None:
        """Shows the way to a host step by step, and begins it where it is not under way."""
        state = self.view.snapshot(name).state
        if state in SETTLED or state is State.RETRYING:
            self.act(name, lambda fleet: fleet.connect(name))
        self.push_screen(DeployScreen(name))

    def examine_host(self, name: str) -> None:
        host = self.view.host(name)
        if host is not None:
            self.push_screen(DoctorScreen(host))

    def cancel_session(self, name: str) -> None:
        """Ends a session, or the way to one; its question goes with it."""
        self.questions.withdraw(name)
        self.act(name, lambda fleet: fleet.disconnect(name))

    def import_hosts(self) -> None:
        known = {host.target for host in self.view.hosts} | {host.name for host in self.view.hosts}
        names = [name for name in read_aliases(self.ssh_config) if name not in known]
        self.push_screen(ImportScreen(self.ssh_config, names))

    def try_demo(self) -> None:
        self.exit("demo")

    def remove_host(self, name: str) -> None:
        host = self.view.host(name)
        if host is not None:
            self._removal.ask_to_remove(host)

    def undeploy_host(self, name: str) -> None:
        host = self.view.host(name)
        if host is not None:
            self._removal.ask_to_undeploy(host)

    def on_events_arrived(self) -> None:
        self.events.take()
        self.pull()

    # Questions

    def _questions_changed(self) -> None:
        if self.is_running:
            self.post_message(QuestionsChanged())

    def on_questions_changed(self) -> None:
        self._asking.next()

    # Keys and commands

    def action_log(self) -> None:
        if not isinstance(self.screen, LogScreen):
            self.push_screen(LogScreen())

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    async def action_quit(self) -> None:
        self.leave()

    def leave(self) -> None:
        """Ends the console with all of its sessions."""
        self.questions.close()
        self.exit("quit")

    def action_help_quit(self) -> None:
        """Says at the first ctrl+c how to leave; the second leaves."""
        self.leave_or_say("ctrl+c again leaves; q does so at once.")

    # Bindings end at a dialog; these three keys do not.
    key_ctrl_c = action_help_quit
    key_ctrl_q = leave

    def key_ctrl_z(self) -> None:
        self.action_suspend_process()

    def leave_or_say(self, words: str) -> None:
        """Leaves, if ctrl+c was pressed just before; else shows `words`."""
        now = time.monotonic()
        if now - self._asked_to_leave < CTRL_C_AGAIN:
            self.leave()
        else:
            self._asked_to_leave = now
            self.clear_notifications()
            self.notify(words, timeout=CTRL_C_AGAIN, markup=False)

    def action_suspend_process(self) -> None:
        """Gives the terminal back to the shell, where there is one that can go on with the console."""
        if has_job_control():
            super().action_suspend_process()
        else:
            self.notify("No shell waits here that could bring the console back: q leaves.", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key of the screen, by name; then Textual's own."""
        done = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            ours = active.node is screen or active.node is self
            ours = ours and active.enabled and not binding.system and binding.action != "command_palette"
            if ours and binding.description and binding.action not in done:
                done.add(binding.action)
                run = partial(screen.run_action if active.node is screen else self.run_action, binding.action)
                yield SystemCommand(binding.description, active.tooltip or binding.tooltip, run)
        yield SystemCommand("Theme", "Choose other colours", self.action_change_theme)


def run(backend: Backend, *, demo: Backend | None = None, ssh_config: Path | None = None) -> int:
    """Shows the console until the person leaves it; returns the exit code.

    `demo` is offered where the fleet is empty, and shown instead once chosen. Raises the
    `DeskconsoleError` that kept the fleet from opening, with the terminal as it was.
    """
    config = ssh_config or home() / ".ssh" / "config"
    while True:
        app = DeskconsoleApp(backend, ssh_config=config, demo_offered=demo is not None)
        settled = threading.Timer(SETTLED_AFTER, gc.freeze)
        settled.daemon = True
        settled.start()
        try:
            outcome = app.run()
        finally:
            settled.cancel()
            end_input(app)
            app.close()
        if app.failure is not None:
            raise app.failure
        if outcome != "demo" or demo is None:
            return app.return_code or 0
        backend, demo = demo, None
