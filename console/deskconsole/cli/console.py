"""The TUI put together: inventory, routes, fleet, face.

What the fleet needs is imported when it is opened, behind the TUI's first picture, and what a session needs
when the hosts stand there: 0.1 s and 0.5 s.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deskconsole.common.errors import Cancelled, ConfigurationError, DeskconsoleError
from deskconsole.common.paths import Paths
from deskconsole.common.settings import Settings
from deskconsole.common.signals import own_interrupts_end
from deskconsole.history.database import HistoryDatabase
from deskconsole.local.messages import ConsoleKind
from deskconsole.session.event_log import EventLog, last_events
from deskconsole.ssh.secrets import OpenedKeys, Secrets
from deskconsole.tui.app import run
from deskconsole.tui.text.log_line import KEPT

from .capped_file import capped_file
from .streams import LossyStream, require_terminal

if TYPE_CHECKING:
    from deskconsole.app.results import WakeResult
    from deskconsole.app.screenshot import SavedPicture
    from deskconsole.bootstrap.facts import Removed
    from deskconsole.common.progress import Progress
    from deskconsole.demo.demo import Demo
    from deskconsole.diagnosis import Finding
    from deskconsole.history.day import HostDay
    from deskconsole.history.keeper import HistoryKeeper
    from deskconsole.inventory.host import Host
    from deskconsole.local.server import LocalServer
    from deskconsole.session.events import Event
    from deskconsole.session.fleet import Fleet
    from deskconsole.session.route import Route
    from deskconsole.ssh.prompts import Questions

_WARM_UP = 0.7
"""Seconds after the fleet was opened in which the hosts come onto the terminal."""


def run_console() -> int:
    """The TUI over the user's own inventory; offers the demo where that is empty."""
    require_terminal()
    own_interrupts_end()
    settings = Settings.load(Paths.default().settings)
    with _terminal_to_itself(Paths.default().log / "console.log"):
        hosts = UsersHosts(settings)
        try:
            return run(hosts, demo=DemoHosts(), settings=settings)
        finally:
            hosts.close()


def run_demo(count: int | None = None) -> int:
    """The TUI over the demo's hosts; `count` as for `DemoHosts`."""
    require_terminal()
    own_interrupts_end()
    settings = Settings.load(Paths.default().settings)
    with _terminal_to_itself(None):
        return run(DemoHosts(count), settings=settings)


