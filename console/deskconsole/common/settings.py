"""The user's settings of the console as a whole, in settings.toml; hosts have a file of their own.

It is only read here: people write it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec

from .errors import ConfigurationError
from .paths import Paths
from .text_file import read_text_file
from .toml_positions import line_of
from .toml_text import BOM, parse_toml


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings; docs/configuration.md has each."""

    bytes_per_second: Annotated[int, msgspec.Meta(ge=0, le=2**40)] = 0
    """The budget of all hosts together on the network; 0: no bound."""
    host_key: Literal["right ctrl", "scroll lock", "pause", "ctrl+alt"] = "right ctrl"
    """The key of this keyboard that takes control in a window and gives it back."""
    theme: Literal["dark", "light", "terminal"] = "dark"
    """The colours of the console; `terminal`: the terminal's own."""
    notify: Literal["off", "bell", "osc9", "osc777"] = "off"
    """The way in which the terminal is told that a host went down."""
    graphics: Literal["cells", "auto", "kitty", "sixel"] = "cells"
    """The way of drawing pictures on the wall and full size; `auto`: the best that the terminal reports."""
    keys: dict[str, str | list[str]] = {}
    """Keys of the console by the names of their actions; docs/keys.md has the names."""

    pictures: str = ""
    """The folder for pictures that windows and the list save; empty: the system's own for pictures."""
    recordings: str = ""
    """The folder for recordings that the running console makes; empty: the system's own for videos."""

    def pictures_in(self, paths: Paths) -> Path:
        """The folder for saved pictures. Raises ConfigurationError where `~NAME` names no user."""
        return _folder("pictures", self.pictures) if self.pictures else paths.pictures

    def recordings_in(self, paths: Paths) -> Path:
        """The folder for recordings. Raises ConfigurationError as `pictures_in` does."""
        return _folder("recordings", self.recordings) if self.recordings else paths.recordings

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Reads the file at `path`; without a file, all settings have their defaults.

        Raises ConfigurationError for a file that cannot be read or has a mistake.
        """
        text = read_text_file(path).removeprefix(BOM)
        values = parse_toml(text, path, 'A setting is written as: theme = "light"')
        try:
            return msgspec.convert(values, cls)
        except msgspec.ValidationError as error:
            name, said, remedy = _mistake(values, error)
            line = line_of(text.splitlines(keepends=True), name)
            raise ConfigurationError(f"{path}, line {line}: {said}", remedy=remedy) from None


_EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "bytes_per_second": "a whole number, 0 or more",
        "keys": 'a table of actions and their keys, such as view = "V"',
        "pictures": 'a folder in "quotes"',
        "recordings": 'a folder in "quotes"',
    }
)
_DOCUMENTED = "docs/configuration.md has all settings."


def _mistake(values: Mapping[str, Any], error: msgspec.ValidationError) -> tuple[str, str, str]:
    """The setting that is wrong, a sentence and a remedy."""
    kinds = get_type_hints(Settings)
    for name in values:
        if name not in kinds:
            near = difflib.get_close_matches(name.lower().replace("-", "_"), kinds, n=1)
            remedy = f"Did you mean {near[0]}?" if near else _DOCUMENTED
            return name, f"there is no setting {name[:64]!r}", remedy
    # msgspec ends its message in the path of the value: "... - at `$.theme`".
    name = next((one for one in values if f"`$.{one}" in str(error)), next(iter(values)))
    value = values[name]
    choices = get_args(kinds[name]) if name not in _EXPECTED else ()
    expected = f"one of {', '.join(choices)}" if choices else _EXPECTED[name]
    near = difflib.get_close_matches(str(value).lower(), choices, n=1)
    remedy = f"Did you mean {near[0]!r}?" if near else _DOCUMENTED
    return name, f"{name} must be {expected}, not {str(value)[:64]!r}", remedy


def _folder(setting: str, text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ~NAME of a user that this computer does not have
        raise ConfigurationError(
            f"settings.toml: {setting} {text[:200]!r}: there is no such user", remedy="Give the whole path."
        ) from None
