"""OpenCV, asked for before the first picture: everything that shows none works without it.

Its wheel needs libraries of the system that a bare one lacks, and takes 0.07 s to import.
"""

from __future__ import annotations

from deskconsole.errors import DeskconsoleError

PACKAGES = "libgl1 libglib2.0-0"
"""Debian packages without which the wheel cannot be imported; the window needs more."""


def require_opencv() -> None:
    """Raises DeskconsoleError, with what to install, where OpenCV cannot be loaded."""
    try:
        import cv2  # noqa: F401  # whoever needs it imports it after this
    except ImportError as error:
        raise DeskconsoleError(
            f"OpenCV, which pictures need, cannot be loaded: {error}",
            remedy=f"On Debian and Ubuntu: apt-get install {PACKAGES}.",
        ) from None
