"""Decoders turn the body of a slice into pixels: one a file, one registry, by the first byte.

Bodies come from a host and are not trusted: sizes are read from their own headers and compared with
the rectangle before anything is decoded, output is bounded, and whatever is wrong with a body raises
`RemoteProtocolError` and nothing else.
"""

from __future__ import annotations

import os

# Read once, when cv2 is imported, and inherited by child processes. Without it a PNG of 0.75 MB may
# grow to 1.5 GB; the headers are checked here too, this is the second lock on the same door.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(64 * 1024 * 1024))

from .decoder import Decoder

__all__ = ["Decoder"]
