"""OpenCV, asked for before the first picture: everything that shows none works without it.

Its wheel needs libraries of the system that a bare one lacks, and takes 0.07 s to import.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys

from deskconsole.common.errors import DeskconsoleError

PACKAGES = "libgl1 libglib2.0-0"
"""Debian packages without which the wheel cannot be imported; the window needs more."""


def require_opencv() -> None:
    """Raises DeskconsoleError, with what to install, where OpenCV cannot be loaded."""
    try:
        import cv2  # noqa: F401  # the modules that need it import it after this
    except ImportError as error:
        raise DeskconsoleError(
            f"OpenCV, which pictures need, cannot be loaded: {error}",
            remedy=f"On Debian and Ubuntu: apt-get install {PACKAGES}.",
        ) from None
    _silence_c_libraries()


@functools.cache
def _silence_c_libraries() -> None:
    """Sends what C libraries print on standard error to the null device, for this process only.

    libjpeg prints a line for each damaged scan, so a host would write to the terminal or fill a log. Only C's
    own stream is exchanged: Python and child processes write to descriptor 2 as before.
    """
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    if not sys.platform.startswith("linux"):
        return
    library = ctypes.CDLL(None)
    library.fopen.restype = ctypes.c_void_p
    nowhere = library.fopen(os.fsencode(os.devnull), b"w")
    if nowhere:
        ctypes.c_void_p.in_dll(library, "stderr").value = nowhere
