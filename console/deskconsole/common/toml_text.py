"""The text of a TOML file that people write: read whole, and its mistakes told with their line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from .errors import ConfigurationError
from .paths import read_regular

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Some editors begin a UTF-8 file with it; TOML does not know it."""


def read_toml(path: Path) -> str:
    """The file's text; that of a missing file is empty. Raises `ConfigurationError`."""
    try:
        return read_regular(path).decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"{path}, line {line}: the file is not UTF-8 text", remedy="Save it as UTF-8 in your editor."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} could not be read: {error.strerror}",
            remedy="It must be a text file that you may read.",
        ) from error


def parse_toml(text: str, path: Path, remedy: str) -> dict[str, Any]:
    """The values in a text without its BOM. Raises `ConfigurationError` with `path`, line and `remedy`."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # "Invalid value (at line 3, column 8)" or "... (at end of document)".
        what, _, where = str(error).rpartition(" (at ")
        place = re.match(r"line (\d+), column (\d+)", where)
        line = f"{place[1]}, column {place[2]}" if place else str(text.rstrip().count("\n") + 1)
        raise ConfigurationError(
            f"{path}, line {line}: this is not TOML: {what[:1].lower()}{what[1:]}", remedy=remedy
        ) from None
