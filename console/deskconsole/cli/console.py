"""The TUI put together: inventory, routes, fleet, face."""

from __future__ import annotations

from collections.abc import Callable

from ..hosts import Host
from ..inventory import Inventory
from ..paths import Paths
from ..session.event import Event
from ..session.fleet import Fleet
from ..session.route import Route, SshRoute
from ..ssh.questions import Questions
from ..tui.app import run


def run_console() -> int:
    """The TUI over the user's own inventory; offers the demo where that is empty."""
    return run(_open_fleet, open_demo=_open_demo)


def run_demo() -> int:
    """The TUI over the demo's hosts."""
    return run(_open_demo)


def _open_fleet(questions: Questions, on_event: Callable[[Event], None]) -> Fleet:
    paths = Paths.default()

    def open_route(host: Host) -> Route:
        return SshRoute(host, questions, paths)

    return Fleet(Inventory.load(paths.hosts), open_route, on_event)


def _open_demo(questions: Questions, on_event: Callable[[Event], None]) -> Fleet:
    """The demo's fleet, on its way already, with a window for its first host where there is a screen."""
    from ..demo.demo import Demo

    fleet = Demo().fleet(questions, on_event)
    for host in fleet.hosts:
        fleet.connect(host.name)
    fleet.view(fleet.hosts[0].name)
    return fleet
