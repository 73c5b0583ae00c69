"""Turns what a person typed into a host: a name of the inventory, or anything that ssh understands."""

from __future__ import annotations

from ..errors import ConfigurationError, InvalidField
from ..hosts import Host, host_from
from ..inventory import Inventory
from ..paths import Paths


def find_host(text: str, paths: Paths) -> Host:
    """The host of that name; a name that the inventory lacks is taken as `[user@]address[:port]` or an alias.

    Raises ConfigurationError where it cannot be either, or where the inventory cannot be read.
    """
    for host in Inventory.load(paths.hosts).hosts:
        if host.name == text:
            return host
    user, at, rest = text.rpartition("@")
    address, colon, port = rest.rpartition(":")
    if not colon or ":" in address:  # an address of IPv6 alone has no port
        address, port = rest, ""
    if colon and not address:
        raise _no_host(text, "the address before the port is missing")
    fields: dict[str, object] = {"name": text[:64], "address": address}
    if at:
        fields["user"] = user
    if address != rest:
        # What is no number is left to the sentence about ports.
        fields["port"] = int(port) if port.isdecimal() else port
    try:
        return host_from(fields)
    except InvalidField as error:
        raise _no_host(text, str(error)) from None


def _no_host(text: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{text!r} is no host of the list and cannot be an address: {reason}",
        remedy="Give a name that `deskconsole hosts` lists, or [user@]address[:port].",
    )
