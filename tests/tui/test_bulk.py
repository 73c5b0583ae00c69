"""Marks, and what a key does to all marked hosts: one question, one progress, one report."""

from __future__ import annotations

from dataclasses import replace

from deskconsole.common.errors import AuthenticationFailed
from deskconsole.diagnosis import Finding, Outcome
from deskconsole.session.state import State
from deskconsole.tui.bulk_actions import bulk_actions
from deskconsole.tui.host_programs import HostPrograms
from deskconsole.tui.host_threads import HostThreads
from deskconsole.tui.messages import BulkReportOpened
from deskconsole.tui.screens.base import ON_MARKED
from deskconsole.tui.screens.bulk import BulkScreen
from deskconsole.tui.screens.confirm import ConfirmScreen
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.undeploy import Undeploys
from deskconsole.tui.widgets.host_table import HostTable
from deskconsole.tui.widgets.preview import PreviewPane
from support.screens.display_fleet import NOW, Running, laboratory, live
from support.screens.piloting import console, screen_text, settle, until, until_screen, until_shown


async def test_every_action_on_marked_hosts_says_what_it_does_to_one(running: Running) -> None:
    async with running(laboratory()) as pilot:
        controller = console(pilot).controller
        undeploys, programs = Undeploys(controller), HostPrograms(pilot.app, controller)
        threads = HostThreads(controller.questions, 1, "host")
        assert set(bulk_actions(controller, undeploys, programs, threads)) == ON_MARKED
        undeploys.close()
        programs.close()
        threads.close()


async def test_space_marks_hosts_and_a_key_acts_on_all_of_them(running: Running) -> None:
    fleet = laboratory()
    fleet.settles = True
    async with running(fleet) as pilot:
        await pilot.press("space", "down", "down", "down", "down", "space")
        shown = await until_shown(pilot, "2 marked")
        assert "✓● lab-01" in shown
        assert "✓▲ lab-06" in shown
        await pilot.press("home", "down", "x")
        await until_screen(pilot, BulkScreen)
        shown = await until_shown(pilot, "2 done")
        assert "Disconnect 2 hosts" in shown
        assert fleet.asked == [("disconnect", "lab-01"), ("disconnect", "lab-06")]
        await pilot.press("escape", "escape", "x")  # no host is marked any more
        await settle(pilot)
        assert fleet.asked[2:] == [("disconnect", "lab-02")]


