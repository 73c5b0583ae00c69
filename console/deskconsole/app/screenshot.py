"""Saves one exact picture of a host's desktop as PNG."""

from __future__ import annotations

from pathlib import Path

from deskconsole.common.errors import ConfigurationError, StreamError
from deskconsole.session.session import Session

from .measuring import compare
from .results import ShotResult
from .waiting import settled, wait_for, wait_for_picture


def require_png(file: Path) -> None:
    """Raises ConfigurationError where `file` cannot be a PNG, before a host is bothered."""
    if file.suffix.lower() not in {"", ".png"}:
        raise ConfigurationError(
            f"{file} has an unsupported file type: screenshots are saved as .png",
            remedy="Give a name that ends in .png.",
        )
    if not file.parent.is_dir():
        raise ConfigurationError(
            f"cannot write {file}: there is no folder {file.parent}", remedy="Make it, or name another."
        )


def save_screenshot(session: Session, file: Path) -> ShotResult:
    """Waits for a picture that equals the host's, ends the stream and writes the file.

    Raises what kept the picture away, StreamError where it differs, ConfigurationError where the file cannot
    be written.
    """
    import cv2  # not before it is known to be usable

    wait_for_picture(session)
    (snapshot,) = compare([session])
    if snapshot.exactness is not None and not snapshot.exactness.exact:
        raise StreamError(f"the picture of {session.name} differs from the host's", remedy="Try again.")
    # While the session still draws, the picture may be half of one packet, half of the next.
    session.disconnect()
    wait_for([session], settled, None)
    data = bytes(cv2.imencode(".png", session.framebuffer.pixels)[1])
    try:
        file.write_bytes(data)
    except OSError as error:
        raise ConfigurationError(f"cannot write {file}: {error.strerror}") from None
    return ShotResult.of(snapshot, file=str(file))
