"""Saves one exact picture of a host's desktop in a file."""

from __future__ import annotations

import time
from pathlib import Path

from deskconsole.common.errors import ConfigurationError, StreamError
from deskconsole.picture.image_file import ImageFormat, format_of, keep_image, write_image
from deskconsole.session.session import Session

from .measuring import compare
from .results import ShotResult
from .waiting import settled, wait_for, wait_for_picture


class ShotTarget:
    """Where pictures go: into one file, or into a folder with names made of host and time."""

    def __init__(self, output: Path, chosen: ImageFormat | None, *, several: bool) -> None:
        """`chosen`: the format, else the file's name says it. `several`: there will be more than one picture.

        Raises ConfigurationError, before a host is bothered, where the pictures cannot go there.
        """
        self._output = output
        self._is_folder = several or output.is_dir()
        if self._is_folder:
            if output.exists() and not output.is_dir():
                raise ConfigurationError(
                    f"{output} is a file, and pictures of several hosts need a folder",
                    remedy="Name a folder.",
                )
            self._format = chosen or ImageFormat.PNG
            return
        self._format = chosen or format_of(output)
        if not output.parent.is_dir():
            raise ConfigurationError(
                f"cannot write {output}: there is no folder {output.parent}",
                remedy="Make it, or name another.",
            )

    def save(self, session: Session) -> ShotResult:
        """Waits for a picture that equals the host's, ends the stream and writes the file.

        Raises what kept the picture away, StreamError where it differs, ConfigurationError where the file
        cannot be written.
        """
        wait_for_picture(session)
        (snapshot,) = compare([session])
        if snapshot.exactness is not None and not snapshot.exactness.exact:
            raise StreamError(f"the picture of {session.name} differs from the host's", remedy="Try again.")
        # While the session still draws, the picture may be another one than was compared.
        session.disconnect()
        wait_for([session], settled, None)
        file, pixels = self._output, session.framebuffer.pixels
        if self._is_folder:
            file = keep_image(self._output, session.name, time.time(), pixels, self._format)
        else:
            write_image(file, pixels, self._format, replace=True)
        return ShotResult.of(snapshot, file=str(file))
