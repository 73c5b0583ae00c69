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
