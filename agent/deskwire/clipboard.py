"""The messages of the clipboard: text, on request, one transfer a request.

Sent only to a peer that speaks the feature `clip`. Lines end with a line feed.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from .control import Number
from .limits import MAX_CLIP
from .message import Message, Text

ClipText = Annotated[str, msgspec.Meta(max_length=MAX_CLIP)]


class WantClip(Message, frozen=True):
    """Send me the text of the host's clipboard."""

    grant: Number
    n: Number


class PutClip(Message, frozen=True):
    """This text shall be the host's clipboard; answered by a Done or a NoClip."""

    grant: Number
    n: Number
    text: ClipText


class Clip(Message, frozen=True):
    """The text of the host's clipboard, which WantClip number `n` asked for."""

    n: Number
    text: ClipText


class NoClip(Message, frozen=True):
    """Request number `n` cannot be met, and why."""

    n: Number
    reason: Text
