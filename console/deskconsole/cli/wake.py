"""`deskconsole wake`: switches hosts on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .options import HOST_HELP
from .terminal import print_json, say

if TYPE_CHECKING:
    from deskconsole.app.results import WakeResult


def wake(
    names: Annotated[list[str], typer.Argument(metavar="HOST...", help=HOST_HELP, show_default=False)],
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a host, a line each.")] = False,
) -> None:
    """Wake hosts that are off or asleep (wake-on-LAN).

    The MAC address is the one in hosts.toml, or the one that the host told when it was last connected. The
    packet goes to all networks of this computer, or to the host's wake_address. Wake-on-LAN must be switched
    on in the host's firmware.

    \b
    Examples:
      deskconsole wake lab-01
      deskconsole wake lab-01 lab-02 --json
    """
    from deskconsole.app.wake_on_lan import wake as wake_host
    from deskconsole.common.paths import Paths
    from deskconsole.inventory.learnt_macs import LearntMacs

    from .targets import find_host

    paths = Paths.default()
    learnt = LearntMacs(paths.macs)
    for host in [find_host(name, paths) for name in names]:
        result = wake_host(host, learnt)
        if json:
            print_json(result)
        else:
            _show(result)


def _show(result: WakeResult) -> None:
    say(f"{result.host}: the packet that wakes {result.mac} was sent to {result.address}")
