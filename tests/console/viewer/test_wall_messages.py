"""The wall's mailbox keeps the newest of each tile, however slow the window is; and the grid."""

from __future__ import annotations

import os
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskconsole.viewer.inbox import open_inbox
from deskconsole.viewer.messages import CloseWindow, Notice, Raise, line
from deskconsole.viewer.outbox import Outbox
from deskconsole.viewer.wall_grid import GAP, HEADER, grid_of, next_width
from deskconsole.viewer.wall_mailbox import WallMailbox
from deskconsole.viewer.wall_messages import TileKind, TilePicture, Tiles, TileStatus, ToWall, to_wall


def picture(name: str, number: int) -> TilePicture:
    return TilePicture(name, 320, 180, number.to_bytes(4, "big") * 4000)


def status(name: str, word: str) -> TileStatus:
    return TileStatus(name, TileKind.LIVE, word, word)


def test_every_kind_of_message_reaches_the_wall() -> None:
    messages: list[ToWall] = [Tiles(("a",)), status("a", "live"), picture("a", 1), Notice("held"), Raise()]
    messages.append(CloseWindow())
    assert {type(message) for message in messages} == set(get_args(ToWall))
    reader, writer = os.pipe()
    inbox, taken = open_inbox(reader, WallMailbox(), to_wall), []
    os.write(writer, b"".join(map(line, messages)))
    os.close(writer)
    while CloseWindow() not in taken:
        assert inbox.wait(60)
        taken += inbox.take()
    os.close(reader)
    assert [message for message in messages if message not in taken] == []


def test_a_window_that_sleeps_finds_the_newest_of_each_tile_and_no_more() -> None:
    reader, writer = os.pipe()
    outbox = Outbox(os.fdopen(writer, "wb", buffering=0), "out", WallMailbox())
    outbox.put(Tiles(("a", "b", "gone")))
    for number in range(300):
        for name in ("a", "b", "gone"):
            outbox.put(picture(name, number))
            outbox.put(status(name, f"state {number}"))
    outbox.put(Tiles(("a", "b")))
    outbox.put(CloseWindow())
    inbox, taken = open_inbox(reader, WallMailbox(), to_wall), []
    while CloseWindow() not in taken:
        assert inbox.wait(60)
        taken += inbox.take()
    outbox.join()
    os.close(reader)
    # Some went into the pipe before it was full; of the rest one a tile.
    assert [one for one in taken if isinstance(one, TilePicture) and one.name == "a"][-1] == picture("a", 299)
    assert status("b", "state 299") in taken
    assert len(taken) < 100
    tiles = [one for one in taken if isinstance(one, Tiles)]
    assert tiles[-1] == Tiles(("a", "b"))
    after = taken[taken.index(tiles[-1]) :]
    assert not any(isinstance(one, TilePicture | TileStatus) and one.name == "gone" for one in after)


@given(count=st.integers(1, 500), width=st.integers(1, 4000), height=st.integers(1, 3000))
def test_tiles_lie_inside_the_window_and_not_on_each_other(count: int, width: int, height: int) -> None:
    grid = grid_of(count, (width, height))
    assert grid.page >= 1
    cells = [grid.cell(place) for place in range(min(grid.page, 40))]
    if width >= grid.columns * (GAP + 1) and height >= HEADER + grid.rows * (GAP + 1):
        for cell in cells:
            assert cell.x >= 0
            assert cell.y >= HEADER
            assert cell.x + cell.width <= width
            assert cell.y + cell.height <= height
        places = [grid.at(cell.x, cell.y) for cell in cells]
        assert places == list(range(len(cells)))


@pytest.mark.parametrize(
    ("count", "window", "shape", "a_page"),
    [
        pytest.param(1, (1280, 720), (1, 1), 1, id="one host has all of it"),
        pytest.param(4, (1920, 1080), (2, 2), 4, id="four"),
        pytest.param(30, (1920, 1080), (6, 5), 30, id="thirty on one page"),
        pytest.param(500, (1920, 1080), (7, 5), 35, id="five hundred on pages of tiles that are still seen"),
        pytest.param(0, (1920, 1080), (1, 1), 1, id="none"),
    ],
)
def test_tiles_are_as_large_as_they_can_be(
    count: int, window: tuple[int, int], shape: tuple[int, int], a_page: int
) -> None:
    grid = grid_of(count, window)
    assert (grid.columns, grid.rows) == shape
    assert grid.page == a_page


def test_a_key_makes_tiles_larger_and_smaller() -> None:
    grid = grid_of(30, (1920, 1080))
    larger = grid_of(30, (1920, 1080), next_width(grid, 1))
    assert larger.page < grid.page
    assert larger.picture[0] > grid.picture[0]
    smaller = grid_of(30, (1920, 1080), next_width(grid, -1))
    assert smaller.page > grid.page
    assert smaller.picture < grid.picture
