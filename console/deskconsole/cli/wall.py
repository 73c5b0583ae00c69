"""`deskconsole wall`: many hosts as tiles of one window, for the screen in the corner of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deskconsole.common.errors import ConfigurationError

from .options import seconds_option
from .terminal import say_error, say_event, terminal_questions

if TYPE_CHECKING:
    from deskconsole.inventory.host import Host
    from deskconsole.session.events import Event


def wall(
    *,
    group: Annotated[
        str | None, typer.Option("--group", metavar="GROUP", help="Only the hosts of a group.")
    ] = None,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Begin in full screen.")] = False,
    turn: Annotated[
        float, seconds_option("Show each page for so long; 0: turn them by keys.", "--turn", default=True)
    ] = 10.0,
    seconds: Annotated[float | None, seconds_option("Close after this time.")] = None,
) -> None:
    """Show all hosts of the list as tiles of one window.

    Click a tile to open that host's own window. Where there are more tiles than fit, pages turn. In full
    screen the screen stays on. Hosts that are off are tried again; hosts that are added to the list appear.

    \b
    Examples:
      deskconsole wall --fullscreen
      deskconsole wall --group lab --turn 30
    """
    from deskconsole.app.wall import show_wall
    from deskconsole.common.paths import Paths
    from deskconsole.inventory.inventory import Inventory
    from deskconsole.local.messages import ConsoleKind

    from .console import UsersHosts
    from .sessions import require_window

    inventory = Inventory.load(Paths.default().hosts)
    if group is not None:
        inventory.in_group(group)
    elif not inventory.hosts:
        raise ConfigurationError(
            f"there are no hosts in {inventory.path}", remedy="Add one with `deskconsole hosts add NAME`."
        )
    require_window()
    hosts = UsersHosts(kind=ConsoleKind.WALL)

    def deliver(event: Event) -> None:
        hosts.record(event)
        say_event(event)

    def on_wall(host: Host) -> bool:
        return group is None or host.group == group

    try:
        show_wall(
            hosts.fleet(terminal_questions(), deliver),
            on_wall,
            fullscreen=fullscreen,
            turn=turn,
            seconds=seconds,
            faulty=say_error,
            places=Paths.default().window_places,
        )
    finally:
        hosts.close()
