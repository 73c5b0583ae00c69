"""`deskconsole watch`: events of hosts as they happen, from the running console or sessions of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from deskconsole.common.errors import ConsoleNotRunning
from deskconsole.common.signals import take_interrupt

from .many import run_on_each
from .options import Json, seconds_option
from .own_sessions import OwnSessions
from .running import ChosenHost, Own, choose, consoles_running
from .selection import AllHosts, HostNames, InGroup
from .terminal import print_json, print_line

if TYPE_CHECKING:
    from deskconsole.app.parallel import Cancellation
    from deskconsole.local.client import RunningConsole
    from deskconsole.session.events import Event


def watch(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    seconds: Annotated[float | None, seconds_option("Stop after so long; else Ctrl+C stops.")] = None,
    own: Own = False,
    json: Json = False,
) -> None:
    """Print events of hosts as they happen, until Ctrl+C.

    With --json each is one JSON object a line. They come from the running console; without hosts all of its
    events do. Hosts that no running console has in its list are connected for it, and so are all with --own.
    `events` lists what happened before.

    \b
    Examples:
      deskconsole watch --json
      deskconsole watch --group lab --seconds 3600
    """
    printer = _Printer(json=json)
    if not hosts and group is None and not everything and not own:
        consoles = consoles_running()
        if not consoles:
            raise ConsoleNotRunning(
                "no console runs", remedy="Start one with `deskconsole`, or give hosts to be watched."
            )
        sources = [_Source("", consoles[0])]
        several = False
    else:
        chosen = choose(hosts, group, everything, own=own)
        sources = _sources(chosen.hosts)
        several = len(sources) > 1
    sessions = OwnSessions()

    def work(source: _Source, cancellation: Cancellation) -> None:
        if source.console is not None:
            source.follow(seconds, cancellation, printer.print_encoded)
            return
        from deskconsole.app.waiting import raise_failure, settled, wait_for

        (one,) = source.hosts
        with sessions.of(one.host, cancellation, tell=printer.print_event) as session:
            wait_for([session], settled, seconds)
            raise_failure(session)

    try:
        run_on_each(
            sources, work, lambda _: None,
            several=several, jobs=len(sources), json=json, until_interrupted=True, at_once=True,
        )  # fmt: skip
    except KeyboardInterrupt:  # the usual end
        take_interrupt()


@dataclass(frozen=True, slots=True)
class _Source:
    """A source of events: a console with some hosts (none: all), or one session."""

    name: str
    console: RunningConsole | None
    hosts: tuple[ChosenHost, ...] = ()

    def follow(self, seconds: float | None, cancellation: Cancellation, put: Callable[[bytes], None]) -> None:
        """Hands on what the console tells, for so long. Raises DeskconsoleError."""
        if self.console is None:
            return
        over = threading.Event()
        ends: list[Callable[[], object]] = []

        def end() -> None:
            over.set()
            for call in ends:
                call()

        def add_end(call: Callable[[], object]) -> None:
            ends.append(call)
            if over.is_set():  # the time was over before the console had answered
                call()

        cancellation.add(end)
        timer = threading.Timer(seconds or 0, end)
        timer.daemon = True
        if seconds is not None:
            timer.start()
        try:
            for event in self.console.watch(tuple(one.name for one in self.hosts), add_end):
                put(event)
        except ConsoleNotRunning:
            if not over.is_set():
                raise
        finally:
            timer.cancel()


def _sources(hosts: tuple[ChosenHost, ...]) -> list[_Source]:
    """Returns a source for all hosts of a console, and one for each host without a console."""
    by_console: dict[int, list[ChosenHost]] = {}
    for one in hosts:
        if one.console is not None:
            by_console.setdefault(one.console.pid, []).append(one)
    asked = [_Source(group[0].name, group[0].console, tuple(group)) for group in by_console.values()]
    return asked + [_Source(one.name, None, (one,)) for one in hosts if one.console is None]


class _Printer:
    """Prints events of several threads, a line each."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._lock = threading.Lock()

    def print_encoded(self, event: bytes) -> None:
        """An event as the console sent it."""
        import msgspec

        from deskconsole.session.events import decode

        try:
            decoded = decode(event)
        except msgspec.DecodeError:
            return  # The console is newer than this command, and so is the kind of event.
        self.print_event(decoded)

    def print_event(self, event: Event) -> None:
        from .events import event_line

        with self._lock:
            print_json(event) if self._json else print_line(event_line(event))
