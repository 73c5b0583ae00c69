"""Which encoding a rectangle gets, among those that the console reads. Lossless throughout.

It turns frames and parts of them into slices and knows nothing of links and credits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .capture.grabber import Pixels
from .encoders import ENCODERS
from .encoders.copy import copy_body
from .parts import Part, cut
from .wire.encodings import Encoding
from .wire.geometry import Rectangle
from .wire.packet import Slice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .moves import Move


class SliceEncoder:
    """The slices of one link. Each builds on the ones before: none may be left out or sent twice.

    `encodings` are those that both ends have agreed on; PNG is always among them, and alone where
    nothing was agreed on.
    """

    def __init__(self, encodings: frozenset[Encoding] = frozenset()) -> None:
        agreed = encodings | {Encoding.PNG}
        self._copies = Encoding.COPY in agreed
        self._encoders = [make() for encoding, make in ENCODERS.items() if encoding in agreed]

    def refresh(self, frame: Pixels) -> Slice:
        """The whole frame, (height, width, 4) BGRX, as one slice that needs nothing sent before it."""
        height, width = frame.shape[:2]
        for encoder in self._encoders:
            encoder.restart(width, height)
        (part,) = cut(frame, [Rectangle(0, 0, width, height)])
        return self._slice(part)

    def update(self, parts: Sequence[Part], now: float, rate: float | None) -> list[Slice]:  # noqa: ARG002
        """Parts of a frame of the last refresh's size, one slice a part, in their order.

        `now`: seconds on a clock that only goes forward. `rate`: bytes per second that the link carries,
        where that is known.
        """
        return [self._slice(part) for part in parts]

    @property
    def copies(self) -> bool:
        """Whether the console copies within its picture."""
        return self._copies

    def copied(self, moves: Iterable[Move]) -> list[Slice]:
        """Moves, one slice each, in their order; only where `copies` is True."""
        return [Slice(move.target, copy_body(move.source_x, move.source_y)) for move in moves]

    def refine(self, parts: Sequence[Part]) -> list[Slice]:
        """The same, exact for certain."""
        return [self._slice(part) for part in parts]

    @property
    def lossy(self) -> int:
        """Pixels of the console's picture that are not exact now."""
        return 0

    def resting(self, now: float, pixels: int) -> list[Rectangle]:  # noqa: ARG002
        """Where the console's picture is not exact and has not changed for a while: about so many pixels at
        most, what has waited longest first."""
        return []

    def next_rest(self) -> float | None:
        """When there will be something resting, on the clock of `update`; None where all is exact."""
        return None

    def expected(self, area: int) -> int:
        """Bytes that an update of so many pixels will probably take."""
        return area // 2

    def _slice(self, part: Part) -> Slice:
        bodies = (encoder.encode(part.pixels) for encoder in self._encoders)
        # PNG is always there and declines nothing.
        return Slice(part.rectangle, next(body for body in bodies if body is not None))
