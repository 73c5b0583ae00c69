"""The place where pictures or recordings go: a file, or a folder in which each is named by host and time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.paths import is_folder, is_taken, make_private_folder

SEPARATORS: Final = tuple({"/", os.sep})


@dataclass(frozen=True, slots=True)
class OutputPlace:
    """A file or a folder; either may not exist yet."""

    path: Path
    is_folder: bool

    @classmethod
    def of(cls, text: str) -> OutputPlace:
        """The place that a person means.

        A name without a suffix, or with a separator at its end, is a folder, unless a file has that name.
        """
        path = Path(text)
        folder = is_folder(path) or text.endswith(SEPARATORS) or not (path.suffix or is_taken(path))
        return cls(path, folder)

    def require_folder(self, what: str) -> None:
        """Raises ConfigurationError for a file; `what` needs a folder."""
        if not self.is_folder or (is_taken(self.path) and not is_folder(self.path)):
            raise ConfigurationError(
                f"{self.path} is a file, and {what} need a folder"
                if is_taken(self.path)
                else f"{self.path} is the name of a file, and {what} need a folder",
                remedy="Name a folder, with / at its end if there is a dot in its name.",
            )

    def make_folder(self) -> None:
        """Makes the folder where there is none. Raises ConfigurationError."""
        try:
            make_private_folder(self.path)
        except OSError as error:
            raise ConfigurationError(
                f"cannot make the folder {self.path}: {error.strerror}", remedy="Name another."
            ) from None
