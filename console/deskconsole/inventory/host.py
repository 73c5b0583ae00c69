"""A host: the fields of a configured machine and what they may hold. It holds no secrets.

The inventory keeps the hosts.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from deskconsole.common.errors import InvalidField

from .destination import HIGHEST_PORT, parse_destination
from .mac_address import parse_mac

# \Z and not $: that one would let a line feed at the end pass. What begins with a dash would be an option to
# ssh, what holds a control character has no business in a command or on a screen.
Port = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST_PORT)]
Name = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^(?![-\s])[^\x00-\x1f\x7f/\\\[\]]+(?<!\s)\Z")]
Address = Annotated[str, msgspec.Meta(max_length=255, pattern=r"^(?!-)[^\s\x00-\x1f\x7f]*\Z")]
Word = Annotated[str, msgspec.Meta(max_length=255, pattern=r"^(?!-)[^\s\x00-\x1f\x7f]+\Z")]
# Accounts of Windows may have spaces in them: `Ann Lee`, `LAB\ann`.
User = Annotated[str, msgspec.Meta(max_length=255, pattern=r"^(?![-\s])[^\x00-\x1f\x7f]+(?<!\s)\Z")]
PathText = Annotated[str, msgspec.Meta(max_length=1024, pattern=r"^(?!-)[^\x00-\x1f\x7f]+\Z")]
Folder = Annotated[str, msgspec.Meta(max_length=1024, pattern=r"^~?/[^\x00-\x1f\x7f]*\Z")]
XDisplay = Annotated[
    str, msgspec.Meta(max_length=255, pattern=r"^(?!-)[^\s\x00-\x1f\x7f]*:[0-9]+(\.[0-9]+)?\Z")
]
Mac = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}\Z")]
Label = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A configured machine. `name` is the user's own word for it and the key of the inventory.

    Everything but the name may be left out: what is not given comes from the user's SSH configuration
    (`ssh -G address`), and what is not there either from the defaults.

    The constructor checks nothing; what a user wrote goes through `host_from`.
    """

    name: Name
    address: Address = ""
    """Host name, IP address or alias of the SSH configuration; empty: the name is the address."""
    port: Port | None = None
    user: User | None = None
    identity_file: PathText | None = None
    """Private key to offer, `~` allowed."""
    jump: Word | None = None
    """[user@]host[:port] to go through, as ssh's ProxyJump (several with commas)."""
    display: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0
    """Which display is wanted: 0 is the whole desktop, 1 the first display."""
    x_display: XDisplay | None = None
    """DISPLAY on a POSIX host, such as `:0`; None: the console finds it."""
    x_authority: PathText | None = None
    """XAUTHORITY on a POSIX host; None: the console finds it."""
    python: PathText | None = None
    """The host's Python to use; None: the console finds one."""
    folder: Folder | None = None
    """The folder in which our own is made on a POSIX host, `~/` allowed; None: in the user's home."""
    run_level: Literal["least", "highest"] = "least"
    """Rights of the agent on a Windows host: `highest` reaches windows of elevated programs too."""
    control: Literal["ask", "never"] | None = None
    """`ask`: the person at the host is asked before this console acts there; `never`: it only looks.
    None: it acts where that person may be expected to agree, see `consent`."""
    consent: Literal["others", "always", "never"] = "others"
    """When the person at the host is asked before the console sees the desktop: where that is another user
    than the one who logs in, always, or never."""
    keyboard: Literal["position"] | None = None
    """`position`: keys are sent by their place on the keyboard alone, for virtual machines and games."""
    group: Label = ""
    """A label to filter by."""
    autoconnect: bool = False
    """It is connected when the console starts."""
    mac: Mac | None = None
    """MAC address by which it is woken (wake-on-LAN); None: the one that it told when it was connected."""
    wake_address: Word | None = None
    """Address for the packet that wakes it, such as `10.0.3.255`; None: all of this computer's networks."""

    @property
    def target(self) -> str:
        """The destination that SSH gets."""
        return self.address or self.name


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of all hosts with the same `group`."""

    name: Annotated[Label, msgspec.Meta(min_length=1)]
    autoconnect: bool = False
    """Its hosts are connected when the console starts."""


_LABELS = ("name", "group", "autoconnect", "mac", "wake_address")


def same_way(one: Host, other: Host) -> bool:
    """True if both are reached in the same way and show the same desktop."""
    if one.target != other.target:
        return False
    same = {label: getattr(other, label) for label in (*_LABELS, "address")}
    return msgspec.structs.replace(one, **same) == other


FIELDS = Host.__struct_fields__

EXPECTED: Mapping[str, str] = {
    "name": "a text of 1 to 64 characters without / \\ [ ], with no dash or space at its beginning",
    "address": "a host name, an IP address or an alias of the SSH configuration, without spaces",
    "port": f"a whole number from 1 to {HIGHEST_PORT}",
    "user": "a user name without spaces at its ends",
    "identity_file": "the path of a private key",
    "jump": "[user@]host[:port], several with commas and without spaces",
    "display": "a whole number from 0 (the whole desktop) to 64",
    "x_display": "an X display such as :0",
    "x_authority": "a path on the host",
    "python": "the path of a Python on the host",
    "folder": "a path on the host that begins with / or ~/",
    "run_level": "least or highest",
    "control": "ask or never",
    "consent": "others, always or never",
    "keyboard": "position",
    "group": "a text of at most 64 characters",
    "autoconnect": "true or false",
    "mac": "the MAC address of one network card, such as a0:b1:c2:d3:e4:f5",
    "wake_address": "an address that the packet is sent to, such as 10.0.3.255",
}
"""The values that a field accepts, as the end of the sentence "FIELD must be ..."."""

_SECRETS = frozenset({"pass", "passwd", "password", "passphrase", "secret"})


def host_from(fields: Mapping[str, object]) -> Host:
    """The host that `fields` describe; raises `InvalidField` for the first one that is wrong.

    A user and a port that stand in the address are put into fields of their own, see `split_address`.
    """
    for field in fields:
        if field not in FIELDS:
            raise _unknown(field)
    if "name" not in fields:
        raise InvalidField("name", "the host has no name", remedy='Give it one: name = "...".')
    apart = split_address(fields)
    try:
        host = msgspec.convert(apart, Host)
    except msgspec.ValidationError as error:
        raise _wrong(apart, error) from None
    _check_jump(host.jump)
    if host.mac is not None and parse_mac(host.mac) is None:
        raise InvalidField("mac", f"mac must be {EXPECTED['mac']}, not {_shown(host.mac)}")
    if not host.address and re.search(r"\s", host.name):
        raise InvalidField(
            "address",
            "address is missing, and the name cannot stand in for it because it has a space",
            remedy="Give the address too.",
        )
    return host


def split_address(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields with what stands in the address, `user@host:port` or `ssh://...`, in fields of their own.

    Where the address is missing, the name is taken apart in its place and stays the name. Raises
    `InvalidField` where the address says something else than the field beside it.
    """
    apart = dict(fields)
    source = "address" if apart.get("address") else "name"
    text = apart.get(source)
    # A name with spaces cannot be an address: `host_from` says so.
    if not isinstance(text, str) or (source == "name" and re.search(r"\s|[/\[\]]", text)):
        return apart
    try:
        found = parse_destination(text)
    except InvalidField as error:
        if source == "address":
            raise InvalidField(source, str(error), remedy=error.remedy) from None
        raise InvalidField(
            source, f"the name {_shown(text)} is also the address: {error}", remedy="Give the address too."
        ) from None
    if found.address != text:
        apart["address"] = found.address
    for field, value in (("user", found.user), ("port", found.port)):
        beside = apart.get(field)
        if value is None:
            continue
        if beside not in (None, "") and str(beside) != str(value):
            raise InvalidField(
                source,
                f"the {source} says {field} {value}, the field {field} says {beside}",
                remedy="Clear one of the two.",
            )
        apart[field] = value
    return apart


