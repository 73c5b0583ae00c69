"""A slice that the console makes of pixels it has already: nine bytes, however large it is.

It is no `Encoder`: what moved is not seen in a rectangle's own pixels.
"""

from __future__ import annotations

from deskwire.encodings import COPY_BODY, Encoding


def copy_body(x: int, y: int) -> bytes:
    """The body of a slice whose pixels begin at (x, y) of the console's picture, as the slices before it
    leave that."""
    return COPY_BODY.pack(Encoding.COPY, x, y)
