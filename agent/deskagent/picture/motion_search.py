"""Motion search: guesses, from small parts of a picture, how far something on it went. Where one holds, and
whether it is worth anything, is for others to find out.

Rows tell of what scrolled and places of what went anywhere else, up to REACH pixels. Both are known by
hashes that look at blue, green and red only, and what is rare has a voice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

STEP: Final = 4
"""Every so many rows and columns are looked at to tell where a picture changed."""

REACH: Final = 200
"""Pixels either way that a place is looked for."""

_STRIP: Final = 128
"""Pixels, in one piece, of a row that its hash is made of: gathered from all over the row each
would cost a cache line of its own."""

_BLOCK: Final = 128
"""Width and height, in pixels, of the part whose places are looked for: it finds the same drags of
terminals and documents as one of 192, whose surroundings are a quarter more pixels to look at."""

_ENOUGH: Final = 8
"""A block of which a part in so many changed is as good as one that changed all over."""

_PARTS: Final = 2
"""Strips, and blocks, that are asked before it is given up."""

_PLACES: Final = 256
"""Most places of a block that are looked for."""

_ALIKE: Final = 8
"""Places alike, at most, that one may have come from; a blank line may have come from anywhere. With 1,
from 5 to 21 of 40 drags of a document in one type size were missed, with 8 one of them."""

_QUORUM: Final = 6
"""Voices that a vector needs."""

_FEWEST: Final = 64
"""Places that should be left when they are chosen."""

_RARE: Final = 0xF8000000
"""The hash of one place in 32 with something drawn is above this."""

_NEIGHBOURS: Final = ((1, 2, 0x27D4EB00), (0, 8, 0xC2B2AF00), (1, 6, 0x16566700), (0, 0, 0x2545F500))
"""Pixels that a place is known by, down and right of its corner, and a weight for each, whose empty last
byte drops the fourth of the pixel."""

_SLOPE: Final = np.uint32(0x3779B100)
_SPREAD: Final = np.uint32(0x9E3779B1)
_WEIGHTS: Final = np.random.default_rng(1).integers(1, 1 << 24, _STRIP).astype(np.uint32) << np.uint32(8)
"""The mask of a strip's pixels; their last bytes are empty as well."""

_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
_QUARTER: Final = np.uint32(16)

Image = NDArray[np.uint32]
"""(height, width), a pixel a number, each row in one piece."""
_Keys = NDArray[np.uint64]
"""A hash, in the upper half, of what is at y << 16 | x."""


class MotionVector(NamedTuple):
    """So many pixels right and down."""

    dx: int
    dy: int


