"""The file or folder for a command's pictures. Imports little: a running console may take the pictures."""

from __future__ import annotations

import time
from pathlib import Path

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.kept_file import kept_name, unused
from deskconsole.common.paths import is_folder
from deskconsole.picture.image_file import ImageFormat, format_of, keep_encoded, write_encoded

from .output_place import OutputPlace


class ShotTarget:
    """The place for pictures: one file, or a folder in which names are made of host and time."""

    def __init__(self, place: OutputPlace, chosen: ImageFormat | None, *, several: bool) -> None:
        """`chosen`: the format, else the file's name says it. `several`: there will be more than one picture.

        Raises ConfigurationError, before a host is bothered, where the pictures cannot go there.
        """
        self._output = output = place.path
        self._is_folder = several or place.is_folder
        if self._is_folder:
            place.require_folder("pictures of several hosts" if several else "pictures without a name")
            self.format = chosen or ImageFormat.PNG
            return
        self.format = chosen or format_of(output)
        if not is_folder(output.parent):
            raise ConfigurationError(
                f"cannot write {output}: there is no folder {output.parent}",
                remedy="Make it, or name another.",
            )

    def name(self, host: str) -> Path:
        """The file that a host's picture goes to now."""
        if self._is_folder:
            return unused(self._output / kept_name(host, time.time(), self.format.suffix))
        return self._output

    def write(self, name: Path, data: bytes) -> Path:
        """Writes one host's picture, encoded in `format`, and returns the file. Raises ConfigurationError."""
        if self._is_folder:
            return keep_encoded(name, data)
        write_encoded(name, data, replace=True)
        return name