class UsersHosts:
    """The hosts of the user's inventory. `kind`: what commands know this console as."""

    def __init__(self, settings: Settings | None = None, kind: ConsoleKind = ConsoleKind.CONSOLE) -> None:
        self._kind = kind
        self._paths = Paths.default()
        self._settings = settings or Settings.load(self._paths.settings)
        self._keys = OpenedKeys()
        self._log = EventLog(self._paths.events, audit=self._paths.audit)
        self._database = HistoryDatabase(self._paths.history)
        self._history: HistoryKeeper | None = None
        self._local: LocalServer | None = None
        self._fleet: Fleet | None = None

    def record(self, event: Event) -> None:
        self._log.record(event)
        if self._local is not None:
            self._local.tell(event)

    def past_events(self) -> Sequence[Event]:
        return last_events(self._paths.events, KEPT)

    def history(self, since: dt.date) -> Sequence[HostDay]:
        return self._database.read(since)

    def close(self) -> None:
        """Writes down what is left of the figures and the events."""
        if self._history is not None:
            self._history.close()
        self._log.close()

    def open(self, questions: Questions, deliver: Callable[[Event], None]) -> Fleet:
        fleet = self.fleet(questions, deliver)
        warm_up = threading.Timer(_WARM_UP, _warm_up, (fleet,))
        warm_up.daemon = True
        warm_up.start()
        return fleet

    def fleet(self, questions: Questions, deliver: Callable[[Event], None]) -> Fleet:
        """All hosts, none of them on its way; commands find this console from now on."""
        from deskconsole.history.keeper import HistoryKeeper
        from deskconsole.inventory.inventory import Inventory
        from deskconsole.recording.new_file import record_in
        from deskconsole.session.fleet import Fleet
        from deskconsole.ssh.login_queue import LoginQueue

        def open_route(host: Host) -> Route:
            from deskconsole.session.route import SshRoute

            return SshRoute(host, questions, self._paths, secrets=Secrets(self._keys), logins=logins)

        def tell(event: Event) -> None:
            history.note(event)
            deliver(event)

        self._history = history = HistoryKeeper(self._database, deliver)
        logins = LoginQueue()
        fleet = Fleet(
            Inventory.load(self._paths.hosts),
            open_route,
            tell,
            budget=self._settings.bytes_per_second,
            places=self._paths.window_places,
            pictures=self._settings.pictures_in(self._paths),
            recorder=record_in(self._settings.recordings_in(self._paths)),
            on_session=history.keep,
        )
        self._fleet = fleet
        self._local = _opened(fleet, self._paths, self._kind)
        return fleet

    def examine(
        self,
        host: Host,
        questions: Questions,
        *,
        report: Callable[[Finding], None],
        begun: Callable[[str, Progress | None], None],
        cancelled: threading.Event,
    ) -> None:
        from deskconsole.diagnosis.examination import examine

        examine(
            host, questions, self._paths, report=report, begun=begun, cancelled=cancelled, keys=self._keys
        )

    def undeploy(self, host: Host, questions: Questions, *, cancelled: threading.Event) -> Removed:
        from deskconsole.bootstrap.remove import connect_and_remove

        return connect_and_remove(
            host, questions, self._paths, cancelled=cancelled, secrets=Secrets(self._keys)
        )

    def save_picture(self, host: Host, *, cancelled: threading.Event) -> SavedPicture:
        return _picture_saved(self._fleet, host, cancelled)

    def wake(self, host: Host) -> WakeResult:
        from deskconsole.app.wake_on_lan import wake
        from deskconsole.inventory.learnt_macs import LearntMacs

        return wake(host, LearntMacs(self._paths.macs))

    def shell_command(self, host: Host) -> list[str]:
        from deskconsole.ssh.shell_command import shell_command

        return shell_command(host, self._paths.known_hosts)

    def remote_desktop(
        self,
        host: Host,
        questions: Questions,
        *,
        opened: Callable[[str], None],
        cancelled: threading.Event,
    ) -> None:
        from deskconsole.app.remote_desktop import open_remote_desktop

        open_remote_desktop(
            host, questions, self._paths, cancelled=cancelled, secrets=Secrets(self._keys), opened=opened
        )