async def test_a_click_on_the_picture_opens_that_host_and_not_the_marked_ones(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("space", "space", "home")
        await until_shown(pilot, "2 marked")
        await pilot.click(PreviewPane)
        await until(pilot, lambda: fleet.asked == [("view", "lab-01")])


async def test_a_star_marks_what_the_filter_shows(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("slash", *"live", "enter", "asterisk", "escape")
        assert console(pilot).controller.marked == ("lab-01", "lab-07")
        await pilot.press("asterisk")
        assert len(console(pilot).controller.marked) == 7
        await pilot.press("asterisk")
        assert console(pilot).controller.marked == ()


async def test_many_connects_have_one_report_with_the_same_faults_together(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        for name in ("lab-03", "lab-06"):
            fleet.states[name] = replace(fleet.states["lab-05"], host=name)
        console(pilot).controller.pull()
        await pilot.press("asterisk", "c")
        await until_screen(pilot, BulkScreen)
        await until(pilot, lambda: len(fleet.asked) == 4)
        for name in ("lab-03", "lab-04"):
            fleet.states[name] = replace(
                fleet.states[name],
                state=State.FAILED,
                since=NOW,
                reason=f"nothing listens at 10.0.3.{name[-1]}:22",
                remedy="Switch it on.",
            )
        fleet.states["lab-05"] = live("lab-05")
        console(pilot).controller.pull()
        shown = await until_shown(pilot, "1 under way")
        assert "1 done, 2 failed, 3 skipped, 1 under way" in shown
        assert "2 hosts  nothing listens at …:22. Switch it on." in shown
        assert "lab-03, lab-04" in shown
        await pilot.press("x")
        shown = await until_shown(pilot, "1 cancelled")
        assert ("disconnect", "lab-06") in fleet.asked
        await pilot.press("m")
        await until_screen(pilot, FleetScreen)
        assert console(pilot).controller.marked == ("lab-03", "lab-04")


async def test_undeploying_many_asks_once_and_names_how_many(running: Running) -> None:
    fleet = laboratory()
    fleet.settles = True
    async with running(fleet) as pilot:
        await pilot.press("space", "space", "u")
        await until_screen(pilot, ConfirmScreen)
        assert "Undeploy 2 hosts: lab-01, lab-02?" in screen_text(pilot)
        await pilot.press("enter")  # the safe answer has the focus
        await settle(pilot)
        assert fleet.asked == []
        fleet.refuses_undeploy = AuthenticationFailed("it did not accept the key", remedy="Look at it.")
        await pilot.press("u", "right", "enter")
        shown = await until_shown(pilot, "2 failed")
        assert "2 hosts  it did not accept the key. Look at it." in shown
        assert len(fleet.hosts) == 7


async def test_a_hidden_action_says_at_its_end_what_came_of_it(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("end", "up", "up", "space", "c")
        await until_screen(pilot, BulkScreen)
        await pilot.press("escape")
        await until_screen(pilot, FleetScreen)
        fleet.states["lab-05"] = live("lab-05")
        console(pilot).controller.pull()
        await until_shown(pilot, "connect: 1 done; b: report")
        await pilot.press("b")
        await until_screen(pilot, BulkScreen)
        assert "1 done" in screen_text(pilot)


async def test_a_second_action_leaves_the_report_of_the_first(running: Running) -> None:
    fleet = laboratory()
    fleet.settles = True
    async with running(fleet) as pilot:
        console(pilot).controller.mark(["lab-05"])
        await pilot.press("c")
        await until_shown(pilot, "1 under way")
        await pilot.press("escape")
        console(pilot).controller.mark_only(["lab-01"])
        await pilot.press("x")
        await until_shown(pilot, "Disconnect 1 host   2 of 2")
        shown = await until_shown(pilot, "n: other report")
        assert "1 done" in shown
        pilot.app.post_message(BulkReportOpened())  # its key, before the screen was up
        await pilot.press("n")
        await until_shown(pilot, "Connect 1 host   1 of 2")
        await pilot.press("b")
        await until_screen(pilot, FleetScreen)


async def test_a_mark_goes_with_its_host(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("space")
        fleet.hosts = fleet.hosts[1:]
        console(pilot).controller.pull()
        await until(pilot, lambda: console(pilot).controller.marked == ())
        assert pilot.app.screen.query_one(HostTable).selected == "lab-02"


async def test_marked_hosts_are_examined_and_their_pictures_saved(running: Running) -> None:
    fleet = laboratory()
    fleet.findings = [
        Finding("name", Outcome.GOOD, "it resolves"),
        Finding("disk", Outcome.BAD, "no room is left", remedy="Delete something."),
        Finding("launch", Outcome.BAD, "follows from it"),
    ]
    fleet.patience.set()
    async with running(fleet) as pilot:
        await pilot.press("space", "down", "down", "space", "S")
        shown = await until_shown(pilot, "1 done, 1 skipped")
        assert "✔ lab-01  saved in /pictures" in shown
        assert "lab-04  skipped: not connected" in shown
        await pilot.press("escape", "o")
        shown = await until_shown(pilot, "2 failed")
        assert "2 hosts  disk: no room is left. Delete something." in shown
        assert ("examine", "lab-04") in fleet.asked
        await pilot.press("escape", "escape", "home", "S")
        await until_shown(pilot, "picture saved in /pictures")


async def test_a_host_that_waits_for_a_person_holds_no_connecting_up(running: Running) -> None:
    fleet = laboratory()
    fleet.states["lab-05"] = replace(fleet.states["lab-05"], state=State.WAITING)
    async with running(fleet) as pilot:
        console(pilot).controller.mark(["lab-01", "lab-05"])
        await pilot.press("c")
        shown = await until_shown(pilot, "2 skipped")
        assert "it waits for somebody to log on" in shown
        assert fleet.asked == []
