"""Turns what a person typed into a host: a name of the inventory, or anything that ssh understands."""

from __future__ import annotations

import msgspec

from ..errors import ConfigurationError
from ..hosts import Host
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
    if not colon or not port.isdigit() or ":" in address:
        address, port = rest, ""
    try:
        return msgspec.convert(
            {
                "name": text[:64],
                "address": address,
                "user": user if at else None,
                "port": int(port) if port else None,
            },
            Host,
        )
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"{text!r} is neither a host of {paths.hosts} nor an address: {error}",
            remedy="`deskconsole hosts` lists the names.",
        ) from None
