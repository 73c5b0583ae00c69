"""MAC addresses: how they are written, and which of them a machine can be woken by."""

from __future__ import annotations

import re

_WRITTEN = re.compile(r"[0-9a-fA-F]{2}(?:([:-])[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2}){4}", re.ASCII)
_GROUP_BIT = 1
"""The bit of the first byte that is set in the addresses of groups of machines, broadcast among them."""


def parse_mac(text: str) -> str | None:
    """The address as `a0:b1:c2:d3:e4:f5`; None where `text` is not the address of one machine.

    Bytes are joined by colons, or by dashes as Windows writes them.
    """
    if not _WRITTEN.fullmatch(text):
        return None
    mac = text.lower().replace("-", ":")
    address = bytes.fromhex(mac.replace(":", ""))
    return mac if any(address) and not address[0] & _GROUP_BIT else None
