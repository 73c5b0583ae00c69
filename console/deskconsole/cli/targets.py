"""Turns what a person typed into a host: a name of the inventory, or anything that ssh understands."""

from __future__ import annotations

from deskconsole.common.errors import ConfigurationError, InvalidField
from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host, host_from, with_plain_name
from deskconsole.inventory.inventory import Inventory
from deskconsole.local.client import running_consoles


def find_host(text: str, paths: Paths) -> Host:
    """The host of that name; a name that the inventory lacks is taken as a destination or an alias.

    Raises ConfigurationError where it cannot be either, where only the running demo has it, or where the
    inventory cannot be read.
    """
    typed = with_plain_name({"name": text[:64], "address": text})
    for host in Inventory.load(paths.hosts).hosts:
        if host.name in (text, typed["name"]):
            return host
    if any(console.demo and text in console.hosts for console in running_consoles(paths.run)):
        raise ConfigurationError(
            f"{text} is a host of the running demo, and this command makes a session of its own",
            remedy="Act on it in the demo (`?` lists its keys), or give a host of your own.",
        )
    try:
        return host_from(typed)
    except InvalidField as error:
        raise _no_host(text, str(error)) from None


def _no_host(text: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{text!r} is no host of the list and cannot be an address: {reason}",
        remedy="Give a name that `deskconsole hosts` lists, or [user@]address[:port], IPv6 as [::1]:22.",
    )
