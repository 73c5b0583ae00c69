"""The names in the user's SSH configuration, to choose from; what they stand for is `ssh -G`'s to say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from deskconsole.common.errors import ConfigurationError, InvalidField
from deskconsole.inventory.host import Host, host_from

from .expansion import tilde

DEPTH = 16
"""Includes may nest so deep, as in OpenSSH."""

_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\\[\]]")


def read_aliases(config: Path) -> tuple[str, ...]:
    """Every concrete name after `Host` in `config` and what it includes, in order, each once.

    Patterns (`*`, `?`, `!`) are left out. A file that is missing or unreadable has no names.
    """
    names: dict[str, None] = {}
    _read(config, config.parent, DEPTH, names)
    return tuple(names)


def host_of(alias: str, group: str = "") -> Host:
    """The host that an alias becomes in the list. Raises ConfigurationError where it cannot be one."""
    name = _NOT_IN_NAMES.sub("-", alias)[:64].strip()
    address = {} if name == alias else {"address": alias}
    try:
        host = host_from({"name": name, "group": group, **address})
        if host.target != alias:  # ssh takes `box:2` for a name, the console for an address and a port
            raise InvalidField("address", f"{alias!r} is also an address with a user or a port")
    except InvalidField as error:
        raise ConfigurationError(
            f"the alias {alias} cannot be a host here: {error}", remedy="Add it by hand under another name."
        ) from None
    return host


def _read(path: Path, home: Path, depth: int, names: dict[str, None]) -> None:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        keyword, words = _split(line)
        if keyword == "host":
            names.update((word, None) for word in words if not set(word) & set("*?!"))
        elif keyword == "include" and depth > 0:
            for word in words:
                # An absolute word replaces `home`, so one glob below the root serves both.
                pattern = home.absolute() / tilde(word)
                for match in sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))):
                    _read(match, home, depth - 1, names)


def _split(line: str) -> tuple[str, list[str]]:
    """Keyword (lower case) and arguments; `Host = name` is as good as `Host name`."""
    line = line.strip()
    if not line or line.startswith("#"):
        return "", []
    keyword = line.replace("=", " ").split(maxsplit=1)[0]
    rest = line[len(keyword) :].lstrip().removeprefix("=")
    try:
        return keyword.lower(), shlex.split(rest, comments=True)
    except ValueError:  # an unbalanced quote: ssh itself will complain about it
        return "", []
