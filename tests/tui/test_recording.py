"""Recording from the list: one host by a key, all marked ones by the same."""

from __future__ import annotations

from support.screens.display_fleet import Running, laboratory
from support.screens.piloting import console, until, until_shown


async def test_a_key_records_a_host_and_ends_that(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("f9")
        shown = await until_shown(pilot, "REC live")
        assert shown.count("REC") == 1
        assert "● recording since" in shown
        assert "f9 ends it" in shown
        await pilot.press("f9")
        await until(pilot, lambda: fleet.asked == [("record", "lab-01"), ("stop recording", "lab-01")])


async def test_a_host_without_a_picture_is_said_to_be_recorded_later(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("down", "f9")
        shown = await until_shown(pilot, "the recording begins with the first picture")
        assert "REC waits locked" in shown
        await pilot.press("end", "up", "up", "f9")
        await until_shown(pilot, "the recording begins with the first picture; connecting")


async def test_marked_hosts_are_recorded_together_and_end_together(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("f9")
        await until_shown(pilot, "REC live")
        await pilot.press("space", "end", "space", "f9")
        shown = await until_shown(pilot, "1 done, 1 skipped")
        assert "is recorded already" in shown
        await pilot.press("escape")
        await until(
            pilot, lambda: console(pilot).controller.view.snapshot("lab-07").recording_since is not None
        )
        await pilot.press("f9")
        await until_shown(pilot, "2 done")
        assert [asked for asked, _ in fleet.asked] == ["record", "record", "stop recording", "stop recording"]
