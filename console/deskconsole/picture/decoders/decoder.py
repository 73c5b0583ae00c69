"""The registry of decoders, and the one way into it. It knows first bytes, not what follows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deskconsole.picture.opencv import require_opencv
from deskwire.encodings import Encoding
from deskwire.errors import RemoteProtocolError

from .copy import CopyDecoder
from .jpeg import JpegDecoder
from .png import PngDecoder
from .solid import SolidDecoder
from .zstd import ZstdDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .part import BGR, PartDecoder

DECODERS: Final[Mapping[Encoding, Callable[[], PartDecoder]]] = {
    Encoding.SOLID: SolidDecoder,
    Encoding.ZSTD: ZstdDecoder,
    Encoding.ZSTD_ROWS: ZstdDecoder,
    Encoding.COPY: CopyDecoder,
    Encoding.PNG: PngDecoder,
    Encoding.JPEG: JpegDecoder,
}
"""The encodings that the console reads, and offers in its hello."""


class Decoder:
    """The slices of one link, in the order in which they were sent.

    Raises DeskconsoleError where OpenCV cannot be loaded; nothing is decoded half.
    """

    def __init__(self) -> None:
        require_opencv()
        # Two encodings of one stream have one decoder.
        made = {make: make() for make in set(DECODERS.values())}
        self._decoders = {int(encoding): made[make] for encoding, make in DECODERS.items()}

    def restart(self, width: int, height: int, picture: BGR | None = None) -> None:
        """Begins all streams again; comes before the body of every refresh, with its size.

        `picture` is the whole of that size of which the targets of what follows are views. Without it
        copies within it are refused, as from a peer that never agreed on them.
        """
        for decoder in set(self._decoders.values()):
            decoder.restart(width, height, picture)

    def decode(self, body: bytes, target: BGR) -> None:
        """Writes one body into `target`, (height, width, 3) BGR, usually a view of the framebuffer.

        Raises RemoteProtocolError where the body is not exactly one picture of that size; the link has
        to be closed then, for later bodies may build on this one.
        """
        if not body:
            raise RemoteProtocolError("a slice with an empty body")
        decoder = self._decoders.get(body[0])
        if decoder is None:
            raise RemoteProtocolError(f"a slice of an unknown encoding, 0x{body[0]:02x}")
        decoder.decode(body, target)
