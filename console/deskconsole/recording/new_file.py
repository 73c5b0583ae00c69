"""New files for recordings: their names, and the recorders that write them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.kept_file import kept_name, unused
from deskconsole.common.paths import is_folder, make_private_folder
from deskconsole.session.session_recording import MakeRecorder, RecordingRequest

from .recorder import Recorder
from .writer import RecordingWriter

SUFFIX: Final = ".deskrec"

_OTHERS: Final = frozenset(
    {".mp4", ".gif", ".webp", ".webm", ".mkv", ".avi", ".mov", ".png", ".jpg", ".jpeg"}
)
"""Names of films and pictures, which no player could show."""


def require_recording_name(output: Path, *, folder: bool) -> None:
    """Raises ConfigurationError for the name of a film, which a recording is not, and for one that no event
    could tell. `folder`: it is the name of a folder."""
    path = str(output.absolute())
    try:
        path.encode()
    except UnicodeEncodeError:
        raise ConfigurationError(f"the path {path!a} is not UTF-8", remedy="Name another.") from None
    if output.suffix.lower() in _OTHERS and not folder:
        raise ConfigurationError(
            f"{output} would be a recording, and no {output.suffix.lower()} file",
            remedy=f"Name a {SUFFIX} file; `deskconsole export` makes a film of it.",
        )


def recording_file(output: Path, host: str) -> Path:
    """The file that is meant: `output`, or one named by host and time where that is a folder."""
    return unused(output / kept_name(host, time.time(), SUFFIX)) if is_folder(output) else output


def record_into(file: Path) -> MakeRecorder:
    """Recorders that write this file."""
    return lambda request: Recorder(RecordingWriter(file), request)


def record_in(folder: Path) -> MakeRecorder:
    """Recorders that write a file named by host and time into a folder, which is made where it is missing."""

    def make(request: RecordingRequest) -> Recorder:
        try:
            make_private_folder(folder)
            file = recording_file(folder, request.host)
        except OSError as error:
            raise ConfigurationError(f"cannot use the folder {folder}: {error.strerror}") from None
        return Recorder(RecordingWriter(file), request)

    return make
