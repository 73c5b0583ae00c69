"""The application: shows the screens that are asked for by messages, and has the keys that work everywhere.

It draws nothing itself: screens do, from what the `Controller` publishes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

from textual import events, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from deskconsole.common.errors import DeskconsoleError
from deskconsole.common.settings import Settings
from deskconsole.inventory.host import Host
from deskconsole.ssh.aliases import read_aliases
from deskconsole.ssh.expansion import home

from . import messages
from .bulk import Skipped
from .bulk_actions import EXAMINED_AT_ONCE, bulk_actions, save_picture
from .controller import Controller
from .garbage import GarbageCollection
from .graphics import Graphics
from .host_edits import remove as remove_host
from .host_programs import HostPrograms
from .host_threads import HostThreads
from .key_places import key_places
from .lost_terminal import end_input
from .ports import Backend
from .screens.bulk_dialogs import BulkDialogs
from .screens.confirm import Confirmed, confirm_remove, confirm_undeploy
from .screens.control_dialogs import ControlDialogs
from .screens.deploy import DeployScreen
from .screens.doctor import DoctorScreen
from .screens.fleet import FleetScreen
from .screens.help import HelpScreen
from .screens.history import HistoryScreen
from .screens.host import HostScreen
from .screens.host_form import HostForm
from .screens.import_hosts import ImportScreen
from .screens.log import LogScreen
from .screens.picture import PictureScreen
from .screens.question import Given, QuestionScreen
from .screens.question_dialogs import QuestionDialogs
from .screens.wall import WallScreen
from .terminal_app import TerminalApp
from .terminal_graphics import terminal_graphics
from .theme import THEMES
from .undeploy import Undeploys
from .user_keys import UserKeys
from .view import FleetView
from .wall_window import WallOpener
from .widgets import breakpoints

Outcome = Literal["quit", "demo"]

CTRL_C_AGAIN = 3.0
"""Seconds within which a second ctrl+c leaves."""


class DeskconsoleApp(TerminalApp[Outcome]):
    """The console's terminal face.

    The fleet is opened once the first picture stands. After `run`, call `close`: it waits for what is under
    way and closes the fleet. `failure` is why the fleet could not be opened, if so.
    """

    TITLE = "deskconsole"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = breakpoints.HORIZONTAL
    VERTICAL_BREAKPOINTS = breakpoints.VERTICAL
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
        settings: Settings | None = None,
        graphics: Graphics | None = None,
    ) -> None:
        super().__init__()
        self._settings = settings or Settings()
        self._graphics = graphics
        self.notifies = self._settings.notify
        keys = UserKeys(key_places(self.BINDINGS), self._settings.keys)
        self._bindings = keys.applied(self._bindings)
        self.controller = Controller(self, backend, ssh_config=ssh_config, keys=keys, clock=clock)
        self.failure: DeskconsoleError | None = None
        self.garbage: GarbageCollection | None = None
        self._ssh_config = ssh_config
        self._demo_offered = demo_offered
        self._asked_to_leave = -CTRL_C_AGAIN
        self._dialogs = QuestionDialogs(self.controller)
        self._undeploys = Undeploys(self.controller)
        self._programs = HostPrograms(self, self.controller)
        self._threads = HostThreads(self.controller.questions, EXAMINED_AT_ONCE, "host")
        actions = bulk_actions(self.controller, self._undeploys, self._programs, self._threads)
        self._bulk = BulkDialogs(self, self.controller, actions)
        self._control = ControlDialogs(self, self.controller)
        self._wall = WallOpener(self.controller)

    def on_mount(self) -> None:
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = THEMES[self._settings.theme].name
        self.controller.view_changed.subscribe(self, self._view_changed)
        self.push_screen(FleetScreen(self.controller, demo_offered=self._demo_offered))
        self.watch_terminal()
        if self.garbage is not None:
            self.set_interval(1.0, self.garbage.tick)
        self.call_after_refresh(self._open)

    async def on_event(self, event: events.Event) -> None:
        if self.garbage is not None and isinstance(event, events.InputEvent):
            self.garbage.pressed()
        await super().on_event(event)

    @property
    def lends_terminal(self) -> bool:
        return self._programs.has_terminal

    @work
    async def _open(self) -> None:
        try:
            await self.controller.open()
        except DeskconsoleError as error:
            self.failure = error
            self.exit(return_code=error.exit_code)
            return
        for warning in self.controller.keys.warnings:
            self.controller.say(warning, severity="warning")
        self.call_after_refresh(self.release_keys)

    def close(self) -> None:
        """Ends everything that `run` left behind; blocks until the fleet is closed."""
        self.controller.questions.close()
        self._undeploys.close()
        self._threads.close()
        self._programs.close()
        self._wall.close()
        self.controller.close()

    # News from threads, and what comes to the top without a key

    def on_events_arrived(self) -> None:
        self.controller.expect_events()

    def on_questions_changed(self) -> None:
        self._show_question()

    def _view_changed(self, view: FleetView) -> None:
        self.tell_terminal(view)
        self._show_question()
        below = self.controller.foreground
        name = None if below is None else below.due_deploy(view)
        if name is not None:
            self.push_screen(DeployScreen(self.controller, name, unasked=True))

    def _show_question(self) -> None:
        dialog = self._dialogs.due()
        if dialog is not None:
            self.push_screen(dialog, partial(self._answer, dialog))

    def _answer(self, dialog: QuestionScreen, given: Given | None) -> None:
        self._dialogs.answer(dialog, given)
        self._show_question()

    # What screens ask for

    def on_host_opened(self, message: messages.HostOpened) -> None:
        self.push_screen(HostScreen(self.controller, message.name))

    async def on_wall_window_opened(self, message: messages.WallWindowOpened) -> None:
        self.run_worker(self._wall.open(message.names))

    def on_deploy_opened(self, message: messages.DeployOpened) -> None:
        self.push_screen(DeployScreen(self.controller, message.name))

    def on_wall_opened(self, message: messages.WallOpened) -> None:
        self.push_screen(WallScreen(self.controller, message, self._graphics))

    def on_picture_opened(self, message: messages.PictureOpened) -> None:
        self.push_screen(PictureScreen(self.controller, message.name, self._graphics))

    def on_doctor_opened(self, message: messages.DoctorOpened) -> None:
        host = self.controller.view.host(message.name)
        if host is not None:
            self.push_screen(DoctorScreen(self.controller, host))

    def on_history_opened(self, message: messages.HistoryOpened) -> None:
        self.push_screen(HistoryScreen(self.controller, message.name))

    def on_host_form_opened(self, message: messages.HostFormOpened) -> None:
        host = self.controller.view.host(message.name)
        if host is not None or message.name is None:
            self.push_screen(HostForm(self.controller, host))

    def on_import_opened(self) -> None:
        hosts = self.controller.view.hosts
        known = {host.target for host in hosts} | {host.name for host in hosts}
        names = [name for name in read_aliases(self._ssh_config) if name not in known]
        self.push_screen(ImportScreen(self.controller, self._ssh_config, names))

    def on_remove_asked(self, message: messages.RemoveAsked) -> None:
        host = self.controller.view.host(message.name)
        if host is None:
            return

        def decided(choice: Confirmed | None) -> None:
            if choice == "also":
                self.run_worker(self._undeploys.undeploy(host, remove=True))
            elif choice == "yes":
                self.run_worker(remove_host(self.controller, host))

        self.push_screen(confirm_remove(host), decided)

    def on_undeploy_asked(self, message: messages.UndeployAsked) -> None:
        host = self.controller.view.host(message.name)
        if host is None:
            return

        def decided(choice: Confirmed | None) -> None:
            if choice == "yes":
                self.run_worker(self._undeploys.undeploy(host))

        self.push_screen(confirm_undeploy(host), decided)

    def on_shell_asked(self, message: messages.ShellAsked) -> None:
        if (host := self.controller.view.host(message.name)) is not None:
            self.run_worker(self._programs.shell(host))

    def on_remote_desktop_asked(self, message: messages.RemoteDesktopAsked) -> None:
        if (host := self.controller.view.host(message.name)) is not None:
            self.run_worker(self._programs.remote_desktop(host))

    def on_wake_asked(self, message: messages.WakeAsked) -> None:
        if (host := self.controller.view.host(message.name)) is not None:
            self.run_worker(self._programs.wake(host))

    def on_picture_asked(self, message: messages.PictureAsked) -> None:
        host = self.controller.view.host(message.name)
        if host is not None:
            self.run_worker(self._save_picture(host))

    async def _save_picture(self, host: Host) -> None:
        try:
            said = await save_picture(self.controller, self._threads, host)
        except Skipped as skipped:
            self.controller.say(str(skipped), host.name, severity="warning")
        except DeskconsoleError as error:
            self.controller.report(host.name, error)
        else:
            self.controller.say(f"picture {said}", host.name)

    def on_bulk_asked(self, message: messages.BulkAsked) -> None:
        found = [self.controller.view.host(name) for name in message.names]
        self._bulk.ask(message.action, [host for host in found if host is not None])

    def on_bulk_report_opened(self) -> None:
        self._bulk.show_report()

    def on_control_toggled(self, message: messages.ControlToggled) -> None:
        self._control.take_or_release(message.name)

    def on_typing_opened(self, message: messages.TypingOpened) -> None:
        self._control.type(message.name)

    def on_paste_asked(self, message: messages.PasteAsked) -> None:
        self._control.paste(message.name, message.text)

    def on_chords_opened(self, message: messages.ChordsOpened) -> None:
        self._control.chords(message.name)

    def on_clip_fetch_asked(self, message: messages.ClipFetchAsked) -> None:
        self._control.fetch_clip(message.name)

    def on_clip_put_asked(self, message: messages.ClipPutAsked) -> None:
        self._control.put_clip(message.name)

    def on_demo_chosen(self) -> None:
        self.exit("demo")

    def on_interrupt_pressed(self, message: messages.InterruptPressed) -> None:
        self._leave_or_say(message.hint)

    # Keys and commands

    def action_log(self) -> None:
        if self.screen.id != LogScreen.ID:
            self.push_screen(LogScreen(self.controller))

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.screen))

    async def action_quit(self) -> None:
        self.leave()

    def leave(self) -> None:
        """Ends the console with all of its sessions."""
        self.controller.questions.close()
        self.exit("quit")

    def action_help_quit(self) -> None:
        """Says at the first ctrl+c how to leave; the second leaves."""
        self._leave_or_say(f"ctrl+c again leaves; {self.controller.keys.key_of('quit')} does so at once.")

    # Bindings end at a dialog; these keys do not.
    key_ctrl_c = action_help_quit
    key_ctrl_q = leave

    def _leave_or_say(self, words: str) -> None:
        """Leaves, if ctrl+c was pressed just before; else shows `words`."""
        now = time.monotonic()
        if now - self._asked_to_leave < CTRL_C_AGAIN:
            self.leave()
        else:
            self._asked_to_leave = now
            self.clear_notifications()
            self.notify(words, timeout=CTRL_C_AGAIN, markup=False)

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


def run(
    backend: Backend,
    *,
    demo: Backend | None = None,
    ssh_config: Path | None = None,
    settings: Settings | None = None,
) -> int:
    """Shows the console until the person leaves it; returns the exit code.

    `demo` is offered where the fleet is empty, and shown instead once chosen. Raises the
    `DeskconsoleError` that kept the fleet from opening, with the terminal as it was.
    """
    config = ssh_config or home() / ".ssh" / "config"
    graphics = terminal_graphics((settings or Settings()).graphics)
    while True:
        app = DeskconsoleApp(
            backend, ssh_config=config, demo_offered=demo is not None, settings=settings, graphics=graphics
        )
        app.garbage = GarbageCollection()
        try:
            outcome = app.run()
        finally:
            app.garbage.stop()
            end_input(app)
            app.close()
        if app.failure is not None:
            raise app.failure
        if outcome != "demo" or demo is None:
            return app.return_code or 0
        backend, demo = demo, None
