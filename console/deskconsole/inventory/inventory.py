"""The inventory: the hosts in the user's hosts.toml, read and changed.

The file is the user's: what this program does not change in it stays byte for byte, comments included, and a
file with a mistake is never written to.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import msgspec
import tomlkit
from tomlkit.items import AoT

from deskconsole.common import toml_positions
from deskconsole.common.errors import ConfigurationError, HostGone
from deskconsole.common.file_lock import briefly, locked
from deskconsole.common.text_file import read_text_file
from deskconsole.common.toml_text import BOM

from . import toml_file
from .host import Group, Host, host_from
from .toml_file import KIND, KINDS


class Inventory:
    """The configured hosts, in the order of the file. A name stands for one host.

    Every change is made to what the file says at that moment, so an editor may be open on it, and is on the
    disk when the call returns. All methods raise `ConfigurationError` and then have changed nothing.
    Not for use by several threads at once.
    """

    def __init__(
        self,
        path: Path,
        hosts: tuple[Host, ...],
        groups: tuple[Group, ...] = (),
        version: toml_file.Version = (),
    ) -> None:
        """`version`: that of the file in which `hosts` and `groups` were read."""
        self.path = path
        self._hosts = hosts
        self._groups = groups
        self._version = self._seen = version
        self._mistake: ConfigurationError | None = None

    @classmethod
    def load(cls, path: Path) -> Inventory:
        """The inventory in the file at `path`; a file that does not exist holds no hosts."""
        version = toml_file.version(path)  # before it is read: what is written meanwhile is news then
        listed = toml_file.parse(read_text_file(path), path)
        return cls(path, listed.hosts, listed.groups, version)

    @property
    def hosts(self) -> tuple[Host, ...]:
        """The hosts as last read or written."""
        return self._hosts

    @property
    def autoconnect(self) -> tuple[Host, ...]:
        """The hosts to be connected when the console starts: by themselves, or with their group."""
        groups = {group.name for group in self._groups if group.autoconnect}
        return tuple(host for host in self._hosts if host.autoconnect or host.group in groups)

    def get(self, name: str) -> Host:
        """The host of that name. Raises HostGone."""
        return self._hosts[_position(self._hosts, name, self.path)]

    def in_group(self, name: str) -> tuple[Host, ...]:
        """The hosts of a group. Raises ConfigurationError where no host has that group."""
        found = tuple(host for host in self._hosts if host.group == name)
        if not found or not name:
            raise no_group(name, [host.group for host in self._hosts])
        return found

    def add(self, host: Host) -> None:
        """Put a new host at the end."""

        def append(text: str, hosts: tuple[Host, ...]) -> str:
            _check_free(host.name, hosts)
            table = tomlkit.table()
            table.update(_fields(host))
            document = tomlkit.document()
            document.append(KIND, tomlkit.aot())
            document[KIND].append(table)
            gap = "\n" if text.strip() else ""
            return f"{_ended(text)}{gap}{document.as_string()}"

        self._change(append)

    def replace(self, name: str, host: Host) -> None:
        """Put `host` in the place of the host called `name`; it may have another name."""

        def rewrite(text: str, hosts: tuple[Host, ...]) -> str:
            position = _position(hosts, name, self.path)
            _check_free(host.name, hosts[:position] + hosts[position + 1 :])
            before, own, after = _cut(text, position)
            return before + _with_fields(own, host) + after

        self._change(rewrite)

    def remove(self, name: str) -> None:
        """Take the host out. Comments inside of its table go with it, those around it stay."""

        def cut(text: str, hosts: tuple[Host, ...]) -> str:
            before, _, after = _cut(text, _position(hosts, name, self.path))
            # One of the empty lines that stood around the table goes too.
            if not before or re.search(r"\n[ \t]*\r?\n\Z", before):
                after = re.sub(r"\A[ \t]*\r?\n", "", after)
            return before + after

        self._change(cut)

    def reload(self, *, watching: bool = False) -> bool:
        """Read the file again if another program has written it; False if the hosts are the same.

        The hosts stay as they are while the file has a mistake or is missing. `watching`: this is one of
        many regular looks. A file that has changed since the last look is left for the next one, as its
        writer may not be done, and a mistake is raised once only.
        """
        version = toml_file.version(self.path)
        settled, self._seen = version == self._seen, version
        if watching and not settled:
            return False
        if version == self._version:
            if self._mistake is not None and not watching:
                raise self._mistake
            return False
        self._version, self._mistake = version, None
        try:
            self._check_there()
            hosts, self._groups = toml_file.parse(read_text_file(self.path), self.path)
        except ConfigurationError as error:
            self._mistake = error
            raise
        changed, self._hosts = hosts != self._hosts, hosts
        return changed

    def _check_there(self) -> None:
        """An editor or a sync may take the file away for a moment, and a mistyped `mv` for longer."""
        if self._hosts and not self.path.exists():
            raise ConfigurationError(
                f"{self.path} is gone",
                remedy="The list stays as it was until the file is back. An empty file means no hosts.",
            )

    def _change(self, edit: Callable[[str, tuple[Host, ...]], str]) -> None:
        # Of two consoles that change the file at once the later one changes what the earlier one wrote.
        try:
            # One lock for one file, also where several names lead to it.
            target = Path(os.path.realpath(self.path))
            with locked(target.with_name(target.name + ".lock"), briefly()):
                self._change_alone(edit)
        except OSError as error:
            raise ConfigurationError(
                f"{self.path} could not be written: {error.strerror}; nothing was changed",
                remedy="Correct its permissions, or name another folder in DESKCONSOLE_HOME.",
            ) from error

    def _change_alone(self, edit: Callable[[str, tuple[Host, ...]], str]) -> None:
        self._check_there()
        before = read_text_file(self.path)
        mark = BOM if before.startswith(BOM) else ""
        text = edit(before.removeprefix(BOM), toml_file.parse(before, self.path).hosts)
        if "\r\n" in before:
            text = re.sub(r"(?<!\r)\n", "\r\n", text)
        listed = toml_file.parse(text, self.path)
        self._version = self._seen = toml_file.write(self.path, mark + text)
        self._hosts, self._groups = listed
        self._mistake = None


def _cut(text: str, position: int) -> tuple[str, str, str]:
    """The text before the table of the host at `position`, the table's own lines, and the text after it."""
    head, blocks = toml_positions.split(text, KINDS)
    at = [number for number, block in enumerate(blocks) if block.kind == KIND][position]
    block = blocks[at]
    before = [*head, *(line for other in blocks[:at] for line in other.lines)]
    own = block.lines[: block.own]
    after = [*block.lines[block.own :], *(line for other in blocks[at + 1 :] for line in other.lines)]
    return "".join(before), _ended("".join(own)), "".join(after)


