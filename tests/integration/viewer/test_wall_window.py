"""The wall's window on a real X server: tiles, pages, clicks, and a screen that stays on."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import closing

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from Xlib.display import Display
from Xlib.ext import screensaver

from deskconsole.viewer.messages import CLOSED_BY_HAND
from deskconsole.viewer.wall_grid import HEADER, Grid, grid_of
from deskconsole.viewer.wall_messages import (
    OpenTile,
    SeenTiles,
    TileKind,
    TilePicture,
    TileStatus,
    WallWish,
)
from deskconsole.viewer.wall_viewer import WallViewer
from support.screens.viewer_stage import run_window_manager
from support.xvfb import Xvfb, wait_for

SIZE = (1280, 720)
GREEN, RED = (40, 200, 40), (40, 40, 200)


class Room:
    """A wall's window, what it wishes, and what is seen of it."""

    def __init__(self, screen: Xvfb, *, turn: float = 0.0, fullscreen: bool = True) -> None:
        self.screen = screen
        self.wishes: queue.SimpleQueue[WallWish] = queue.SimpleQueue()
        self.reasons: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.wall = WallViewer(self.wishes.put, self.reasons.put, fullscreen=fullscreen, turn=turn)

    def show(self, *names: str) -> Grid:
        """Shows live hosts, all green, and returns where they are."""
        self.wall.tiles(names)
        for name in names:
            self.wall.status(TileStatus(name, TileKind.LIVE, "live", "live"))
            self.paint(name, GREEN)
        return grid_of(len(names), SIZE)

    def paint(self, name: str, colour: tuple[int, int, int]) -> None:
        pixels = np.full((180, 320, 3), colour, np.uint8)
        _, jpeg = cv2.imencode(".jpg", pixels)
        self.wall.picture(TilePicture(name, 320, 180, jpeg.tobytes()))

    def part(self, grid: Grid, place: int) -> NDArray[np.uint8]:
        """The middle of a tile's picture on the screen."""
        cell = grid.cell(place)
        x, y = cell.x + cell.width // 2, cell.y + cell.height // 2 - 20
        return self.screen.screenshot()[y - 20 : y + 20, x - 20 : x + 20]

    def corner(self, grid: Grid, place: int) -> NDArray[np.uint8]:
        """The first pixels of a tile's frame."""
        cell = grid.cell(place)
        return self.screen.screenshot()[cell.y : cell.y + 2, cell.x : cell.x + 20]

    def is_coloured(self, grid: Grid, place: int, colour: tuple[int, int, int]) -> Callable[[], bool]:
        def seen() -> bool:
            return bool(np.abs(self.part(grid, place).astype(int) - colour).max() < 12)

        return seen

    def wish(self, check: Callable[[WallWish], bool]) -> WallWish:
        """The next wish of this kind."""
        while True:
            if check(wish := self.wishes.get(timeout=60)):
                return wish

    def press(self, *keys: str) -> None:
        window = self.screen.wait_for_window("^wall - deskconsole")
        self.screen.call("xdotool", "key", "--delay", "0", "--window", str(window), *keys)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with Xvfb(*SIZE) as screen:
        for name in ("WAYLAND_DISPLAY", "XAUTHORITY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DISPLAY", screen.display)
        one = Room(screen)
        with closing(one.wall):
            yield one


