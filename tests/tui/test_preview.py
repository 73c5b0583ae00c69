"""The preview beside the details: in proportion, grey when old, first to give way; and what is told of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from textual.app import App, ComposeResult
from textual.color import Color
from textual.geometry import Region
from textual.pilot import Pilot

from deskconsole.picture.preview import fitted
from deskconsole.session.state import State
from deskconsole.tui.app import Outcome
from deskconsole.tui.screens.host import HostScreen
from deskconsole.tui.widgets.preview import HALF, PreviewPane, cells
from support.screens.display_fleet import NOW, DisplayFleet, Running, laboratory
from support.screens.piloting import console, screen_text, settle, until, until_screen, until_shown


class Alone(App[None]):
    """Nothing but a preview of 40 x 10 cells that notes what it draws again."""

    CSS = "PreviewPane { width: 40; height: 10; }"

    def compose(self) -> ComposeResult:
        yield Noting()


class Noting(PreviewPane):
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


def facts(pilot: Pilot[Outcome]) -> str:
    """The words beside the picture, in one line."""
    return " ".join(" ".join(line.split(HALF)[0] for line in screen_text(pilot).splitlines()).split())


def drawn(pilot: Pilot[Outcome]) -> tuple[int, int]:
    """Cells across and down that the picture has."""
    lines = [line.count(HALF) for line in screen_text(pilot).splitlines() if HALF in line]
    return max(lines, default=0), len(lines)


async def until_drawn(pilot: Pilot[Outcome], least: tuple[int, int]) -> None:
    """Until the picture is at least so large."""

    def holds() -> bool:
        console(pilot).controller.pull()
        return all(have >= want for have, want in zip(drawn(pilot), least, strict=True))

    await until(pilot, holds)


@pytest.mark.parametrize(
    ("size", "least"),
    [((80, 24), (40, 12)), ((80, 40), (40, 12)), ((100, 40), (48, 14)), ((120, 30), (46, 13)),
     ((120, 40), (64, 18)), ((200, 60), (140, 38))],
)  # fmt: skip
async def test_the_picture_has_the_room_that_there_is_and_every_host_its_row(
    running: Running, size: tuple[int, int], least: tuple[int, int]
) -> None:
    async with running(laboratory(), size=size) as pilot:
        await until_drawn(pilot, least)
        across, down = drawn(pilot)
        assert abs(across / (2 * down) - 16 / 9) < 0.15
        assert all(f"lab-0{number}" in screen_text(pilot) for number in range(1, 8))
        await pilot.press("enter")
        await until_screen(pilot, HostScreen)
        await until_drawn(pilot, (0, least[1]))


async def test_a_click_on_the_picture_opens_the_window(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("end")
        await until_shown(pilot, "● lab-07")
        await until_drawn(pilot, (1, 1))
        await pilot.click(PreviewPane)
        await settle(pilot)
        assert fleet.asked == [("view", "lab-07")]


async def test_a_tick_makes_the_picture_in_its_size_only(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet, made = laboratory(), list[tuple[int, int]]()

    def picture(name: str, width: int, height: int) -> NDArray[np.uint8] | None:
        made.append((width, height))
        return DisplayFleet.picture(fleet, name, width, height)

    async with running(fleet) as pilot:
        monkeypatch.setattr(fleet, "picture", picture)
        console(pilot).controller.pull()
        await until(pilot, lambda: bool(made))
        assert min(map(min, made)) > 10, "a tiny one only asks whether there is one"


async def test_it_gives_way_where_the_hosts_need_the_lines(running: Running) -> None:
    async with running(laboratory(), size=(60, 14)) as pilot:
        await pilot.pause(0.1)
        console(pilot).controller.pull()
        await pilot.pause(0.1)
        assert drawn(pilot) == (0, 0)
        assert all(f"lab-0{number}" in screen_text(pilot) for number in range(1, 8))


async def test_the_fleet_hears_which_hosts_are_on_the_screen(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(120, 40)) as pilot:
        await pilot.press("down")
        all_hosts = tuple(f"lab-0{number}" for number in range(1, 8))
        await until(pilot, lambda: fleet.looked_at == ("lab-02", all_hosts))
        await pilot.press("enter")
        await until(pilot, lambda: fleet.looked_at == ("lab-02", ()))
        await pilot.press("f1")
        await until(pilot, lambda: fleet.looked_at[0] is None)


async def test_the_budget_and_what_is_lossy_are_told(running: Running) -> None:
    fleet = laboratory()
    fleet.budget = 2_000_000
    fleet.states["lab-01"] = replace(fleet.states["lab-01"], lossy=1920 * 108)
    async with running(fleet, size=(120, 40)) as pilot:
        assert "439 kB/s of 2.0 MB/s" in screen_text(pilot).splitlines()[0]
        assert "lossy now 10.0 %" in facts(pilot)
        fleet.states["lab-01"] = replace(fleet.states["lab-01"], lossy=1)
        console(pilot).controller.pull()
        await pilot.pause()
        # Only nothing is 0 %.
        assert "lossy now 0.1 %" in facts(pilot)


async def test_a_host_with_previews_only_says_so(running: Running) -> None:
    fleet: DisplayFleet = laboratory()
    fleet.states["lab-01"] = replace(
        fleet.states["lab-01"], watch="preview", exactness=None, state=State.STREAMING, since=NOW - 9
    )
    async with running(fleet, size=(120, 40)) as pilot:
        assert "preview only; v: live view" in screen_text(pilot)
        assert "lossy" not in screen_text(pilot)
