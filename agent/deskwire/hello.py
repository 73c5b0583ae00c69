"""The first bytes of a link: how the console proves that it may speak, before the agent says anything."""

from __future__ import annotations

import hashlib
import hmac
import struct
from typing import NamedTuple

from .errors import LocalProtocolError, RemoteProtocolError
from .messages import WIRE_VERSION

MAGIC = b"DESKWIRE"
TOKEN_SIZE = 32
OPENING = struct.Struct(f">{len(MAGIC)}sH{TOKEN_SIZE}s")
TOKEN_DEADLINE = 5.0
"""Seconds that an agent waits for the opening before it hangs up."""


class Opening(NamedTuple):
    """The contents of an opening."""

    version: int
    token_matches: bool


def encode_opening(token: bytes, version: int = WIRE_VERSION) -> bytes:
    """The opening: magic, version, token."""
    if len(token) != TOKEN_SIZE:
        raise LocalProtocolError(f"a token has {TOKEN_SIZE} bytes, not {len(token)}")
    return OPENING.pack(MAGIC, version, token)


def decode_opening(data: bytes, token: bytes) -> Opening:
    """Reads OPENING.size bytes and compares the token in constant time.

    Raises RemoteProtocolError where they do not begin with the magic.
    """
    magic, version, offered = OPENING.unpack(data)
    if magic != MAGIC:
        raise RemoteProtocolError("not a console: the opening has another magic")
    return Opening(version, hmac.compare_digest(offered, token))


def token_from_file(content: bytes) -> bytes:
    """The token that a token file means: 32 bytes are the token itself; anything else is a secret of at
    least 16 characters, and its SHA-256 is the token. Raises ValueError where it is neither.
    """
    if len(content) == TOKEN_SIZE:
        return content
    secret = content.strip()
    if len(secret) < 16:
        raise ValueError("a token file holds 32 bytes, or a secret of at least 16 characters")
    return hashlib.sha256(secret).digest()
