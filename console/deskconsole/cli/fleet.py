"""`deskconsole status`, `connect`, `disconnect`, `refresh` and `compare`: what a running console does."""

from __future__ import annotations

import contextlib
import json as json_format
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .many import run_on_each
from .options import Json
from .own_sessions import OwnSessions
from .running import ChosenHost, ChosenHosts, Own, choose, consoles_running
from .selection import JOBS, AllHosts, HostNames, InGroup, Jobs
from .terminal import say

if TYPE_CHECKING:
    from deskconsole.app.host_result import HostResult
    from deskconsole.app.parallel import Cancellation
    from deskconsole.local.client import RunningConsole
    from deskconsole.session.session import Session

Figures = Mapping[str, Any]
"""A HostResult as JSON has it: that of a console is not made a struct again, whose import takes its time."""


def status(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Tell the state of hosts.

    A running console tells what it knows, at once; without arguments of all of its hosts. Without a console
    each host is connected for it.

    \b
    Examples:
      deskconsole status
      deskconsole status --group lab --json
    """
    from .host_table import print_figures

    sessions = OwnSessions()
    if not hosts and group is None and not own and not everything:
        everything = bool(consoles_running())
    chosen = choose(hosts, group, everything, own=own)
    found: list[Figures] = []

    def work(one: ChosenHost, cancellation: Cancellation) -> Figures:
        if one.console is not None:
            return asked(one.console, one.name, "status", cancellation)
        from deskconsole.app.waiting import wait_for_picture

        return _of_own(sessions, one, cancellation, wait_for_picture)

    try:
        run_on_each(chosen.hosts, work, found.append, several=chosen.several, jobs=jobs, json=json)
    finally:
        print_figures(found, chosen)


def connect(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Connect hosts in the running console.

    What has to be asked is asked there. Without a running console each host is connected until its first
    picture is here: its agent is deployed and started then, and the next connection within ten minutes is
    quick.

    \b
    Examples:
      deskconsole connect lab-01
      deskconsole connect --all --jobs 16
    """
    sessions = OwnSessions()

    def work(one: ChosenHost, cancellation: Cancellation) -> Figures:
        if one.console is not None:
            with _said_later(f"{one.name}: still connecting; look whether the console asks something", json):
                return asked(one.console, one.name, "connect", cancellation)
        from deskconsole.app.waiting import wait_for_picture

        return _of_own(sessions, one, cancellation, wait_for_picture)

    def show(figures: Figures) -> None:
        say(f"{figures['host']}: connected")

    _finish(choose(hosts, group, everything, own=own), work, show, jobs=jobs, json=json)


def disconnect(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    jobs: Jobs = JOBS,
    json: Json = False,
) -> None:
    """End the sessions of hosts in the running console.

    The hosts stay in its list.

    \b
    Example:
      deskconsole disconnect --group lab
    """
    _act(
        "disconnect",
        choose(hosts, group, everything, own=False),
        lambda figures: say(f"{figures['host']}: disconnected"),
        jobs=jobs,
        json=json,
    )


def refresh(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    jobs: Jobs = JOBS,
    json: Json = False,
) -> None:
    """Have hosts send their whole picture again.

    It goes to the running console, which has a session with each.

    \b
    Example:
      deskconsole refresh lab-01
    """
    _act(
        "refresh",
        choose(hosts, group, everything, own=False),
        lambda figures: say(f"{figures['host']}: sent the whole picture again"),
        jobs=jobs,
        json=json,
    )


def compare(
    hosts: HostNames = None,
    *,
    group: InGroup = None,
    everything: AllHosts = False,
    jobs: Jobs = JOBS,
    own: Own = False,
    json: Json = False,
) -> None:
    """Compare the pictures of hosts with ours, pixel for pixel.

    A difference counts as a failure.

    \b
    Example:
      deskconsole compare --all
    """
    from deskconsole.common.errors import StreamError

    sessions = OwnSessions()

    def work(one: ChosenHost, cancellation: Cancellation) -> Figures:
        if (console := one.live_in) is not None:
            figures = asked(console, one.name, "compare", cancellation)
        else:
            from deskconsole.app.measuring import measure

            figures = _of_own(sessions, one, cancellation, lambda session: measure(session, 0))
        if figures["exact"] is not True:
            raise StreamError(
                f"the picture of {one.name} differs from the host's"
                if figures["exact"] is False
                else f"{one.name} did not answer the comparison",
                remedy="Try again.",
            )
        return figures

    def show(figures: Figures) -> None:
        say(f"{figures['host']}: exact after packet {figures['exact_packet']}")

    _finish(choose(hosts, group, everything, own=own), work, show, jobs=jobs, json=json)


_LONG = 5.0
"""Seconds after which a person would like to know why nothing happens."""


@contextlib.contextmanager
def _said_later(sentence: str, quiet: bool) -> Iterator[None]:
    """Prints a hint if the block takes long."""
    timer = threading.Timer(_LONG, say, (sentence,))
    timer.daemon = True
    if not quiet:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def asked(console: RunningConsole, host: str, action: str, cancellation: Cancellation) -> Figures:
    """The figures of a host after the action, as the console has them. Raises DeskconsoleError."""
    from deskconsole.local.messages import ActOnHost, HostAction

    answer = console.ask(ActOnHost(host, HostAction(action)), cancellation.add)
    figures: Figures = json_format.loads(answer.value)
    return figures


def asked_picture(
    console: RunningConsole, host: str, kind: str, file: Path, cancellation: Cancellation
) -> tuple[Figures, bytes]:
    """A host's figures and its exact picture, encoded, as the console has them. Raises DeskconsoleError.

    `file` is the one that it is for, or its folder.
    """
    from deskconsole.common.utf8_text import utf8_text
    from deskconsole.local.messages import TakePicture

    answer = console.ask(TakePicture(host, kind, utf8_text(str(file.absolute()))), cancellation.add)
    return json_format.loads(answer.value), answer.picture


def measured(
    sessions: OwnSessions, one: ChosenHost, seconds: float | None, cancellation: Cancellation
) -> Figures:
    """The figures after so long: of a console's session, or of one that is made and compared.

    `seconds` None: 5 of a session that is made, else none.
    """
    if (console := one.live_in) is not None:
        cancellation.event.wait(seconds or 0)
        return asked(console, one.name, "status", cancellation)
    from deskconsole.app.measuring import measure

    return _of_own(
        sessions, one, cancellation, lambda session: measure(session, 5.0 if seconds is None else seconds)
    )


def as_figures(result: HostResult) -> Figures:
    """The same figures of a session of the command's own."""
    import msgspec

    figures: Figures = msgspec.to_builtins(result)
    return figures


def _of_own(
    sessions: OwnSessions,
    one: ChosenHost,
    cancellation: Cancellation,
    work: Callable[[Session], object],
) -> Figures:
    from deskconsole.app.host_result import HostResult

    with sessions.of(one.host, cancellation) as session:
        result = work(session)
        return as_figures(result if isinstance(result, HostResult) else HostResult.of(session.snapshot()))


def _act(action: str, chosen: ChosenHosts, show: Callable[[Figures], None], *, jobs: int, json: bool) -> None:
    """Does `action` on the hosts through the running console, which alone can do it."""

    def work(one: ChosenHost, cancellation: Cancellation) -> Figures:
        return asked(one.asked_console, one.name, action, cancellation)

    _finish(chosen, work, show, jobs=jobs, json=json)


def _finish(
    chosen: ChosenHosts,
    work: Callable[[ChosenHost, Cancellation], Figures],
    show: Callable[[Figures], None],
    *,
    jobs: int,
    json: bool,
) -> None:
    run_on_each(chosen.hosts, work, show, several=chosen.several, jobs=jobs, json=json)