class DemoHosts:
    """The demo's hosts, on their way already, with a window for the first of them where there is a screen."""

    def __init__(self, count: int | None = None) -> None:
        """`count`: how many hosts; None: the usual few."""
        self._count = count
        self._demo: Demo | None = None
        self._log: EventLog | None = None
        self._local: LocalServer | None = None
        self._fleet: Fleet | None = None

    def record(self, event: Event) -> None:
        """Writes an event into the demo's own log, which ends with it."""
        if self._log is not None:
            self._log.record(event)
        if self._local is not None:
            self._local.tell(event)

    def past_events(self) -> Sequence[Event]:
        return ()

    def history(self, since: dt.date) -> Sequence[HostDay]:
        return () if self._demo is None else self._demo.history.read(since)

    def open(self, questions: Questions, deliver: Callable[[Event], None]) -> Fleet:
        from deskconsole.demo.demo import Demo

        self._demo = Demo() if self._count is None else Demo(self._count)
        self._fleet = fleet = self._demo.fleet(questions, deliver)
        self._log = EventLog(self._demo.paths.events, audit=self._demo.paths.audit)
        self._local = _opened(fleet, Paths.default(), ConsoleKind.DEMO, self._demo.home)
        fleet.before_close(self._end)
        for host in fleet.hosts:
            fleet.connect(host.name)
        fleet.view(fleet.hosts[0].name)
        return fleet

    def _end(self) -> None:
        """Ends what writes into the demo's folder, which is deleted after it."""
        if self._local is not None:
            self._local.close()
        if self._log is not None:
            self._log.close()

    def examine(
        self,
        host: Host,
        questions: Questions,
        *,
        report: Callable[[Finding], None],
        begun: Callable[[str, Progress | None], None],
        cancelled: threading.Event,
    ) -> None:
        if self._demo is not None:
            self._demo.examine(host, questions, report=report, begun=begun, cancelled=cancelled)

    def undeploy(self, host: Host, questions: Questions, *, cancelled: threading.Event) -> Removed:
        if self._demo is None:
            raise Cancelled("the demo has not begun")
        return self._demo.undeploy(host, questions, cancelled=cancelled)

    def save_picture(self, host: Host, *, cancelled: threading.Event) -> SavedPicture:
        return _picture_saved(self._fleet, host, cancelled)

    def wake(self, host: Host) -> WakeResult:
        raise _not_in_demo(host, "nothing to wake")

    def shell_command(self, host: Host) -> list[str]:
        if self._demo is None:
            raise Cancelled("the demo has not begun")
        return self._demo.shell_command(host)

    def remote_desktop(
        self,
        host: Host,
        questions: Questions,  # noqa: ARG002
        *,
        opened: Callable[[str], None],  # noqa: ARG002
        cancelled: threading.Event,  # noqa: ARG002
    ) -> None:
        raise _not_in_demo(host, "no Remote Desktop")


def _picture_saved(fleet: Fleet | None, host: Host, cancelled: threading.Event) -> SavedPicture:
    from deskconsole.app.screenshot import save_live_picture

    if fleet is None:
        raise Cancelled("the console has not begun")
    return save_live_picture(fleet, host.name, cancelled=cancelled)


def _not_in_demo(host: Host, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{host.name} is a host inside of the demo: it has {what}",
        remedy="Start deskconsole without `demo`, and try it on a host of your own.",
    )


def _opened(fleet: Fleet, paths: Paths, kind: ConsoleKind, home: Path | None = None) -> LocalServer:
    """Lets commands ask this console until its fleet is closed; `home` is the folder of the demo's files."""
    from deskconsole.local.server import LocalServer

    server = LocalServer(paths.run, fleet, kind, home)
    fleet.before_close(server.close)
    server.open()
    return server


def _warm_up(fleet: Fleet) -> None:
    """Connects the marked hosts, and imports what the first connect and the first command would wait for."""
    from deskconsole.local import requests  # noqa: F401
    from deskconsole.picture.opencv import require_opencv
    from deskconsole.session import session  # noqa: F401

    with contextlib.suppress(DeskconsoleError):  # the first picture says it
        require_opencv()
    fleet.connect_at_start()


@contextlib.contextmanager
def _terminal_to_itself(log: Path | None) -> Iterator[None]:
    """Sends what libraries and child processes print to `log`, or nowhere; the terminal is the TUI's.

    Textual draws on `sys.__stderr__`; a proxy command, for one, writes straight to file
    descriptor 2, across the screen. So Textual gets a descriptor of its own, and 2 becomes the log.
    """
    try:
        sink = capped_file(log) if log else os.open(os.devnull, os.O_WRONLY)
    except OSError:  # No log is no reason not to start.
        sink = os.open(os.devnull, os.O_WRONLY)
    terminal = os.dup(2)
    screen = LossyStream(os.fdopen(os.dup(2), "wb"), encoding="utf-8", errors="replace")
    standard = sys.__stderr__
    os.dup2(sink, 2)
    os.close(sink)
    sys.__stderr__ = screen  # type: ignore[misc]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        yield
    finally:
        sys.__stderr__ = standard  # type: ignore[misc]
        with contextlib.suppress(OSError):  # the terminal may be gone
            screen.close()
        os.dup2(terminal, 2)
        os.close(terminal)
