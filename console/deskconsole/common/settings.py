"""The user's settings of the console as a whole, in settings.toml; hosts have a file of their own.

It is only read here: people write it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from .errors import ConfigurationError
from .paths import Paths, read_regular


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
        try:
            # Some editors begin a UTF-8 file with a mark that TOML does not know.
            return msgspec.convert(tomllib.loads(read_regular(path).decode("utf-8-sig")), cls)
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise ConfigurationError(f"cannot read {path}: {error.strerror}") from None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise ConfigurationError(
                f"{path}: {str(error)[:200]}", remedy="docs/configuration.md says what may stand there."
            ) from None


def _folder(setting: str, text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ~NAME of a user that this computer does not have
        raise ConfigurationError(
            f"settings.toml: {setting} {text[:200]!r}: there is no such user", remedy="Give the whole path."
        ) from None
