"""The errors of the wire.

WireError
  LocalProtocolError     we were about to do what the protocol forbids: a fault in this program
  RemoteProtocolError    the peer did what the protocol forbids: close the link
"""

from __future__ import annotations


class WireError(Exception):
    """Base of the two."""


class LocalProtocolError(WireError):
    """Our own side asked for something that the state of the link or a limit forbids."""


class RemoteProtocolError(WireError):
    """The peer sent something that the protocol forbids; nothing of it was kept."""
