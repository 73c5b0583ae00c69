"""A destination, as one text: `[user@]address[:port]`, `ssh://[user@]address[:port]`, IPv6 in brackets.

The form, `hosts add`, HOST on the command line, hosts.toml and jump hosts all mean the same by it.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import unquote

from deskconsole.common.errors import InvalidField

_URI = re.compile(r"ssh://", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\](?::(.*))?")
_ZONE_IN_URI = re.compile(r"%25(?=[^\]])")
HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Destination:
    """An address without brackets, and the port and the user that stood beside it, if any did."""

    address: str
    port: int | None = None
    user: str | None = None

    def __str__(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        user = "" if self.user is None else f"{self.user}@"
        return f"{user}{address}" + ("" if self.port is None else f":{self.port}")


def parse_destination(text: str) -> Destination:
    """Takes `text` apart; an alias of the SSH configuration is an address too.

    The user ends at the last `@`. Two and more colons outside of brackets are an IPv6 address without a
    port. Only the structure is checked: what an address or a user may hold is said by `hosts`.
    Raises `InvalidField` for `address`, `port` or `user`.
    """
    uri = _URI.match(text)
    rest = text[uri.end() :].removesuffix("/") if uri else text
    user, at, place = rest.rpartition("@")
    if uri:
        user = unquote(user.partition(";")[0])  # what follows a semicolon are parameters, which ssh ignores
        place = _ZONE_IN_URI.sub("%", place)  # a zone in a URI is written %25eth0
        if "/" in place:
            raise _wrong(text, "ssh:// takes no path behind the address")
    if at and not user:
        raise InvalidField("user", "user must be a user name without spaces at its ends, not ''")
    address, port = _place(text, place)
    return Destination(address, port, user if at else None)


def _place(text: str, place: str) -> tuple[str, int | None]:
    """Address and port of what stands behind the user."""
    if place.startswith("["):
        found = _IN_BRACKETS.fullmatch(place)
        if found is None:
            raise _wrong(text, "an address in brackets is written [::1], or [::1]:22 with a port")
        address, port = found[1], found[2]
        if ":" in address:
            _check_ipv6(text, address)
        elif port is None:
            raise _wrong(text, "brackets are for an IPv6 address, or for an address with a port behind them")
    elif place.count(":") > 1:
        address, port = place, None
        _check_ipv6(text, address)
    else:
        address, colon, after = place.partition(":")
        port = after if colon else None
    if port is not None and not address:
        raise InvalidField("address", "the address before the port is missing")
    if not address and text:
        raise InvalidField("address", "the address is missing")
    return address, None if port is None else _port(port)


def _check_ipv6(text: str, address: str) -> None:
    # `ipaddress` lets a zone hold anything: fe80::1%eth0:22 rather lacks its brackets.
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        fits = False
    else:
        fits = ":" not in address.partition("%")[2]
    if not fits:
        raise _wrong(text, f"{address!r} is no IPv6 address; with a port one is written [::1]:22")


def _port(port: str) -> int:
    if not (port.isascii() and port.isdecimal()):
        raise InvalidField("port", f"port must be a whole number from 1 to {HIGHEST_PORT}, not {port!r}")
    number = int(port[:9])
    if not 1 <= number <= HIGHEST_PORT:
        raise InvalidField("port", f"port must be a whole number from 1 to {HIGHEST_PORT}, not {port}")
    return number


def _wrong(text: str, reason: str) -> InvalidField:
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    return InvalidField("address", f"{shown!r} cannot be an address: {reason}")
