"""Saves one exact picture of a host's desktop in a file."""

from __future__ import annotations

from deskconsole.common.errors import StreamError
from deskconsole.picture.image_file import encoded_image
from deskconsole.session.session import Session

from .measuring import compare
from .results import ShotResult
from .shot_target import ShotTarget
from .waiting import settled, wait_for, wait_for_picture


def save_screenshot(session: Session, target: ShotTarget) -> ShotResult:
    """Waits for a picture that equals the host's, ends the stream and writes the file.

    Raises what kept the picture away, StreamError where it differs, ConfigurationError where the file cannot
    be written.
    """
    wait_for_picture(session)
    (snapshot,) = compare([session])
    if snapshot.exactness is not None and not snapshot.exactness.exact:
        raise StreamError(f"the picture of {session.name} differs from the host's", remedy="Try again.")
    # While the session still draws, the picture may be another one than was compared.
    session.disconnect()
    wait_for([session], settled, None)
    data = encoded_image(session.framebuffer.pixels, target.format)
    return ShotResult.of(snapshot, file=str(target.write(session.name, data)))
