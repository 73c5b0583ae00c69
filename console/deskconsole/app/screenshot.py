"""Saves one picture of a host's desktop in a file."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import NamedTuple

from deskconsole.common.errors import Cancelled, ConfigurationError
from deskconsole.common.utf8_text import utf8_text
from deskconsole.picture.image_file import encoded_image, keep_image
from deskconsole.session.events import PictureSaved
from deskconsole.session.fleet import Fleet
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot

from .host_result import ShotResult
from .live_picture import live_picture
from .shot_target import ShotTarget
from .waiting import raise_failure, wait_for_picture


class SavedPicture(NamedTuple):
    """A picture in a file. Not `exact`: parts of it, in motion then, are only nearly the host's."""

    file: Path
    exact: bool


def save_screenshot(session: Session, target: ShotTarget) -> ShotResult:
    """Waits for the picture and writes the file.

    Raises what kept the picture away or ended the session, and ConfigurationError for the file.
    """
    wait_for_picture(session)
    pixels, snapshot = live_picture(session, lambda: raise_failure(session))
    file = str(target.write(target.name(session.name), encoded_image(pixels, target.format)))
    note_saved(session, file, snapshot)
    return ShotResult.of(snapshot, file=file)


def note_saved(session: Session, file: str, snapshot: Snapshot) -> None:
    """Reports that a picture of the host was saved; `snapshot` is of that picture."""
    exact = snapshot.exactness is not None and snapshot.exactness.exact
    session.note(PictureSaved(host=session.name, file=utf8_text(file), exact=exact))


def save_live_picture(fleet: Fleet, name: str, *, cancelled: threading.Event) -> SavedPicture:
    """Saves the picture of a host that is connected in the fleet's folder.

    Raises Cancelled soon after `cancelled` was set, ConfigurationError where the file cannot be written, and
    StreamError where the host's screen cannot be seen, or no picture came in time.
    """

    def waiting() -> None:
        if cancelled.is_set():
            raise Cancelled(f"saving the picture of {name} was cancelled")

    session = fleet.session(name)
    pixels, snapshot = live_picture(session, waiting)
    if fleet.pictures is None:
        raise ConfigurationError("there is no folder for pictures", remedy="Name one in settings.toml.")
    file = keep_image(fleet.pictures, name, time.time(), pixels)
    return SavedPicture(file, snapshot.exactness is not None and snapshot.exactness.exact)
