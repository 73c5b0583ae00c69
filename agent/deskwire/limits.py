"""Every limit of the wire, in one place; each is checked before anything is allocated for it."""

from __future__ import annotations

MAX_SIDE = 16384
"""Pixels along one side of a desktop."""

MAX_PIXELS = 64 * 1024 * 1024
"""Pixels of a desktop."""

MAX_SLICES = 16384
"""Slices in one packet. The article refreshes above 3000; a receiver lets a sender be more patient."""

MAX_MESSAGE = 256 * 1024
"""Bytes of one message's body."""

MAX_PREVIEW = 48 * 1024
"""Bytes of a preview's picture: 320 x 180 of anything, at a quality that shows what happens."""

MAX_PREVIEW_SIDE = 1024
"""Pixels along one side of a preview."""

COVERAGE = 4
"""The slices of one update may cover the picture so often. The article's bounding boxes overlap, and its
sender turns to a refresh above 0.9; anything near this bound is an attack or a fault."""


MAX_TYPED = 1024
"""Characters of one Typing: a longer text goes in several, so that it can be ended between two of them."""

MAX_CLIP = 64_000
"""Characters of a clipboard: at most 256,000 bytes, which fits into one message."""

MAX_NOTCHES = 7680
"""The most 120ths of a notch in one Wheel, each way: 64 notches."""

MAX_PACKETS_OUT = 1024
"""Packets that a console may let be out: the agent remembers the size of each."""


def body_limit(width: int, height: int) -> int:
    """Largest body, in bytes, that a rectangle of this size can honestly need.

    Four bytes a pixel and a filter byte a row, as a PNG with alpha stores noise, plus a 32nd for the
    container's own framing and a kilobyte for its headers.
    """
    raw = height * (4 * width + 1)
    return raw + raw // 32 + 1024


def packet_limit(width: int, height: int, slices: int) -> int:
    """Largest sum of the bodies, in bytes, that one packet for a picture of this size can honestly need.

    Every pixel once, and a kilobyte of headers for each slice: what bounds the memory of a receiver, since
    all slices of a packet are held until the last is complete.
    """
    return body_limit(width, height) + 1024 * slices


def size_fault(width: int, height: int) -> str | None:
    """Why a picture may not have this size, or None where it may."""
    if width < 1 or height < 1:
        return f"an empty picture ({width} x {height})"
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        return f"a picture of {width} x {height}, over the limit of {MAX_SIDE} a side and {MAX_PIXELS} pixels"
    return None
