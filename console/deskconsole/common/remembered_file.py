"""A small file that remembers the last value for each name: JSON, for this user only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from deskconsole.common.file_lock import briefly, locked
from deskwin32.held_files import BRIEF_TIMEOUT, once_released

from .paths import make_private_folder

T = TypeVar("T")

_MOST = 1000
"""Names that are remembered; the one that was put longest ago is forgotten first."""


class RememberedFile(Generic[T]):
    """The values are of `kind`. Several processes may write the file at the same time."""

    def __init__(self, path: Path, kind: type[T]) -> None:
        self._path = path
        self._decoder = msgspec.json.Decoder(dict[str, kind])  # type: ignore[valid-type]

    def get(self, name: str) -> T | None:
        """The value of a name; None where there is none or the file cannot be read."""
        return self._load().get(name)

    @property
    def fault(self) -> str:
        """The reason why nothing of the file can be read; empty where it can, and where there is none."""
        try:
            self._read()
        except FileNotFoundError:
            return ""
        except OSError as error:
            return f"{self._path} cannot be read: {error.strerror}"
        except (msgspec.DecodeError, UnicodeDecodeError):
            return f"{self._path} is damaged"
        return ""

    def put(self, name: str, value: T) -> None:
        """Keeps a value; a damaged file begins again with it. Raises OSError where it cannot be written."""
        make_private_folder(self._path.parent)
        with locked(self._path.with_suffix(".lock"), briefly()):
            values = self._load()
            values.pop(name, None)
            values[name] = value
            kept = dict(list(values.items())[-_MOST:])
            part = self._path.with_suffix(".part")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(kept))
            once_released(lambda: part.replace(self._path), BRIEF_TIMEOUT)

    def _load(self) -> dict[str, T]:
        try:
            return self._read()
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}

    def _read(self) -> dict[str, T]:
        return self._decoder.decode(self._path.read_bytes())
