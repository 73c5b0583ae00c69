"""Saves one exact picture of a host's desktop in a file."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from deskconsole.common.errors import Cancelled, ConfigurationError, StreamError
from deskconsole.picture.image_file import encoded_image, keep_image
from deskconsole.session.fleet import Fleet
from deskconsole.session.session import Session

from .host_result import ShotResult
from .live_picture import live_picture
from .measuring import compare
from .shot_target import ShotTarget
from .waiting import raise_failure, settled, wait_for, wait_for_picture


def save_screenshot(session: Session, target: ShotTarget) -> ShotResult:
    """Waits for a picture that equals the host's, ends the stream and writes the file.

    Raises what kept the picture away or ended the session, StreamError where it differs or was not compared,
    ConfigurationError where the file cannot be written.
    """
    wait_for_picture(session)
    (snapshot,) = compare([session])
    if snapshot.exactness is None:
        raise_failure(session)
        raise StreamError(f"{session.name} did not answer the comparison", remedy="Try again.")
    if not snapshot.exactness.exact:
        raise StreamError(f"the picture of {session.name} differs from the host's", remedy="Try again.")
    # While the session still draws, the picture may be another one than was compared.
    session.disconnect()
    wait_for([session], settled, None)
    data = encoded_image(session.framebuffer.pixels, target.format)
    return ShotResult.of(snapshot, file=str(target.write(session.name, data)))


def save_live_picture(fleet: Fleet, name: str, *, cancelled: threading.Event) -> Path:
    """Saves the picture of a host that is connected in the fleet's folder, and returns the file.

    Raises Cancelled soon after `cancelled` was set, ConfigurationError where the file cannot be written, and
    StreamError where the host's screen cannot be seen, or no picture that equals it came in time.
    """

    def waiting() -> None:
        if cancelled.is_set():
            raise Cancelled(f"saving the picture of {name} was cancelled")

    session = fleet.session(name)
    pixels, _ = live_picture(session, waiting)
    if fleet.pictures is None:
        raise ConfigurationError("there is no folder for pictures", remedy="Name one in settings.toml.")
    return keep_image(fleet.pictures, name, time.time(), pixels)
