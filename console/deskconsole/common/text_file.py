"""Reading a text file that people write."""

from __future__ import annotations

from pathlib import Path

from .errors import ConfigurationError
from .paths import read_regular


def read_text_file(path: Path) -> str:
    """The text of a file; that of a missing one is empty. Raises `ConfigurationError`."""
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
