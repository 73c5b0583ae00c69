"""One colour for a whole rectangle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskwire.errors import RemoteProtocolError

if TYPE_CHECKING:
    from .part import BGR


class SolidDecoder:
    """`0x00`, blue, green, red."""

    def restart(self, width: int, height: int, picture: BGR | None) -> None:
        """Nothing is remembered between slices."""

    def decode(self, body: bytes, target: BGR) -> None:
        """Fills the target."""
        if len(body) != 4:
            raise RemoteProtocolError(f"a solid slice of {len(body)} bytes instead of 4")
        target[:] = tuple(body[1:])
