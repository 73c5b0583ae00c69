"""Turns what a person typed into a host: a name of the inventory, or anything that ssh understands."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable

from deskconsole.common.errors import ConfigurationError, DeskconsoleError, HostGone, InvalidField
from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host, host_from, with_plain_name
from deskconsole.inventory.inventory import Inventory
from deskconsole.local.client import RunningConsole, running_consoles


def find_host(text: str, paths: Paths, *, connecting: bool = True) -> Host:
    """The host of that name; a name that the inventory lacks is taken as a destination or an alias.

    Raises ConfigurationError where it cannot be either, where only the running demo has it, or where the
    inventory cannot be read; and, where a host is to be connected, HostGone for a slip in a known name.
    """
    typed = with_plain_name({"name": text[:64], "address": text})
    hosts = Inventory.load(paths.hosts).hosts
    for host in hosts:
        if host.name in (text, typed["name"]):
            return host
    consoles = [(console.demo, _hosts_of(console)) for console in running_consoles(paths.run)]
    if any(demo and text in names for demo, names in consoles):
        raise ConfigurationError(
            f"{text} is a host inside of the running demo, which this command cannot reach",
            remedy="Act on it in the demo (f1 lists its keys), or give a host of your own.",
        )
    try:
        found = host_from(typed)
    except InvalidField as error:
        raise _no_host(text, str(error)) from None
    if connecting:
        known = [host.name for host in hosts]
        _require_no_slip(text, found, [*known, *(name for _, names in consoles for name in names)])
    return found


def _hosts_of(console: RunningConsole) -> tuple[str, ...]:
    with contextlib.suppress(DeskconsoleError):  # it has ended meanwhile
        return tuple(console.hosts)
    return ()


def _require_no_slip(text: str, host: Host, known: Iterable[str]) -> None:
    """Raises HostGone for a name that is nearly a known host's, and leads nowhere."""
    near = difflib.get_close_matches(text, sorted(set(known)), n=1)
    if not near or host.target != text:  # with a user or a port it is meant as an address
        return
    from deskconsole.ssh.sockets import resolves
    from deskconsole.ssh.ssh_config import resolve_host

    target = resolve_host(host)
    # What goes through another host or a command is looked up there.
    if target.jump or target.proxy_command or resolves(target.address, target.family):
        return
    raise HostGone(
        f"there is no host called {text!r}, and the name does not resolve",
        remedy=f"Did you mean {near[0]!r}?",
    )


def _no_host(text: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{text!r} is no host of the list and cannot be an address: {reason}",
        remedy="Give a name that `deskconsole hosts` lists, or [user@]address[:port], IPv6 as [::1]:22.",
    )
