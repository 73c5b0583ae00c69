"""The base of all messages, and the kinds of fields that several of them have."""

from __future__ import annotations

from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=1024)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class Message(msgspec.Struct, tag_field="t", tag=str.lower, frozen=True):
    """Base of all messages."""