def _position(hosts: tuple[Host, ...], name: str, path: Path) -> int:
    names = [host.name for host in hosts]
    if name in names:
        return names.index(name)
    near = difflib.get_close_matches(name, names, n=1)
    remedy = f"Did you mean {near[0]!r}?" if near else f"The hosts are listed in {path}."
    raise HostGone(f"there is no host called {name!r}", remedy=remedy)


def no_group(name: str, groups: Iterable[str]) -> ConfigurationError:
    """The error for a group that no host has; `groups` are those of the hosts that there are."""
    known = sorted({group for group in groups if group})
    if near := difflib.get_close_matches(name, known, n=1):
        remedy = f"Did you mean {near[0]!r}?"
    else:
        remedy = f"There are: {', '.join(map(repr, known))}." if known else "No host has a group."
    return ConfigurationError(f"there is no group {name!r}", remedy=remedy)


def _check_free(name: str, others: tuple[Host, ...]) -> None:
    if any(other.name == name for other in others):
        raise ConfigurationError(
            f"there is a host called {name!r} already", remedy="Choose another name, or edit that host."
        )


def _fields(host: Host) -> dict[str, Any]:
    """The fields of `host` that are written: checked, and different from their defaults."""
    fields: dict[str, Any] = msgspec.to_builtins(host)
    host_from(fields)
    return fields


def _with_fields(block: str, host: Host) -> str:
    """A `[[host]]` table that says what `host` is; lines that are right already stay as they are."""
    document = tomlkit.parse(block)
    table = cast("AoT", document[KIND])[0]
    wanted = _fields(host)
    given = table.unwrap()
    for field in given:
        if field not in wanted and given[field] != getattr(Host(name=host.name), field):
            del table[field]
    for field, value in wanted.items():
        if given.get(field) != value:
            table[field] = value
    return document.as_string()


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
