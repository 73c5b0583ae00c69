"""The fields of a host in the form: their labels, what each takes, and from typed text to a `Host`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from deskconsole.common.errors import InvalidField
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host, host_from, split_address, with_plain_name
from deskconsole.wording.status import WHOLE


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form."""

    name: str
    label: str
    hint: str
    """Shown in the empty field."""
    takes: str
    """Shown when something else was typed."""
    choices: tuple[tuple[str, str], ...] = ()
    """Words to choose from and what they mean, the usual one first; without any, text is typed."""


FIELDS = (
    Field("name", "name", "your word for it", "a name of 1 to 64 characters without / \\ [ ]"),
    Field(
        "address",
        "address",
        "the name; or host, IP, SSH alias",
        "a host, IP, SSH alias or user@host:port",
    ),
    Field("port", "port", "as SSH says, else 22", "a number from 1 to 65535"),
    Field("user", "user", "as SSH says, else your own", "a user name"),
    Field("identity_file", "key file", "as SSH says; e.g. ~/.ssh/id_ed25519", "the path of a private key"),
    Field("jump", "jump host", "[user@]host[:port], several with commas", "[user@]host[:port]"),
    Field("display", "display", "0: the whole desktop, 1: the first", "a number from 0 to 64"),
    Field("group", "group", "a label to filter by", "a label"),
    Field(
        "autoconnect",
        "at the start",
        "",
        "yes or no",
        (("no", "connected by hand, or with its group"), ("yes", "connected when the console starts")),
    ),
    Field("mac", "MAC address", "as it told; e.g. a0:b1:c2:d3:e4:f5", "a MAC: a0:b1:c2:d3:e4:f5"),
    Field("wake_address", "wake address", "every network here; e.g. 10.0.3.255", "an address"),
    Field("x_display", "X display", "found automatically, such as :0", "a display such as :0"),
    Field("x_authority", "X authority", "found automatically", "a path on the host"),
    Field("python", "Python", "found automatically", "a path on the host"),
    Field("folder", "folder", "the home there", "a path on the host that begins with / or ~/"),
    Field(
        "run_level",
        "Windows rights",
        "",
        "least or highest",
        (("least", "those the user has anyway"), ("highest", "elevated windows too")),
    ),
    Field(
        "control",
        "control",
        "",
        "allowed, ask or never",
        (
            ("allowed", "this console may act there"),
            ("ask", "the person there is asked"),
            ("never", "it only looks"),
        ),
    ),
    Field(
        "consent",
        "ask to see",
        "",
        "others, always or never",
        (
            ("others", "another user's desktop"),
            ("always", "every desktop"),
            ("never", "without asking"),
        ),
    ),
    Field(
        "keyboard",
        "keyboard",
        "",
        "characters or position",
        (
            ("characters", "whatever the layouts are"),
            ("position", "for virtual machines, games"),
        ),
    ),
)


def texts(host: Host | None) -> dict[str, str]:
    """The texts of the fields at first."""
    if host is None:
        return {field.name: "" for field in FIELDS}
    given = msgspec.to_builtins(host)
    return {field.name: _text(given.get(field.name, "")) for field in FIELDS}


_WORDS = {True: "yes", False: "no"}
_UNSET = {"control": "allowed", "keyboard": "characters"}
"""The words for fields that are not set."""


def _text(value: object) -> str:
    return _WORDS[value] if isinstance(value, bool) else safe_text(str(value), 1024)


def _meant(field: str, value: object) -> object:
    """The value that a word of the form stands for; None where the field is not to be set."""
    if _UNSET.get(field) == value:
        return None
    return value == _WORDS[True] if field == "autoconnect" and value in _WORDS.values() else value


def read(
    typed: Mapping[str, str], taken: Collection[str], before: Host | None
) -> tuple[Host | None, dict[str, str]]:
    """The host that the fields describe, or what is wrong by field.

    `taken` are names that other hosts have. A field that still shows what it showed at first keeps the
    value of `before`, also where that could not be shown as it is.
    """
    values, wrong = _apart(_values(typed, before))
    for field in FIELDS:
        value = _meant(field.name, values.pop(field.name, ""))
        if field.name in wrong or (value in ("", None) and field.name != "name"):
            continue
        try:
            probe = msgspec.convert({"name": "x", field.name: value}, Host, strict=False)
        except msgspec.ValidationError:
            wrong[field.name] = f"This takes {field.takes}."
        else:
            values[field.name] = getattr(probe, field.name)
    if values.get("name") in taken:
        wrong["name"] = "Another host has this name already."
    if not wrong:
        try:
            return host_from(values), {}
        except InvalidField as error:
            wrong[error.field] = _sentence(error)
    return None, wrong


def _values(typed: Mapping[str, str], before: Host | None) -> dict[str, object]:
    """The values of the fields that are not empty."""
    shown = texts(before)
    given = msgspec.to_builtins(before) if before else {}
    values: dict[str, object] = {}
    for field in FIELDS:
        text = typed[field.name].strip()
        unchanged = before is not None and text == shown[field.name].strip()
        values[field.name] = given.get(field.name, "") if unchanged else text
    return {name: value for name, value in values.items() if value != "" or name == "name"}


def _apart(values: dict[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """The values with user and port out of the address, and what is wrong with it."""
    try:
        return split_address(with_plain_name(values)), {}
    except InvalidField as error:
        return values, {error.field: _sentence(error)}


def _sentence(error: InvalidField) -> str:
    text = safe_text(error.whole, WHOLE)
    return text[:1].upper() + text[1:]