def with_plain_name(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields with a name that a host can have, where `ssh://...` or `[::1]:22` was typed as the name.

    What was typed is then the address, if none was given.
    """
    name = fields.get("name")
    if not isinstance(name, str) or not re.search(r"[/\[\]]", name):
        return dict(fields)
    try:
        plain = re.sub(r"[\[\]]", "", str(parse_destination(name)))
    except InvalidField:
        return dict(fields)  # `host_from` says what a name may hold
    return {**fields, "name": plain[:64], "address": fields.get("address") or name}


def _check_jump(jump: str | None) -> None:
    for hop in jump.split(",") if jump else ():
        try:
            parse_destination(hop)
        except InvalidField as error:
            raise InvalidField("jump", f"jump host {_shown(hop)}: {error}") from None


def group_from(fields: Mapping[str, object]) -> Group:
    """The group that `fields` describe; raises `InvalidField` for the first one that is wrong."""
    known = Group.__struct_fields__
    for field in fields:
        if field not in known:
            near = difflib.get_close_matches(field.lower().replace("-", "_"), known, n=1)
            remedy = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
            raise InvalidField(field, f"{_shown(field)} is not a field of a group", remedy=remedy)
    if not fields.get("name"):
        raise InvalidField("name", "the group has no name", remedy="Give it the name that its hosts say.")
    try:
        return msgspec.convert(dict(fields), Group)
    except msgspec.ValidationError as error:
        wrong = _wrong(fields, error)
        if wrong.field == "name":
            said = f"name must be {EXPECTED['group']}, not {_shown(fields['name'])}"
            raise InvalidField("name", said) from None
        raise wrong from None


def _unknown(field: str) -> InvalidField:
    if field.lower() in _SECRETS:
        return InvalidField(
            field,
            f"{_shown(field)} is not a field of a host: passwords are asked for and never kept in a file",
            remedy="Remove it; better still, use a key and the SSH agent.",
        )
    near = difflib.get_close_matches(field.lower().replace("-", "_"), FIELDS, n=1)
    remedy = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(FIELDS)}."
    return InvalidField(field, f"{_shown(field)} is not a field of a host", remedy=remedy)


def _wrong(fields: Mapping[str, object], error: msgspec.ValidationError) -> InvalidField:
    # msgspec ends its message in the path of the value: "... - at `$.port`".
    found = re.search(r"`\$\.(\w+)", str(error))
    field = found[1] if found else "name"
    return InvalidField(field, f"{field} must be {EXPECTED[field]}, not {_shown(fields[field])}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
