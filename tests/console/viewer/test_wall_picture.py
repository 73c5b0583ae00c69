"""The picture of the wall in windows of any size: one that is too small for tiles is no error."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from deskconsole.picture.preview import PreviewPicture
from deskconsole.viewer.wall_grid import HEADER
from deskconsole.viewer.wall_messages import TileKind, TilePicture, Tiles, TileStatus
from deskconsole.viewer.wall_picture import WallPicture


@pytest.mark.parametrize("size", [(1, 1), (40, 20), (100, 30), (100, 31), (30, 300), (320, 200)])
@pytest.mark.parametrize("count", [0, 1, 30])
def test_tiles_are_drawn_in_windows_of_any_size(size: tuple[int, int], count: int) -> None:
    jpeg = PreviewPicture.made(np.full((90, 160, 3), 120, np.uint8), 0.0).jpeg
    wall = WallPicture()
    names = tuple(f"lab-{number}" for number in range(count))
    wall.set_tiles(Tiles(names))
    wall.fit(size)
    image = np.zeros((size[1], size[0], 4), np.uint8)
    for kind in TileKind:
        for name in names:
            wall.set_status(TileStatus(name, kind, "down", "down: the link was cut", "seen 2 h ago", "ann"))
            wall.set_picture(TilePicture(name, 160, 90, jpeg))
        wall.draw(image, 100.0)


def six_tiles(*, said: str) -> NDArray[np.uint8]:
    """Six tiles in a window of 1280x720, and a sentence."""
    wall = WallPicture()
    wall.set_tiles(Tiles(tuple("abcdef")))
    wall.fit((1280, 720))
    wall.said = said
    image = np.zeros((720, 1280, 4), np.uint8)
    wall.draw(image, 100.0)
    return image


def test_a_sentence_covers_no_tile() -> None:
    plain, told = six_tiles(said=""), six_tiles(said="F1 keys")
    assert np.array_equal(plain[HEADER:], told[HEADER:])
    assert not np.array_equal(plain[:HEADER], told[:HEADER])


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("kind", TileKind)
def test_every_tile_tells_its_age_and_another_age_draws_no_picture(
    size: tuple[int, int], kind: TileKind
) -> None:
    wall = WallPicture()
    wall.set_tiles(Tiles(tuple("abcdefghijkl")))
    wall.fit(size)
    image = np.zeros((size[1], size[0], 4), np.uint8)
    wall.set_status(TileStatus("b", kind, "word", "word", "now", "ann"))
    wall.draw(image, 100.0)
    before = image.copy()
    wall.set_status(TileStatus("b", kind, "word", "word", "for 9 min", "ann"))
    cell = wall.grid.cell(1)
    assert wall.draw(image, 100.0) == [cell]
    rows, columns = np.nonzero((before != image).any(axis=2))
    assert rows.min() >= cell.y + cell.height - wall.grid.caption
    assert cell.x <= columns.min() <= columns.max() < cell.x + cell.width
