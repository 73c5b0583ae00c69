"""The values of a TOML text that people write; mistakes are told with their line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from .errors import ConfigurationError

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Some editors begin a UTF-8 file with it; TOML does not know it."""


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