def guesses(before: Image, after: Image, changed: NDArray[np.bool_]) -> Iterator[MotionVector]:
    """Guesses how far what is in `after` came since `before`, the likeliest first; each costs only when
    it is asked for.

    `changed` tells of every STEP-th pixel of every STEP-th row whether it differs. Measured on one core: a
    strip 0.15 ms for 850 rows, a block 0.5 ms.
    """
    for x in _fullest(changed.sum(axis=0, dtype=np.int32), _STRIP // STEP):
        strip = np.s_[:, x * STEP : x * STEP + _STRIP]
        if (vector := _vote(_rows(before[strip]), _rows(after[strip]))) is not None:
            yield vector
    height, width = after.shape
    for x, y in _blocks(changed):
        left, top = max(0, x - REACH), max(0, y - REACH)
        around = before[top : min(height, y + _BLOCK + REACH), left : min(width, x + _BLOCK + REACH)]
        block = after[y : y + _BLOCK, x : x + _BLOCK]
        if min(block.shape) < 4 * STEP:
            continue
        if (vector := _vote(*_places(around, block), x - left, y - top)) is not None:
            yield vector


def _fullest(counts: NDArray[np.int32], length: int) -> Iterator[int]:
    """The stretches of so many counts that hold most; each of what the one before it left."""
    counts = counts.copy()
    for _ in range(_PARTS):
        sums = np.cumsum(counts)
        sums[length:] -= sums[:-length].copy()
        last = int(np.argmax(sums))
        if sums[last] == 0:
            return
        first = max(0, last + 1 - length)
        yield first
        counts[first : last + 1] = 0


def _blocks(changed: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """x and y of the blocks in which most changed, those in the middle before others: a window that moved
    is there before and after, and around it is what it bared."""
    side = _BLOCK // STEP
    lines = np.add.reduceat(changed, np.arange(0, changed.shape[0], side), axis=0, dtype=np.int32)
    counts = np.add.reduceat(lines, np.arange(0, changed.shape[1], side), axis=1)
    down, along = (np.bartlett(size + 2)[1:-1] for size in counts.shape)
    scores = np.minimum(counts, side * side // _ENOUGH) * np.outer(down, along)
    for _ in range(_PARTS):
        row, column = divmod(int(np.argmax(scores)), scores.shape[1])
        if scores[row, column] == 0:
            return
        yield column * _BLOCK, row * _BLOCK
        scores[row, column] = 0


def _rows(strip: Image) -> _Keys:
    """Keys of all rows."""
    hashes = np.einsum("ij,j->i", strip, _WEIGHTS[: strip.shape[1]])
    return _keys(hashes, np.arange(hashes.size) << 16)


def _keys(hashes: NDArray[np.uint32], places: NDArray[np.intp]) -> _Keys:
    return hashes.astype(np.uint64) << _HALF | places.astype(np.uint64)


def _places(around: Image, block: Image) -> tuple[_Keys, _Keys]:
    """Keys of places of both where something is drawn, chosen by what is there: the same in both."""
    slopes = _slopes(block)
    drawn = slopes[slopes > _RARE]
    if drawn.size < _FEWEST:
        drawn = slopes[slopes > 0]
    if drawn.size == 0:
        return np.empty(0, np.uint64), np.empty(0, np.uint64)
    least = _least(drawn)
    new = _Places.steep(block, slopes, least)
    known = _Places.steep(around, _slopes(around), least)
    for neighbour in _NEIGHBOURS:
        known, new = known.with_pixels(*neighbour), new.with_pixels(*neighbour)
        # Where there are few colours many places are alike in the first look.
        if new.hashes.size > 2 * _PLACES:
            new = new.which(new.hashes >= _least(new.hashes))
        known = known.like(new)
    return known.keys, new.keys


class _Places(NamedTuple):
    """Some of the places of a part of a picture."""

    image: Image
    width: int
    at: NDArray[np.intp]
    """y * width + x."""
    hashes: NDArray[np.uint32]
    """The hash of each place that was looked at."""

    @classmethod
    def steep(cls, image: Image, slopes: Image, least: np.uint32) -> _Places:
        at = np.flatnonzero(slopes >= least)
        return cls(image, slopes.shape[1], at, slopes.reshape(-1)[at] * _SPREAD)

    def which(self, chosen: NDArray[np.bool_]) -> _Places:
        return self._replace(at=self.at[chosen], hashes=self.hashes[chosen])

    def like(self, others: _Places) -> _Places:
        """Those that may be like one of the others: few where nothing moved, and a table tells at once."""
        table = np.zeros(1 << 16, np.bool_)
        table[others.hashes >> _QUARTER] = True
        return self.which(table[self.hashes >> _QUARTER])

    def with_pixels(self, down: int, right: int, weight: int) -> _Places:
        """The same, told apart by one more pixel of each."""
        rows, columns = np.divmod(self.at, self.width)
        pixels = self.image[rows + down, columns + right]
        return self._replace(hashes=(self.hashes ^ pixels * np.uint32(weight)) * _SPREAD)

    @property
    def keys(self) -> _Keys:
        rows, columns = np.divmod(self.at, self.width)
        return _keys(self.hashes, rows << 16 | columns)


def _slopes(image: Image) -> Image:
    """Hashes of how pixels differ from those left of them: 0 where they do not."""
    slopes: Image = image[:-1, 1:-8] - image[:-1, :-9]
    slopes *= _SLOPE
    return slopes


def _least(hashes: Image) -> np.uint32:
    """The value that about _PLACES hashes reach."""
    place = max(0, hashes.size - _PLACES)
    least: np.uint32 = np.partition(hashes, place)[place]
    return least


def _vote(known: _Keys, new: _Keys, right: int = 0, down: int = 0) -> MotionVector | None:
    """The vector that most keys of `new` agree on, each with a voice for all places that are alike in
    `known`; None where few do. Text has few places that occur once, but only one vector suits most of them.

    `right` and `down` are what the places of `new` are counted from in those of `known`.
    """
    known = np.sort(known)
    hashes, sought = known >> _HALF, new >> _HALF
    first = np.searchsorted(hashes, sought)
    count = np.searchsorted(hashes, sought, side="right") - first
    rare = (count > 0) & (count <= _ALIKE)
    first, count, new = first[rare], count[rare], new[rare]
    voter = np.repeat(np.arange(count.size), count)
    at = np.arange(voter.size) + np.repeat(first - np.cumsum(count) + count, count)
    origin, goal = (known[at] & _LOW).astype(np.int64), (new[voter] & _LOW).astype(np.int64)
    dy = (goal >> 16) - (origin >> 16) + down
    dx = (goal & 0xFFFF) - (origin & 0xFFFF) + right
    # What may not have moved at all has no voice.
    moved = np.ones(count.size, np.bool_)
    moved[voter[(dx == 0) & (dy == 0)]] = False
    voices = np.count_nonzero(moved)
    if voices < _QUORUM:
        return None
    heard = moved[voter]
    vectors, votes = np.unique(dy[heard] << 20 | dx[heard] + (1 << 19), return_counts=True)
    best = int(np.argmax(votes))
    if votes[best] < max(_QUORUM, voices // 8):
        return None
    vector = int(vectors[best])
    return MotionVector((vector & 0xFFFFF) - (1 << 19), vector >> 20)
