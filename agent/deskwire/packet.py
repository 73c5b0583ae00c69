"""The article's packet: slices of pictures, as bytes. It does not know what a body contains.

packet = identity(16) count(u32) info*count body*count         identity only in the dialect that has it
info   = size(u32) height(u32) width(u32) x(u32) y(u32)        all numbers big-endian
count  = 0: a refresh, one info and one body that replace the whole picture
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from .errors import LocalProtocolError
from .geometry import Rectangle
from .limits import MAX_SIDE, MAX_SLICES, body_limit, size_fault

COUNT = struct.Struct(">I")
INFO = struct.Struct(">5I")
IDENTITY_SIZE = 16

MESSAGE_BIT = 0x8000_0000
"""Set in `count`: no packet but a message of that many bytes follows (docs/wire.md)."""


class Slice(NamedTuple):
    """An encoded rectangle. `body` says by its first byte how it is encoded."""

    rectangle: Rectangle
    body: bytes


class Packet(NamedTuple):
    """Slices that belong together. A refresh has exactly one, at (0, 0), and its size is the picture's."""

    refresh: bool
    slices: tuple[Slice, ...]
    identity: bytes | None = None
    """16 bytes that name the stream; None in the dialect without identity."""


def encode_packet(packet: Packet) -> bytes:
    """A packet as bytes, with the identity in front where it has one.

    Raises LocalProtocolError where the packet is not one that a peer would accept.
    """
    if packet.refresh and len(packet.slices) != 1:
        raise LocalProtocolError(f"a refresh has one slice, not {len(packet.slices)}")
    if not 1 <= len(packet.slices) <= MAX_SLICES:
        raise LocalProtocolError(f"a packet has 1 to {MAX_SLICES} slices, not {len(packet.slices)}")
    head = b"" if packet.identity is None else checked_identity(packet.identity)
    infos = [head, COUNT.pack(0 if packet.refresh else len(packet.slices))]
    for (x, y, width, height), body in packet.slices:
        if not (0 <= x < MAX_SIDE and 0 <= y < MAX_SIDE) or (packet.refresh and (x or y)):
            raise LocalProtocolError(f"a {'refresh' if packet.refresh else 'slice'} at ({x}, {y})")
        if (fault := size_fault(width, height)) is not None:
            raise LocalProtocolError(fault)
        if not 1 <= len(body) <= body_limit(width, height):
            raise LocalProtocolError(f"a body of {len(body)} bytes for {width} x {height} pixels")
        infos.append(INFO.pack(len(body), height, width, x, y))
    return b"".join((*infos, *(part.body for part in packet.slices)))


def checked_identity(identity: bytes) -> bytes:
    """The identity, if it has the right length."""
    if len(identity) != IDENTITY_SIZE:
        raise LocalProtocolError(f"an identity has {IDENTITY_SIZE} bytes, not {len(identity)}")
    return identity
