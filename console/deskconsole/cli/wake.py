"""`deskconsole wake`: switches hosts on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .many import run_on_each
from .options import Json
from .selection import AllHosts, HostNames, InGroup, select
from .terminal import say

if TYPE_CHECKING:
    from deskconsole.app.parallel import Cancellation
    from deskconsole.app.results import WakeResult
    from deskconsole.inventory.host import Host


def wake(
    names: HostNames = None, *, group: InGroup = None, everything: AllHosts = False, json: Json = False
) -> None:
    """Wake hosts that are off or asleep (wake-on-LAN).

    The MAC address is the one in hosts.toml, or the one that the host told when it was last connected. The
    packet goes to all networks of this computer, or to the host's wake_address. Wake-on-LAN must be switched
    on in the host's firmware.

    \b
    Examples:
      deskconsole wake lab-01
      deskconsole wake --group lab --json
    """
    from deskconsole.app.wake_on_lan import wake as wake_host
    from deskconsole.common.paths import Paths
    from deskconsole.inventory.learnt_macs import LearntMacs

    paths = Paths.default()
    learnt = LearntMacs(paths.macs)
    chosen = select(names, group, everything, paths)

    def work(host: Host, _cancellation: Cancellation) -> WakeResult:
        return wake_host(host, learnt)

    def show(result: WakeResult) -> None:
        say(f"{result.host}: the packet that wakes {result.mac} was sent to {result.address}")

    # One after the other: sending takes no time.
    run_on_each(chosen.hosts, work, show, several=chosen.several, jobs=1, json=json)
