"""The file hosts.toml: read, understood and written whole. What is changed in it is the inventory's business.

A mistake in it is told with its line and its field.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from deskconsole.common import toml_positions
from deskconsole.common.errors import ConfigurationError, InvalidField
from deskconsole.common.paths import make_private_folder
from deskconsole.common.toml_text import BOM, parse_toml
from deskconsole.common.whole_file import write_whole

from .host import Group, Host, group_from, host_from

KIND = "host"
GROUP = "group"
KINDS = (KIND, GROUP)
"""The names of tables in the file."""


Version = tuple[int, ...]
"""Differs after each change of a file by any program; empty for a file that is missing."""


def version(path: Path) -> Version:
    """The file's version now."""
    try:
        return _version(path.stat())
    except OSError:
        return ()


def _version(status: os.stat_result) -> Version:
    return status.st_mtime_ns, status.st_size, status.st_ino


class Listed(NamedTuple):
    """The hosts and groups of a file."""

    hosts: tuple[Host, ...]
    groups: tuple[Group, ...]


def parse(text: str, path: Path) -> Listed:
    """Reads the hosts and groups in `text`; raises `ConfigurationError` with `path`, line and field."""
    text = text.removeprefix(BOM)
    data = parse_toml(text, path, 'Texts stand in "quotes", each host begins with [[host]].')
    head, blocks = toml_positions.split(text, KINDS)
    _check_top_level(data, head, blocks, path)
    return Listed(
        _read_tables(data, blocks, path, KIND, host_from), _read_tables(data, blocks, path, GROUP, group_from)
    )


T = TypeVar("T", Host, Group)


def _read_tables(
    data: Mapping[str, Any],
    blocks: Sequence[toml_positions.Block],
    path: Path,
    kind: str,
    read_fields: Callable[[Mapping[str, object]], T],
) -> tuple[T, ...]:
    """Reads the tables of one kind; raises `ConfigurationError`, also if two have the same name."""
    found: list[T] = []
    lines: dict[str, int] = {}
    own = [block for block in blocks if block.kind == kind]
    for fields, block in zip(data.get(kind, []), own, strict=True):
        try:
            one = read_fields(fields)
        except InvalidField as error:
            number = block.line_of(error.field)
            raise ConfigurationError(
                f"{path}, line {number}: {_called(kind, fields)}{error}", remedy=error.remedy
            ) from None
        number = block.line_of("name")
        if one.name in lines:
            raise ConfigurationError(
                f"{path}, line {number}: name {one.name!r} is taken by the {kind} in line {lines[one.name]}",
                remedy="Give one of the two another name.",
            )
        lines[one.name] = number
        found.append(one)
    return tuple(found)


def _check_top_level(
    data: dict[str, Any], head: tuple[str, ...], blocks: list[toml_positions.Block], path: Path
) -> None:
    """Only `[[host]]` and `[[group]]` tables may stand in the file."""
    for key, value in data.items():
        count = sum(block.kind == key for block in blocks)
        if key in KINDS and isinstance(value, list) and len(value) == count:
            continue
        lines = [*head, *(line for block in blocks for line in block.lines)]
        number = toml_positions.line_of(lines, key)
        shown = f"{key} is not written as [[{key}]]" if key in KINDS else f"{key!r} does not belong here"
        remedy = f"Each host begins with [[{KIND}]], each group with [[{GROUP}]], in double brackets."
        near = difflib.get_close_matches(key.lower(), KINDS, n=1)
        if key not in KINDS and near:
            remedy = f"Did you mean [[{near[0]}]]?"
        raise ConfigurationError(f"{path}, line {number}: {shown}", remedy=remedy)


def _called(kind: str, fields: Mapping[str, Any]) -> str:
    name = fields.get("name")
    return f"{kind} {name!r}: " if isinstance(name, str) and 0 < len(name) <= 64 else ""


def write(path: Path, text: str) -> Version:
    """Replace the file in one step: after a crash or a full disk it is the old one or the new one, whole.

    Returns the version of what was written, also if another program has replaced it since.
    """
    try:
        make_private_folder(Path(os.path.realpath(path)).parent)
        return _version(write_whole(path, text.encode("utf-8"), mode=0o600))
    except OSError as error:
        raise ConfigurationError(
            f"{path} could not be written: {error.strerror}; nothing was changed",
            remedy="Correct its permissions, or name another folder in DESKCONSOLE_HOME.",
        ) from error
