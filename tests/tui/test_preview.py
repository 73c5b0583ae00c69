"""The preview beside the details: in proportion, grey when old, first to give way; and what is told of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from textual.app import App, ComposeResult
from textual.color import Color
from textual.geometry import Region

from deskconsole.session.preview import fitted
from deskconsole.session.state import State
from deskconsole.tui.widgets.preview import HALF, Preview, cells
from display_fleet import NOW, DisplayFleet, Running, laboratory
from piloting import console, screen_text


class Alone(App[None]):
    """Nothing but a preview of 40 x 10 cells that notes what it draws again."""

    CSS = "Preview { width: 40; height: 10; }"

    def compose(self) -> ComposeResult:
        yield Noting()


class Noting(Preview):
    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[Region] = []

    def refresh(self, *regions: Region, **more: bool) -> Noting:
        self.drawn += regions
        super().refresh(*regions, **more)
        return self


async def test_it_draws_two_pixels_a_cell_and_again_only_the_cells_that_changed() -> None:
    app = Alone()
    async with app.run_test(size=(60, 20)) as pilot:
        preview = app.query_one(Noting)
        assert preview.room == (40, 20)
        picture = np.zeros((18, 32, 3), np.uint8)
        picture[0, 0] = (0, 0, 255)
        preview.show(picture, old=False)
        await pilot.pause()
        # 32 x 18 pixels in the middle of 40 x 20.
        first = preview.render_line(0)
        (cell,) = [segment for segment in first if segment.text == HALF]
        assert cell.style is not None
        assert cell.style.color is not None
        assert Color.from_rich_color(cell.style.color).rgb == (255, 0, 0)
        assert first.crop(0, 4).text.strip() == ""
        preview.drawn.clear()
        picture = picture.copy()
        picture[7, 9:12] = 255
        preview.show(picture, old=False)
        assert preview.drawn == [Region(4 + 9, 3, 3, 1)]
        preview.drawn.clear()
        preview.show(picture.copy(), old=False)
        assert preview.drawn == []


def test_an_old_picture_is_grey_and_darker() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[:] = (40, 200, 90)
    ((upper, _), _), *_ = cells(picture, old=True)
    red, green, blue = upper >> 16, upper >> 8 & 0xFF, upper & 0xFF
    assert red == green == blue
    assert red < 140


def test_a_picture_keeps_its_proportions_and_is_never_made_larger() -> None:
    assert fitted(np.zeros((1080, 1920, 3), np.uint8), 46, 24).shape == (24, 43, 3)
    assert fitted(np.zeros((1000, 10, 3), np.uint8), 46, 24).shape == (24, 1, 3)
    assert fitted(np.zeros((9, 16, 3), np.uint8), 46, 24).shape == (9, 16, 3)


async def test_it_is_shown_where_there_is_room_and_gives_way_first(running: Running) -> None:
    async with running(laboratory(), size=(120, 40)) as pilot:
        await pilot.pause(0.1)
        console(pilot).pull()
        await pilot.pause(0.1)
        assert HALF * 5 in screen_text(pilot)
        for size in ((80, 40), (120, 30), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.2)
            assert HALF not in screen_text(pilot)
            assert "lab-07" in screen_text(pilot)


async def test_the_fleet_hears_which_hosts_are_on_the_screen(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(120, 40)) as pilot:
        await pilot.press("down")
        await pilot.pause(0.1)
        console(pilot).pull()
        assert fleet.looked_at == ("lab-02", tuple(f"lab-0{number}" for number in range(1, 8)))
        await pilot.press("enter")
        await pilot.pause(0.1)
        console(pilot).pull()
        assert fleet.looked_at == ("lab-02", ())
        await pilot.press("f1")
        await pilot.pause(0.1)
        console(pilot).pull()
        assert fleet.looked_at[0] is None


async def test_the_budget_and_what_is_lossy_are_told(running: Running) -> None:
    fleet = laboratory()
    fleet.budget = 2_000_000
    fleet.states["lab-01"] = replace(fleet.states["lab-01"], lossy=1920 * 108)
    async with running(fleet, size=(120, 40)) as pilot:
        shown = screen_text(pilot)
        assert "439 kB/s of 2.0 MB/s" in shown.splitlines()[0]
        assert "lossy now 10.0 %" in shown
        fleet.states["lab-01"] = replace(fleet.states["lab-01"], lossy=1)
        console(pilot).pull()
        await pilot.pause()
        # Only nothing is 0 %.
        assert "lossy now 0.1 %" in screen_text(pilot)


async def test_a_host_with_previews_only_says_so(running: Running) -> None:
    fleet: DisplayFleet = laboratory()
    fleet.states["lab-01"] = replace(
        fleet.states["lab-01"], watch="preview", exactness=None, state=State.STREAMING, since=NOW - 9
    )
    async with running(fleet, size=(120, 40)) as pilot:
        assert "preview only, v looks closely" in screen_text(pilot)
        assert "lossy" not in screen_text(pilot)
