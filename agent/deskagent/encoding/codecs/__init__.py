"""The codecs: a rectangle of pixels becomes the body of a slice. One encoding a file, one registry here.

Which of them a rectangle gets is not decided here (link_encoder.py), nor what the console does with the
body (its decoders mirror these files).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deskwire.encodings import Encoding

from .png import PngEncoder
from .solid import SolidEncoder
from .zstd import ZstdEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .encoder import Encoder

ENCODERS: Final[Mapping[Encoding, Callable[[], Encoder]]] = {
    Encoding.SOLID: SolidEncoder,
    Encoding.ZSTD: ZstdEncoder,
    Encoding.PNG: PngEncoder,
}
"""In the order in which the policy asks them; each may decline."""

__all__ = ["ENCODERS"]
