"""A rectangle of the picture once more, at another place, as the slices before it left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskwire.encodings import COPY_BODY
from deskwire.errors import RemoteProtocolError

if TYPE_CHECKING:
    from .part import BGR


class CopyDecoder:
    """`0x02`, then x and y of the source, as four bytes each."""

    def __init__(self) -> None:
        self._picture: BGR | None = None

    def restart(self, width: int, height: int, picture: BGR | None) -> None:  # noqa: ARG002
        """Copies come from here from now on."""
        self._picture = picture

    def decode(self, body: bytes, target: BGR) -> None:
        """Source and target may overlap."""
        if len(body) != COPY_BODY.size:
            raise RemoteProtocolError(f"a copy slice of {len(body)} bytes instead of {COPY_BODY.size}")
        if self._picture is None:
            raise RemoteProtocolError("a copy slice where there is no picture to copy from")
        _, x, y = COPY_BODY.unpack(body)
        height, width = target.shape[:2]
        whole_height, whole_width = self._picture.shape[:2]
        if x + width > whole_width or y + height > whole_height:
            raise RemoteProtocolError(
                f"a copy of {width} x {height} from {x}, {y} is not inside {whole_width} x {whole_height}"
            )
        # numpy finds out whether the two overlap and takes a temporary then.
        target[:] = self._picture[y : y + height, x : x + width]