def test_tiles_show_their_hosts_and_what_is_wrong_with_them_and_a_click_opens_one(room: Room) -> None:
    grid = room.show("lab-01", "lab-02", "lab-03", "lab-04")
    for place in range(4):
        wait_for(room.is_coloured(grid, place, GREEN), what=f"tile {place}")
    room.paint("lab-02", RED)
    wait_for(room.is_coloured(grid, 1, RED), what="the new picture")
    assert room.is_coloured(grid, 0, GREEN)()

    # A host that is locked is grey, and says so in its tile, which has a frame.
    room.wall.status(
        TileStatus("lab-03", TileKind.ATTENTION, "locked", "locked: somebody is away", "for 1 min")
    )

    def grey() -> bool:
        part = room.part(grid, 2)[:8]
        return bool((part.max(axis=2) - part.min(axis=2)).max() < 6)

    wait_for(grey, what="a grey tile")
    # One whose picture is black says that, too: something bright is in the middle.
    room.paint("lab-04", (0, 0, 0))
    wait_for(lambda: room.part(grid, 3).max() < 12, what="the black picture")
    room.wall.status(TileStatus("lab-04", TileKind.ATTENTION, "black", "black: nothing is on the screen"))
    wait_for(lambda: room.part(grid, 3).max() > 150, what="the word")

    cell = grid.cell(1)
    room.screen.call("xdotool", "mousemove", str(cell.x + 50), str(cell.y + 50), "click", "1")
    assert room.wish(lambda wish: isinstance(wish, OpenTile)) == OpenTile("lab-02")
    # The chosen one's frame is white.
    wait_for(lambda: room.corner(grid, 1).min() > 250, what="the clicked tile")
    room.press("Left", "Down", "Up", "Down", "Right", "Return")
    assert room.wish(lambda wish: isinstance(wish, OpenTile)) == OpenTile("lab-04")
    room.press("q")
    assert room.reasons.get(timeout=60) == CLOSED_BY_HAND


def test_pages_turn_and_only_the_tiles_of_one_are_wished_for(room: Room) -> None:
    names = [f"host-{number:03}" for number in range(500)]
    grid = grid_of(500, SIZE)
    assert grid.page < 500
    room.wall.tiles(names)
    assert room.wish(lambda wish: isinstance(wish, SeenTiles) and len(wish.names) == grid.page) == SeenTiles(
        tuple(names[: grid.page]), *grid.picture
    )
    room.press("Page_Down")
    second = tuple(names[grid.page : 2 * grid.page])
    room.wish(lambda wish: isinstance(wish, SeenTiles) and wish.names[:1] == second[:1])
    room.press("Page_Up")
    room.wish(lambda wish: isinstance(wish, SeenTiles) and wish.names[:1] == ("host-000",))
    room.press("Page_Up")
    last = room.wish(lambda wish: isinstance(wish, SeenTiles) and names[-1] in wish.names)
    assert isinstance(last, SeenTiles)
    assert len(last.names) <= grid.page


def test_pages_turn_without_a_key_and_the_screen_stays_on_in_full_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Xvfb(*SIZE) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        display = Display(screen.display)

        def idle() -> int:
            return int(screensaver.query_info(display.screen().root).idle)

        wait_for(lambda: idle() > 1500, what="an idle screen")
        room = Room(screen, turn=0.2)
        with closing(display), closing(room.wall):
            room.wall.tiles([f"host-{number}" for number in range(60)])
            pages = {room.wish(lambda wish: isinstance(wish, SeenTiles)) for _ in range(4)}
            assert len(pages) > 1
            wait_for(lambda: idle() < 1500, what="the word that the screen is watched")


def test_the_wall_is_laid_out_again_when_full_screen_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(1600, 1000) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        run_window_manager(screen)
        room = Room(screen, fullscreen=False)
        with closing(room.wall):
            window = room.show("lab-01", "lab-02", "lab-03", "lab-04", "lab-05")
            whole = grid_of(5, (1600, 1000))
            for grid, key in ((window, "F11"), (whole, "Escape"), (window, "F11")):
                wished = SeenTiles(tuple(f"lab-0{number}" for number in range(1, 6)), *grid.picture)
                room.wish(wished.__eq__)
                room.press(key)


def test_a_window_too_small_for_a_tile_still_shows_one() -> None:
    grid = grid_of(30, (100, HEADER + 40))
    assert grid.page == 1
    assert all(side > 0 for side in grid.picture)
